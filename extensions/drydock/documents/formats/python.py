"""Python source code.

Statements of a module and of a class are its parts; a function is one, merged by lines within.
LibCST cuts the text (https://libcst.readthedocs.io), `ast` tells what a piece is.
"""

from collections.abc import Sequence

from drydock.documents import python_items
from drydock.documents.nodes import Part
from drydock.profiles import Profile


def handles(path: str) -> bool:
    """Tell whether `path` names Python source."""
    return path.endswith((".py", ".pyi"))


def check(text: str) -> None:
    """Raise ValueError if `text` is not Python, as far as the running version knows it."""
    python_items.check(text)


def read(text: str, _known: Sequence[Profile] = ()) -> Part:
    """Take `text` apart into statements."""
    from drydock.documents import python_parts  # noqa: PLC0415 - LibCST takes long to import

    return python_parts.read(text)
