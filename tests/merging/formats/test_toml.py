"""TOML is merged by table and key, and lists of packages by package."""

import pytest
from drydock.documents import formats, nodes

from tests.merging.formats.examples import Examples, check

EXAMPLES: Examples = {
    "both_sides_edit_dependencies": (
        '[project]\ndependencies = [\n    "a>=1",\n    "b",\n]\n',
        '[project]\ndependencies = [\n    "a>=2",  # why\n    "b",\n    "mine",\n]\n',
        '[project]\ndependencies = [\n    "A>=1.5",\n    "new[x]>=3",  # what for\n]\n',
        '[project]\ndependencies = [\n    "a>=2",  # why\n    "mine",\n'
        '    "new[x]>=3",  # what for\n]\n',
    ),
    "theirs_splits_list_into_lines_both_add": (
        'x = ["a", "b"]\n',
        'x = ["mine", "a", "b"]\n',
        'x = [\n  "a",\n  "b",\n  "new",\n]\n',
        'x = [\n  "mine",\n  "a",\n  "b",\n  "new",\n]\n',
    ),
    "ours_splits_list_into_lines_theirs_adds": (
        'x = ["a", "b"]\n',
        'x = [\n  "a", # why\n  "b"\n]\n',
        'x = ["new", "a", "b"]\n',
        'x = [\n  "new",\n  "a", # why\n  "b"\n]\n',
    ),
    "both_sides_add_package_with_different_comments": (
        'x = [\n  "a",\n]\n',
        'x = [\n  "a",\n  "b>=2", # why I need it\n]\n',
        'x = [\n  "a",\n  "b>=2", # what it is for\n]\n',
        'x = [\n  "a",\n  # what it is for\n  "b>=2", # why I need it\n]\n',
    ),
    "both_sides_add_item_one_with_tool_comment_conflicts": (
        'x = [\n  "a",\n]\n',
        'x = [\n  "a",\n  "b", # noqa because of mine\n]\n',
        'x = [\n  "a",\n  "b", # what it is for\n]\n',
        None,
    ),
    "both_sides_change_comment_conflicts": (
        'x = [\n  "a", # what it was\n]\n',
        'x = [\n  "a", # why I need it\n]\n',
        'x = [\n  "a", # what it is for\n]\n',
        None,
    ),
    "packages_with_markers_match_by_marker": (
        'dependency-groups.dev = ["t<2; python_version < \'3\'", "t"]\n',
        'dependency-groups.dev = ["t<2; python_version < \'3\'", "t>=3"]\n',
        'dependency-groups.dev = ["t<1; python_version < \'3\'", "t"]\n',
        'dependency-groups.dev = ["t<1; python_version < \'3\'", "t>=3"]\n',
    ),
    "ours_adds_table_theirs_reorders": (
        "[tool.a]\nx = 1\n\n[tool.b]\ny = 1\n",
        "[tool.a]\nx = 1\nmine = 2\n\n# mine\n[tool.c]\nz = 3\n\n[tool.b]\ny = 1\n",
        "# about b\n[tool.b]\ny = 2 # more\n\n[tool.a]\nnew = 1\nx = 1\n",
        "# about b\n[tool.b]\ny = 2 # more\n\n[tool.a]\nnew = 1\nx = 1\nmine = 2\n"
        "\n# mine\n[tool.c]\nz = 3\n",
    ),
    "theirs_changes_only_layout": (
        "x = 'a'\nn = 1000\n",
        'x = "a"\nn = 2000\n',
        "x   = 'a'\nn   = 1_000\n",
        'x = "a"\nn = 2000\n',
    ),
    "array_tables_match_by_name": (
        '[[tool.i]]\nname = "a"\nu = 1\n[[tool.i]]\nname = "b"\nu = 1\n',
        '[[tool.i]]\nname = "a"\nu = 2\n[[tool.i]]\nname = "b"\nu = 1\n',
        '[[tool.i]]\nname = "a"\nu = 1\n[[tool.i]]\nname = "b"\nu = 3\n[tool.i.below]\nv = 1\n',
        '[[tool.i]]\nname = "a"\nu = 2\n[[tool.i]]\nname = "b"\nu = 3\n[tool.i.below]\nv = 1\n',
    ),
    "sides_edit_inline_table": (
        'a = {x = 1, y = "1"}\n',
        'a = {x = 2, y = "1"}\n',
        'a = {y = "1", x = 1, z = 3}\n',
        'a = {y = "1", x = 2, z = 3}\n',
    ),
    "sides_add_different_lines_to_string": (
        'x = """\na\nb\nc\n"""\n',
        'x = """\nmine\na\nb\nc\n"""\n',
        'x = """\na\nb\nc\nnew\n"""\n',
        'x = """\nmine\na\nb\nc\nnew\n"""\n',
    ),
    "both_sides_add_line_theirs_adds_more": (
        'x = """\na\n"""\n',
        'x = """\na\nboth\n"""\n',
        'x = """\na\nboth\nnew\n"""\n',
        'x = """\na\nboth\nnew\n"""\n',
    ),
    "ours_drops_comment_of_key_theirs_removes": (
        "# why\na = 1\nb = 1\n",
        "a = 1\nb = 2\n",
        "b = 1\n",
        "b = 2\n",
    ),
    "ours_changes_key_theirs_removes_conflicts": (
        "a = 1\nb = 1\n",
        "a = 2\nb = 1\n",
        "b = 1\n",
        None,
    ),
    "ours_changes_table_theirs_renames_conflicts": (
        "[a]\nx = 1\ny = 1\n",
        "[a]\nx = 1\ny = 2\n",
        "[b]\nx = 1\ny = 1\n",
        None,
    ),
    "both_sides_change_value_conflicts": ("x = 'a'\n", "x = 'b'\n", "x = 'c'\n", None),
    "both_sides_add_different_comments_conflicts": ("x = 1\n", "x = 1 # a\n", "x = 1 # b\n", None),
    "both_sides_change_type_conflicts": ("x = 1\n", "x = [1]\n", "x = {a = 1}\n", None),
    "sides_change_different_numbers_in_list_conflicts": (
        "x = [1, 2, 3]\n",
        "x = [0, 2, 3]\n",
        "x = [1, 2, 4]\n",
        None,
    ),
    "both_sides_append_to_command_conflicts": (
        'cmd = ["a", "b"]\n',
        'cmd = ["a", "b", "mine"]\n',
        'cmd = ["a", "b", "new"]\n',
        None,
    ),
    "sides_add_to_command_in_different_places": (
        'cmd = ["a", "b", "c"]\n',
        'cmd = ["mine", "a", "b", "c"]\n',
        'cmd = ["a", "b", "c", "new"]\n',
        'cmd = ["mine", "a", "b", "c", "new"]\n',
    ),
    "both_sides_append_option_conflicts": (
        'x = ["-f", "b"]\n',
        'x = ["-f", "b", "mine"]\n',
        'x = ["-f", "b", "new"]\n',
        None,
    ),
    "ours_replaces_option_value_theirs_removes_option_conflicts": (
        'cmd = ["run", "-a", "1", "-b"]\n',
        'cmd = ["run", "-a", "2", "-b"]\n',
        'cmd = ["run", "-b"]\n',
        None,
    ),
    "comment_does_not_fit_list_on_one_line_conflicts": (
        'x = ["a", "b"]\n',
        'x = ["a"]\n',
        'x = ["a", "b", "c"# why\n]\n',
        None,
    ),
    "sides_edit_different_top_level_keys": (
        "a = 1\n",
        "a = 1\nb = 1\n",
        "a = 2\n",
        "a = 2\nb = 1\n",
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_merge(name: str) -> None:
    check("pyproject.toml", *EXAMPLES[name])


READABLE = [
    "",
    "# only a comment\n",
    "a = 1",
    "\"a b\".'c' . d = 1979-05-27 07:32:00 # x\n",
    "a = '''\n'it''s'''' # no\n",
    'a = """\\"""q"""""\nb = [[1, 2], [], [{}, {x.y = "]"}]]\n',
    "a = [ # first\n  # above\n  'b' , 'c' , # d\n  # last\n] # e\n",
    "[ a . 'b' ] # c\n\n\t[[x]]\n[x.y]\n[[x.z]]\n[[x]]\nb=1\n[x.y]\n# the end",
]


@pytest.mark.parametrize("text", READABLE)
def test_reading_preserves_source(text: str) -> None:
    known = formats.of("a.toml")
    assert known
    text = f"{text}\n" if text and not text.endswith("\n") else text
    assert nodes.source(known.read(text)) == text


@pytest.mark.parametrize(
    "text",
    ["a = 1\na = 2\n", "a = ['b'\n, 'c']\n", "[[a]]\n[b]\n[a.c]\n", "[[a]]\nx=1\n[[a]]\nx=1\n"],
)
def test_invalid_or_unusual_text_is_rejected(text: str) -> None:
    known = formats.of("a.toml")
    assert known
    with pytest.raises(ValueError, match=r"\w"):
        known.read(text)
