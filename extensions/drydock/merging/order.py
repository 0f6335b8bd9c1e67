"""Merges the order of parts that both sides may have changed."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from drydock.documents.kinds import ANYWHERE
from drydock.documents.nodes import Part
from drydock.merging.certainty import NotCertain

Parts = dict[Hashable, Part]
"""Parts by key, in order."""
_Item = TypeVar("_Item", bound=Hashable)


def merged_order(
    base: Parts, ours: Parts, theirs: Parts, merged: Parts, independent: bool
) -> list[Hashable]:
    """Return the merged order: that of the side that changed it, with the additions of the other.

    An addition comes after its predecessor on its side, and after the additions of the other side
    in that place. The order of ordered parts must follow from both sides; otherwise this raises
    NotCertain.
    """
    # A collection that one side removed, but that is not empty, counts as added by the other side.
    base = {k: part for k, part in base.items() if k not in merged or (k in ours and k in theirs)}
    sides = (base, ours, theirs)
    fixed = {key for side in sides for key, part in side.items() if part.place is not ANYWHERE}
    common = base.keys() & ours.keys() & theirs.keys()
    if len({tuple(key for key in side if key in common) for side in sides}) == 1:
        fixed |= common  # unordered parts that did not move also have neighbours
    places = {
        key: None if part.place is ANYWHERE else part.place
        for side in sides
        for key, part in side.items()
    }
    old = merged.keys() & base.keys() & ours.keys() & theirs.keys()
    base_order, our_order, their_order = ([key for key in side if key in old] for side in sides)
    is_theirs = our_order == base_order != their_order
    first, second = (theirs, ours) if is_theirs else (ours, theirs)
    result = _joined(*([key for key in side if key in merged] for side in (first, second)))
    if not _can_trade(fixed, places):
        fixed_orders = ([key for key in side if key in fixed] for side in sides)
        expected = _sequence(*fixed_orders, places=places, independent=independent)
        if [key for key in result if key in fixed] != expected:
            raise NotCertain("both versions reorder the same parts")
    return result


def _joined(first: list[Hashable], second: list[Hashable]) -> list[Hashable]:
    """Return `first` with the keys that only `second` has.

    Each comes after its predecessor in `second` and after the keys that only `first` has there.
    """
    result, known, index = list(first), set(second), 0
    for key in second:
        if key in result:
            index = result.index(key) + 1
            continue
        while index < len(result) and result[index] not in known:
            index += 1
        result.insert(index, key)
        index += 1
    return result


def _can_trade(keys: Iterable[Hashable], places: Mapping[Hashable, Hashable]) -> bool:
    """Tell whether all these parts can trade places with each other."""
    kinds = {places[key] for key in keys}
    return len(kinds) == 1 and None not in kinds


def _sequence(
    base: list[Hashable],
    ours: list[Hashable],
    theirs: list[Hashable],
    *,
    places: Mapping[Hashable, Hashable],
    independent: bool,
) -> list[Hashable]:
    """Merge sequences: between two common parts, only one side can make changes.

    Both can if all parts there can trade places. Raises NotCertain for other changes.
    """
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    if independent and (left := _removed(base, ours, theirs)) is not None:
        return left
    common = set(base) & set(ours) & set(theirs)
    cuts = [[at for at, key in enumerate(side) if key in common] for side in (base, ours, theirs)]
    kept = [[side[at] for at in cut] for side, cut in zip((base, ours, theirs), cuts, strict=True)]
    if _can_trade((*base, *ours, *theirs), places):
        left_of_ours = [key for key in ours if key in theirs or key not in base]
        return _joined(left_of_ours, [key for key in theirs if key in ours or key not in base])
    if not common and (more := superset((base, ours, theirs))) is not None:
        return more
    if not common or kept[0] != kept[1] or kept[0] != kept[2]:
        raise NotCertain("both versions change the same place")
    result: list[Hashable] = []
    start = (0, 0, 0)
    for at in [*zip(*cuts, strict=True), (len(base), len(ours), len(theirs))]:
        gaps = zip((base, ours, theirs), start, at, strict=True)
        between = [side[begin:end] for side, begin, end in gaps]
        result += _sequence(*between, places=places, independent=independent)
        result += base[at[0] : at[0] + 1]
        start = (at[0] + 1, at[1] + 1, at[2] + 1)
    return result


def _removed(
    base: list[Hashable], ours: list[Hashable], theirs: list[Hashable]
) -> list[Hashable] | None:
    """Merge sequences if one side only removed keys and the other only added some; else None."""
    for side, other in ((ours, theirs), (theirs, ours)):
        kept = [key for key in base if key in other]
        in_order = kept == [key for key in other if key in base]
        if in_order and [key for key in base if key in side] == side and {*base} <= {*side, *other}:
            return [key for key in other if key in side or key not in base]
    return None


def superset(sides: Sequence[list[_Item]]) -> list[_Item] | None:
    """Return the side that makes all additions of the other, in order, and more; None: neither."""
    base, *changed = sides
    less, more = sorted(changed, key=len)
    return more if _within(base, less) and _within(less, more) else None


def _within(items: list[_Item], others: list[_Item]) -> bool:
    """Tell whether `others` has all `items` in the same order."""
    rest = iter(others)
    return all(item in rest for item in items)


def furthered(sides: Sequence[list[_Item]]) -> list[_Item] | None:
    """Return the side that makes all changes of the other in one place, and more; None: neither.

    Both replace the same items with the same ones, and one side adds more. An item that one side
    removes and the other replaces does not qualify.
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
    """Yield the items of the sides segment by segment, split at the items that all sides have."""
    matches = [
        {
            first + step: second + step
            for first, second, size in SequenceMatcher(
                None, base, side, autojunk=False
            ).get_matching_blocks()
            for step in range(size)
        }
        for side in (ours, theirs)
    ]
    start, our_start, their_start = 0, 0, 0
    for at in sorted(matches[0].keys() & matches[1].keys()):
        our_at, their_at = matches[0][at], matches[1][at]
        if start < at or our_start < our_at or their_start < their_at:
            yield base[start:at], ours[our_start:our_at], theirs[their_start:their_at]
        yield [base[at]], [base[at]], [base[at]]
        start, our_start, their_start = at + 1, our_at + 1, their_at + 1
    yield base[start:], ours[our_start:], theirs[their_start:]
