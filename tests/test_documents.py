"""The commands in README and docs exist, with their options."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from drydock.cli import app

from tests.support import git
from tests.template.matrix import REPOSITORY
from tools import reference

PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((REPOSITORY / "docs").glob("*.md")),
]
TYPED = re.compile(r"^(?:\$ )?(drydock [a-z].*)$|`(drydock [a-z][^`]*)`", re.MULTILINE)
NAMED = re.compile(r"`([\w/.-]+\.(?:py|yml|jinja)|_?[A-Z_]{4,}|[a-z_]{4,})`")


def commands() -> list[str]:
    texts = [page.read_text(encoding="utf-8") for page in PAGES if page != reference.FILE]
    return sorted({a or b for text in texts for a, b in TYPED.findall(text)})


def test_reference_is_up_to_date() -> None:
    """`python -m tools.reference` writes it."""
    assert reference.FILE.read_text(encoding="utf-8") == reference.text()


def test_page_of_checks_is_up_to_date() -> None:
    """`python -m tools.reference` writes it."""
    assert reference.CHECKS.read_text(encoding="utf-8") == reference.checks()


@pytest.mark.parametrize("command", commands())
def test_documented_command_exists(command: str) -> None:
    _, name, *arguments = shlex.split(command)
    group = typer.main.get_command(app)
    with typer.Context(group) as context:
        found = group.get_command(context, name)  # type: ignore[attr-defined]
        assert found, f"no such command: {name}"
        if arguments:  # without arguments it may be only a name
            found.make_context(name, arguments, parent=context)


def test_contributing_lists_every_session() -> None:
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"`([a-z_]+)(?: -- [^`]+)?`", text))
    sessions = re.findall(
        r"^@nox\.session\ndef (\w+)", (REPOSITORY / "noxfile.py").read_text("utf-8"), re.MULTILINE
    )
    assert sessions
    assert set(sessions) - listed == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_target_of_each_link_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / target).exists(), target


def test_names_in_the_guides_exist() -> None:
    """Files, functions and constants that CONTRIBUTING and the design mention."""
    files = git(REPOSITORY, "ls-files", "*.py", "*.yml", "*.jinja", "*.toml").splitlines()
    code = " ".join((REPOSITORY / path).read_text("utf-8") for path in files)
    words = set(re.findall(r"\w+", code))
    paths = "".join(f"/{path}\n" for path in files)
    missing = []
    for page in ("CONTRIBUTING.md", "docs/design.md"):
        for name in NAMED.findall((REPOSITORY / page).read_text("utf-8")):
            if "NAME" in name.split("/")[-1].split(".")[0]:
                continue  # of a file to add
            exists = f"/{name}\n" in paths if "." in name else name in words
            missing += [] if exists else [f"{page}: {name}"]
    assert missing == []
