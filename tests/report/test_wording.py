"""Wording that text and Markdown share is short, and its numbers are complete."""

import pytest
from drydock.adoption.derive import Derived
from drydock.adoption.facts import SAYS, Fact
from drydock.report.wording import evidence_of


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (0, "by default"),
        (1, "a.py:1"),
        (3, "a.py:1, a.py:2, a.py:3"),
        (29, "a.py:1, a.py:2, a.py:3 and 26 more"),
    ],
)
def test_long_evidence_is_shortened_to_three_places(places: int, expected: str) -> None:
    facts = tuple(Fact("app", "x", "a.py", line + 1, SAYS) for line in range(places))
    assert evidence_of(Derived("app", "x", facts)) == expected


def test_contradicting_evidence_is_listed_too() -> None:
    facts = (Fact("app", "x", "a.py", 1, SAYS),)
    against = (Fact("app", "y", "b.py", 2, SAYS), Fact("app", "y", "b.py", 2, SAYS))
    assert evidence_of(Derived("app", "x", facts, against)) == "a.py:1; but y in b.py:2"
