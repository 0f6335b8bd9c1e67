"""Nodes say the text that was read, and what they are called."""

import pytest
from drydock.documents.nodes import Body, Part, name_of, numbered, source

ITEMS = (Part("a", "a", lead="\n  ", after=" # why"), Part("b", "b", lead="\n  "))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(Body(ITEMS, "[", "\n]", ","), "[\n  a, # why\n  b\n]", id="between"),
        pytest.param(Body(ITEMS, "[", "\n]", ",", ends=True), "[\n  a, # why\n  b,\n]", id="ends"),
        pytest.param(Body((), "[", "]", ","), "[]", id="empty"),
        pytest.param(
            Body(tuple(Part(one, one, lead="  ", after="\n") for one in "ab"), "- ", inline="  "),
            "- a\n  b\n",
            id="the first part on the line of the dash",
        ),
    ],
)  # fmt: skip
def test_the_source_of_a_part(body: Body, text: str) -> None:
    assert source(Part("x", lead="# above\n", after="\n", body=body)) == f"# above\n{text}\n"


def test_keys_that_recur_are_numbered() -> None:
    keys = [part.key for part in numbered([Part("a"), Part("b"), Part("a"), Part("a")])]
    assert keys == ["a", "b", ("a", 2), ("a", 3)]


@pytest.mark.parametrize(
    ("key", "name"),
    [("port", "port"), (("tool", "uv"), "tool.uv"), (("port", 2), "an item"), (None, "an item")],
)
def test_what_a_part_is_called_in_a_report(key: object, name: str) -> None:
    assert name_of(Part(key)) == name
