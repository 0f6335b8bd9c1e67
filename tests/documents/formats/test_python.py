"""The Python reader assigns every line to exactly one statement."""

from collections.abc import Iterator

import pytest
from drydock.documents.formats import python
from drydock.documents.nodes import Part, source

ROWS = {
    "comment_at_top_belongs_to_module": (
        "# licence\n\nimport a\n",
        ["import a"],
    ),
    "comment_indented_like_block_above_belongs_to_block": (
        "def f():\n    pass\n    # of f\n\n# of g\ndef g():\n    pass\n",
        ["def f():\n    pass\n    # of f\n", "\n# of g\ndef g():\n    pass\n"],
    ),
    "comments_belong_to_innermost_block_with_their_indentation": (
        "if a:\n    try:\n        b\n    finally:\n        c\n        # in\n    # out\n"
        "elif d:\n    e\n    # of elif\n# of x\nx = 1\n",
        [
            "if a:\n    try:\n        b\n    finally:\n        c\n        # in\n    # out\n"
            "elif d:\n    e\n    # of elif\n",
            "# of x\nx = 1",
        ],
    ),
    "comment_indented_like_case_belongs_to_match": (
        "match a:\n    case 1:\n        b\n    # of match\nx = 1\n",
        ["match a:\n    case 1:\n        b\n    # of match\n", "x = 1"],
    ),
    "statements_on_one_line_are_one_part": (
        "a = 1; b = '''\n# no comment\n'''  # comment\nc = 2;\n",
        ["a = 1; b = '''\n# no comment\n'''", "c = 2;"],
    ),
    "decorators_and_comments_between_them_belong_to_definition": (
        "x = 1\n\n@one\n# why\n@two\ndef f(): pass\n",
        ["x = 1", "\n@one\n# why\n@two\ndef f(): pass\n"],
    ),
}


def lines_of(document: Part) -> Iterator[str]:
    assert document.body
    for part in document.body.parts:
        yield f"{part.lead}{part.text}"


@pytest.mark.parametrize("name", ROWS)
def test_line_belongs_to_one_statement(name: str) -> None:
    text, expected = ROWS[name]
    document = python.read(text)
    assert list(lines_of(document)) == expected
    assert source(document) == text


def test_statements_of_class_are_its_parts() -> None:
    text = "class A(\n    B,\n):\n    # first\n    x: int = 1\n\n    def f(self): ...\n    # last\n"
    document = python.read(text)
    assert document.body
    (part,) = document.body.parts
    assert part.body
    assert part.body.opening == "class A(\n    B,\n):\n"
    assert [one.key for one in part.body.parts] == ["x =", "def f"]
    assert part.body.closing == "    # last\n"
    assert source(document) == text


@pytest.mark.parametrize("text", ["", "# nothing else\n", '"""doc"""', "é = 'ü'; a = 1  # ö\n"])
def test_reading_preserves_source(text: str) -> None:
    assert source(python.read(text)) == text


def test_mixed_line_ends_are_rejected() -> None:
    with pytest.raises(ValueError, match="mixed line ends"):
        python.read("a = 1\rb = 2\n")
