"""An indented line for each thing, lists both ways."""

from typing import Any

import pytest
import yaml
from drydock.merging import nodes, structural
from hypothesis import strategies as st

from tests.merging.formats.documents import Entry, Item, Steps, Table, contested, edits
from tests.merging.formats.properties import Property

ALWAYS = "always"
"""A key and an item that are always there: nothing would be written in another way."""


def render(table: Table) -> str:
    """Write a document: an indented line for each thing, lists both ways."""
    return "\n".join(_lines(table, "")) + "\n"


def _lines(table: Table, indent: str) -> list[str]:
    lines = [f"{indent}{ALWAYS}: there"]
    for key, entry in table.entries.items():
        lines += [""] * (entry.style % 3 == 2)
        lines += [f"{indent}# {entry.above}"] * bool(entry.above)
        if isinstance(entry.value, Table):
            lines += [f"{indent}{key}:", *_lines(entry.value, f"{indent}  ")]
        else:
            lines += _value(key, entry, indent)
    return lines


def _value(key: str, entry: Entry, indent: str) -> list[str]:
    quote = ("", "'", '"')[entry.style % 3]
    if isinstance(entry.value, str):
        remark = f"  # {entry.remark}" if entry.remark else ""
        return [f"{indent}{key}: {quote}{entry.value}{quote}{remark}"]
    if isinstance(entry.value, dict):
        inner = ", ".join(f"{key}: {quote}{word}{quote}" for key, word in entry.value.items())
        return [f"{indent}{key}: {{{inner}}}"]
    if isinstance(entry.value, Steps):
        lines = [f"{indent}{key}:"]
        for step in (*entry.value.steps, {"name": ALWAYS}):
            first, *rest = [f"{field}: {quote}{word}{quote}" for field, word in step.items()]
            lines += [f"{indent}- {first}", *(f"{indent}  {line}" for line in rest)]
        return lines
    assert isinstance(entry.value, tuple)
    if entry.style % 2 == 0:
        inner = ", ".join(f"{quote}{item.word}{quote}" for item in entry.value)
        return [f"{indent}{key}: [{inner}]"]
    lines = [f"{indent}{key}:"]
    deeper = indent + "  " * (entry.style > 2)
    for item in (*entry.value, Item(ALWAYS)):
        remark = f"  # {item.remark}" if item.remark else ""
        lines.append(f"{deeper}- {quote}{item.word}{quote}{remark}")
    return lines


def load(text: str) -> Any:
    return _without(yaml.safe_load(text))


def _without(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without(value) for key, value in data.items() if key != ALWAYS}
    known = (ALWAYS, {"name": ALWAYS})
    return [item for item in data if item not in known] if isinstance(data, list) else data


Jobs = tuple[list[int], int, int, bool]
JOBS = st.tuples(
    st.lists(st.integers(3, 5), min_size=1, max_size=3),
    st.integers(0, 2),
    st.integers(0, 2),
    st.booleans(),
)
"""How many keys each job has, which job gets another name, which key in it changes, by whom."""


def check_renames(case: Jobs) -> None:
    counts, renamed, changed, swapped = case
    renamed %= len(counts)
    base = {f"job{n}": {f"k{n}{m}": "old" for m in range(count)} for n, count in enumerate(counts)}
    held = base[f"job{renamed}"]
    edited = held | {list(held)[changed]: "new"}
    names = {key: "mine" if key == f"job{renamed}" else key for key in base}
    renames = {names[key]: value for key, value in base.items()}
    changes = base | {f"job{renamed}": edited}
    sides = (changes, renames) if swapped else (renames, changes)
    texts = [yaml.safe_dump({"jobs": side}, sort_keys=False) for side in (base, *sides)]
    merged = structural.merge("a.yaml", *(text.encode() for text in texts)).text
    assert yaml.safe_load(merged) == {"jobs": renames | {"mine": edited}}


def lose_what_is_renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "_is_less", lambda part, before: True)
    monkeypatch.setattr(nodes, "_renamed", lambda base, side, other: [])


PROPERTIES = {
    "edits of different things merge": edits("a.yaml", render, load, "#"),
    "edits of the same thing do not merge": contested("a.yaml", render),
    "what one side renames the other may change": Property(
        JOBS, check_renames, examples=50, wrong={"loses what is renamed": lose_what_is_renamed}
    ),
}
