"""JSON is merged by keys and identities; comments and trailing commas are preserved."""

import pytest
from drydock.documents import formats, nodes

from tests.merging.formats.examples import Examples, check

EXAMPLES: Examples = {
    "sides_edit_and_add_different_keys": (
        '{\n  "a": 1,\n  "b": 2\n}\n',
        '{\n  "a": 2,\n  "b": 2,\n  // why\n  "mine": {"x": []} /* so */\n}\n',
        '{\n  "new": null,\n  "a": 1\n}\n',
        '{\n  "new": null,\n  "a": 2,\n  // why\n  "mine": {"x": []} /* so */\n}\n',
    ),
    "both_sides_append_key": (
        '{\n  "a": 1\n}\n',
        '{\n  "a": 1,\n  "mine": 1 // x\n}\n',
        '{\n  "a": 1,\n  "new": 1\n}\n',
        '{\n  "a": 1,\n  "mine": 1, // x\n  "new": 1\n}\n',
    ),
    "ours_adds_trailing_comma_theirs_appends_key": (
        '{\n  "a": 1\n}\n',
        '{\n  "a": 1,\n}\n',
        '{\n  "a": 1,\n  "new": 1\n}\n',
        '{\n  "a": 1,\n  "new": 1,\n}\n',
    ),
    "configurations_match_by_name": (
        '{"configurations": [{"name": "a", "x": 1}, {"name": "b"}]}\n',
        '{"configurations": [{"name": "a", "x": 2}, {"name": "b"}, {"name": "mine"}]}\n',
        '{"configurations": [{"name": "b"}, {"name": "a", "x": 1, "y": 1}, {"name": "new"}]}\n',
        '{"configurations": [{"name": "b"}, {"name": "mine"}, {"name": "a", "x": 2, "y": 1},'
        ' {"name": "new"}]}\n',
    ),
    "ours_changes_only_layout": (
        '{"a": "\\u0041", "b": 1}\n',
        '{\n  "a": "A",\n  "b": 1\n}\n',
        '{"a":"\\u0041", "b": 2}\n',
        '{\n  "a": "A",\n  "b": 2\n}\n',
    ),
    "both_sides_raise_version_higher_wins": (
        '{"version": "1.2.0", "a": 1}\n',
        '{"version": "1.3.0", "a": 1}\n',
        '{"version": "1.10.0", "a": 2}\n',
        '{"version": "1.10.0", "a": 2}\n',
    ),
    "both_sides_append_argument_conflicts": (
        '{"args": ["a"]}\n',
        '{"args": ["a", "mine"]}\n',
        '{"args": ["a", "new"]}\n',
        None,
    ),
    "both_sides_change_value_conflicts": ('{"a": 1}\n', '{"a": 2}\n', '{"a": 3}\n', None),
    "both_sides_change_unnamed_item_conflicts": (
        '[{"a": 1}, {"b": 1}]\n',
        '[{"a": 2}, {"b": 1}]\n',
        '[{"a": 3}, {"b": 1}]\n',
        None,
    ),
    "comment_between_value_and_comma_conflicts": (
        '{"a": 1 // x\n, "b": 1}\n',
        '{"a": 1 // x\n, "b": 2}\n',
        '{"a": 2 // x\n, "b": 1}\n',
        None,
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_merge(name: str) -> None:
    check(".vscode/launch.json", *EXAMPLES[name])


@pytest.mark.parametrize(
    "text",
    [
        "1\n",
        ' "a//b" // c\n',
        "// a\n{ } /* b */\n",
        '[ 1 , "]" , [ ] , ]\n',
        '{\r"a": {"b": [true, -1e5, null]}}\n',
        '{"a": 1, // x\n "b": [\n1,2,\n// y\n3\n// z\n]\n}\n// end\n',
    ],
)
def test_reading_preserves_source(text: str) -> None:
    known = formats.of("a.json")
    assert known
    assert nodes.source(known.read(text)) == text


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 2}', "", "{a: 1}", "[1", '["a" , "b", "c"]', "{} {}"]
)
def test_invalid_or_unusual_text_is_rejected(text: str) -> None:
    known = formats.of("a.json")
    assert known
    with pytest.raises(ValueError, match=r"\w"):
        known.read(text)
