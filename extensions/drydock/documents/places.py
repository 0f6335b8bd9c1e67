"""Finds the line of a key, a scalar or a list item in a file."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from drydock.documents import formats
from drydock.documents.values import Location


@dataclass(frozen=True)
class Place:
    """A key, a scalar or a list item, and its line."""

    names: tuple[str, ...]
    """The keys that lead to it; a list item has the keys of its list."""
    value: str
    """The text of a scalar; empty for collections."""
    line: int
    """Counted from 1."""


@lru_cache(maxsize=64)
def places(path: str, text: str) -> tuple[Place, ...]:
    """Return every place in a file, in order; empty if the file cannot be parsed."""
    file_format: object = formats.of(path)
    locate: Callable[[str], Iterable[Location]] | None = getattr(file_format, "locations", None)
    if locate is None:
        return ()
    text = text if text.endswith("\n") else f"{text}\n"
    try:
        locations = list(locate(text))
    except (ValueError, RecursionError):
        return ()
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    return tuple(
        Place(names, value, bisect_right(starts, offset)) for names, value, offset in locations
    )


def line_of(path: str, text: str, *names: str, value: str | None = None) -> int:
    """Return the first line of the file at `path` where these keys lead; 0 if there is none.

    A place with exactly these keys is preferred to one whose keys end with them. With `value`, only
    a scalar or list item with this value counts.
    """
    matches = [
        place
        for place in places(path, text)
        if place.names[-len(names) :] == names and value in (None, place.value)
    ]
    exact = [place for place in matches if place.names == names]
    return next((place.line for place in [*exact, *matches]), 0)
