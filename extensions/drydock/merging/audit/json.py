"""The units of JSON, including comments and trailing commas."""

import json
import re
from collections import Counter

from drydock.merging.audit.leaves import leaves

# A string (kept), a comment, or a comma with only space and comments before the closing bracket.
_COMMENT = r"//[^\n]*|/\*.*?\*/"
_EXTRA = re.compile(rf'("(?:\\.|[^"\\])*")|{_COMMENT}|,(?=(?:\s|{_COMMENT})*[\]}}])', re.DOTALL)


def units(text: str) -> Counter[tuple[str, str]]:
    """Return each value with its path, and the comments."""
    counts = Counter(leaves("", json.loads(_EXTRA.sub(lambda m: m[1] or " ", text)), _contents))
    for extra in _EXTRA.finditer(text):
        if not extra[1]:
            counts.update(("#", line) for line in map(str.strip, extra[0].splitlines()))
    return counts


def _contents(scalar: object) -> list[str]:
    return [json.dumps(scalar)]
