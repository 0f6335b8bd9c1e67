"""Edits of different things in TOML merge, whatever they are; what is wrong is noticed."""

import re
import tomllib
from dataclasses import replace

import pytest
from drydock.merging import spacing, structural
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.merging.formats.documents import (
    Case,
    Entry,
    Item,
    Steps,
    Table,
    cases,
    catches,
    check_contested,
    check_edits,
    contested,
)
from tests.merging.formats.wrong import WRONG, make_wrong, trust

Remarks = tuple[list[str], str, str]
WORDS = st.lists(st.sampled_from(["for", "tests", "of", "docs"]), min_size=3, max_size=5)
REMARKS = st.tuples(
    st.lists(st.sampled_from("abyz"), unique=True), WORDS.map(" ".join), WORDS.map(" ".join)
)
"""Items, and what each side remarks about one more that both add."""


def render(table: Table) -> str:
    """Write a document: first the keys of each table, then the tables in it."""
    return "\n".join(_lines(table, ())) + "\n"


def _lines(table: Table, path: tuple[str, ...]) -> list[str]:
    lines = []
    inner = {k: e for k, e in table.entries.items() if isinstance(e.value, Table)}
    for key, entry in table.entries.items():
        if key not in inner:
            lines += [f"# {entry.above}"] * bool(entry.above)
            remark = f"  # {entry.remark}" if entry.remark else ""
            lines.append(f"{key} = {_value(entry)}{remark}")
    for key, entry in inner.items():
        assert isinstance(entry.value, Table)
        lines += [""] * (entry.style % 3) + [f"# {entry.above}"] * bool(entry.above)
        lines += [f"[{'.'.join((*path, key))}]", *_lines(entry.value, (*path, key))]
    return lines


def _value(entry: Entry) -> str:
    quote = "'\""[entry.style % 2]
    if isinstance(entry.value, str):
        return f"{quote}{entry.value}{quote}"
    if isinstance(entry.value, dict):
        inner = ", ".join(f"{key} = {quote}{word}{quote}" for key, word in entry.value.items())
        return f"{{ {inner} }}" if entry.style > 2 else f"{{{inner}}}"
    if isinstance(entry.value, Steps):
        inline = (_value(replace(entry, value=step)) for step in entry.value.steps)
        return f"[{', '.join(inline)}]"
    assert isinstance(entry.value, tuple)
    return _list(entry.value, quote, broken=entry.style % 2 == 1, ends=entry.style > 2)


def _list(items: tuple[Item, ...], quote: str, *, broken: bool, ends: bool) -> str:
    if not broken:
        return f"[{', '.join(f'{quote}{item.word}{quote}' for item in items)}]"
    lines = ["["]
    for place, item in enumerate(items, 1):
        comma = "," if ends or place < len(items) else ""
        remark = f"  # {item.remark}" if item.remark else ""
        lines.append(f"    {quote}{item.word}{quote}{comma}{remark}")
    return "\n".join([*lines, "]"])


def check(case: Case) -> None:
    check_edits("a.toml", render, tomllib.loads, case, lambda text: re.findall(r"# (.*)", text))


@pytest.mark.slow
@given(cases())
@settings(max_examples=150, deadline=None)
def test_edits_of_different_things_merge(case: Case) -> None:
    check(case)


@given(contested())
@settings(max_examples=30, deadline=None)
def test_edits_of_the_same_thing_do_not(case: Case) -> None:
    check_contested("a.toml", render, case)


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wrong(name, monkeypatch)
    assert catches(check, cases())


def check_remarks(case: Remarks) -> None:
    items, *said = case
    lists = [tuple(map(Item, items)), *((*map(Item, items), Item("m", one)) for one in said)]
    texts = ["x = " + _list(held, "'", broken=True, ends=True) + "\n" for held in lists]
    merged = structural.merge("a.toml", *(text.encode() for text in texts)).text.decode()
    assert tomllib.loads(merged) == {"x": [*items, "m"]}
    assert sorted(re.findall(r"# (.*)", merged)) == sorted({*said})


@given(REMARKS)
@settings(max_examples=30, deadline=None)
def test_remarks_of_both_sides_on_one_item_stay(case: Remarks) -> None:
    check_remarks(case)


def test_forgetting_a_remark_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    trust(monkeypatch)
    monkeypatch.setattr(spacing, "above", lambda base, ours, theirs, lead: lead)
    assert catches(check_remarks, REMARKS)
