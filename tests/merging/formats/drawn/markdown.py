"""Sections with text and code."""

from tests.merging.formats.pieces import File, Kinds, Piece, contested, edits
from tests.merging.formats.wrong import WRONG

KINDS = Kinds(["section", "below", "code"], comments=False)


def render(file: File) -> str:
    """Render sections with text and code."""
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


PROPERTIES = {
    "edits of different sections merge": edits("a.md", render, KINDS, wrong=WRONG),
    "edits of one section do not merge": contested("a.md", render, KINDS),
}
