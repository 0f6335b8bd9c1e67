"""A retrofit, and its taking back, that is killed at any step can be taken back."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import COPIER_YML, Outcome, Template, commit, git, snapshot, write

Drydock = Callable[..., Outcome]
Kill = Callable[..., bool]
ENDS = {0, 1}  # 1: its conflict

pytestmark = pytest.mark.slow


def files(folder: Path) -> dict[str, Any]:
    return {k: v for k, v in snapshot(folder).items() if not k.startswith(".git/")}


def taken_back(drydock: Drydock, folder: Path) -> None:
    """Take a retrofit back, if it came far enough to be one."""
    outcome = drydock("retrofit", folder, "--abort")
    assert outcome.code == 0 or "no retrofit to undo" in outcome.err, outcome.err


def check(folder: Path, before: dict[str, Any], where: str) -> None:
    assert files(folder) == before, where
    assert git(folder, "status", "--porcelain", "--ignored", "--branch") == "## main", where
    assert git(folder, "branch", "--format=%(refname:short)") == "main", where
    assert not (folder / ".git/index.lock").exists(), where


def test_killed_while_code_is_formatted_and_its_debt_listed(
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
    several = 0
    for at in range(1, 300, 3):  # every third: those before the merge are held below
        copy = tmp_path / f"copy{at}"
        shutil.copytree(service, copy)
        git(copy, "status")
        arguments = ("retrofit", copy, "--defaults", "--template", template.path)
        killed = kill(copy, at, *arguments, ends={0})
        several += int(git(copy, "rev-list", "--count", "main..HEAD")) > 0
        taken_back(drydock, copy)
        check(copy, before, f"killed at step {at}")
        shutil.rmtree(copy)
        if not killed:
            break
    assert several > 10


@pytest.mark.parametrize("conflict", [False, True])
def test_killed_at_every_step(
    drydock: Drydock, kill: Kill, template: Template, tmp_path: Path, conflict: bool
) -> None:
    template.release("v1.0.0", {"lib/code.txt": "theirs\n", "run.sh": "#!/bin/sh\n"})
    service = tmp_path / "service"
    write(service, {"mine.txt": "mine\n", **({"lib/code.txt": "mine\n"} if conflict else {})})
    git(tmp_path, "init", "--quiet", "--initial-branch=main", service)
    commit(service, "As it was")
    before = files(service)
    arguments = ("--defaults", "--template", template.path)
    touched = 0
    for at in range(1, 200):
        copy = tmp_path / f"copy{at}"
        shutil.copytree(service, copy)
        git(copy, "status")
        killed = kill(copy, at, "retrofit", copy, *arguments, ends=ENDS)
        touched += files(copy) != before
        taken_back(drydock, copy)
        check(copy, before, f"killed at step {at}")
        shutil.rmtree(copy)
        if not killed:
            break
    assert at > 30
    assert touched > 3


def test_killed_while_it_is_taken_back(
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
        killed = kill(copy, at, "retrofit", copy, "--abort", ends=ENDS)
        taken_back(drydock, copy)
        check(copy, before, f"killed at step {at}")
        if not killed:
            break
    assert at > 10
