"""Merges prose by its paragraphs, which empty lines tell apart.

For git, a change of one paragraph and the removal of the one above it touch, and conflict. But
each paragraph stands by itself: what one side did to one says nothing about another that the other
side left as it was.
"""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

_FENCE = re.compile(r"[ \t>]*(?P<fence>`{3,}|~{3,})")
_Change = tuple[int, int, tuple[str, ...]]
"""From where to where in base, and what stands there instead."""


def merge(base: str, ours: str, theirs: str) -> str | None:
    """Merge three texts that end with a line end; None if both changed the same, or added there.

    Nor is it certain which of several equal paragraphs a side removed, or whether it moved one.
    """
    was, mine, new = (_paragraphs(text) for text in (base, ours, theirs))
    changes = sorted({*_changes(was, mine), *_changes(was, new)})
    times = Counter(was)
    for start, end, text in changes:
        if any(times[one] > 1 for one in was[start:end]) or any(one in times for one in text):
            return None
    result, at = list[str](), 0
    for place, (start, end, text) in enumerate(changes):
        if any(_clash((start, end), other[:2]) for other in changes[:place]):
            return None
        result += [*was[at:start], *text]
        at = end
    return "\n".join([*result, *was[at:]])


def _paragraphs(text: str) -> list[str]:
    """Return the paragraphs, each with its line ends; what is fenced is one."""
    found, fence = [""], ""
    for line in text.splitlines(keepends=True):
        if fence:
            fence = "" if line.strip(" \t>\n").startswith(fence) else fence
        elif opens := _FENCE.match(line):
            fence = opens["fence"]
        if not line.strip() and not fence:
            found.append("")
        else:
            found[-1] += line
    return [paragraph for paragraph in found if paragraph]


def _changes(base: Sequence[str], side: Sequence[str]) -> list[_Change]:
    matcher = SequenceMatcher(None, base, side, autojunk=False)
    return [
        (start, end, tuple(side[first:last]))
        for kind, start, end, first, last in matcher.get_opcodes()
        if kind != "equal"
    ]


def _clash(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Tell whether two changes are of the same paragraphs, or one adds where the other changes."""
    (start, end), (first, last) = one, other
    if start == end or first == last:
        return start <= last and first <= end
    return start < last and first < end
