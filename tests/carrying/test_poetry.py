"""Indexes of Poetry are named as uv does."""

import tomllib

import pytest
from drydock.carrying.poetry import indexes

NAMED = {
    "an index": ("", {}),
    "one for what names it": ('priority = "explicit"\n', {"explicit": True}),
    "one instead of the public one": ('priority = "default"\n', {"default": True}),
    "one beside the public one": ('priority = "supplemental"\n', {}),
}


@pytest.mark.parametrize("case", NAMED)
def test_an_index(case: str) -> None:
    said, expected = NAMED[case]
    text = f'[[tool.poetry.source]]\nname = "in-house"\nurl = "https://example.com/simple"\n{said}'
    tables, (login,) = indexes(tomllib.loads(text)["tool"]["poetry"], text)
    (index,) = tomllib.loads(tables)["tool"]["uv"]["index"]
    assert index == {"name": "in-house", "url": "https://example.com/simple", **expected}
    assert (login.line, "UV_INDEX_IN_HOUSE_USERNAME" in login.how) == (1, True)


def test_the_public_index_needs_no_name() -> None:
    text = '[[tool.poetry.source]]\nname = "PyPI"\npriority = "primary"\n'
    assert indexes(tomllib.loads(text)["tool"]["poetry"], text) == ("", [])
