"""Documents that both sides edit in different places, for properties of every format.

A document is a mapping of mappings, with values, lists of words and one-line mappings; each format
renders it in its own way. The edits of both sides are known, so the expected result is too.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hypothesis import strategies as st

from tests.merging.formats.cases import Case, Render, check_contested, check_swapped, merge
from tests.merging.formats.properties import Property
from tests.merging.formats.wrong import OF_COMMENTS, OF_LISTS, WRONG


@dataclass(frozen=True)
class Item:
    """A word in a list, with a comment."""

    word: str
    comment: str = ""


@dataclass(frozen=True)
class Steps:
    """An ordered list of named mappings."""

    steps: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Entry:
    """The value at a key: a word, a list, steps, a one-line mapping, or a table."""

    value: "str | tuple[Item, ...] | dict[str, str] | Steps | Table"
    above: str = ""
    comment: str = ""
    style: int = 0
    """How it is rendered: the quotes, brackets on one line or several."""


@dataclass(frozen=True)
class Table:
    """A mapping on several lines."""

    entries: dict[str, Entry]


SIDES = ("ours", "theirs")


class _Names:
    """Draws unique names."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.count, self.draw = 0, draw

    def new(self) -> str:
        self.count += 1
        letter = self.draw(st.sampled_from("abmyz"))
        return f"{letter}x{self.count}"


@st.composite
def _cases(draw: st.DrawFn) -> Case[Table]:
    """Draw a document and edits of both sides to different units."""
    names = _Names(draw)
    base = Table({names.new(): _entry(draw, names, 0) for _ in range(draw(st.integers(1, 4)))})
    return Case(base, *_edited(draw, base, names))


def _entry(draw: st.DrawFn, names: _Names, depth: int) -> Entry:
    kind = draw(
        st.sampled_from(["word", "list", "steps", "inline", "table"] if depth < 2 else ["word"])
    )
    above = f"about {names.new()}" if draw(st.booleans()) else ""
    style = draw(st.integers(0, 5))
    comment = f"see {names.new()}" if kind == "word" and draw(st.booleans()) else ""
    several = range(draw(st.integers(1, 4)))
    value: Any = names.new()
    if kind == "list":
        value = tuple(_item(draw, names, style) for _ in several)
    elif kind == "steps":
        value = Steps(tuple({"name": names.new(), "run": names.new()} for _ in several))
    elif kind == "inline":
        value = {names.new(): names.new() for _ in several}
    elif kind == "table":
        value = Table({names.new(): _entry(draw, names, depth + 1) for _ in several})
    return Entry(value, above, comment, style)


def _item(draw: st.DrawFn, names: _Names, style: int) -> Item:
    return Item(names.new(), f"for {names.new()}" if style % 2 and draw(st.booleans()) else "")


_Sides = tuple[Any, Any, Any]
"""A value in ours, theirs and both; None: removed."""


def _edited(draw: st.DrawFn, table: Table, names: _Names, depth: int = 0) -> _Sides:
    sides: list[dict[str, Entry]] = [{}, {}, {}]
    for key, entry in table.entries.items():
        for side, edited in zip(sides, _edited_entry(draw, entry, names, depth), strict=True):
            if edited is not None:
                side[key] = edited
        for place in _adding_sides(draw):
            added = _entry(draw, names, max(depth, 1))
            name = names.new()
            sides[place][name] = sides[2][name] = added
    return tuple(Table(side) for side in sides)  # type: ignore[return-value]


def _edited_entry(draw: st.DrawFn, entry: Entry, names: _Names, depth: int) -> _Sides:
    act = draw(st.sampled_from(["keep", "keep", "inside", "inside", "remove", "above", "value"]))
    if act == "inside" and not isinstance(entry.value, str):
        sides = _edited_value(draw, entry, names, depth)
        for place in _adding_sides(draw)[:1]:
            above = f"about {names.new()}"
            commented = (replace(one, above=above) for one in sides)
            sides = tuple(
                new if side in (place, 2) else old
                for side, (old, new) in enumerate(zip(sides, commented, strict=True))
            )
        return sides
    changed: Entry | None = entry
    if act == "remove":
        changed = None
    elif act == "above":
        changed = replace(entry, above=f"about {names.new()}")
    elif act == "value" and isinstance(entry.value, str):
        changed = replace(entry, value=names.new())
    place = draw(st.integers(0, 1))
    return tuple(changed if side in (place, 2) else entry for side in range(3))  # type: ignore[return-value]


def _edited_value(draw: st.DrawFn, entry: Entry, names: _Names, depth: int) -> _Sides:
    value = entry.value
    if isinstance(value, Table):
        tables = _edited(draw, value, names, depth + 1)
        return tuple(replace(entry, value=table) for table in tables)  # type: ignore[return-value]
    if isinstance(value, Steps):
        steps = _edited_steps(draw, value, names)
        return tuple(replace(entry, value=side) for side in steps)  # type: ignore[return-value]
    if isinstance(value, tuple):
        lists = _edited_list(draw, value, names, entry.style)
        return tuple(replace(entry, value=side) for side in lists)  # type: ignore[return-value]
    assert isinstance(value, dict)
    sides: list[dict[str, str]] = [{}, {}, {}]
    for key, word in value.items():
        remover = draw(st.sampled_from([None, None, None, 0, 1]))
        for side in range(3):
            if remover is None or side not in (remover, 2):
                sides[side][key] = word
        for side in _adding_sides(draw):
            name = names.new()
            sides[side][name] = sides[2][name] = names.new()
    return tuple(replace(entry, value=side) for side in sides)  # type: ignore[return-value]


