"""INI files are merged by section and key, and lists in them line by line."""

import pytest
from drydock.documents import formats, nodes
from drydock.documents.formats import ini

from tests.merging.formats.examples import Examples, check

EXAMPLES: Examples = {
    "sides_edit_different_keys_of_section": (
        "[flake8]\nmax-line-length = 88\nextend-ignore = E203\n",
        "[flake8]\nmax-line-length = 100\nextend-ignore = E203\n",
        "[flake8]\nmax-line-length = 88\nextend-ignore = W503\nmax-complexity = 9\n",
        "[flake8]\nmax-line-length = 100\nextend-ignore = W503\nmax-complexity = 9\n",
    ),
    "both_sides_add_section_and_theirs_reorders": (
        "[a]\nx = 1\n\n[b]\ny = 1\n",
        "[a]\nx = 1\n\n# mine\n[mypy-mine.*]\nz = 1\n\n[b]\ny = 1\n",
        "[b]\ny = 2\n\n[a]\nx = 1\n\n[new]\nw = 1\n",
        "[b]\ny = 2\n\n[a]\nx = 1\n\n[new]\nw = 1\n\n# mine\n[mypy-mine.*]\nz = 1\n",
    ),
    "both_sides_edit_package_list": (
        "[options]\ninstall_requires =\n    a>=1\n    b\n",
        "[options]\ninstall_requires =\n    a>=2\n    b\n    mine\n",
        "[options]\ninstall_requires =\n    A>=1.5\n    b\n\n    # what for\n    new\n",
        "[options]\ninstall_requires =\n    a>=2\n    b\n    mine\n\n    # what for\n    new\n",
    ),
    "unordered_list_edited_on_both_sides": (
        "[coverage:run]\nomit =\n    a\n    b\n",
        "[coverage:run]\nomit =\n    a\n    b\n    mine\n",
        "[coverage:run]\nomit =\n    new\n    b\n",
        "[coverage:run]\nomit =\n    new\n    b\n    mine\n",
    ),
    "sides_add_commands_in_different_places": (
        "[testenv]\ncommands =\n    a\n    b\n",
        "[testenv]\ncommands =\n    mine\n    a\n    b\n",
        "[testenv]\ncommands =\n    a\n    b\n    new\n",
        "[testenv]\ncommands =\n    mine\n    a\n    b\n    new\n",
    ),
    "both_sides_append_command_conflicts": (
        "[testenv]\ncommands =\n    a\n",
        "[testenv]\ncommands =\n    a\n    mine\n",
        "[testenv]\ncommands =\n    a\n    new\n",
        None,
    ),
    "ours_changes_spacing_theirs_changes_value": (
        "[a]\nx=1\ny=1\n",
        "[a]\nx = 1\ny = 1\n",
        "[a]\nx=1\ny=2\n",
        "[a]\nx = 1\ny=2\n",
    ),
    "sides_add_comments_to_different_keys": (
        "[a]\nx = 1\ny = 1\n",
        "[a]\n# why\nx = 1\ny = 1\n",
        "[a]\nx = 1\n\n; so\ny = 1\n",
        "[a]\n# why\nx = 1\n\n; so\ny = 1\n",
    ),
    "comma_separated_list_merges_by_lines": (
        "[a]\nnotes=X,\n      Y,\n      Z\n",
        "[a]\nnotes=X,\n      M,\n      Y,\n      Z\n",
        "[a]\nnotes=X,\n      Y,\n      Z,\n      N\n",
        "[a]\nnotes=X,\n      M,\n      Y,\n      Z,\n      N\n",
    ),
    "both_sides_change_value_conflicts": ("[a]\nx = 1\n", "[a]\nx = 2\n", "[a]\nx = 3\n", None),
    "ours_removes_section_theirs_changes_it_conflicts": (
        "[a]\nx = 1\n[b]\ny = 1\n",
        "[b]\ny = 1\n",
        "[a]\nx = 2\n[b]\ny = 1\n",
        None,
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("path", ["setup.cfg", "a/tox.ini", ".pylintrc"])
def test_merge(path: str, name: str) -> None:
    check(path, *EXAMPLES[name])


READABLE = [
    "",
    "# nothing\n",
    "[a]\n\n[b c]\nX: 1\ny\nz =\n",
    "[a]\nx =\n  1\n\n  # so\n  2\n\ny = 1\n  2\n# end\n",
    "[DEFAULT]\na = %(b)s\n\n[b]\na =\n\n    [c]\n",
]


@pytest.mark.parametrize("text", READABLE)
def test_reading_preserves_source(text: str) -> None:
    assert nodes.source(ini.read(text)) == text


@pytest.mark.parametrize(
    "text", ["[a]\nx = 1\nX = 2\n", "[a]\n[b]\n[a]\n", "x = 1\n", "[a]\nx\n  y\n"]
)
def test_duplicates_and_keys_without_section_or_value_are_invalid(text: str) -> None:
    assert formats.problem("setup.cfg", text.encode())


@pytest.mark.parametrize("text", ["[a]\n  x = 1\n", " [a]\nx = 1\n"])
def test_unusual_indentation_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="unsupported"):
        ini.read(text)
