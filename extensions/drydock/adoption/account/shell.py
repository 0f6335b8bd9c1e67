"""Commands as a shell reads them, without their wrappers."""

import re
import shlex
from collections.abc import Iterator

_WRAPPERS = {
    "exec": 1, "poetry run": 2, "uv run": 2, "pipenv run": 2, "pdm run": 2, "hatch run": 2,
    "tini": 1, "dumb-init": 1, "catatonit": 1, "time": 1, "env": 1, "nohup": 1,
}  # fmt: skip
_SHELLS = {"sh", "bash", "dash", "ash"}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=\S*")


def commands(text: str) -> Iterator[str]:
    """Yield the commands of a line of a shell; quoted text is not split."""
    held, quote, escaped = "", "", False
    for letter in f"{text}\n":
        if escaped or (letter == "\\" and quote != "'"):
            held, escaped = held + letter, not escaped
        elif quote:
            held += letter
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            held, quote = held + letter, letter
        elif letter in ";|\n" or (letter == "&" and not held.endswith((">", "<"))):
            if held.strip():
                yield held.strip()
            held = ""
        else:
            held += letter
    if held.strip():
        yield held.strip()


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a script; continued lines as one, without comments and empty lines."""
    held, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not held:
            start = number
            if line.lstrip().startswith("#"):
                continue  # a comment is never continued
        if line.rstrip().endswith("\\"):
            held += line.rstrip()[:-1] + " "
            continue
        joined = (held + line).strip()
        held = ""
        if joined:
            yield start, joined
    if held.strip():
        yield start, held.strip()


def words(command: str) -> list[str]:
    """Return the words of a command; split at spaces if a quote is not closed."""
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def unwrapped(command: list[str]) -> list[str]:
    """Return a command without what only starts it: an init, a tool's `run`, variables."""
    while command:
        if _ASSIGNMENT.fullmatch(command[0]) or command[0] in {"--", "-g", "-s"}:
            command = command[1:]
            continue
        name = command[0].rpartition("/")[2]
        size = _WRAPPERS.get(name) or _WRAPPERS.get(" ".join([name, *command[1:2]]))
        if not size:
            return command
        command = command[size:]
        while command and command[0].startswith("--") and command[0] != "--":
            command = command[1:]
    return command


def script_of(command: list[str]) -> str:
    """Return the line that `sh -c` runs; empty for another command."""
    runs_line = len(command) > 2 and command[1] in {"-c", "-lc", "-ec"}
    return command[2] if runs_line and command[0].rpartition("/")[2] in _SHELLS else ""


def file_of(command: list[str]) -> str:
    """Return the script that a command runs, as written; empty if it runs none."""
    rest = command[1:] if command and command[0].rpartition("/")[2] in _SHELLS else command
    rest = [word for word in rest if not word.startswith("-")] if rest is not command else rest
    name = rest[0] if rest else ""
    return name if "/" in name or name.endswith(".sh") else ""
