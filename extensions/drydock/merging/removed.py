"""Sections of prose that you removed, and that the release changes: they stay removed.

As for a file, what the release says there has no place any more, and the report tells. A section
of which something lives on, under another title or elsewhere, is not removed.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

_TELLING = 4
"""Words by which a line is known again; one with fewer recurs too easily."""


def stays(base: str, theirs: str, ours: str) -> bool:
    """Tell whether all that the release changed in a section is gone from your text as a whole.

    `base` and `theirs` are the section in both releases.
    """
    was, new = _blocks(base), _blocks(theirs)
    there = {line.strip() for line in ours.splitlines()}
    matcher = SequenceMatcher(None, was, new, autojunk=False)
    for kind, start, end, _, _ in matcher.get_opcodes():
        if kind == "equal":
            continue
        if start == len(was):
            return False  # at the end of a section it may be meant for the whole text
        # What is new belongs to what is beside it.
        touched = was[start:end] or was[max(0, start - 1) : end + 1]
        if any(_lives(block, there) for block in touched):
            return False
    return True


def has(base: str, theirs: str, ours: str) -> bool:
    """Tell whether your text as a whole has all that the release adds to a section.

    Where lines break means nothing. What the release removes or changes, it may not have.
    """
    was, new = _blocks(base), _blocks(theirs)
    said = " ".join(ours.split())
    added = [" ".join(block.split()) for block in new if block not in was]
    return {*was} <= {*new} and all(block in said for block in added)


def _blocks(text: str) -> Sequence[str]:
    """Return the paragraphs, each with what is indented below it."""
    return [block.rstrip() for block in re.split(r"\n[ \t]*\n+(?=\S)", text) if block.strip()]


def _lives(block: str, there: set[str]) -> bool:
    lines = [line.strip() for line in block.splitlines() if re.search(r"\w", line)]
    telling = [line for line in lines if len(re.findall(r"\w+", line)) >= _TELLING]
    return any(line in there for line in telling or lines)
