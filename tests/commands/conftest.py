"""What tests of several commands share."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Set
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def kill() -> Iterator[Callable[..., bool]]:
    """Run a command on a service and kill it before a step; tell whether it came to that.

    `kill(service, step, *command, ends=codes)`: without a command it is an update; where it is not
    killed it ends with one of the codes.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "tests.commands.killer"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    ) as killer:  # fmt: skip
        assert killer.stdin
        assert killer.stdout

        def run_and_kill(service: Path, at: int, *command: str | Path, ends: Set[int]) -> bool:
            print(json.dumps([str(service), at, *map(str, command)]), file=killer.stdin, flush=True)
            code = int(killer.stdout.readline())
            assert code in {*ends, -signal.SIGKILL}
            return code < 0

        yield run_and_kill
        killer.stdin.close()
