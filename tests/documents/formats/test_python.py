"""Where the reader of Python cuts: every line is of one statement, and none is lost."""

from collections.abc import Iterator

import pytest
from drydock.documents.formats import python
from drydock.documents.nodes import Part, source

ROWS = {
    "a comment at the top is the module's": (
        "# licence\n\nimport a\n",
        ["import a"],
    ),
    "a comment below a block with its indentation is the block's": (
        "def f():\n    pass\n    # of f\n\n# of g\ndef g():\n    pass\n",
        ["def f():\n    pass\n    # of f\n", "\n# of g\ndef g():\n    pass\n"],
    ),
    "so it is of the innermost block that has it, through elif and finally": (
        "if a:\n    try:\n        b\n    finally:\n        c\n        # in\n    # out\n"
        "elif d:\n    e\n    # of elif\n# of x\nx = 1\n",
        [
            "if a:\n    try:\n        b\n    finally:\n        c\n        # in\n    # out\n"
            "elif d:\n    e\n    # of elif\n",
            "# of x\nx = 1",
        ],
    ),
    "of match, too": (
        "match a:\n    case 1:\n        b\n    # of match\nx = 1\n",
        ["match a:\n    case 1:\n        b\n    # of match\n", "x = 1"],
    ),
    "statements that share a line are one": (
        "a = 1; b = '''\n# no comment\n'''  # told\nc = 2;\n",
        ["a = 1; b = '''\n# no comment\n'''", "c = 2;"],
    ),
    "decorators and what is remarked between them are the definition's": (
        "x = 1\n\n@one\n# why\n@two\ndef f(): pass\n",
        ["x = 1", "\n@one\n# why\n@two\ndef f(): pass\n"],
    ),
}


def lines_of(document: Part) -> Iterator[str]:
    assert document.body
    for part in document.body.parts:
        yield f"{part.lead}{part.text}"


@pytest.mark.parametrize("name", ROWS)
def test_a_line_belongs_to_one_statement(name: str) -> None:
    text, expected = ROWS[name]
    document = python.read(text)
    assert list(lines_of(document)) == expected
    assert source(document) == text


def test_the_statements_of_a_class_are_parts_of_it() -> None:
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
def test_what_is_read_is_written_again(text: str) -> None:
    assert source(python.read(text)) == text


def test_a_line_that_ends_otherwise_than_the_rest_is_not_read() -> None:
    with pytest.raises(ValueError, match="line ends"):
        python.read("a = 1\rb = 2\n")