def _edited_list(
    draw: st.DrawFn, value: tuple[Item, ...], names: _Names, style: int
) -> tuple[tuple[Item, ...], ...]:
    """Let one side edit the list above a word that both keep, and the other below it.

    Two additions in one place of a list have no defined order, so they are not drawn.
    """
    sides: list[list[Item]] = [[], [], []]
    kept, first = draw(st.integers(0, len(value))), draw(st.integers(0, 1))
    for index, item in enumerate(value):
        by = first if index < kept else 1 - first
        act = "keep" if index == kept else draw(st.sampled_from(["keep", "keep", "remove", "add"]))
        for side in range(3):
            if act != "remove" or side not in (by, 2):
                sides[side].append(item)
        if act == "add":
            added = _item(draw, names, style)
            sides[by].append(added)
            sides[2].append(added)
    return tuple(map(tuple, sides))


def _edited_steps(draw: st.DrawFn, value: Steps, names: _Names) -> _Sides:
    """Let one side add and remove steps, and both edit different ones: steps are ordered."""
    sides: list[list[dict[str, str]]] = [[], [], []]
    arranges = draw(st.integers(0, 1))
    for step in value.steps:
        act = draw(st.sampled_from(["keep", "add", "remove", "run", "if"]))
        if act == "add":
            added = {"name": names.new(), "run": names.new()}
            sides[arranges].append(added)
            sides[2].append(added)
        by = arranges if act == "remove" else draw(st.integers(0, 1))
        edited = {**step, act: names.new()} if act in ("run", "if") else step
        for place, side in enumerate(sides):
            if place not in (by, 2):
                side.append(step)
            elif act != "remove":
                side.append(edited)
    return tuple(Steps(tuple(side)) for side in sides)  # type: ignore[return-value]


def _adding_sides(draw: st.DrawFn) -> list[int]:
    """Draw the sides that add something here."""
    return draw(st.sampled_from([[], [], [], [0], [1], [0, 1]]))


@st.composite
def _contested(draw: st.DrawFn) -> Case[Table]:
    """Draw a document with a word that both sides change, or one changes and the other removes."""
    names = _Names(draw)
    base = Table({names.new(): _entry(draw, names, 0) for _ in range(draw(st.integers(1, 4)))})
    key, word = names.new(), Entry(names.new(), style=draw(st.integers(0, 5)))
    changed = [replace(word, value=names.new()) for _ in SIDES]
    whole, *sides = (Table({**base.entries, key: one}) for one in (word, *changed))
    if draw(st.booleans()):
        sides[draw(st.integers(0, 1))] = base
    ours, theirs = sides
    return Case(whole, ours, theirs, both=base)


def plain(table: Table) -> dict[str, Any]:
    """Return a document's data; lists of words are sets."""
    return {key: _plain(entry.value) for key, entry in table.entries.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Table):
        return plain(value)
    if isinstance(value, Steps):
        return list(value.steps)
    return sorted(item.word for item in value) if isinstance(value, tuple) else value


def sorted_lists(data: Any) -> Any:
    """Return data in which lists of words are sorted, to compare them as sets."""
    if isinstance(data, dict):
        return {key: sorted_lists(value) for key, value in data.items()}
    words = isinstance(data, list) and all(isinstance(item, str) for item in data)
    return sorted(data) if words else data


def comments(table: Table) -> Counter[str]:
    """Return the comments in a document."""
    return Counter(filter(None, _comments(table)))


def _comments(table: Table) -> Iterator[str]:
    for entry in table.entries.values():
        yield from (entry.above, entry.comment)
        if isinstance(entry.value, Table):
            yield from _comments(entry.value)
        elif isinstance(entry.value, tuple):
            yield from (item.comment for item in entry.value)


def edits(
    path: str, render: Render[Table], load: Callable[[str], Any], comment: str
) -> Property[Case[Table]]:
    """Return the property that edits of different things merge in a file at `path`.

    `load` returns the data in a text; `comment` is the start of a comment.
    """
    return Property(
        _cases(),
        partial(_check, path, render, load, comment),
        examples=150,
        wrong=WRONG | OF_COMMENTS | OF_LISTS,
        slow=True,
    )


def contested(path: str, render: Render[Table]) -> Property[Case[Table]]:
    """Return the property that edits of one thing conflict in a file at `path`."""
    return Property(_contested(), partial(check_contested, path, render), examples=30)


def _check(
    path: str,
    render: Render[Table],
    load: Callable[[str], Any],
    comment: str,
    case: Case[Table],
) -> None:
    """Assert that the merge of a case has the edits of both sides."""
    merged = merge(path, render, case)
    assert sorted_lists(load(merged)) == plain(case.both)
    assert Counter(re.findall(f"{comment} (.*)", merged)) == comments(case.both)
    ours, theirs = _lines(render(case.ours)), _lines(render(case.theirs))
    now = _lines(merged)
    for side in (ours, theirs):
        assert [line for line in now if line in side] == [line for line in side if line in now]
    assert {*_lines(render(case.base))} & {*ours} & {*theirs} <= {*now}
    check_swapped(path, render, case, merged)


def _lines(text: str) -> list[str]:
    """Return the lines with drawn names that occur once."""
    # Whether an item has a comma depends on its position, also before a comment.
    lines = [re.sub(r",(?=\s*(//|#|$))", "", line.strip()) for line in text.splitlines()]
    counts = Counter(lines)
    return [line for line in lines if counts[line] == 1 and re.search(r"x\d", line)]
