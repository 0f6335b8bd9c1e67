"""The definition of a rule."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from drydock.codemods.finding import Edit, Finding
from drydock.codemods.project import Project
from drydock.codemods.source import Source


@dataclass(frozen=True)
class Rule:
    """A change in a library, a tool or the standard that code has to follow."""

    name: str
    summary: str
    """The change (old -> new) in one line."""
    since: str
    """The release of the standard that requires it."""
    words: Sequence[str] = ()
    """A module that contains none of these is skipped."""
    rewrite: Callable[[Source], cst.Module | None] | None = None
    """Returns the new tree of one module; None if nothing changes."""
    survey: Callable[[Project], Iterator[Edit | Finding]] | None = None
    """Yields edits and findings for files of the whole service."""
    on_request: bool = False
    """Whether it changes files only when named; it always reports its findings."""
