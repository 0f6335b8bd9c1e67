"""Sections of keys, of unordered words and packages, and of ordered commands."""

from tests.merging.formats.pieces import File, Kinds, Piece, contested, edits

EVERY = ["section", "words", "packages", "commands"]
KINDS = Kinds(
    EVERY,
    both_add=frozenset(EVERY),
    sets=frozenset({"words", "packages"}),
    named=frozenset(EVERY),
)
SINGLE = Kinds(["section", "words", "commands"])


def render(file: File) -> str:
    """Render the sections."""
    return "".join(_section(piece) for piece in file)


def _section(piece: Piece) -> str:
    above = f"\n# {piece.above}\n" if piece.above else ""
    if piece.kind in {"section", "anchor"}:
        keys = [f"key{at} = {item}" for at, item in enumerate(piece.items)]
    else:
        key = {"words": "omit", "packages": "deps", "commands": "commands"}[piece.kind]
        keys = [f"{key} =", *(f"    {item}" for item in piece.items)]
    return f"{above}[testenv:{piece.name}]\n" + "".join(f"{line}\n" for line in keys)


PROPERTIES = {
    "edits of different keys merge": edits("tox.ini", render, KINDS),
    "edits of one value do not merge": contested("tox.ini", render, SINGLE),
}
