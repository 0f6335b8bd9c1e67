"""A file that both sides edited, and how a merge of it goes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import pytest
from drydock.documents import formats
from drydock.merging import audit, structural
from drydock.merging.certainty import NotCertain

D = TypeVar("D")


@dataclass(frozen=True)
class Case(Generic[D]):
    """A file as it is drawn, and what each side and both of them made of it."""

    base: D
    ours: D
    theirs: D
    both: D
    """Nothing looks at it where both edited one thing."""


Render = Callable[[D], str]
"""Writes what is drawn as a text of a format."""


def merge(path: str, render: Render[D], case: Case[D]) -> str:
    """Return the merge of a case, as text."""
    base, ours, theirs = (render(side).encode() for side in (case.base, case.ours, case.theirs))
    return structural.merge(path, base, ours, theirs).text.decode()


def check_swapped(path: str, render: Render[D], case: Case[D], merged: str) -> None:
    """Hold a merge to saying what it says when ours is theirs."""
    swapped = merge(path, render, replace(case, ours=case.theirs, theirs=case.ours))
    known = formats.of(path)
    assert known
    units = audit.of(formats.name_of(known))
    assert units(swapped) == units(merged)


def check_contested(path: str, render: Render[D], case: Case[D]) -> None:
    """Hold the merge of a case to leaving it alone."""
    with pytest.raises(NotCertain):
        merge(path, render, case)
