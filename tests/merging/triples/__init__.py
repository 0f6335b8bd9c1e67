"""Triples of base, ours and theirs, and what must come of each: written by hand, before the code.

A triple is one text. The margin left of `|` names who has a line: `b` base, `o` ours, `t` theirs,
`m` the merged file; a blank margin means all of them. A conflict has no `m`.
What a tool makes of its file is looked up in its documentation, never in what the engine does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Invariant = Literal["unique", "exclusive", "atomic", "ordered", "reference"]


@dataclass(frozen=True)
class Triple:
    """One file on three sides, and the outcome."""

    about: Invariant
    """The kind of invariant that decides: it is broken in a conflict, and holds in a merge."""
    path: str
    text: str
    names: tuple[str, ...] = ()
    """What the reason of the conflict has to name."""
    is_conflict: bool = False

    def side(self, letter: str) -> str:
        """Return the text that a side has."""
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
    """Return a triple that must stay a conflict, whose reason names what is in disagreement."""
    return Triple(about, path, text, names, is_conflict=True)
