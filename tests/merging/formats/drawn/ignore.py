"""Unordered and ordered lines, some with a comment above."""

from collections.abc import Sequence
from dataclasses import replace

from drydock.documents import siblings
from drydock.documents.nodes import Part

from tests.merging.formats.pieces import File, Kinds, Piece, contested, edits
from tests.merging.formats.wrong import replacing

PATTERNS = Kinds(["pattern"], both_add=frozenset({"pattern"}))
ATTRIBUTES = Kinds(["attributes"], named=frozenset({"attributes"}))


def render(file: File) -> str:
    """Render lines, some with a comment above."""
    return "".join(_line(piece) for piece in file)


def _line(piece: Piece) -> str:
    above = f"\n# {piece.above}\n" if piece.above else ""
    if piece.kind == "attributes":
        return f"{above}*.{piece.name} {' '.join(piece.items)}\n"
    return f"{above}/{'/'.join((piece.name, *piece.items))}\n"


def _identified_by_position(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(replace(part, key=f"part {index}") for index, part in enumerate(parts))


PROPERTIES = {
    "edits of different patterns merge": edits(
        ".gitignore",
        render,
        PATTERNS,
        wrong={
            "identifies lines by position": replacing(siblings, "distinct", _identified_by_position)
        },
    ),
    "edits of different attributes merge": edits(".gitattributes", render, ATTRIBUTES, wrong={}),
    "edits of different owners merge": edits("CODEOWNERS", render, ATTRIBUTES),
    "edits of the attributes of one pattern do not merge": contested(
        ".gitattributes", render, ATTRIBUTES
    ),
}
