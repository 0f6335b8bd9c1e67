"""What the merge knows of file formats: every module in this package is one."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast


class Format(Protocol):
    """One format: which files have it, and when a text is a valid one."""

    def handles(self, path: str) -> bool:
        """Tell whether the file at `path` has this format, by its name."""

    def check(self, text: str) -> None:
        """Raise ValueError, with a reason that fits in a line, if `text` is not valid."""


@cache
def all_formats() -> Sequence[Format]:
    """Return every format there is."""
    names = [module.name for module in iter_modules(__path__)]
    return [cast(Format, import_module(f"{__name__}.{name}")) for name in names]


def problem(path: str, content: bytes) -> str | None:
    """Return why `content` is no valid file of the format that `path` names; None if it is one."""
    for known in all_formats():
        if known.handles(path):
            try:
                known.check(content.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                return " ".join(str(error).split()) or type(error).__name__
    return None
