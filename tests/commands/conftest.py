"""What tests of several commands share."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Set
from pathlib import Path

import pytest

from tests.legacy.support import released
from tests.support import own_settings


@pytest.fixture(scope="session")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository's template, released as it is, and once more; no test may change it."""
    return released(tmp_path_factory.mktemp("standard") / "template")


@pytest.fixture(scope="module")
def kill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., bool]]:
    """Run a command on a service and kill it before a step; tell whether it came to that.

    `kill(service, step, *command, ends=codes)`: without a command it is an update; where it is not
    killed it ends with one of the codes.
    """
    # It is there for many tests, each of which has a home of its own.
    names = os.environ | own_settings(tmp_path_factory.mktemp("killer"))
    # What is killed leaves its temporary folders behind.
    names |= {"TMPDIR": str(tmp_path_factory.mktemp("left"))}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.commands.killer"], env=names,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    ) as killer:  # fmt: skip
        asked, answered = killer.stdin, killer.stdout
        assert asked
        assert answered

        def run_and_kill(service: Path, at: int, *command: str | Path, ends: Set[int]) -> bool:
            print(json.dumps([str(service), at, *map(str, command)]), file=asked, flush=True)
            code = int(answered.readline())
            assert code in {*ends, -signal.SIGKILL}
            return code < 0

        yield run_and_kill
        asked.close()
