"""Lists of patterns are merged by line; what the last line that matches says must stay certain."""

import pytest
from drydock.documents import formats, nodes
from drydock.documents.formats import ignore

from tests.merging.formats.examples import Examples, check

PATTERNS: Examples = {
    "of both sides in one place": (
        "# Python\n*.pyc\n",
        "# Python\n*.pyc\nmine/\n",
        "# Python\n*.pyc\n\n# New\n.new/\n",
        "# Python\n*.pyc\nmine/\n\n# New\n.new/\n",
    ),
    "sorted by one side": ("b\na\n", "a\nb\n", "b\na\nc\n", "a\nc\nb\n"),
    "of both sides in different places": ("a\nb\n", "a\nx\nb\n", "a\nb\nx\ny\n", "a\nx\ny\nb\n"),
    "removed, and remarked on elsewhere": ("a\nb\n", "a\n", "# why\na\nb\n", "# why\na\n"),
    "one, removed and remarked on": ("a\nb\n", "b\n", "# why\na\nb\n", None),
    "written twice": (
        "a\n.env\nb\n.env\n",
        "a\n.env\nb\n.env\nmine\n",
        "a\n.env\nb\n.env\nnew\n",
        "a\n.env\nb\n.env\nmine\nnew\n",
    ),
    "written twice, and an exception": ("a\n", "a\n.env\n!b\n.env\n", "a\n.env\n", None),
    "an exception, and what would undo it": ("a\nb\n", "a\n!a/c\nb\n", "a\nb\n*\n", None),
    "an exception, and patterns removed": ("a\nb\n", "a\n!a/c\nb\n", "a\n", None),
}
ATTRIBUTES: Examples = {
    "of one kind": (
        "* text=auto\n",
        "* text=auto\n*.a binary\n",
        "* text=auto\n*.b binary\n",
        "* text=auto\n*.a binary\n*.b binary\n",
    ),
    "of different kinds, of which the last one stands": (
        "* text=auto\n",
        "* text=auto\n*.a binary\n",
        "* text=auto\n/x/* text\n",
        None,
    ),
    "of one pattern": ("*.a text\n", "*.a binary\n", "*.a text eol=lf\n", None),
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
def test_nothing_is_lost_by_reading(text: str) -> None:
    assert nodes.source(ignore.read(text)) == text


def test_conflict_markers_are_no_patterns() -> None:
    assert formats.problem(".gitignore", b"a\n<<<<<<< yours\n")
