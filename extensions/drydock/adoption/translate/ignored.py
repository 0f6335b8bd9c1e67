"""Lists of patterns, .gitignore and .dockerignore: the standard's, then the service's own.

The last matching pattern decides, so the service's patterns win.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from drydock.adoption.facts import Files
from drydock.adoption.translate import Carried, kept_poetry
from drydock.documents.formats import toml

PATHS = (".gitignore", ".dockerignore")


def carry(path: str, theirs: str, files: Files, project: str = "") -> Carried:
    """Return the rendered list, followed by the service's own.

    Files that the service's .dockerignore excludes, but the image is built from, are included
    again. `project` is the text of its new pyproject.toml; empty for another template's service.
    """
    ours = files[path]
    known = {line.strip() for line in ours.splitlines()}
    more = [line for line in theirs.splitlines() if line.strip() and line.strip() not in known]
    text = "".join(f"{line}\n" for line in more) + ("\n" if more else "") + ours
    rules = ["its own patterns come last"]
    if path == ".dockerignore" and (needed := _excluded(ours, _built_from(project))):
        text = f"{text.rstrip()}\n# The image is built from:\n"
        text += "".join(f"!{name}\n" for name in needed)
        rules += [f"!{name} at the end: line {needed[name]} excludes it" for name in needed]
    return Carried(text, tuple(rules), accounted=frozenset({path}))


def _built_from(project: str) -> Iterator[str]:
    """Yield the files that the standard's image is built from, whatever the service is."""
    data = toml.data(project)
    if data:
        yield "pyproject.toml"
        yield "poetry.lock" if kept_poetry.is_kept(data) else "uv.lock"
    for key in ("readme", "license"):
        value = data.get("project", {}).get(key)
        if isinstance(value, dict) and "file" in value:
            yield value["file"]
        elif isinstance(value, str) and key == "readme":
            yield value


def _excluded(text: str, needed: Iterable[str]) -> dict[str, int]:
    """Return which files a list excludes, each with the line that does it."""
    found = {}
    for name in needed:
        last, is_excluded = 0, False
        for number, line in enumerate(text.splitlines(), 1):
            pattern = line.strip().removeprefix("!").removeprefix("**/").strip("/")
            if pattern and not pattern.startswith("#") and fnmatchcase(name, pattern):
                last, is_excluded = number, not line.strip().startswith("!")
        if is_excluded:
            found[name] = last
    return found
