"""Lists of patterns are merged by line, as long as the last matching line stays certain."""

import pytest
from drydock.documents import formats, nodes
from drydock.documents.formats import ignore

from tests.merging.formats.examples import Examples, check

PATTERNS: Examples = {
    "both_sides_append_patterns": (
        "# Python\n*.pyc\n",
        "# Python\n*.pyc\nmine/\n",
        "# Python\n*.pyc\n\n# New\n.new/\n",
        "# Python\n*.pyc\nmine/\n\n# New\n.new/\n",
    ),
    "ours_sorts_theirs_appends": ("b\na\n", "a\nb\n", "b\na\nc\n", "a\nc\nb\n"),
    "sides_add_patterns_in_different_places": (
        "a\nb\n",
        "a\nx\nb\n",
        "a\nb\nx\ny\n",
        "a\nx\ny\nb\n",
    ),
    "ours_removes_pattern_theirs_comments_on_another": (
        "a\nb\n",
        "a\n",
        "# why\na\nb\n",
        "# why\na\n",
    ),
    "ours_removes_pattern_theirs_comments_on_it_conflicts": (
        "a\nb\n",
        "b\n",
        "# why\na\nb\n",
        None,
    ),
    "repeated_pattern_both_sides_append": (
        "a\n.env\nb\n.env\n",
        "a\n.env\nb\n.env\nmine\n",
        "a\n.env\nb\n.env\nnew\n",
        "a\n.env\nb\n.env\nmine\nnew\n",
    ),
    "ours_adds_exception_between_equal_patterns_conflicts": (
        "a\n",
        "a\n.env\n!b\n.env\n",
        "a\n.env\n",
        None,
    ),
    "ours_adds_exception_theirs_pattern_that_undoes_it_conflicts": (
        "a\nb\n",
        "a\n!a/c\nb\n",
        "a\nb\n*\n",
        None,
    ),
    "ours_adds_exception_theirs_removes_pattern_conflicts": ("a\nb\n", "a\n!a/c\nb\n", "a\n", None),
}
ATTRIBUTES: Examples = {
    "both_sides_append_same_attribute": (
        "* text=auto\n",
        "* text=auto\n*.a binary\n",
        "* text=auto\n*.b binary\n",
        "* text=auto\n*.a binary\n*.b binary\n",
    ),
    "both_sides_append_different_attributes_conflicts": (
        "* text=auto\n",
        "* text=auto\n*.a binary\n",
        "* text=auto\n/x/* text\n",
        None,
    ),
    "both_sides_change_attributes_of_pattern_conflicts": (
        "*.a text\n",
        "*.a binary\n",
        "*.a text eol=lf\n",
        None,
    ),
}


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("path", [".gitignore", "a/.dockerignore", ".prettierignore"])
def test_patterns(path: str, name: str) -> None:
    check(path, *PATTERNS[name])


@pytest.mark.parametrize("name", ATTRIBUTES)
@pytest.mark.parametrize("path", [".gitattributes", ".github/CODEOWNERS"])
def test_attributes(path: str, name: str) -> None:
    check(path, *ATTRIBUTES[name])


@pytest.mark.parametrize("text", ["", "\n# a\n", "a b\n\\#c\n !d\ne\\ \n\n", '"f g" h\na b\n#\n'])
def test_reading_preserves_source(text: str) -> None:
    assert nodes.source(ignore.read(text)) == text


def test_conflict_markers_are_invalid() -> None:
    assert formats.problem(".gitignore", b"a\n<<<<<<< yours\n")
