"""Edits of different sections merge, whatever they are; what is wrong is noticed."""

import pytest
from hypothesis import given, settings

from tests.merging.formats.documents import catches
from tests.merging.formats.pieces import (
    Case,
    File,
    Kinds,
    Piece,
    cases,
    check,
    check_contested,
    contested,
)
from tests.merging.formats.wrong import OF_PARTS, make_wrong

KINDS = Kinds(["section", "below", "code"], remarks=False)


def render(file: File) -> str:
    """Write sections and what stands in them."""
    return "".join(_section(piece) for piece in file)


def _section(piece: Piece) -> str:
    text = "\n\n".join(piece.items)
    match piece.kind:
        case "section":
            return f"{piece.name}\n{'-' * len(piece.name)}\n\n{text}\n\n"
        case "below":
            return f"### {piece.name}\n\n- {text}\n\n"
        case "code":
            return f"## {piece.name} ##\n\n```sh\n# install {piece.name}\n{text}\n```\n\n"
    return f"## {piece.name}\n\n"


@given(cases(KINDS))
@settings(max_examples=60, deadline=None)
def test_edits_of_different_sections_merge(case: Case) -> None:
    check("a.md", render, case)


@given(contested(KINDS))
@settings(max_examples=30, deadline=None)
def test_edits_of_one_section_do_not(case: Case) -> None:
    check_contested("a.md", render, case)


@pytest.mark.parametrize("name", [name for name in OF_PARTS if "remarks" not in name])
def test_what_is_wrong_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wrong(name, monkeypatch)
    assert catches(lambda case: check("a.md", render, case), cases(KINDS))
