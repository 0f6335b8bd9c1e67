"""What else is tried if texts do not merge by parts, in the module named like their format.

Each module has `restated` or `repaired`, with the parameters and results of the functions of these
names here. `structural` merges the texts that they return.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from drydock.documents import formats

Texts = tuple[str, str, str]
_Attempt = Callable[[str, str | None, str, str], "Restated | None"]


@dataclass(frozen=True)
class Restated:
    """Three texts that may merge instead of those of base, ours and theirs."""

    texts: Texts
    done: tuple[str, ...]
    """A report line for each thing that is written in another way."""
    is_moved: bool = False
    """Whether parts are in other places, so that references to them must be checked again."""


def restated(path: str, base: str | None, ours: str, theirs: str) -> Restated | None:
    """Return texts that mean the same; None if nothing is written in another way.

    `base` is None if both sides added the file. Raises NotCertain if a text cannot be parsed.
    """
    attempt = _of(path, "restated")
    return attempt(path, base, ours, theirs) if attempt else None


def repaired(path: str, base: str | None, ours: str, theirs: str) -> Restated | None:
    """Return texts without a fault that the release has in base and theirs; None if it has none."""
    attempt = _of(path, "repaired")
    return attempt(path, base, ours, theirs) if attempt else None


def _of(path: str, name: str) -> _Attempt | None:
    """Return the function called `name` for the format of a file; None if there is none."""
    file_format = formats.of(path)
    module = formats.name_of(file_format) if file_format else ""
    if module not in _modules():
        return None
    found = getattr(import_module(f"{__name__}.{module}"), name, None)
    return cast(_Attempt | None, found)


@cache
def _modules() -> frozenset[str]:
    return frozenset(one.name for one in iter_modules(__path__))
