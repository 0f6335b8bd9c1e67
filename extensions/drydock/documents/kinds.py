"""The kinds of bodies in a document: what adding, removing and renaming a part means in each.

A reader gives each body one of these kinds; no other combination of properties exists. Whether
order matters is a property of each part, because it varies within code and requirements files.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum, auto


class Anywhere(Enum):
    """The place of a part whose position among its siblings means nothing."""

    ANYWHERE = auto()


ANYWHERE = Anywhere.ANYWHERE
Place = Hashable
"""What the position of a part means.

None: the part is ordered. ANYWHERE: it is unordered. Any other value: the part can trade places
with a neighbour that has the same value.
"""


@dataclass(frozen=True)
class Kind:
    """The properties of a body."""

    name: str
    independent: bool = False
    """Whether an added part never replaces a removed one."""
    added_whole: bool = False
    """Whether two bodies that both sides added under one name are unrelated, and not merged."""
    disposable: bool = False
    """Whether a body without parts is removed."""
    renamable: bool = False
    """Whether its keys are names chosen by the author, so that a part can be renamed."""


TABLE = Kind("table")
"""Keys with values: a mapping or a section of settings."""
JOBS = Kind("jobs", renamable=True)
"""A mapping whose keys are used only within the file."""
LIST = Kind("list")
"""Ordered items."""
STEPS = Kind("steps", renamable=True)
"""A list whose items have a name that is only displayed."""
SET = Kind("set")
"""Unordered items, matched by identity."""
PACKAGES = Kind("packages", independent=True)
"""A set of independent items: requirements."""
NAMES = Kind("names", independent=True, disposable=True)
"""A set that is kept sorted and is removed with its last item: the names in an import."""
BLOCK = Kind("block", independent=True, added_whole=True)
"""Statements, some of them unordered."""
GUARD = Kind("guard", independent=True)
"""Statements below a condition that both sides can add."""
ITEMS = Kind("items", added_whole=True)
"""Arguments of a call, or items of a literal, in code."""
RULES = Kind("rules", independent=True)
"""Lines of which the last match decides."""
SECTIONS = Kind("sections", added_whole=True)
"""Parts that are read or run from top to bottom: sections of a text, instructions of an image."""
TITLED = Kind("titled sections", added_whole=True)
"""Sections of a text, each independent of the others below its title."""


class Text(Enum):
    """The kinds of text that a leaf can hold."""

    PLAIN = auto()
    PROSE = auto()
    """Independent paragraphs."""
    SCRIPT = auto()
    """Commands that run one after the other."""
