"""Fixtures for the tests of several commands."""

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
    """This repository's template with two releases of its current state; read-only."""
    return released(tmp_path_factory.mktemp("standard") / "template")


@pytest.fixture(scope="module")
def kill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., bool]]:
    """Run a command on a service and kill it before a step; return whether it was killed.

    `kill(service, step, *command, ends=codes)`: the default command is an update. If it is not
    killed, it must exit with one of the codes.
    """
    # It serves many tests, and each of them has its own home.
    environment = os.environ | own_settings(tmp_path_factory.mktemp("killer"))
    # Killed commands leave temporary folders behind.
    environment |= {"TMPDIR": str(tmp_path_factory.mktemp("left"))}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.commands.killer"], env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    ) as killer:  # fmt: skip
        requests, results = killer.stdin, killer.stdout
        assert requests
        assert results

        def run_and_kill(service: Path, at: int, *command: str | Path, ends: Set[int]) -> bool:
            print(json.dumps([str(service), at, *map(str, command)]), file=requests, flush=True)
            code = int(results.readline())
            assert code in {*ends, -signal.SIGKILL}
            return code < 0

        yield run_and_kill
        requests.close()
