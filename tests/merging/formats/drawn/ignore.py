"""Lines in any order, and lines whose order counts, some with a remark above."""

from collections.abc import Sequence
from dataclasses import replace

from drydock.documents import siblings
from drydock.documents.nodes import Part

from tests.merging.formats.pieces import File, Kinds, Piece, contested, edits
from tests.merging.formats.wrong import instead

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


def _told_by_place(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(replace(part, key=f"part {place}") for place, part in enumerate(parts))


PROPERTIES = {
    "edits of different patterns merge": edits(
        ".gitignore",
        render,
        PATTERNS,
        wrong={"tells lines by their place": instead(siblings, "distinct", _told_by_place)},
    ),
    "edits of different attributes merge": edits(".gitattributes", render, ATTRIBUTES, wrong={}),
    "edits of different owners merge": edits("CODEOWNERS", render, ATTRIBUTES),
    "edits of the attributes of one pattern do not merge": contested(
        ".gitattributes", render, ATTRIBUTES
    ),
}
