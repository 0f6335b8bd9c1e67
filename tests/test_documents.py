"""What README and docs tell to type is what the commands take."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from drydock.cli import app

from tests.template.matrix import REPOSITORY
from tools import reference

PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((REPOSITORY / "docs").glob("*.md")),
]
TYPED = re.compile(r"^(?:\$ )?(drydock [a-z].*)$|`(drydock [a-z][^`]*)`", re.MULTILINE)


def commands() -> list[str]:
    texts = [page.read_text(encoding="utf-8") for page in PAGES if page != reference.FILE]
    return sorted({a or b for text in texts for a, b in TYPED.findall(text)})


def test_the_reference_is_what_the_code_says() -> None:
    """`python -m tools.reference` writes it."""
    assert reference.FILE.read_text(encoding="utf-8") == reference.text()


def test_the_page_of_checks_is_what_the_code_says() -> None:
    """`python -m tools.reference` writes it."""
    assert reference.CHECKS.read_text(encoding="utf-8") == reference.checks()


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_documents_is_one(command: str) -> None:
    _, name, *arguments = shlex.split(command)
    group = typer.main.get_command(app)
    with typer.Context(group) as context:
        found = group.get_command(context, name)  # type: ignore[attr-defined]
        assert found, f"there is no command {name}"
        if arguments:  # without any it may be only the command's name
            found.make_context(name, arguments, parent=context)


def test_contributors_learn_of_every_session() -> None:
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([a-z_]+)(?: -- [^`]+)?`", text))
    sessions = re.findall(
        r"^@nox\.session\ndef (\w+)", (REPOSITORY / "noxfile.py").read_text("utf-8"), re.MULTILINE
    )
    assert sessions
    assert set(sessions) - told == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / target).exists(), target
