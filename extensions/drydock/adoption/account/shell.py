"""Commands as a shell reads them, without their wrappers."""

import re
import shlex
from collections.abc import Iterator

_WRAPPERS = {
    "exec": 1, "poetry run": 2, "uv run": 2, "pipenv run": 2, "pdm run": 2, "hatch run": 2,
    "tini": 1, "dumb-init": 1, "catatonit": 1, "time": 1, "env": 1, "nohup": 1,
}  # fmt: skip
_SHELLS = {"sh", "bash", "dash", "ash"}
_OPENS = re.compile(
    r"(if|for|while|until|case|select|\{)(\s|$)"
    r"|(function\s+)?[\w-]+\s*(\(\s*\))?\s*\{$|[\w-]+\s*\(\s*\)\s*\{\s"
)
_CLOSES = re.compile(r"(fi|done|esac|\})(\s|$)")
_SHEBANG = re.compile(r"#!.*\b(ba|da|a)?sh\b")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=\S*")


def is_script(path: str, text: str) -> bool:
    """Tell whether a file is a script of a shell, by its ending or its first line."""
    return path.endswith(".sh") or (
        "." not in path.rpartition("/")[2] and bool(_SHEBANG.match(text))
    )


def commands(text: str) -> Iterator[str]:
    """Yield the commands of a line of a shell; quoted text is not split."""
    yield from (text[start:end].strip() for start, end in _spans(text))


def statements(text: str) -> Iterator[str]:
    """Yield the commands of a line of a shell, each `if`, loop and function as a whole."""
    first, depth = 0, 0
    for start, end in _spans(text):
        first = start if depth <= 0 else first
        depth = max(depth, 0) + nesting(text[start:end])
        if depth <= 0:
            yield text[first:end].strip()
    if depth > 0:
        yield text[first:].strip()


def is_one_command(text: str) -> bool:
    """Tell whether a line of a shell is one command: no condition, loop, function or list."""
    return len(list(_spans(text))) == 1


def nesting(text: str) -> int:
    """Return how many `if`, loops and functions a text opens, less those that it closes."""
    depth = 0
    for command in commands(text):
        bare = re.sub(r"^((then|do|else|elif|!)\s+)+", "", command)
        depth += bool(_OPENS.match(bare)) - bool(_CLOSES.match(bare))
    return depth


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each command starts and ends."""
    start, quote, escaped = 0, "", False
    for end, letter in enumerate(f"{text}\n"):
        if escaped or (letter == "\\" and quote != "'"):
            escaped = not escaped
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in ";|\n" or (letter == "&" and text[start:end][-1:] not in {">", "<"}):
            if text[start:end].strip():
                yield start, end
            start = end + 1
    if text[start:].strip():
        yield start, len(text)


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a script; continued lines as one, without comments and empty lines."""
    begun, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not begun:
            start = number
            if line.lstrip().startswith("#"):
                continue  # a comment is never continued
        if line.rstrip().endswith("\\"):
            begun += line.rstrip()[:-1] + " "
            continue
        joined = (begun + line).strip()
        begun = ""
        if joined:
            yield start, joined
    if begun.strip():
        yield start, begun.strip()


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
