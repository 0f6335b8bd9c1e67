"""Checks a clean merge by lines against the changes of both sides.

If both sides moved or removed the same line, git can align them so that a line that one side
removed is still there, and calls that clean. So lines are counted: if one side did not change the
number of a line, the merge must have the line as often as the other side. Lines with hardly any
word characters, such as brackets, recur too often to count.
"""

import re
from collections import Counter

SIGNIFICANT = re.compile(rb"\w\W*\w\W*\w\W*\w")
"""A line with content of its own: every file has brackets and blank lines."""


def problem(base: bytes, ours: bytes, theirs: bytes, merged: bytes) -> str | None:
    """Return which change is missing from `merged`, on one line, or None."""
    texts = (base, ours, theirs, merged)
    in_base, in_ours, in_theirs, in_merged = (Counter(text.splitlines()) for text in texts)
    for line in sorted(in_base.keys() | in_ours.keys() | in_theirs.keys()):
        counts = in_base[line], in_ours[line], in_theirs[line]
        if not SIGNIFICANT.search(line) or in_base[line] not in counts[1:]:
            continue
        expected = in_theirs[line] if in_ours[line] == in_base[line] else in_ours[line]
        if in_merged[line] != expected:
            shown = line.strip().decode("utf-8", "replace")[:60]
            return f"{_times(in_merged[line])}, not {_times(expected)}: {shown}"
    return None


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
