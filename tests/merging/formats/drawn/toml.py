"""Tables: first the keys of each table, then the tables in it."""

import re
import tomllib
from dataclasses import replace

from drydock.merging import spacing, structural
from hypothesis import strategies as st

from tests.merging.formats.documents import Entry, Item, Steps, Table, contested, edits
from tests.merging.formats.properties import Property
from tests.merging.formats.wrong import replacing

Comments = tuple[list[str], str, str]
WORDS = st.lists(st.sampled_from(["for", "tests", "of", "docs"]), min_size=3, max_size=5)
COMMENTS = st.tuples(
    st.lists(st.sampled_from("abyz"), unique=True), WORDS.map(" ".join), WORDS.map(" ".join)
)
"""Items, and the comment of each side on one more item that both add."""


def render(table: Table) -> str:
    """Render a document: first the keys of each table, then the tables in it."""
    return "\n".join(_lines(table, ())) + "\n"


def _lines(table: Table, path: tuple[str, ...]) -> list[str]:
    lines = []
    inner = {k: e for k, e in table.entries.items() if isinstance(e.value, Table)}
    for key, entry in table.entries.items():
        if key not in inner:
            lines += [f"# {entry.above}"] * bool(entry.above)
            comment = f"  # {entry.comment}" if entry.comment else ""
            lines.append(f"{key} = {_value(entry)}{comment}")
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
    return _list(entry.value, quote, broken=entry.style % 2 == 1, trailing=entry.style > 2)


def _list(items: tuple[Item, ...], quote: str, *, broken: bool, trailing: bool) -> str:
    if not broken:
        return f"[{', '.join(f'{quote}{item.word}{quote}' for item in items)}]"
    lines = ["["]
    for number, item in enumerate(items, 1):
        comma = "," if trailing or number < len(items) else ""
        comment = f"  # {item.comment}" if item.comment else ""
        lines.append(f"    {quote}{item.word}{quote}{comma}{comment}")
    return "\n".join([*lines, "]"])


def check_comments(case: Comments) -> None:
    words, *comments = case
    items = tuple(map(Item, words))
    lists = [items, *((*items, Item("m", comment)) for comment in comments)]
    texts = ["x = " + _list(one, "'", broken=True, trailing=True) + "\n" for one in lists]
    merged = structural.merge("a.toml", *(text.encode() for text in texts)).text.decode()
    assert tomllib.loads(merged) == {"x": [*words, "m"]}
    assert sorted(re.findall(r"# (.*)", merged)) == sorted({*comments})


PROPERTIES = {
    "edits of different things merge": edits("a.toml", render, tomllib.loads, "#"),
    "edits of the same thing do not merge": contested("a.toml", render),
    "comments of both sides on one item stay": Property(
        COMMENTS,
        check_comments,
        examples=30,
        wrong={
            "forgets a comment": replacing(spacing, "above", lambda base, ours, theirs, lead: lead)
        },
    ),
}
