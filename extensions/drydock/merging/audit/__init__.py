"""Checks a merge in the units of its format, with the module named like the format.

It shares no code with the readers, because it checks their work. Each of these modules has `units`;
some also have `broken`, `needed` or `unneeded`, with the parameters and results of the functions of
these names here, without the format's name. The other modules are helpers, or check all formats.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TypeVar, cast

Units = Counter[tuple[str, str]]
"""The count of each unit of a text: its place and content, regardless of layout.

Comments are units too. In a place, `[x]` stands for the list items with the identity `x`, and `[]`
for all items without one.
"""


def of(name: str) -> Callable[[str], Units]:
    """Return the function that counts the units of a text in the format called `name`."""
    return cast(Callable[[str], Units], import_module(f"{__name__}.{name}").units)


_T = TypeVar("_T")


def new_faults(
    base: Counter[_T], ours: Counter[_T], theirs: Counter[_T], merged: Counter[_T]
) -> list[_T]:
    """Return the faults that `merged` has more often than its sides account for."""

    def most(fault: _T) -> int:
        in_base, in_ours, in_theirs = base[fault], ours[fault], theirs[fault]
        if in_ours == in_base:
            return in_theirs
        if in_theirs == in_base:
            return in_ours
        return max(in_ours, in_theirs, in_ours + in_theirs - in_base)

    return [fault for fault, count in merged.items() if count > most(fault)]


def broken(name: str, base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return an invariant of both sides that `merged` breaks; None: none that is known.

    The message is one line and states what each side did. `name` is that of the format.
    """
    judge = getattr(import_module(f"{__name__}.{name}"), "broken", None)
    return judge(base, ours, theirs, merged) if judge else None


def needed(name: str, base: str, ours: str, theirs: str, merged: str) -> Mapping[str, str]:
    """Return the keys of parts that one side removed while the other still uses them, and who does.

    The key of a name in an import is that of the import and its own.
    """
    judge = getattr(import_module(f"{__name__}.{name}"), "needed", None)
    return judge(base, ours, theirs, merged) if judge else {}


def unneeded(name: str, base: str, ours: str, theirs: str, merged: str) -> Sequence[str]:
    """Return the keys of parts of theirs that `merged` does not need, because ours removed uses."""
    judge = getattr(import_module(f"{__name__}.{name}"), "unneeded", None)
    return judge(base, ours, theirs, merged) if judge else []
