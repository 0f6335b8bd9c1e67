"""A retrofit, and its taking back, that is killed at any step can be taken back."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import Outcome, Template, commit, git, snapshot, write

Drydock = Callable[..., Outcome]
Kill = Callable[..., bool]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kill() -> Iterator[Kill]:
    """Run a command on a service and kill it before a step; tell whether it came to that."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.commands.killer"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    ) as killer:  # fmt: skip
        assert killer.stdin
        assert killer.stdout

        def run_and_kill(service: Path, at: int, *command: str | Path) -> bool:
            print(json.dumps([str(service), at, *map(str, command)]), file=killer.stdin, flush=True)
            code = int(killer.stdout.readline())
            assert code in {0, 1, -signal.SIGKILL}  # 1: its conflict
            return code < 0

        yield run_and_kill
        killer.stdin.close()


def files(folder: Path) -> dict[str, Any]:
    return {k: v for k, v in snapshot(folder).items() if not k.startswith(".git/")}


def taken_back(drydock: Drydock, folder: Path) -> None:
    """Take a retrofit back, if it came far enough to be one."""
    outcome = drydock("retrofit", folder, "--abort")
    assert outcome.code == 0 or "no retrofit to take back" in outcome.err, outcome.err


def check(folder: Path, before: dict[str, Any], where: str) -> None:
    assert files(folder) == before, where
    assert git(folder, "status", "--porcelain", "--ignored", "--branch") == "## main", where
    assert git(folder, "branch", "--format=%(refname:short)") == "main", where
    assert not (folder / ".git/index.lock").exists(), where


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
        killed = kill(copy, at, "retrofit", copy, *arguments)
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
        killed = kill(copy, at, "retrofit", copy, "--abort")
        taken_back(drydock, copy)
        check(copy, before, f"killed at step {at}")
        if not killed:
            break
    assert at > 10
