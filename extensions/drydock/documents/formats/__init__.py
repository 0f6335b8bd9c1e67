"""The file formats that can be merged structurally: every module in this package is one.

In addition to the functions of `Format`, a module can have `locations(text)`, which yields the
`values.Location` of each key and scalar: `places.line_of` needs it. If two formats handle a file,
the one whose module name sorts first is used.
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
    """A file format: recognizes files, validates text, parses it into parts."""

    def handles(self, path: str) -> bool:
        """Tell whether the file at `path` has this format, judging by its name."""

    def check(self, text: str) -> None:
        """Raise ValueError, with a reason on one line, if `text` is not valid."""

    def read(self, text: str, file_profiles: Sequence[Profile] = (), /) -> Part:
        """Parse `text`; raise ValueError if it is invalid or not supported.

        `file_profiles` describe the lists and names in the file. Every line of `text` ends with a
        line feed, including the last one.

        `nodes.source` of the returned part must equal `text`.
        """


def name_of(file_format: Format) -> str:
    """Return the name of a format: that of its module."""
    return cast(ModuleType, file_format).__name__.rpartition(".")[2]


@cache
def all_formats() -> Sequence[Format]:
    """Return every format."""
    names = [module.name for module in iter_modules(__path__)]
    return [cast(Format, import_module(f"{__name__}.{name}")) for name in names]


def of(path: str) -> Format | None:
    """Return the format of the file at `path`; None if none handles it."""
    return next((candidate for candidate in all_formats() if candidate.handles(path)), None)


def problem(path: str, content: bytes) -> str | None:
    """Return why `content` is not valid in the format of `path`; None if it is valid."""
    file_format = of(path)
    if file_format:
        try:
            file_format.check(content.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            return " ".join(str(error).split()) or type(error).__name__
    return None
