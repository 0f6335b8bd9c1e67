"""Edits of different lines merge, whatever they are; what is wrong is noticed."""

import pytest
from drydock.documents import siblings
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
from tests.merging.formats.wrong import OF_PARTS, make_wrong, told_by_place, trust

PATTERNS = Kinds(["pattern"], beside=frozenset({"pattern"}))
ATTRIBUTES = Kinds(["attributes"], named=frozenset({"attributes"}))


def render(file: File) -> str:
    """Write lines, some with a remark above."""
    return "".join(_line(piece) for piece in file)


def _line(piece: Piece) -> str:
    above = f"\n# {piece.above}\n" if piece.above else ""
    if piece.kind == "attributes":
        return f"{above}*.{piece.name} {' '.join(piece.items)}\n"
    return f"{above}/{'/'.join((piece.name, *piece.items))}\n"


@given(cases(PATTERNS))
@settings(max_examples=60, deadline=None)
def test_edits_of_different_patterns_merge(case: Case) -> None:
    check(".gitignore", render, case)


@given(cases(ATTRIBUTES))
@settings(max_examples=60, deadline=None)
def test_edits_of_different_attributes_merge(case: Case) -> None:
    check(".gitattributes", render, case)


@given(contested(ATTRIBUTES))
@settings(max_examples=30, deadline=None)
def test_edits_of_the_attributes_of_one_pattern_do_not(case: Case) -> None:
    check_contested(".gitattributes", render, case)


@pytest.mark.parametrize("name", OF_PARTS)
def test_what_is_wrong_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wrong(name, monkeypatch)
    assert catches(lambda case: check("CODEOWNERS", render, case), cases(ATTRIBUTES))


def test_telling_lines_by_their_place_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    trust(monkeypatch)
    monkeypatch.setattr(siblings, "distinct", told_by_place)
    assert catches(lambda case: check(".gitignore", render, case), cases(PATTERNS))
