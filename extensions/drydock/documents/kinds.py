"""The kinds of things that documents hold: what company, absence and names mean among parts.

A reader gives each body one of these; no other combination can occur. What order means is said by
each part, because in code and in lists of requirements it differs from part to part.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum, auto


class Anywhere(Enum):
    """The place of a part among its siblings, where that means nothing."""

    ANYWHERE = auto()


ANYWHERE = Anywhere.ANYWHERE
Place = Hashable
"""None: where it stands means something. Or what it must share with a neighbour to trade places."""


@dataclass(frozen=True)
class Kind:
    """What a body is."""

    name: str
    independent: bool = False
    """Whether a part that comes never stands for one that goes."""
    added_whole: bool = False
    """Whether two that both sides added are no more than two things with one name."""
    disposable: bool = False
    """Whether it is no more than what it holds: with nothing in it nothing is left."""
    renamed: bool = False
    """Whether its keys are names that its author chose, so that one may get another."""


TABLE = Kind("table")
"""Keys with values: a mapping, a section of settings."""
JOBS = Kind("jobs", renamed=True)
"""A mapping whose keys nothing but the file itself knows."""
LIST = Kind("list")
"""Items whose order means something."""
STEPS = Kind("steps", renamed=True)
"""A list whose items have a name that is only shown."""
SET = Kind("set")
"""Items whose order means nothing, found by their identity."""
PACKAGES = Kind("packages", independent=True)
"""A set of which each item stands for itself: requirements."""
NAMES = Kind("names", independent=True, disposable=True)
"""A set that is kept sorted, and goes with its last item: what an import names."""
BLOCK = Kind("block", independent=True, added_whole=True)
"""Statements: some stand anywhere, some where they are."""
GUARD = Kind("guard", independent=True)
"""Statements below a condition that both sides may have written."""
ITEMS = Kind("items", added_whole=True)
"""Arguments, and the items of a literal in code."""
RULES = Kind("rules", independent=True)
"""Lines of which the last that fits decides."""
SECTIONS = Kind("sections", added_whole=True)
"""What is read, or run, from top to bottom: sections of a text, instructions of an image."""
TITLED = Kind("titled sections", added_whole=True)
"""Sections of a text, each of which stands by itself below its title."""


class Text(Enum):
    """What a leaf is."""

    PLAIN = auto()
    PROSE = auto()
    """Paragraphs, of which each stands by itself."""
    SCRIPT = auto()
    """Commands, one after the other."""
