"""YAML: single items that a side made a list, and keys that the release repeats."""

from drydock.documents import formats
from drydock.documents.formats import yaml
from drydock.merging import several
from drydock.merging.formats import Restated


def restated(path: str, base: str | None, ours: str, theirs: str) -> Restated | None:
    """Return the texts with single items written as lists where another side has a list."""
    texts = several.alike(path, (base, ours, theirs)) if base is not None else None
    return Restated(texts, ()) if texts else None


def repaired(path: str, base: str | None, ours: str, theirs: str) -> Restated | None:
    """Return the texts without keys that the release repeats with the same value."""
    if base is None:
        return None
    try:
        texts = yaml.without_repeated_keys(base), ours, yaml.without_repeated_keys(theirs)
    except ValueError:
        return None
    if texts == (base, ours, theirs) or formats.problem(path, ours.encode()):
        return None
    return Restated(texts, ("removed keys that the release repeats",))
