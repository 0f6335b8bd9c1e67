"""Triples of base, ours and theirs with the expected outcome, written by hand before the code.

A triple is one text. The margin left of `|` names the sides that have a line: `b` base, `o` ours,
`t` theirs, `m` the merged file; a blank margin means all of them. A conflict has no `m`. The name
says what happens in base, ours and theirs. The outcome follows from the documentation of the tool,
never from what the engine does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Invariant = Literal["unique", "exclusive", "atomic", "ordered", "reference"]


@dataclass(frozen=True)
class Triple:
    """One file on three sides, and the outcome."""

    about: Invariant
    """The kind of invariant that decides: a conflict would break it, a merge keeps it."""
    path: str
    text: str
    names: tuple[str, ...] = ()
    """Texts that the reason of the conflict must contain."""
    is_conflict: bool = False

    def side(self, letter: str) -> str:
        """Return the text of a side."""
        lines = (line.partition("|") for line in self.text.strip("\n").split("\n"))
        return "".join(
            f"{line}\n"
            for margin, bar, line in lines
            if bar and letter in (margin.strip() or letter)
        )


Triples = Mapping[str, Triple]


def merges(about: Invariant, path: str, text: str) -> Triple:
    """Return a triple that merges without a conflict."""
    return Triple(about, path, text)


def conflicts(about: Invariant, path: str, text: str, *names: str) -> Triple:
    """Return a triple that must be a conflict, whose reason contains `names`."""
    return Triple(about, path, text, names, is_conflict=True)
