"""What TOML says where."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator


def units(text: str) -> Counter[tuple[str, str]]:
    """Return each value with its path, and the comments."""
    found = Counter(_leaves("", tomllib.loads(text)))
    found.update(("#", remark.strip()) for remark in re.findall(r"(?m)(?:^|\s)#(.*)$", text))
    return found


def _leaves(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield place, "{}"
        for key, held in value.items():
            yield from _leaves(f"{place}.{key!r}", held)
    elif isinstance(value, list):
        yield place, "[]"
        for held in value:
            yield from _leaves(f"{place}[{_label(held)}]", held)
    elif isinstance(value, str) and "\n" in value:
        for line in value.splitlines():
            yield place, repr(line)
    else:
        yield place, repr(value)


def _label(item: object) -> str:
    """Return by what an item of a list is known, if it is."""
    known = item if isinstance(item, dict) else {}
    return next((f"{key}={known[key]}" for key in ("id", "name") if key in known), "")
