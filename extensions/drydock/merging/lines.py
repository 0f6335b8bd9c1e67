"""Holds a clean merge by lines to what both sides did.

Where both sides moved or removed the same line, git may align them so that a line which one side
removed is still there, and calls that clean. Counting tells: where one side left the number of a
line as it was, the merge must have as many as the other side. Lines with hardly a word, such as
brackets, recur too much to tell anything.
"""

import re
from collections import Counter

_TELLING = re.compile(rb"\w\W*\w\W*\w\W*\w")


def problem(base: bytes, ours: bytes, theirs: bytes, merged: bytes) -> str | None:
    """Return which change is missing from `merged`, on one line, or None."""
    was, mine, new, now = (Counter(text.splitlines()) for text in (base, ours, theirs, merged))
    for line in sorted(was.keys() | mine.keys() | new.keys()):
        if not _TELLING.search(line) or (mine[line] != was[line] and new[line] != was[line]):
            continue
        expected = new[line] if mine[line] == was[line] else mine[line]
        if now[line] != expected:
            shown = line.strip().decode("utf-8", "replace")[:60]
            return f"it would be {_times(now[line])} in it, not {_times(expected)}: {shown}"
    return None


def _times(count: int) -> str:
    return {0: "nowhere", 1: "once", 2: "twice"}.get(count, f"{count} times")
