"""Which part comes before which: what each side did to the order holds, or nothing is certain."""

from collections.abc import Hashable

import pytest
from drydock.documents.kinds import ANYWHERE, Place
from drydock.documents.nodes import Part
from drydock.merging.certainty import NotCertain
from drydock.merging.order import merged_order, superset


def parts(keys: str, place: Place = None) -> dict[Hashable, Part]:
    return {key: Part(key, key, place=place) for key in keys}


def order(base: str, ours: str, theirs: str, place: Place = None, independent: bool = False) -> str:
    old, mine, new = (parts(side, place) for side in (base, ours, theirs))
    gone = {key for key in base if key not in ours or key not in theirs}
    merged = {k: v for k, v in (old | mine | new).items() if k not in gone}
    return "".join(map(str, merged_order(old, mine, new, merged, independent)))


ORDERED = {
    "each adds in a place of its own": ("abc", "axbc", "abcy", "axbcy"),
    "one moves": ("abc", "cab", "abc", "cab"),
    "one removes, the other adds elsewhere": ("abcd", "abd", "xabcd", "xabd"),
    "one adds what the other adds, and more": ("ab", "axb", "axyb", "axyb"),
}
CONTESTED = {
    "both add in one place": ("ab", "axb", "ayb"),
    "both move": ("abc", "cab", "bca"),
    "one moves what the other adds behind": ("abc", "cab", "abcy"),
    "one removes where the other adds": ("abc", "ac", "abxc"),
}


@pytest.mark.parametrize("case", ORDERED)
def test_the_order_follows_from_both_sides(case: str) -> None:
    base, ours, theirs, expected = ORDERED[case]
    assert order(base, ours, theirs) == order(base, theirs, ours) == expected


@pytest.mark.parametrize("case", CONTESTED)
def test_an_order_that_is_a_guess_is_not_certain(case: str) -> None:
    with pytest.raises(NotCertain):
        order(*CONTESTED[case])


def test_what_stands_anywhere_is_added_behind_what_ours_added() -> None:
    assert order("ab", "axb", "ayb", ANYWHERE) == "axyb"


def test_parts_of_one_group_trade_places_with_each_other() -> None:
    assert order("ab", "axb", "ayb", "a value") == "axyb"


def test_independent_parts_come_where_others_go() -> None:
    assert order("abc", "ac", "abxc", independent=True) == "axc"


def test_the_larger_of_two_additions_is_a_superset() -> None:
    assert superset([["a"], ["a", "b"], ["a", "b", "c"]]) == ["a", "b", "c"]
    assert superset([["a"], ["a", "b"], ["a", "c"]]) is None
