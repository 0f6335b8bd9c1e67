"""Requirements, some with an extra, with comments above and after them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drydock.merging import structural
from drydock.merging.rules import versions
from hypothesis import strategies as st
from packaging.specifiers import Specifier

from tests.merging.formats.cases import Case, merge
from tests.merging.formats.properties import Property
from tests.merging.formats.wrong import WRONG, replacing

PATH = "requirements-dev.txt"


@dataclass(frozen=True)
class Line:
    """A requirement, the blank lines and the comment above it, the comment after it."""

    name: str
    extra: str
    version: int
    above: str
    comment: str
    style: int

    def __str__(self) -> str:
        space = " " * (self.style % 2)
        specifier = f"{space}>={space}{self.version}" if self.style < 3 else f"=={self.version}.0"
        extra = f"[{self.extra}]" if self.extra else ""
        comment = f"  # {self.comment}" if self.comment else ""
        return f"{self.above}{self.name}{extra}{specifier}{comment}\n"


Lines = Sequence[Line]


@st.composite
def lines(draw: st.DrawFn, number: int) -> Line:
    """Draw a line for a distinct package."""
    return Line(
        f"{draw(st.sampled_from('ab_mz'))}x{number}".replace("_", "the_"),
        draw(st.sampled_from(["", "", "fast"])),
        draw(st.integers(1, 30)),
        draw(st.sampled_from(["", "", "\n", f"# about {number}\n", f"\n# why {number}\n"])),
        draw(st.sampled_from(["", "", f"see {number}"])),
        draw(st.integers(0, 5)),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case[Lines]:
    """Draw lines, and edits of both sides to different lines."""
    sides: list[list[Line]] = [[], [], [], []]
    for number in range(draw(st.integers(1, 8))):
        line = draw(lines(number))
        act = draw(st.sampled_from(["keep", "keep", "remove", "raise", "extra", "comment", "add"]))
        edited = {
            "remove": None,
            "add": None,
            "raise": replace(line, version=line.version + draw(st.integers(1, 20))),
            "extra": replace(line, extra="more"),
            "comment": replace(line, comment=f"changed {number}"),
        }.get(act, line)
        before, after = (edited, line) if act == "add" else (line, edited)
        by = draw(st.integers(1, 2))
        for index, side in enumerate(sides):
            if version := after if index in (by, 3) else before:
                side.append(version)
    return Case(*sides)


def render(side: Lines) -> str:
    """Render the lines."""
    return "".join(map(str, side))


def check(case: Case[Lines]) -> None:
    merged = merge(PATH, render, case).splitlines()
    assert sorted(filter(None, merged)) == sorted(filter(None, render(case.both).split("\n")))
    for side in (case.ours, case.theirs):
        written = render(side).splitlines()
        assert [x for x in merged if x and x in written] == [
            x for x in written if x and x in merged
        ]


Raised = tuple[int, int, int]


def check_raised(raised: Raised) -> None:
    base, ours, theirs = (f"numpy>={version}\n".encode() for version in raised)
    merged = structural.merge(PATH, base, ours, theirs)
    assert merged.text == f"numpy>={max(raised)}\n".encode()
    assert (raised[1] == raised[2]) or ["higher" in rule for rule in merged.rules] == [True]


def _the_lower(ours: str, theirs: str, *, ours_is: bool) -> tuple[str, str]:
    return (theirs if ours_is else ours), "the higher version"


def _as_text(*specifiers: Specifier) -> Specifier:
    return max(specifiers[1:], key=lambda one: one.version)


PROPERTIES = {
    "edits of different lines merge": Property(
        cases(), check, examples=300, wrong=WRONG, slow=True
    ),
    "higher of two raised bounds wins": Property(
        st.tuples(st.just(1), st.integers(2, 30), st.integers(2, 30)),
        check_raised,
        examples=100,
        wrong={
            "takes the lower version": replacing(versions, "_the_higher", _the_lower),
            "compares bounds as text": replacing(versions, "_higher_bound", _as_text),
        },
    ),
}
