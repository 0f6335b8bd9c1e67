"""A file that both sides edited, and checks of its merge."""

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
    """A drawn file, as edited by each side, and by both."""

    base: D
    ours: D
    theirs: D
    both: D
    """Not used if both sides edit the same thing."""


Render = Callable[[D], str]
"""Renders a drawn file as text of a format."""


def merge(path: str, render: Render[D], case: Case[D]) -> str:
    """Return the merged text of a case."""
    base, ours, theirs = (render(side).encode() for side in (case.base, case.ours, case.theirs))
    return structural.merge(path, base, ours, theirs).text.decode()


def check_swapped(path: str, render: Render[D], case: Case[D], merged: str) -> None:
    """Assert that a merge has the same units when ours and theirs are swapped."""
    swapped = merge(path, render, replace(case, ours=case.theirs, theirs=case.ours))
    file_format = formats.of(path)
    assert file_format
    units = audit.of(formats.name_of(file_format))
    assert units(swapped) == units(merged)


def check_contested(path: str, render: Render[D], case: Case[D]) -> None:
    """Assert that a case conflicts."""
    with pytest.raises(NotCertain):
        merge(path, render, case)
