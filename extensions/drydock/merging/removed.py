"""Decides whether a section of prose that ours removed and the release changed stays removed.

As with files, the change of the release is skipped and reported. A section counts as removed only
if none of its text remains under another title or elsewhere.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

_TELLING = 4
"""The number of words that make a line recognizable; shorter lines recur too easily."""


def stays(base: str, theirs: str, ours: str) -> bool:
    """Tell whether the whole text of ours has nothing of what the release changed in a section.

    `base` and `theirs` are the section in the old and new release.
    """
    in_base, in_theirs = _blocks(base), _blocks(theirs)
    our_lines = {line.strip() for line in ours.splitlines()}
    matcher = SequenceMatcher(None, in_base, in_theirs, autojunk=False)
    for kind, start, end, _, _ in matcher.get_opcodes():
        if kind == "equal":
            continue
        if start == len(in_base):
            return False  # an addition at the end can be meant for the whole text
        # An addition belongs to its neighbours.
        touched = in_base[start:end] or in_base[max(0, start - 1) : end + 1]
        if any(_remains(block, our_lines) for block in touched):
            return False
    return True


def has(base: str, theirs: str, ours: str) -> bool:
    """Tell whether the release only adds to a section, and the text of ours has all additions.

    Line breaks are ignored.
    """
    in_base, in_theirs = _blocks(base), _blocks(theirs)
    our_words = " ".join(ours.split())
    added = [" ".join(block.split()) for block in in_theirs if block not in in_base]
    return {*in_base} <= {*in_theirs} and all(block in our_words for block in added)


def _blocks(text: str) -> Sequence[str]:
    """Return the paragraphs, each with the indented text below it."""
    return [block.rstrip() for block in re.split(r"\n[ \t]*\n+(?=\S)", text) if block.strip()]


def _remains(block: str, our_lines: set[str]) -> bool:
    """Tell whether a recognizable line of a block is among these lines."""
    lines = [line.strip() for line in block.splitlines() if re.search(r"\w", line)]
    recognizable = [line for line in lines if len(re.findall(r"\w+", line)) >= _TELLING]
    return any(line in our_lines for line in recognizable or lines)
