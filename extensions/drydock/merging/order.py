"""Which part comes before which, where both sides may have changed that."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from drydock.documents.kinds import ANYWHERE
from drydock.documents.nodes import Part
from drydock.merging.certainty import NotCertain

Parts = dict[Hashable, Part]
"""Parts by their keys, in their order."""
_Item = TypeVar("_Item", bound=Hashable)


def merged_order(
    base: Parts, ours: Parts, theirs: Parts, merged: Parts, unrelated: bool
) -> list[Hashable]:
    """Return the order of what is left: of the side that changed it, with what the other added.

    What a side added comes after what it follows there, and after what the other added in that
    place. Parts that do not float must come out in an order that follows from both sides.
    """
    # A collection that one side took away, and that still has something, is the other side's own.
    base = {k: part for k, part in base.items() if k not in merged or (k in ours and k in theirs)}
    sides = (base, ours, theirs)
    fixed = {key for side in sides for key, part in side.items() if part.place is not ANYWHERE}
    every = base.keys() & ours.keys() & theirs.keys()
    if len({tuple(key for key in side if key in every) for side in sides}) == 1:
        fixed |= every  # what floats, but did not move, has a before and an after as well
    swaps = {
        key: None if part.place is ANYWHERE else part.place
        for side in sides
        for key, part in side.items()
    }
    old = merged.keys() & base.keys() & ours.keys() & theirs.keys()
    before, mine, new = ([key for key in side if key in old] for side in sides)
    first, second = (theirs, ours) if mine == before != new else (ours, theirs)
    result = _joined(*([key for key in side if key in merged] for side in (first, second)))
    if not _all_swap(fixed, swaps):
        of_each = ([key for key in side if key in fixed] for side in sides)
        expected = _sequence(*of_each, swaps=swaps, unrelated=unrelated)
        if [key for key in result if key in fixed] != expected:
            raise NotCertain("both sides put the same parts in another order")
    return result


def _joined(first: list[Hashable], second: list[Hashable]) -> list[Hashable]:
    """Add what only `second` has, after what it follows there and what `first` has there."""
    result, known, place = list(first), set(second), 0
    for key in second:
        if key in result:
            place = result.index(key) + 1
            continue
        while place < len(result) and result[place] not in known:
            place += 1
        result.insert(place, key)
        place += 1
    return result


def _all_swap(keys: Iterable[Hashable], swaps: Mapping[Hashable, Hashable]) -> bool:
    kinds = {swaps[key] for key in keys}
    return len(kinds) == 1 and None not in kinds


def _sequence(
    base: list[Hashable],
    ours: list[Hashable],
    theirs: list[Hashable],
    *,
    swaps: Mapping[Hashable, Hashable],
    unrelated: bool,
) -> list[Hashable]:
    """Merge sequences: between two parts that all of them have, only one side may change any.

    Unless all of them there may stand before each other.
    """
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    if unrelated and (left := _removed(base, ours, theirs)) is not None:
        return left
    every = set(base) & set(ours) & set(theirs)
    cuts = [[at for at, key in enumerate(side) if key in every] for side in (base, ours, theirs)]
    kept = [[side[at] for at in cut] for side, cut in zip((base, ours, theirs), cuts, strict=True)]
    if _all_swap((*base, *ours, *theirs), swaps):
        mine = [key for key in ours if key in theirs or key not in base]
        return _joined(mine, [key for key in theirs if key in ours or key not in base])
    if not every and (more := superset((base, ours, theirs))) is not None:
        return more
    if not every or kept[0] != kept[1] or kept[0] != kept[2]:
        raise NotCertain("both sides changed something in the same place")
    result: list[Hashable] = []
    start = (0, 0, 0)
    for at in [*zip(*cuts, strict=True), (len(base), len(ours), len(theirs))]:
        gaps = zip((base, ours, theirs), start, at, strict=True)
        between = [side[begin:end] for side, begin, end in gaps]
        result += _sequence(*between, swaps=swaps, unrelated=unrelated)
        result += base[at[0] : at[0] + 1]
        start = (at[0] + 1, at[1] + 1, at[2] + 1)
    return result


def _removed(
    base: list[Hashable], ours: list[Hashable], theirs: list[Hashable]
) -> list[Hashable] | None:
    """Merge sequences of which one only lacks some that the other has, with what that added."""
    for side, other in ((ours, theirs), (theirs, ours)):
        kept = [key for key in base if key in other]
        in_order = kept == [key for key in other if key in base]
        if in_order and [key for key in base if key in side] == side and {*base} <= {*side, *other}:
            return [key for key in other if key in side or key not in base]
    return None


def superset(sides: Sequence[list[_Item]]) -> list[_Item] | None:
    """Return the side that adds what the other adds, in its order, and more; None: neither."""
    base, *changed = sides
    less, more = sorted(changed, key=len)
    return more if _within(base, less) and _within(less, more) else None


def _within(some: list[_Item], others: list[_Item]) -> bool:
    """Tell whether `others` has all of `some` in their order."""
    left = iter(others)
    return all(one in left for one in some)


def furthered(sides: Sequence[list[_Item]]) -> list[_Item] | None:
    """Return the side that does in one place all that the other does, and more; None: neither.

    Both put the same for what they took away, and one of them more than that. What one side took
    away and the other replaced is no such thing.
    """
    base, ours, theirs = sides
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    less, more = sorted((ours, theirs), key=len)
    dropped = [item for item in base if item not in less]
    is_more = _within(less, more) and not any(item in more for item in dropped)
    return more if is_more and (less or not base) else None


def segments(
    base: list[_Item], ours: list[_Item], theirs: list[_Item]
) -> Iterator[tuple[list[_Item], list[_Item], list[_Item]]]:
    """Yield what the sides have in one place, cut at what is the same on all of them."""
    kept = [
        {
            first + step: second + step
            for first, second, size in SequenceMatcher(
                None, base, side, autojunk=False
            ).get_matching_blocks()
            for step in range(size)
        }
        for side in (ours, theirs)
    ]
    at, mine, new = 0, 0, 0
    for place in sorted(kept[0].keys() & kept[1].keys()):
        if at < place or mine < kept[0][place] or new < kept[1][place]:
            yield base[at:place], ours[mine : kept[0][place]], theirs[new : kept[1][place]]
        yield [base[place]], [base[place]], [base[place]]
        at, mine, new = place + 1, kept[0][place] + 1, kept[1][place] + 1
    yield base[at:], ours[mine:], theirs[new:]
