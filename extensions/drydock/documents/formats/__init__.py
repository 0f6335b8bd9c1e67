"""What the merge knows of file formats: every module in this package is one.

Besides what `Format` asks for, a module may have `stated(text)`, which yields where things are
said (`values.Stated`): `places.line_of` tells lines of such formats only. Where two formats handle
a file, it has the one whose module comes first by name.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Protocol, cast

from drydock.documents.nodes import Part
from drydock.profiles import Profile


class Format(Protocol):
    """One format: which files have it, when a text is a valid one, and of what it is made."""

    def handles(self, path: str) -> bool:
        """Tell whether the file at `path` has this format, by its name."""

    def check(self, text: str) -> None:
        """Raise ValueError, with a reason that fits in a line, if `text` is not valid."""

    def read(self, text: str, known: Sequence[Profile] = (), /) -> Part:
        """Take `text` apart; raise ValueError if it is invalid or not understood.

        `known` are the profiles of the file: they say what its lists and names mean.
        Its lines end with a line feed, the last one, too.

        `nodes.source` of what is returned must be `text` again.
        """


def name_of(known: Format) -> str:
    """Return what a format is called: the name of its module."""
    return cast(ModuleType, known).__name__.rpartition(".")[2]


@cache
def all_formats() -> Sequence[Format]:
    """Return every format there is."""
    names = [module.name for module in iter_modules(__path__)]
    return [cast(Format, import_module(f"{__name__}.{name}")) for name in names]


def of(path: str) -> Format | None:
    """Return the format of the file at `path`, if it is known."""
    return next((known for known in all_formats() if known.handles(path)), None)


def problem(path: str, content: bytes) -> str | None:
    """Return why `content` is no valid file of the format that `path` names; None if it is one."""
    known = of(path)
    if known:
        try:
            known.check(content.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            return " ".join(str(error).split()) or type(error).__name__
    return None
