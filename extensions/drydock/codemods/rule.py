"""What a rule is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from drydock.codemods.finding import Edit, Finding
from drydock.codemods.project import Project
from drydock.codemods.source import Source


@dataclass(frozen=True)
class Rule:
    """One change of a library, a tool or the standard that code has to follow."""

    name: str
    summary: str
    """What becomes of what, on one line."""
    since: str
    """The release of the standard that asks for it."""
    words: Sequence[str] = ()
    """A module without any of these is not read."""
    rewrite: Callable[[Source], cst.Module | None] | None = None
    """Returns the new tree of one module; None: nothing is to be changed."""
    survey: Callable[[Project], Iterator[Edit | Finding]] | None = None
    """Yields what is to be done in files of the whole service."""
    on_request: bool = False
    """Whether it changes something only when it is named; it tells of it always."""
