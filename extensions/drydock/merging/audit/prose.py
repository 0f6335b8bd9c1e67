"""The invariant of prose in any format: a paragraph that each side has once is not repeated."""

import re
from collections import Counter

_WORDS = 4
"""The number of words from which a paragraph does not recur by chance."""


def repeated(ours: str, theirs: str, merged: str) -> str | None:
    """Return a paragraph that `merged` repeats although each side has it once.

    Line breaks are ignored.
    """
    in_ours, in_theirs, in_merged = (_paragraphs(text) for text in (ours, theirs, merged))
    for paragraph, count in in_merged.items():
        if count > max(1, in_ours[paragraph], in_theirs[paragraph]):
            return f"`{paragraph[:40]}…` would occur {count} times, each version has it once"
    return None


def _paragraphs(text: str) -> Counter[str]:
    paragraphs = (" ".join(block.split()) for block in re.split(r"\n[ \t]*\n", text))
    return Counter(p for p in paragraphs if len(re.findall(r"\w+", p)) >= _WORDS)
