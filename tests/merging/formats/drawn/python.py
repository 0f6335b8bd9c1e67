"""Statements of a module, with single or double quotes."""

import ast

import pytest
from drydock.documents.formats import python
from drydock.documents.kinds import NAMES
from drydock.merging import nodes, structural

from tests.merging.formats.cases import Case
from tests.merging.formats.pieces import File, Kinds, Piece, cases, contested, edits
from tests.merging.formats.properties import Property
from tests.merging.formats.wrong import OF_COMMENTS, WRONG, replacing

KINDS = Kinds(
    ["constant", "list", "function", "class", "from", "call"],
    both_add=frozenset({"constant", "function", "class", "from"}),
    sets=frozenset({"class", "from"}),
    named=frozenset({"constant", "list", "function", "class"}),
)
SINGLE = Kinds(["constant", "list", "function", "call"])


def render(file: File, quote: str = "'") -> str:
    """Render a module."""
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


def check_reformatted(case: Case[File]) -> None:
    """Assert that merging a side that changed only the quotes preserves the edits of the other."""
    base, ours, theirs = render(case.base), render(case.ours), render(case.base, '"')
    for sides in ((ours, theirs), (theirs, ours)):
        merged = structural.merge("a.py", base.encode(), *(side.encode() for side in sides)).text
        assert ast.dump(ast.parse(merged)) == ast.dump(ast.parse(ours))


def take_only_our_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(nodes._ARRANGED, NAMES, lambda merged, ours, theirs: ours.parts)


WRONG_HERE = {
    "sees no change within a statement": replacing(
        python, "_meaning", lambda parsed, text: type(parsed[0]).__name__
    ),
    "takes only our imports": take_only_our_imports,
}
PROPERTIES = {
    "edits of different statements merge": edits(
        "a.py", render, KINDS, wrong=WRONG | OF_COMMENTS | WRONG_HERE, slow=True
    ),
    "edits of one statement do not merge": contested("a.py", render, SINGLE),
    "a reformatted side merges with an edited one": Property(
        cases(KINDS), check_reformatted, examples=30
    ),
}
