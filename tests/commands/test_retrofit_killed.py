"""A retrofit or its abort, killed at any step, can be undone."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import COPIER_YML, Outcome, Template, commit, git, snapshot, write

Drydock = Callable[..., Outcome]
Kill = Callable[..., bool]
EXIT_CODES = {0, 1}  # 1: with a conflict

pytestmark = pytest.mark.slow


def files(folder: Path) -> dict[str, Any]:
    return {k: v for k, v in snapshot(folder).items() if not k.startswith(".git/")}


def undo(drydock: Drydock, folder: Path) -> None:
    """Abort a retrofit, if it got far enough to need that."""
    outcome = drydock("retrofit", folder, "--abort")
    assert outcome.code == 0 or "no retrofit to undo" in outcome.err, outcome.err


def check(folder: Path, before: dict[str, Any], where: str) -> None:
    assert files(folder) == before, where
    assert git(folder, "status", "--porcelain", "--ignored", "--branch") == "## main", where
    assert git(folder, "branch", "--format=%(refname:short)") == "main", where
    assert not (folder / ".git/index.lock").exists(), where


def test_retrofit_killed_while_formatting_or_listing_debt_can_be_undone(
    drydock: Drydock, kill: Kill, template: Template, tmp_path: Path
) -> None:
    adopted = "adopted:\n  type: bool\n  ask: false\n  default: true\n"
    write(template.path, {"copier.yml": COPIER_YML + adopted})
    settings = "extend-exclude = []\n\n[lint]\n\n[lint.per-file-ignores]\n"
    template.release("v1.0.0", {"ruff.toml": settings})
    service = tmp_path / "service"
    write(service, {"mine.py": "import os\nx=1\n"})
    git(tmp_path, "init", "--quiet", "--initial-branch=main", service)
    commit(service, "As it was")
    before = files(service)
    with_commits = 0
    for at in range(1, 300, 3):  # every third step: the next test covers those before the merge
        copy = tmp_path / f"copy{at}"
        shutil.copytree(service, copy)
        git(copy, "status")
        arguments = ("retrofit", copy, "--defaults", "--template", template.path)
        killed = kill(copy, at, *arguments, ends={0})
        with_commits += int(git(copy, "rev-list", "--count", "main..HEAD")) > 0
        undo(drydock, copy)
        check(copy, before, f"killed at step {at}")
        shutil.rmtree(copy)
        if not killed:
            break
    assert with_commits > 10


@pytest.mark.parametrize("conflict", [False, True])
def test_retrofit_killed_at_any_step_can_be_undone(
    drydock: Drydock, kill: Kill, template: Template, tmp_path: Path, conflict: bool
) -> None:
    template.release("v1.0.0", {"lib/code.txt": "theirs\n", "run.sh": "#!/bin/sh\n"})
    service = tmp_path / "service"
    write(service, {"mine.txt": "mine\n", **({"lib/code.txt": "mine\n"} if conflict else {})})
    git(tmp_path, "init", "--quiet", "--initial-branch=main", service)
    commit(service, "As it was")
    before = files(service)
    arguments = ("--defaults", "--template", template.path)
    changed = 0
    for at in range(1, 200):
        copy = tmp_path / f"copy{at}"
        shutil.copytree(service, copy)
        git(copy, "status")
        killed = kill(copy, at, "retrofit", copy, *arguments, ends=EXIT_CODES)
        changed += files(copy) != before
        undo(drydock, copy)
        check(copy, before, f"killed at step {at}")
        shutil.rmtree(copy)
        if not killed:
            break
    assert at > 30
    assert changed > 3


def test_killed_abort_can_be_repeated(
    drydock: Drydock, kill: Kill, template: Template, tmp_path: Path
) -> None:
    template.release("v1.0.0", {"lib/code.txt": "theirs\n"})
    service = tmp_path / "service"
    write(service, {"mine.txt": "mine\n"})
    git(tmp_path, "init", "--quiet", "--initial-branch=main", service)
    commit(service, "As it was")
    before = files(service)
    assert drydock("retrofit", service, "--defaults", "--template", template.path).code == 0
    for at in range(1, 100):
        copy = tmp_path / f"copy{at}"
        shutil.copytree(service, copy)
        git(copy, "status")
        killed = kill(copy, at, "retrofit", copy, "--abort", ends=EXIT_CODES)
        undo(drydock, copy)
        check(copy, before, f"killed at step {at}")
        if not killed:
            break
    assert at > 10
