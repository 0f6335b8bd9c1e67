"""The rule for versions that both sides changed: the higher one that satisfies both."""

import re

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

_LOWER = {">=", "==", "~=", ">"}
_VERSION = re.compile(r"v?\d+(?:\.\d+)*")
_DIGEST = re.compile(r"\b[0-9a-f]{40,64}\b")


def higher(base: str | None, ours: str, theirs: str) -> tuple[str, str] | None:
    """Settle two texts that differ in one version, such as `actions/checkout@v4` and `@v5`.

    Returns the text with the higher one and what was done, or None if more than that differs.
    """
    shapes, found = [], []
    for text in filter(None, (base, ours, theirs)):
        versions = _VERSION.findall(text)
        if len(versions) != 1:
            return None
        shapes.append(_VERSION.sub("0", text))
        found.append(Version(versions[0]))
    if len(set(shapes)) > 1 or found[-1] == found[-2] or (base and max(found) == found[0]):
        return None
    text, side = (ours, "yours") if found[-2] > found[-1] else (theirs, "the release's")
    return text, f"the higher version, {side}: {' '.join(text.split())}"


def requirement(base: str | None, ours: str, theirs: str) -> tuple[str, str] | None:
    """Settle two requirements (PEP 508) of one package; quotes around them stay.

    Extras and constraints are sets; of two lower bounds the higher one stands, if it satisfies
    what the other side demands. Returns the text and what was done, or None.
    """
    raise NotImplementedError
