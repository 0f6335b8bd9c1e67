"""Edits of different things in JSON merge, whatever they are; what is wrong is noticed."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings

from tests.merging.formats.documents import (
    Case,
    Entry,
    Steps,
    Table,
    cases,
    catches,
    check_contested,
    check_edits,
    contested,
)
from tests.merging.formats.wrong import WRONG, make_wrong


def render(table: Table) -> str:
    """Write a document with comments and no trailing commas, objects on several lines."""
    return "\n".join(_lines(table, "")) + "\n"


def _lines(table: Table, indent: str) -> list[str]:
    lines = [f"{indent}{{"]
    for place, (key, entry) in enumerate(table.entries.items(), 1):
        comma = "," if place < len(table.entries) else ""
        remark = f"  // {entry.remark}" if entry.remark else ""
        lines += [f"{indent}  // {entry.above}"] * bool(entry.above)
        if isinstance(entry.value, Table):
            first, *rest = _lines(entry.value, f"{indent}  ")
            lines += [f'{indent}  "{key}": {first.strip()}', *rest]
        else:
            lines += f'{indent}  "{key}": {_value(entry, indent)}'.splitlines()
        lines[-1] += f"{comma}{remark}"
    return [*lines, f"{indent}}}"]


def _value(entry: Entry, indent: str) -> str:
    if isinstance(entry.value, Steps):
        return json.dumps(entry.value.steps)
    if not isinstance(entry.value, tuple):
        return json.dumps(entry.value)
    if entry.style % 2 == 0:
        return json.dumps([item.word for item in entry.value])
    lines = ["["]
    for place, item in enumerate(entry.value, 1):
        comma = "," if place < len(entry.value) else ""
        remark = f"  // {item.remark}" if item.remark else ""
        lines.append(f'{indent}    "{item.word}"{comma}{remark}')
    return "\n".join([*lines, f"{indent}  ]"])


def load(text: str) -> Any:
    return json.loads(re.sub(r"// .*", "", text))


def check(case: Case) -> None:
    check_edits("a.json", render, load, case, lambda text: re.findall(r"// (.*)", text))


@pytest.mark.slow
@given(cases())
@settings(max_examples=150, deadline=None)
def test_edits_of_different_things_merge(case: Case) -> None:
    check(case)


@given(contested())
@settings(max_examples=30, deadline=None)
def test_edits_of_the_same_thing_do_not(case: Case) -> None:
    check_contested("a.json", render, case)


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wrong(name, monkeypatch)
    assert catches(check, cases())
