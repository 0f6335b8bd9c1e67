"""What holds of prose in any format: a paragraph that each side has once is there once."""

import re
from collections import Counter

_WORDS = 4
"""How many make a paragraph that does not recur by chance."""


def repeated(ours: str, theirs: str, merged: str) -> str | None:
    """Return the paragraph that `merged` has more often than a side, whatever its line ends."""
    mine, new, now = (_paragraphs(text) for text in (ours, theirs, merged))
    for said, often in now.items():
        if often > max(1, mine[said], new[said]):
            return f"`{said[:40]}…` would be there {often} times, each side has it once"
    return None


def _paragraphs(text: str) -> Counter[str]:
    found = (" ".join(one.split()) for one in re.split(r"\n[ \t]*\n", text))
    return Counter(one for one in found if len(re.findall(r"\w+", one)) >= _WORDS)
