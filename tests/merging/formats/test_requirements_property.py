"""Edits of different lines in requirements files merge; what is wrong is noticed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from drydock.merging import structural
from drydock.merging.rules import versions
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import Specifier

from tests.merging.formats.documents import catches
from tests.merging.formats.wrong import WRONG, make_wrong

PATH = "requirements-dev.txt"
# The others are about the items of lists.
WRONG_HERE = sorted(WRONG.keys() - {"tells items by their place", "forgets theirs' remarks"})


@dataclass(frozen=True)
class Line:
    """A requirement, the blank lines and the comment above it, the comment behind it."""

    name: str
    extra: str
    version: int
    above: str
    remark: str
    style: int

    def __str__(self) -> str:
        space = " " * (self.style % 2)
        asked = f"{space}>={space}{self.version}" if self.style < 3 else f"=={self.version}.0"
        extra = f"[{self.extra}]" if self.extra else ""
        remark = f"  # {self.remark}" if self.remark else ""
        return f"{self.above}{self.name}{extra}{asked}{remark}\n"


@dataclass(frozen=True)
class Case:
    """Lines, and what each side and both of them made of these."""

    base: Sequence[Line]
    ours: Sequence[Line]
    theirs: Sequence[Line]
    both: Sequence[Line]


@st.composite
def lines(draw: st.DrawFn, number: int) -> Line:
    """Draw a line; all are of different packages."""
    return Line(
        f"{draw(st.sampled_from('ab_mz'))}x{number}".replace("_", "the_"),
        draw(st.sampled_from(["", "", "fast"])),
        draw(st.integers(1, 30)),
        draw(st.sampled_from(["", "", "\n", f"# about {number}\n", f"\n# why {number}\n"])),
        draw(st.sampled_from(["", "", f"see {number}"])),
        draw(st.integers(0, 5)),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw lines, and edits of which none are of the same."""
    sides: list[list[Line]] = [[], [], [], []]
    for number in range(draw(st.integers(1, 8))):
        line = draw(lines(number))
        act = draw(st.sampled_from(["keep", "keep", "remove", "raise", "extra", "remark", "add"]))
        edited = {
            "remove": None,
            "add": None,
            "raise": replace(line, version=line.version + draw(st.integers(1, 20))),
            "extra": replace(line, extra="more"),
            "remark": replace(line, remark=f"changed {number}"),
        }.get(act, line)
        before, after = (edited, line) if act == "add" else (line, edited)
        by = draw(st.integers(1, 2))
        for place, side in enumerate(sides):
            if one := after if place in (by, 3) else before:
                side.append(one)
    return Case(*sides)


def _text(side: Sequence[Line]) -> bytes:
    return "".join(map(str, side)).encode()


def check(case: Case) -> None:
    base, ours, theirs = (_text(side) for side in (case.base, case.ours, case.theirs))
    merged = structural.merge(PATH, base, ours, theirs).text.decode().splitlines()
    assert sorted(filter(None, merged)) == sorted(
        filter(None, _text(case.both).decode().split("\n"))
    )
    for side in (ours, theirs):
        written = side.decode().splitlines()
        assert [x for x in merged if x and x in written] == [
            x for x in written if x and x in merged
        ]


@pytest.mark.slow
@given(cases())
@settings(max_examples=300, deadline=None)
def test_edits_of_different_lines_merge(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("name", WRONG_HERE)
def test_what_is_wrong_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wrong(name, monkeypatch)
    assert catches(check, cases())


Raised = tuple[int, int, int]


def check_raised(raised: Raised) -> None:
    base, ours, theirs = (f"numpy>={version}\n".encode() for version in raised)
    merged = structural.merge(PATH, base, ours, theirs)
    assert merged.text == f"numpy>={max(raised)}\n".encode()
    assert (raised[1] == raised[2]) or ["higher" in rule for rule in merged.rules] == [True]


RAISED = st.tuples(st.just(1), st.integers(2, 30), st.integers(2, 30))


@given(RAISED)
@settings(deadline=None)
def test_of_two_raised_bounds_the_higher_stands(raised: Raised) -> None:
    check_raised(raised)


def _the_lower(ours: str, theirs: str, *, ours_is: bool) -> tuple[str, str]:
    return (theirs if ours_is else ours), "the higher version"


def _as_text(*specifiers: Specifier) -> Specifier:
    return max(specifiers[1:], key=lambda one: one.version)


@pytest.mark.parametrize(
    ("name", "wrong"), [("_the_higher", _the_lower), ("_higher_bound", _as_text)]
)
def test_the_lower_bound_is_caught(
    name: str, wrong: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, name, wrong)
    assert catches(check_raised, RAISED)
