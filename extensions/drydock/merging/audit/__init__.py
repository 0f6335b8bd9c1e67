"""Judges a merge in the units of its format: every module in this package knows one.

It shares no code with the readers, because what these make is held to it.
"""

from collections import Counter
from collections.abc import Callable
from importlib import import_module
from typing import cast

Units = Counter[tuple[str, str]]
"""How often each thing is said where: place and content, whatever the layout; remarks count, too.

In a place, `[x]` stands for items of a list: those known as `x`, or without one all others.
"""


def of(name: str) -> Callable[[str], Units]:
    """Return what takes a text of the format called `name` apart into units."""
    return cast(Callable[[str], Units], import_module(f"{__name__}.{name}").units)
