"""Merges prose by paragraph.

For git, a change to one paragraph and the removal of the one above touch, and conflict. But
paragraphs are independent: the change of one side to a paragraph does not affect another one that
the other side changed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

_FENCE = re.compile(r"[ \t>]*(?P<fence>`{3,}|~{3,})")
_Change = tuple[int, int, tuple[str, ...]]
"""The start and end in base, and the paragraphs that replace these."""


def merge(base: str, ours: str, theirs: str) -> str | None:
    """Merge three texts that end with a line end; None if both sides change the same paragraph.

    None also if a side adds where the other makes a change, changes one of several equal
    paragraphs, or moves one.
    """
    in_base, in_ours, in_theirs = (_paragraphs(text) for text in (base, ours, theirs))
    changes = sorted({*_changes(in_base, in_ours), *_changes(in_base, in_theirs)})
    counts = Counter(in_base)
    for start, end, new in changes:
        is_repeated = any(counts[paragraph] > 1 for paragraph in in_base[start:end])
        if is_repeated or any(paragraph in counts for paragraph in new):
            return None
    result, at = list[str](), 0
    for number, (start, end, new) in enumerate(changes):
        if any(_clash((start, end), other[:2]) for other in changes[:number]):
            return None
        result += [*in_base[at:start], *new]
        at = end
    return "\n".join([*result, *in_base[at:]])


def _paragraphs(text: str) -> list[str]:
    """Return the paragraphs with their line ends; a fenced block is one paragraph."""
    paragraphs, fence = [""], ""
    for line in text.splitlines(keepends=True):
        if fence:
            fence = "" if line.strip(" \t>\n").startswith(fence) else fence
        elif opens := _FENCE.match(line):
            fence = opens["fence"]
        if not line.strip() and not fence:
            paragraphs.append("")
        else:
            paragraphs[-1] += line
    return [paragraph for paragraph in paragraphs if paragraph]


def _changes(base: Sequence[str], side: Sequence[str]) -> list[_Change]:
    matcher = SequenceMatcher(None, base, side, autojunk=False)
    return [
        (start, end, tuple(side[first:last]))
        for kind, start, end, first, last in matcher.get_opcodes()
        if kind != "equal"
    ]


def _clash(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Tell whether two changes overlap, or one adds paragraphs where the other makes a change."""
    (start, end), (first, last) = one, other
    if start == end or first == last:
        return start <= last and first <= end
    return start < last and first < end
