"""Edits of different statements merge, whatever they are; what is wrong is noticed."""

import ast

import pytest
from drydock.documents.formats import python
from drydock.documents.kinds import NAMES
from drydock.merging import nodes, structural
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
from tests.merging.formats.wrong import OF_PARTS, make_wrong, trust

KINDS = Kinds(
    ["constant", "list", "function", "class", "from", "call"],
    beside=frozenset({"constant", "function", "class", "from"}),
    sets=frozenset({"class", "from"}),
    named=frozenset({"constant", "list", "function", "class"}),
)
SINGLE = Kinds(["constant", "list", "function", "call"])


def render(file: File, quote: str = "'") -> str:
    """Write a module."""
    return "".join(_statement(piece, quote) for piece in file)


def _statement(piece: Piece, quote: str) -> str:
    name, items = piece.name, piece.items
    above = f"\n# {piece.above}\n" if piece.above else ""
    quoted = [f"{quote}{item}{quote}" for item in items]
    match piece.kind:
        case "constant":
            return f"{above}{name.upper()} = {quote}{'-'.join(items)}{quote}  # {name}\n"
        case "list":
            return f"{above}{name} = [\n" + "".join(f"    {item},\n" for item in quoted) + "]\n"
        case "function":
            body = "".join(f"    {item} = yield {item!r}\n" for item in items)
            return f"\n{above}\ndef {name}(x: int):\n{body}\n\n"
        case "class":
            methods = [f"    def {item}(self):\n        return 1\n" for item in items]
            return f"\n{above}\nclass {name}:\n" + "\n".join(methods) + "\n\n"
        case "from":
            return f"{above}from {name} import {', '.join(items)}\n"
        case "call":
            return f"{above}print({', '.join(quoted)}, file=None)\n"
    return f"print({quote}{name}{quote})\n"


@pytest.mark.slow
@given(cases(KINDS))
@settings(max_examples=60, deadline=None)
def test_edits_of_different_statements_merge(case: Case) -> None:
    check("a.py", render, case)


@given(contested(SINGLE))
@settings(max_examples=30, deadline=None)
def test_edits_of_one_statement_do_not(case: Case) -> None:
    check_contested("a.py", render, case)


@given(cases(KINDS))
@settings(max_examples=30, deadline=None)
def test_a_side_that_only_reformatted_gives_way(case: Case) -> None:
    base, ours, theirs = render(case.base), render(case.ours), render(case.base, '"')
    for sides in ((ours, theirs), (theirs, ours)):
        merged = structural.merge("a.py", base.encode(), *(side.encode() for side in sides)).text
        assert ast.dump(ast.parse(merged)) == ast.dump(ast.parse(ours))


@pytest.mark.parametrize("name", OF_PARTS)
def test_what_is_wrong_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wrong(name, monkeypatch)
    assert catches(lambda case: check("a.py", render, case), cases(KINDS))


def test_seeing_no_change_within_a_statement_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    trust(monkeypatch)
    monkeypatch.setattr(python, "_meaning", lambda parsed, text: type(parsed[0]).__name__)
    assert catches(lambda case: check("a.py", render, case), cases(KINDS))


def test_taking_only_our_imports_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    trust(monkeypatch)
    monkeypatch.setitem(nodes._ARRANGED, NAMES, lambda merged, ours, theirs: ours.parts)
    assert catches(lambda case: check("a.py", render, case), cases(KINDS))
