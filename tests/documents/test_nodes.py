"""Nodes reproduce their source, and have a name for reports."""

import pytest
from drydock.documents.nodes import Body, Part, name_of, numbered, source

ITEMS = (Part("a", "a", lead="\n  ", after=" # why"), Part("b", "b", lead="\n  "))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(Body(ITEMS, "[", "\n]", ","), "[\n  a, # why\n  b\n]", id="separator"),
        pytest.param(
            Body(ITEMS, "[", "\n]", ",", trailing=True),
            "[\n  a, # why\n  b,\n]",
            id="trailing_separator",
        ),
        pytest.param(Body((), "[", "]", ","), "[]", id="no_parts"),
        pytest.param(
            Body(tuple(Part(one, one, lead="  ", after="\n") for one in "ab"), "- ", inline="  "),
            "- a\n  b\n",
            id="first_part_on_line_of_dash",
        ),
    ],
)  # fmt: skip
def test_source_combines_lead_body_and_after(body: Body, text: str) -> None:
    assert source(Part("x", lead="# above\n", after="\n", body=body)) == f"# above\n{text}\n"


def test_repeated_keys_are_numbered() -> None:
    keys = [part.key for part in numbered([Part("a"), Part("b"), Part("a"), Part("a")])]
    assert keys == ["a", "b", ("a", 2), ("a", 3)]


@pytest.mark.parametrize(
    ("key", "name"),
    [("port", "port"), (("tool", "uv"), "tool.uv"), (("port", 2), "an item"), (None, "an item")],
)
def test_name_of_part_in_report(key: object, name: str) -> None:
    assert name_of(Part(key)) == name
