"""The units of reStructuredText."""

import re
from collections import Counter
from itertools import pairwise

from drydock.merging.audit import prose

_UNDERLINE = re.compile(r"([^\w\s])\1{3,}\s*")


def units(text: str) -> Counter[tuple[str, str]]:
    """Return the lines below each title; those below the first, the document's, have no title."""
    counts, title, first = Counter[tuple[str, str]](), "", True
    for line, following in pairwise([*text.split("\n"), "", ""]):
        if _UNDERLINE.fullmatch(following) and line.strip() and not _UNDERLINE.fullmatch(line):
            title, first = ("" if first else " ".join(line.split())), False
        if line.strip():
            counts[title, line.strip()] += 1
    return counts


def broken(_base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return a paragraph that the merge repeats although each side has it once."""
    return prose.repeated(ours, theirs, merged)
