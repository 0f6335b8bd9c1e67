"""Commands as a shell reads them: one after another, what only wraps them taken off."""

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
    """Yield the commands of one line of a shell; what is in quotes is not taken apart."""
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
    """Yield the lines of a script, those that go on as one, without comments and empty ones."""
    held, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not held:
            start = number
        if line.rstrip().endswith("\\"):
            held += line.rstrip()[:-1] + " "
            continue
        whole = (held + line).strip()
        held = ""
        if whole and not whole.startswith("#"):
            yield start, whole
    if held.strip():
        yield start, held.strip()


def words(command: str) -> list[str]:
    """Return the words of a command; as they stand where a quote is not closed."""
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def unwrapped(said: list[str]) -> list[str]:
    """Return a command without what only starts it: an init, a tool's `run`, variables."""
    while said:
        if _ASSIGNMENT.fullmatch(said[0]) or said[0] in {"--", "-g", "-s"}:
            said = said[1:]
            continue
        name = said[0].rpartition("/")[2]
        taken = _WRAPPERS.get(name) or _WRAPPERS.get(" ".join([name, *said[1:2]]))
        if not taken:
            return said
        said = said[taken:]
        while said and said[0].startswith("--") and said[0] != "--":
            said = said[1:]
    return said


def script_of(said: list[str]) -> str:
    """Return the line that `sh -c` runs; empty where it is no such command."""
    if len(said) > 2 and said[0].rpartition("/")[2] in _SHELLS and said[1] in {"-c", "-lc", "-ec"}:
        return said[2]
    return ""


def file_of(said: list[str]) -> str:
    """Return the script that a command runs, as it is named; empty where it runs none."""
    rest = said[1:] if said and said[0].rpartition("/")[2] in _SHELLS else said
    rest = [word for word in rest if not word.startswith("-")] if rest is not said else rest
    named = rest[0] if rest else ""
    return named if "/" in named or named.endswith(".sh") else ""
