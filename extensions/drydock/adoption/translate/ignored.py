"""Lists of patterns, .gitignore and .dockerignore: the standard's, then the service's own.

Of two patterns the last one decides, so what a service says wins.
"""

from fnmatch import fnmatchcase

from drydock.adoption.facts import Files
from drydock.adoption.translate import Carried, Todo

PATHS = (".gitignore", ".dockerignore")
_BUILT_FROM = ("pyproject.toml", "uv.lock", "README.md")
"""What the standard's image is built from, whatever the service is."""


def carry(path: str, theirs: str, files: Files) -> Carried:
    """Return the rendered list with what the service's own has."""
    ours = files[path]
    known = {line.strip() for line in ours.splitlines()}
    more = [line for line in theirs.splitlines() if line.strip() and line.strip() not in known]
    text = "".join(f"{line}\n" for line in more) + ("\n" if more else "") + ours
    todo = [*_left_out(path, ours, files)] if path == ".dockerignore" else []
    return Carried(text, ("its own patterns come last",), tuple(todo), frozenset({path}))


def _left_out(path: str, text: str, files: Files) -> list[Todo]:
    """Return which files that the image is built from a list leaves out."""
    found = []
    for name in _BUILT_FROM:
        line, out = 0, False
        for number, said in enumerate(text.splitlines(), 1):
            pattern = said.strip().removeprefix("!").removeprefix("**/").strip("/")
            if pattern and not pattern.startswith("#") and fnmatchcase(name, pattern):
                line, out = number, not said.strip().startswith("!")
        if out and (name in files or name != "README.md"):
            why = f"this excludes {name}, which the image is built from"
            found.append(Todo(path, line, why, f"add !{name} at the end", "start"))
    return found
