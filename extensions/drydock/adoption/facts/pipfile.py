"""Pipfile: the Python that a service requires."""

from collections.abc import Iterator

from drydock.adoption.facts import SAYS, Fact, Files
from drydock.documents.formats import toml
from drydock.documents.places import line_of

_PATH = "Pipfile"


def find(files: Files) -> Iterator[Fact]:
    """Yield the Python in `[requires]`."""
    text = files.get(_PATH, "")
    try:
        requires = toml.data(text).get("requires", {})
    except ValueError:
        return
    if not isinstance(requires, dict):
        return
    for key in ("python_version", "python_full_version"):
        if isinstance(value := requires.get(key), str):
            version = ".".join(value.split(".")[:2])
            line = line_of(_PATH, text, "requires", key)
            yield Fact("python_version", version, _PATH, line, SAYS)
