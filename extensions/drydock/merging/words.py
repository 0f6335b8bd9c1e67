"""Merges lines by their words: where what the sides changed does not touch.

In prose and in scripts words stand for themselves; in data and code one can depend on its
neighbour.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from drydock.merging import order

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_ALIKE = 0.5
"""How much of two lines must be the same for one to have been made of the other."""


def line(base: str, ours: str, theirs: str) -> str | None:
    """Merge a line by its words; None where the sides changed the same words, or neighbours."""
    was, mine, new = (_WORDS.findall(text) for text in (base, ours, theirs))
    by_ours, by_theirs = _changes(was, mine), _changes(was, new)
    for start, end, words in by_ours:
        for first, last, others in by_theirs:
            between = was[end:first] if end <= first else was[last:start]
            if (start, end, words) != (first, last, others) and not "".join(between).strip():
                return None
    result, at = list[str](), 0
    for start, end, words in sorted({*by_ours, *by_theirs}):
        result += [*was[at:start], *words]
        at = end
    return "".join([*result, *was[at:]])


def _changes(base: Sequence[str], side: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    matcher = SequenceMatcher(None, base, side, autojunk=False)
    return [
        (start, end, tuple(side[first:last]))
        for kind, start, end, first, last in matcher.get_opcodes()
        if kind != "equal"
    ]


def script(base: str, ours: str, theirs: str) -> str | None:
    """Merge what both sides changed in a script, line by line; None where that is not certain.

    It is where both sides wrote the same lines instead of old ones and one of them more, and where
    a line can be merged by its words.
    """
    sides = [text.splitlines(keepends=True) for text in (base, ours, theirs)]
    result = list[str]()
    for was, mine, new in order.segments(*sides):
        more = order.furthered((was, mine, new))
        if more is None and len(mine) == len(new) <= len(was):
            more = _by_line(was, mine, new)
        if more is None:
            return None
        result += more
    return "".join(result)


def furthered(base: str, ours: str, theirs: str) -> str | None:
    """Merge lines of which both sides put the same for old ones, and one of them more.

    None where what that side put more may be what it made of a line that the other removed.
    """
    sides = [text.splitlines(keepends=True) for text in (base, ours, theirs)]
    result = list[str]()
    for was, mine, new in order.segments(*sides):
        more = order.furthered((was, mine, new))
        if more is None:
            return None
        less = min(mine, new, key=len)
        added = [line for line in more if line not in less]
        gone = [line for line in was if line not in less]
        if was not in (mine, new) and any(_likeness(a, g) >= _ALIKE for a in added for g in gone):
            return None
        result += more
    return "".join(result)


def _by_line(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[str] | None:
    result = list[str]()
    for mine, new in zip(ours, theirs, strict=True):
        if mine == new:
            result.append(mine)
            continue
        likeness = [min(_likeness(was, mine), _likeness(was, new)) for was in base]
        best = max(likeness, default=0)
        if best < _ALIKE or likeness.count(best) > 1:
            return None
        merged = line(base[likeness.index(best)], mine, new)
        if merged is None:
            return None
        result.append(merged)
    return result


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, _WORDS.findall(one), _WORDS.findall(other), autojunk=False).ratio()
