"""Judges a merge in the units of its format, by the module that is called as the format is.

It shares no code with the readers, because what these make is held to it. Each judge has `units`;
one that knows more has `broken`, `needed` or `unneeded`, which take and return what the functions
of these names here do, without the format's name. The other modules help these, or judge all
formats.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TypeVar, cast

Units = Counter[tuple[str, str]]
"""How often each thing is said where: place and content, whatever the layout; remarks count, too.

In a place, `[x]` stands for items of a list: those known as `x`, or without one all others.
"""


def of(name: str) -> Callable[[str], Units]:
    """Return what takes a text of the format called `name` apart into units."""
    return cast(Callable[[str], Units], import_module(f"{__name__}.{name}").units)


_T = TypeVar("_T")


def brought(
    base: Counter[_T], ours: Counter[_T], theirs: Counter[_T], merged: Counter[_T]
) -> list[_T]:
    """Return what `merged` has more of than the sides brought or left: its own faults."""

    def most(one: _T) -> int:
        was, mine, new = base[one], ours[one], theirs[one]
        if mine == was:
            return new
        return mine if new == was else max(mine, new, mine + new - was)

    return [one for one, count in merged.items() if count > most(one)]


def broken(name: str, base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return what holds in both sides of a file of the format called `name`, but not in `merged`.

    It says what each side did, on one line. None: nothing that is known of the format.
    """
    judge = getattr(import_module(f"{__name__}.{name}"), "broken", None)
    return judge(base, ours, theirs, merged) if judge else None


def needed(name: str, base: str, ours: str, theirs: str, merged: str) -> Mapping[str, str]:
    """Return what one side of a file dropped while the other still uses it, and who that is.

    Each by its key, or by the one of what holds it and its own.
    """
    judge = getattr(import_module(f"{__name__}.{name}"), "needed", None)
    return judge(base, ours, theirs, merged) if judge else {}


def unneeded(name: str, base: str, ours: str, theirs: str, merged: str) -> Sequence[str]:
    """Return what of `theirs` nothing in `merged` needs, as ours removed what did."""
    judge = getattr(import_module(f"{__name__}.{name}"), "unneeded", None)
    return judge(base, ours, theirs, merged) if judge else []
