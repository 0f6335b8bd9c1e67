"""What JSON says where, comments and trailing commas included."""

import json
import re
from collections import Counter
from collections.abc import Iterator

# A string (kept), a comment, or a comma with nothing but space and comments before the bracket.
_COMMENT = r"//[^\n]*|/\*.*?\*/"
_EXTRA = re.compile(rf'("(?:\\.|[^"\\])*")|{_COMMENT}|,(?=(?:\s|{_COMMENT})*[\]}}])', re.DOTALL)


def units(text: str) -> Counter[tuple[str, str]]:
    """Return each value with its path, and the comments."""
    found = Counter(_leaves("", json.loads(_EXTRA.sub(lambda m: m[1] or " ", text))))
    for extra in _EXTRA.finditer(text):
        if not extra[1]:
            found.update(("#", line) for line in map(str.strip, extra[0].splitlines()))
    return found


def _leaves(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield place, "{}"
        for key, held in value.items():
            yield from _leaves(f"{place}.{json.dumps(key)}", held)
    elif isinstance(value, list):
        yield place, "[]"
        for held in value:
            yield from _leaves(f"{place}[{_label(held)}]", held)
    else:
        yield place, json.dumps(value)


def _label(item: object) -> str:
    """Return by what an item of a list is known, if it is."""
    known = item if isinstance(item, dict) else {}
    return next((f"{key}={known[key]}" for key in ("id", "name") if key in known), "")
