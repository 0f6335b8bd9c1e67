"""Edits of different keys in INI files merge, whatever they are; what is wrong is noticed."""

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

EVERY = ["section", "words", "packages", "commands"]
KINDS = Kinds(
    EVERY,
    beside=frozenset(EVERY),
    sets=frozenset({"words", "packages"}),
    named=frozenset(EVERY),
)


def render(file: File) -> str:
    """Write sections: of keys, of words and packages in any order, of commands in theirs."""
    return "".join(_section(piece) for piece in file)


def _section(piece: Piece) -> str:
    above = f"\n# {piece.above}\n" if piece.above else ""
    if piece.kind in {"section", "anchor"}:
        keys = [f"key{at} = {item}" for at, item in enumerate(piece.items)]
    else:
        key = {"words": "omit", "packages": "deps", "commands": "commands"}[piece.kind]
        keys = [f"{key} =", *(f"    {item}" for item in piece.items)]
    return f"{above}[testenv:{piece.name}]\n" + "".join(f"{line}\n" for line in keys)


@given(cases(KINDS))
@settings(max_examples=60, deadline=None)
def test_edits_of_different_keys_merge(case: Case) -> None:
    check("tox.ini", render, case)


@given(contested(Kinds(["section", "words", "commands"])))
@settings(max_examples=30, deadline=None)
def test_edits_of_one_value_do_not(case: Case) -> None:
    check_contested("tox.ini", render, case)


@pytest.mark.parametrize("name", OF_PARTS)
def test_what_is_wrong_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wrong(name, monkeypatch)
    assert catches(lambda case: check("tox.ini", render, case), cases(KINDS))
