"""The merged order has the changes of both sides, or it is a conflict."""

from collections.abc import Hashable

import pytest
from drydock.documents.kinds import ANYWHERE, Place
from drydock.documents.nodes import Part
from drydock.merging.certainty import NotCertain
from drydock.merging.order import merged_order, superset


def parts(keys: str, place: Place = None) -> dict[Hashable, Part]:
    return {key: Part(key, key, place=place) for key in keys}


def order(base: str, ours: str, theirs: str, place: Place = None, independent: bool = False) -> str:
    sides = [parts(side, place) for side in (base, ours, theirs)]
    removed = {key for key in base if key not in ours or key not in theirs}
    merged = {k: v for k, v in (sides[0] | sides[1] | sides[2]).items() if k not in removed}
    keys = merged_order(sides[0], sides[1], sides[2], merged, independent)
    return "".join(map(str, keys))


ORDERED = {
    "sides_add_in_different_places": ("abc", "axbc", "abcy", "axbcy"),
    "ours_moves_part": ("abc", "cab", "abc", "cab"),
    "ours_removes_theirs_adds_elsewhere": ("abcd", "abd", "xabcd", "xabd"),
    "theirs_makes_same_addition_and_another": ("ab", "axb", "axyb", "axyb"),
}
CONTESTED = {
    "both_sides_add_in_one_place": ("ab", "axb", "ayb"),
    "both_sides_move_parts": ("abc", "cab", "bca"),
    "ours_moves_part_theirs_adds_after_it": ("abc", "cab", "abcy"),
    "ours_removes_where_theirs_adds": ("abc", "ac", "abxc"),
}


@pytest.mark.parametrize("case", ORDERED)
def test_order_follows_from_both_sides(case: str) -> None:
    base, ours, theirs, expected = ORDERED[case]
    assert order(base, ours, theirs) == order(base, theirs, ours) == expected


@pytest.mark.parametrize("case", CONTESTED)
def test_ambiguous_order_conflicts(case: str) -> None:
    with pytest.raises(NotCertain):
        order(*CONTESTED[case])


def test_unordered_parts_of_theirs_come_after_those_of_ours() -> None:
    assert order("ab", "axb", "ayb", ANYWHERE) == "axyb"


def test_parts_with_same_place_can_trade_places() -> None:
    assert order("ab", "axb", "ayb", "a value") == "axyb"


def test_independent_parts_are_added_where_others_are_removed() -> None:
    assert order("abc", "ac", "abxc", independent=True) == "axc"


def test_superset_is_the_larger_addition() -> None:
    assert superset([["a"], ["a", "b"], ["a", "b", "c"]]) == ["a", "b", "c"]
    assert superset([["a"], ["a", "b"], ["a", "c"]]) is None
