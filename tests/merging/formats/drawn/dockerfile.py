"""Stages with their instructions."""

from dataclasses import replace

import pytest
from drydock.documents.formats import dockerfile
from drydock.documents.kinds import Kind
from drydock.documents.nodes import Part
from drydock.merging import nodes

from tests.merging.formats.pieces import File, Kinds, Piece, contested, edits
from tests.merging.formats.wrong import OF_COMMENTS, WRONG

KINDS = Kinds(
    ["env", "label", "run", "copy", "packages", "variables"],
    both_add=frozenset({"env", "label"}),
    sets=frozenset({"packages", "variables"}),
    named=frozenset({"env", "label", "packages"}),
)
SINGLE = Kinds(["env", "label", "run", "copy"])


def render(file: File) -> str:
    """Render stages with their instructions."""
    return "".join(_instruction(piece) for piece in file)


def _instruction(piece: Piece) -> str:
    name, items = piece.name, piece.items
    above = f"# {piece.above}\n" if piece.above else ""
    match piece.kind:
        case "env":
            return f"{above}ENV {name}={'-'.join(items)}\n"
        case "label":
            return f'{above}LABEL {name}="{" ".join(items)}"\n'
        case "run":
            return f"{above}RUN {name} \\\n" + " \\\n".join(f"    && {i}" for i in items) + "\n"
        case "copy":
            return f"{above}COPY {' '.join(items)} {name}/\n"
        case "packages":
            packages = "".join(f"    {item} \\\n" for item in items)
            return f"{above}RUN cd {name} && apt-get install -y \\\n{packages}    && rm {name}\n"
        case "variables":
            variables = " \\\n    ".join(f"{item}={item}" for item in (name, *items))
            return f"{above}ENV {variables}\n"
    return f"\nFROM {name} AS {name}\n"


def see_no_change_within_an_instruction(monkeypatch: pytest.MonkeyPatch) -> None:
    part = dockerfile._part
    monkeypatch.setattr(dockerfile, "_part", lambda text: replace(part(text), meaning="the same"))


def take_only_our_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(text: str) -> Part | None:
        part = installing(text)
        if part and part.body:
            part = replace(part, body=replace(part.body, kind=forgotten))
        return part

    installing = dockerfile._installing
    forgotten = Kind("forgotten", added_whole=True)
    monkeypatch.setitem(nodes._ARRANGED, forgotten, lambda merged, ours, theirs: ours.parts)
    monkeypatch.setattr(dockerfile, "_installing", forgetful)


WRONG_HERE = {
    "sees no change within an instruction": see_no_change_within_an_instruction,
    "takes only our packages": take_only_our_packages,
}
PROPERTIES = {
    "edits of different instructions merge": edits(
        "Dockerfile",
        render,
        KINDS,
        examples=100,
        wrong=WRONG | OF_COMMENTS | WRONG_HERE,
        slow=True,
    ),
    "edits of one instruction do not merge": contested("Dockerfile", render, SINGLE),
}
