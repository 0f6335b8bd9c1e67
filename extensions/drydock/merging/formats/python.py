"""Python source code.

Statements of a module and of a class are its parts; a function is one, merged by lines within.
LibCST cuts the text (https://libcst.readthedocs.io), `ast` tells what a piece is.
"""

from collections import Counter
from collections.abc import Sequence

from drydock.merging import python_items, python_units
from drydock.merging.parts import Part, Rule

RULES: Sequence[Rule] = ()


def handles(path: str) -> bool:
    """Tell whether `path` names Python source."""
    return path.endswith((".py", ".pyi"))


def check(text: str) -> None:
    """Raise ValueError if `text` is not Python, as far as the running version knows it."""
    python_items.parse(text)


def read(text: str) -> Part:
    """Take `text` apart into statements."""
    from drydock.merging import python_parts  # noqa: PLC0415 - LibCST takes long to import

    return python_parts.read(text)


def units(text: str) -> Counter[tuple[str, str]]:
    """Return statements, imported names, items and comments, by the scope that they stand in."""
    return python_units.units(text)
