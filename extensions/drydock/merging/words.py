"""Merges lines by words, if the changes of the sides do not touch.

In prose and scripts words are independent; in data and code one can depend on its neighbour.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from drydock.merging import order

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_ALIKE = 0.5
"""The similarity from which one line counts as a changed version of another."""


def line(base: str, ours: str, theirs: str) -> str | None:
    """Merge a line by words; None if the sides changed the same or adjacent words."""
    in_base, in_ours, in_theirs = (_WORDS.findall(text) for text in (base, ours, theirs))
    by_ours, by_theirs = _changes(in_base, in_ours), _changes(in_base, in_theirs)
    for start, end, words in by_ours:
        for first, last, others in by_theirs:
            between = in_base[end:first] if end <= first else in_base[last:start]
            if (start, end, words) != (first, last, others) and not "".join(between).strip():
                return None
    result, at = list[str](), 0
    for start, end, words in sorted({*by_ours, *by_theirs}):
        result += [*in_base[at:start], *words]
        at = end
    return "".join([*result, *in_base[at:]])


def _changes(base: Sequence[str], side: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    matcher = SequenceMatcher(None, base, side, autojunk=False)
    return [
        (start, end, tuple(side[first:last]))
        for kind, start, end, first, last in matcher.get_opcodes()
        if kind != "equal"
    ]


def script(base: str, ours: str, theirs: str) -> str | None:
    """Merge the changes of both sides to a script line by line; None if that is not certain.

    It is certain if both sides replaced lines with the same ones and one side added more, or if a
    line can be merged by words.
    """
    sides = [text.splitlines(keepends=True) for text in (base, ours, theirs)]
    result = list[str]()
    for in_base, in_ours, in_theirs in order.segments(*sides):
        more = order.furthered((in_base, in_ours, in_theirs))
        if more is None and len(in_ours) == len(in_theirs) <= len(in_base):
            more = _by_line(in_base, in_ours, in_theirs)
        if more is None:
            return None
        result += more
    return "".join(result)


def furthered(base: str, ours: str, theirs: str) -> str | None:
    """Merge lines if both sides made the same replacement and one side added more.

    None if an added line may be a changed version of one that the other side removed.
    """
    sides = [text.splitlines(keepends=True) for text in (base, ours, theirs)]
    result = list[str]()
    for in_base, in_ours, in_theirs in order.segments(*sides):
        more = order.furthered((in_base, in_ours, in_theirs))
        if more is None:
            return None
        less = min(in_ours, in_theirs, key=len)
        added = [line for line in more if line not in less]
        removed = [line for line in in_base if line not in less]
        if in_base not in (in_ours, in_theirs) and any(
            _similarity(new, old) >= _ALIKE for new in added for old in removed
        ):
            return None
        result += more
    return "".join(result)


def _by_line(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[str] | None:
    """Merge pairs of lines by words, each with the most similar line of base."""
    result = list[str]()
    for our_line, their_line in zip(ours, theirs, strict=True):
        if our_line == their_line:
            result.append(our_line)
            continue
        # Lines of different origin are two changes: one side can have removed the other's line.
        origins = {_origin(base, side) for side in (our_line, their_line)}
        origin = origins.pop()
        if origin is None or origins:
            return None
        merged = line(base[origin], our_line, their_line)
        if merged is None:
            return None
        result.append(merged)
    return result


def _origin(base: Sequence[str], side: str) -> int | None:
    """Return the index of the line that a side changed into this one; None if that is not clear."""
    similarities = [_similarity(old, side) for old in base]
    best = max(similarities, default=0)
    is_clear = best >= _ALIKE and similarities.count(best) == 1
    return similarities.index(best) if is_clear else None


def _similarity(first: str, second: str) -> float:
    words = _WORDS.findall(first), _WORDS.findall(second)
    return SequenceMatcher(None, *words, autojunk=False).ratio()
