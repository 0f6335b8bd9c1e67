"""Sequences of pieces that both sides edit, for properties of code, Dockerfiles and prose.

Every two pieces are separated by one that nobody edits, so that both sides edit one place only in
ways that can be combined. The expected result is known without merging.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from hypothesis import strategies as st

from tests.merging.formats.cases import Case, Render, check_contested, check_swapped, merge
from tests.merging.formats.properties import Property
from tests.merging.formats.wrong import OF_COMMENTS, WRONG, Wrong


@dataclass(frozen=True)
class Piece:
    """A statement, an instruction or a section: its name, its items, a comment above it."""

    kind: str
    name: str
    items: tuple[str, ...] = ()
    above: str = ""


File = tuple[Piece, ...]


@dataclass(frozen=True)
class Kinds:
    """The kinds of pieces in a format."""

    every: Sequence[str]
    both_add: frozenset[str] = frozenset()
    """Those of which both sides can add one in the same place."""
    sets: frozenset[str] = frozenset()
    """Those to which both sides can add items."""
    named: frozenset[str] = frozenset()
    """Those identified by name: one side can change one while the other comments on it."""
    comments: bool = True


@dataclass
class _Drawing:
    draw: st.DrawFn
    kinds: Kinds
    count: int = 0
    sides: list[list[Piece]] = field(default_factory=lambda: [[], [], [], []])

    def name(self) -> str:
        self.count += 1
        return f"{self.draw(st.sampled_from('abmyz'))}x{self.count}"

    def piece(self, kind: str = "") -> Piece:
        kind = kind or self.draw(st.sampled_from(self.kinds.every))
        items = tuple(self.name() for _ in range(self.draw(st.integers(1, 3))))
        commented = self.kinds.comments and self.draw(st.booleans())
        return Piece(kind, self.name(), items, self.name() if commented else "")

    def put(self, *pieces: Piece | None) -> None:
        """Append a piece to base, ours, theirs and both; None: it is not there."""
        for side, piece in zip(self.sides, pieces, strict=True):
            side.extend([piece] if piece else [])

    def block(self) -> None:
        """Draw a piece and the edits of the sides to it."""
        anchor, piece = Piece("anchor", self.name()), self.piece()
        self.put(*[anchor] * 4)
        acts = ["keep", "change", "remove", "add", "add"]
        acts += ["above"] if self.kinds.comments else []
        acts += ["items"] * 3 if piece.kind in self.kinds.sets else []
        acts += ["change and above"] if piece.kind in self.kinds.named else []
        act, ours = self.draw(st.sampled_from(acts)), self.draw(st.booleans())
        if act == "items":
            mine, new = self.name(), self.name()
            sides = [(), (mine,), (new,), (mine, new)]
            self.put(*(replace(piece, items=(*piece.items, *more)) for more in sides))
            return
        if act == "change and above":
            one, above = replace(piece, items=(*piece.items[:-1], self.name())), self.name()
            other = replace(piece, above=above)
            self.put(piece, *((one, other) if ours else (other, one)), replace(one, above=above))
            return
        changed: Piece | None = piece
        if act == "change":
            changed = replace(piece, items=(*piece.items[:-1], self.name()))
        elif act == "remove":
            changed = None
        elif act == "above":
            changed = replace(piece, above=self.name())
        added: list[tuple[Piece | None, ...]] = []
        if act == "add":
            more = self.piece()
            added.append((None, *((more, None) if ours else (None, more)), more))
            if more.kind in self.kinds.both_add:
                other = self.piece(more.kind)
                added.append((None, *((None, other) if ours else (other, None)), other))
        here = (piece, *((changed, piece) if ours else (piece, changed)), changed)
        for pieces in (*added, here) if self.draw(st.booleans()) else (here, *added):
            self.put(*pieces)


def cases(kinds: Kinds) -> st.SearchStrategy[Case[File]]:
    """Draw files and edits of both sides to different units."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Case[File]:
        drawing = _Drawing(draw, kinds)
        for _ in range(draw(st.integers(1, 4))):
            drawing.block()
        drawing.put(*[Piece("anchor", drawing.name())] * 4)
        return Case(*map(tuple, drawing.sides))

    return drawn()


def _contested(kinds: Kinds) -> st.SearchStrategy[Case[File]]:
    """Draw a file with a piece that both sides change, or one changes and the other removes."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Case[File]:
        drawing = _Drawing(draw, kinds)
        piece = drawing.piece()
        anchors = [Piece("anchor", drawing.name()) for _ in range(2)]
        sides: list[File] = [(piece,)]
        for _ in range(2):
            sides.append((replace(piece, items=(*piece.items[:-1], drawing.name())),))
        if draw(st.booleans()):
            sides[draw(st.integers(1, 2))] = ()
        base, ours, theirs = ((anchors[0], *side, anchors[1]) for side in sides)
        return Case(base, ours, theirs, both=base)

    return drawn()


def edits(
    path: str,
    render: Render[File],
    kinds: Kinds,
    *,
    examples: int = 60,
    wrong: Mapping[str, Wrong] = WRONG | OF_COMMENTS,
    slow: bool = False,
) -> Property[Case[File]]:
    """Return the property that edits of different pieces merge in a file at `path`."""
    return Property(cases(kinds), partial(_check, path, render), examples, wrong, slow=slow)


def contested(path: str, render: Render[File], kinds: Kinds) -> Property[Case[File]]:
    """Return the property that edits of one piece conflict in a file at `path`."""
    return Property(_contested(kinds), partial(check_contested, path, render), examples=30)


def _check(path: str, render: Render[File], case: Case[File]) -> None:
    """Assert that the merge of a case has the edits of both sides: nothing lost, nothing moved."""
    merged = merge(path, render, case)
    assert _words(merged) == _words(render(case.both))
    now = _lines(merged)
    for side in (case.ours, case.theirs):
        lines = _lines(render(side))
        assert [line for line in now if line in lines] == [line for line in lines if line in now]
    check_swapped(path, render, case, merged)


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[\w.#]+", text))


def _lines(text: str) -> list[str]:
    """Return the lines that occur once."""
    lines = [line.strip() for line in text.splitlines()]
    counts = Counter(lines)
    return [line for line in lines if counts[line] == 1 and re.search(r"\w{3}", line)]
