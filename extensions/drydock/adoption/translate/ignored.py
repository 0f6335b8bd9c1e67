"""Lists of patterns, .gitignore and .dockerignore: the standard's, then the service's own.

The last matching pattern decides, so the service's patterns win.
"""

from fnmatch import fnmatchcase

from drydock.adoption.facts import Files
from drydock.adoption.translate import Carried, Todo

PATHS = (".gitignore", ".dockerignore")
_BUILT_FROM = ("pyproject.toml", "uv.lock", "README.md")
"""Files that the build of every standard image needs."""


def carry(path: str, theirs: str, files: Files) -> Carried:
    """Return the rendered list, followed by the service's own."""
    ours = files[path]
    known = {line.strip() for line in ours.splitlines()}
    more = [line for line in theirs.splitlines() if line.strip() and line.strip() not in known]
    text = "".join(f"{line}\n" for line in more) + ("\n" if more else "") + ours
    todo = [*_excluded(path, ours, files)] if path == ".dockerignore" else []
    return Carried(text, ("its own patterns come last",), tuple(todo), frozenset({path}))


def _excluded(path: str, text: str, files: Files) -> list[Todo]:
    """Return the files that a list excludes although the image is built from them."""
    found = []
    for name in _BUILT_FROM:
        last, is_excluded = 0, False
        for number, line in enumerate(text.splitlines(), 1):
            pattern = line.strip().removeprefix("!").removeprefix("**/").strip("/")
            if pattern and not pattern.startswith("#") and fnmatchcase(name, pattern):
                last, is_excluded = number, not line.strip().startswith("!")
        if is_excluded and (name in files or name != "README.md"):
            why = f"this excludes {name}, which the image is built from"
            found.append(Todo(path, last, why, f"add !{name} at the end", "start"))
    return found
