"""Databases of benchmarks/proofs.py end with the benchmark, however it ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.waiting import wait_for

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SERVING = """
import signal, sys
from pathlib import Path
import proofs

port = int(sys.argv[1])
command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
with proofs.serving(command, port, Path(sys.argv[2])):
    print("serving", flush=True)
    signal.pause()
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_served(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv of util-linux")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=["terminated", "killed"])
def test_database_ends_with_the_benchmark(end: signal.Signals, tmp_path: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-c", SERVING, str(port), str(tmp_path)],
        stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(BENCHMARKS), *sys.path])},
    ) as benchmark:  # fmt: skip
        assert benchmark.stdout
        assert benchmark.stdout.readline() == "serving\n"
        assert is_served(port)

        benchmark.send_signal(end)

    wait_for(lambda: not is_served(port), "the end of the database", seconds=10)
