"""Edits of different instructions merge, whatever they are; what is wrong is noticed."""

from dataclasses import replace

import pytest
from drydock.documents.formats import dockerfile
from drydock.documents.kinds import Kind
from drydock.documents.nodes import Part
from drydock.merging import nodes
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
    ["env", "label", "run", "copy", "packages", "variables"],
    beside=frozenset({"env", "label"}),
    sets=frozenset({"packages", "variables"}),
    named=frozenset({"env", "label", "packages"}),
)
SINGLE = Kinds(["env", "label", "run", "copy"])


def render(file: File) -> str:
    """Write stages with what each runs."""
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
            held = "".join(f"    {item} \\\n" for item in items)
            return f"{above}RUN cd {name} && apt-get install -y \\\n{held}    && rm {name}\n"
        case "variables":
            held = " \\\n    ".join(f"{item}={item}" for item in (name, *items))
            return f"{above}ENV {held}\n"
    return f"\nFROM {name} AS {name}\n"


@pytest.mark.slow
@given(cases(KINDS))
@settings(max_examples=100, deadline=None)
def test_edits_of_different_instructions_merge(case: Case) -> None:
    check("Dockerfile", render, case)


@given(contested(SINGLE))
@settings(max_examples=30, deadline=None)
def test_edits_of_one_instruction_do_not(case: Case) -> None:
    check_contested("Dockerfile", render, case)


@pytest.mark.parametrize("name", OF_PARTS)
def test_what_is_wrong_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wrong(name, monkeypatch)
    assert catches(lambda case: check("Dockerfile", render, case), cases(KINDS))


def test_seeing_no_change_within_an_instruction_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    part = dockerfile._part
    trust(monkeypatch)
    monkeypatch.setattr(dockerfile, "_part", lambda text: replace(part(text), says="the same"))
    assert catches(lambda case: check("Dockerfile", render, case), cases(KINDS))


def test_taking_only_our_packages_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(text: str) -> Part | None:
        part = installing(text)
        if part and part.body:
            part = replace(part, body=replace(part.body, kind=forgotten))
        return part

    installing = dockerfile._installing
    forgotten = Kind("forgotten", added_whole=True)
    monkeypatch.setitem(nodes._ARRANGED, forgotten, lambda merged, ours, theirs: ours.parts)
    trust(monkeypatch)
    monkeypatch.setattr(dockerfile, "_installing", forgetful)
    assert catches(lambda case: check("Dockerfile", render, case), cases(KINDS))
