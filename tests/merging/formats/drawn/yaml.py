"""Indented block mappings, with lists in block and flow style."""

from typing import Any

import pytest
import yaml
from drydock.merging import nodes, structural
from hypothesis import strategies as st

from tests.merging.formats.documents import Entry, Item, Steps, Table, contested, edits
from tests.merging.formats.properties import Property

ALWAYS = "always"
"""A key and an item in every collection: an empty one would be written in another style."""


def render(table: Table) -> str:
    """Render a document with indented mappings and lists in both styles."""
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
        comment = f"  # {entry.comment}" if entry.comment else ""
        return [f"{indent}{key}: {quote}{entry.value}{quote}{comment}"]
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
        comment = f"  # {item.comment}" if item.comment else ""
        lines.append(f"{deeper}- {quote}{item.word}{quote}{comment}")
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
"""The number of keys in each job, the job to rename, the key to change in it, and by which side."""


def check_renames(case: Jobs) -> None:
    counts, renamed, changed, swapped = case
    renamed %= len(counts)
    base = {f"job{n}": {f"k{n}{m}": "old" for m in range(count)} for n, count in enumerate(counts)}
    job = base[f"job{renamed}"]
    edited = job | {list(job)[changed]: "new"}
    names = {key: "mine" if key == f"job{renamed}" else key for key in base}
    renames = {names[key]: value for key, value in base.items()}
    changes = base | {f"job{renamed}": edited}
    sides = (changes, renames) if swapped else (renames, changes)
    texts = [yaml.safe_dump({"jobs": side}, sort_keys=False) for side in (base, *sides)]
    merged = structural.merge("a.yaml", *(text.encode() for text in texts)).text
    assert yaml.safe_load(merged) == {"jobs": renames | {"mine": edited}}


def lose_renamed_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "_is_less", lambda part, before: True)
    monkeypatch.setattr(nodes, "_renamed", lambda base, side, other: [])


PROPERTIES = {
    "edits of different things merge": edits("a.yaml", render, load, "#"),
    "edits of the same thing do not merge": contested("a.yaml", render),
    "one side renames a job that the other changes": Property(
        JOBS, check_renames, examples=50, wrong={"loses renamed parts": lose_renamed_parts}
    ),
}
