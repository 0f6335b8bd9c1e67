"""Where a file says something: the line of a key, of a scalar, or of an item of a list."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from drydock.documents import formats
from drydock.documents.values import Stated


@dataclass(frozen=True)
class Place:
    """One thing that a file says."""

    names: tuple[str, ...]
    """The keys that lead to it; an item of a list has those of the list."""
    value: str
    """What a scalar says; empty for what holds others."""
    line: int
    """From 1."""


@lru_cache(maxsize=64)
def places(path: str, text: str) -> tuple[Place, ...]:
    """Return everything that a file says, in its order; nothing if it cannot be read for that."""
    known: object = formats.of(path)
    read: Callable[[str], Iterable[Stated]] | None = getattr(known, "stated", None)
    if read is None:
        return ()
    text = text if text.endswith("\n") else f"{text}\n"
    try:
        found = list(read(text))
    except (ValueError, RecursionError):
        return ()
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    return tuple(Place(names, value, bisect_right(starts, start)) for names, value, start in found)


def line_of(path: str, text: str, *names: str, value: str | None = None) -> int:
    """Return the first line on which the file at `path` says what these keys lead to; 0 if none.

    They may be the last of more, where nothing has them alone. With `value`, it is the scalar, or
    the item of a list, that says this.
    """
    found = [
        one
        for one in places(path, text)
        if one.names[-len(names) :] == names and value in (None, one.value)
    ]
    alone = [one for one in found if one.names == names]
    return next((one.line for one in [*alone, *found]), 0)
