"""The units of a text are its values with their places, and its comments."""

from collections import Counter

import pytest
from drydock.merging import audit

_STR = "tag:yaml.org,2002:str"
# The format, a text, and some of its units.
UNITS: dict[str, tuple[str, str, dict[tuple[str, str], int]]] = {
    "toml: array_table_has_name_in_place": (
        "toml", '[[a]]\nname = "x"\nsize = 1\n', {(".'a'[name=x].'size'", "1"): 1},
    ),
    "toml: lines_of_string_count_separately": (
        "toml", 'a = """\none\ntwo\n"""\n', {(".'a'", "'one'"): 1, (".'a'", "'two'"): 1},
    ),
    "toml: date_is_value": (
        "toml", "a = 2026-01-01\n", {(".'a'", "datetime.date(2026, 1, 1)"): 1},
    ),
    "toml: items_without_name_are_counted": ("toml", "a = [1, 1]\n", {(".'a'[]", "1"): 2}),
    "toml: comment_in_list": (
        "toml", "[t]\na = [\n  1, # why\n]\n# end\n", {("#.'t'.'a'[]", "why"): 1, ("#", "end"): 1},
    ),
    "toml: comment": ("toml", "a = 1 # why\n", {("#", "why"): 1}),
    "json: item_has_id_in_place": (
        "json", '{"a": [{"id": 7, "on": true}]}', {(".'a'[id=7].'on'", "true"): 1},
    ),
    "json: string_of_several_lines_is_one_value": (
        "json", '{"a": "one\\ntwo"}', {(".'a'", '"one\\ntwo"'): 1},
    ),
    "json: comment_and_trailing_commas": (
        "json", '{\n// why\n"a": [1,],}', {("#", "// why"): 1, ("#", ","): 2, (".'a'[]", "1"): 1},
    ),
    "yaml: item_has_repo_in_place": (
        "yaml", "a:\n  - repo: x\n    rev: v1\n", {(f".'a'[repo=x].'rev' {_STR}", "v1"): 1},
    ),
    "yaml: string_is_not_number": ("yaml", "a: '1'\n", {(f".'a' {_STR}", "1"): 1}),
    "ini: lines_of_value_count_separately": (
        "ini", "[a]\nb =\n    one\n    two\n", {("[a] b", "one"): 1, ("[a] b", "two"): 1},
    ),
    "requirements: line_and_comment": (
        "requirements", "a==1 # why\n", {("", "a==1"): 1, ("#", "why"): 1},
    ),
    "makefile: recipe_by_target_and_default_goal": (
        "makefile",
        "# Why.\nA := 1\n.PHONY: a b\na: b\n\tc \\\n\td\n",
        {
            ("#", "# Why."): 1, ("", "A := 1"): 1, (".PHONY", "a"): 1, (".PHONY", "b"): 1,
            ("", "a: b"): 1, ("a", "c d"): 1, ("default goal", "a"): 1,
        },
    ),
    "markdown: line_by_heading": ("markdown", "# A\n\ntext\n", {("# A", "text"): 1}),
    "rst: line_by_title": (
        "rst", "T\n====\n\ntext\n\nA\n----\n\nmore\n", {("", "text"): 1, ("A", "more"): 1},
    ),
    "ignore: pattern_above_exception": (
        "ignore", "*.pyc\n!a\n", {("above !a", "*.pyc"): 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNITS)
def test_units(case: str) -> None:
    name, text, expected = UNITS[case]
    units: Counter[tuple[str, str]] = audit.of(name)(text)
    assert {unit: units[unit] for unit in expected} == expected
