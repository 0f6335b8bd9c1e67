"""What the audit counts of a text: each value with its place, and each comment."""

from collections import Counter

import pytest
from drydock.merging import audit

_STR = "tag:yaml.org,2002:str"
# The format, a text, and units of it.
UNITS: dict[str, tuple[str, str, dict[tuple[str, str], int]]] = {
    "toml: a table of an array is known by its name": (
        "toml", '[[a]]\nname = "x"\nsize = 1\n', {(".'a'[name=x].'size'", "1"): 1},
    ),
    "toml: lines of a text count one by one": (
        "toml", 'a = """\none\ntwo\n"""\n', {(".'a'", "'one'"): 1, (".'a'", "'two'"): 1},
    ),
    "toml: a date is a value": (
        "toml", "a = 2026-01-01\n", {(".'a'", "datetime.date(2026, 1, 1)"): 1},
    ),
    "toml: items without a name are counted": ("toml", "a = [1, 1]\n", {(".'a'[]", "1"): 2}),
    "toml: a comment in a list": (
        "toml", "[t]\na = [\n  1, # why\n]\n# end\n", {("#.'t'.'a'[]", "why"): 1, ("#", "end"): 1},
    ),
    "toml: a comment": ("toml", "a = 1 # why\n", {("#", "why"): 1}),
    "json: an item is known by its id": (
        "json", '{"a": [{"id": 7, "on": true}]}', {(".'a'[id=7].'on'", "true"): 1},
    ),
    "json: a text of several lines is one value": (
        "json", '{"a": "one\\ntwo"}', {(".'a'", '"one\\ntwo"'): 1},
    ),
    "json: a comment, and commas too many": (
        "json", '{\n// why\n"a": [1,],}', {("#", "// why"): 1, ("#", ","): 2, (".'a'[]", "1"): 1},
    ),
    "yaml: an item is known by its repo": (
        "yaml", "a:\n  - repo: x\n    rev: v1\n", {(f".'a'[repo=x].'rev' {_STR}", "v1"): 1},
    ),
    "yaml: a text is no number": ("yaml", "a: '1'\n", {(f".'a' {_STR}", "1"): 1}),
    "ini: lines of a value count one by one": (
        "ini", "[a]\nb =\n    one\n    two\n", {("[a] b", "one"): 1, ("[a] b", "two"): 1},
    ),
    "requirements: a line and its comment": (
        "requirements", "a==1 # why\n", {("", "a==1"): 1, ("#", "why"): 1},
    ),
    "makefile: a recipe by its target, and the default goal": (
        "makefile",
        "# Why.\nA := 1\n.PHONY: a b\na: b\n\tc \\\n\td\n",
        {
            ("#", "# Why."): 1, ("", "A := 1"): 1, (".PHONY", "a"): 1, (".PHONY", "b"): 1,
            ("", "a: b"): 1, ("a", "c d"): 1, ("default goal", "a"): 1,
        },
    ),
    "markdown: a line by its heading": ("markdown", "# A\n\ntext\n", {("# A", "text"): 1}),
    "rst: a line by its title": (
        "rst", "T\n====\n\ntext\n\nA\n----\n\nmore\n", {("", "text"): 1, ("A", "more"): 1},
    ),
    "ignore: what stands above an exception": (
        "ignore", "*.pyc\n!a\n", {("above !a", "*.pyc"): 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNITS)
def test_units(case: str) -> None:
    name, text, expected = UNITS[case]
    units: Counter[tuple[str, str]] = audit.of(name)(text)
    assert {unit: units[unit] for unit in expected} == expected
