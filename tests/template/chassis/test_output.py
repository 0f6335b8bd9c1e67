"""A service whose standard output is gone or full keeps serving, and ends as usual."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from . import support
from .support import wait_for

Start = Callable[..., "Silent"]


class Silent(support.Server):
    """A process whose output nobody reads, on ports that are chosen beforehand."""

    def __init__(self, folder: Path, output: Any, errors: Any, **options: Any) -> None:
        self.ports = support.free_ports()
        arguments = ("--port", str(self.ports[0]), "--management-port", str(self.ports[1]))
        self.process = subprocess.Popen(
            support.command("everything:app", "serve", *arguments),
            cwd=folder,
            env=support.environment(APP__SHUTDOWN__DRAIN_SECONDS="0"),
            stdout=output,
            stderr=errors,
            **options,
        )

    @property
    def port(self) -> int:
        return self.ports[0]

    @property
    def management_port(self) -> int:
        return self.ports[1]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start such a process; it is killed after the test."""
    started: list[Silent] = []

    def start(output: Any, errors: Any = subprocess.PIPE, **options: Any) -> Silent:
        started.append(Silent(tmp_path, output, errors, **options))
        return started[-1]

    yield start
    for server in started:
        server.close()
        if server.process.stderr:
            server.process.stderr.close()


def lost(server: Silent) -> float:
    return server.samples("log_writes_lost_total")[()]


def serves_on(server: Silent) -> None:
    """Check that each request gets a response, and that SIGTERM ends the process with 0."""
    server.wait_until_ready()
    assert server.request("/ok").status == 200
    assert server.request("/boom").status == 500
    assert server.request("/logs?mark=x").status == 200
    assert server.request("/ok", headers={"x-request-id": "kept"}).headers["x-request-id"] == "kept"
    assert server.stop(signal.SIGTERM) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux' /dev/full")
def test_full_disk_only_loses_log_lines(start: Start) -> None:
    with Path("/dev/full").open("wb") as full:
        server = start(full)
    server.wait_until_ready()
    wait_for(lambda: lost(server) > 0, "the first loss")

    serves_on(server)

    errors: IO[bytes] = server.process.stderr  # type: ignore[assignment]
    assert errors.read() == b"cannot write the log: No space left on device\n"


def test_vanished_reader_only_loses_log_lines(start: Start) -> None:
    """As with `| head -1`."""
    reading, writing = os.pipe()
    server = start(writing, writing)
    os.close(writing)
    assert os.read(reading, 1)
    os.close(reading)

    serves_on(server)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux reopens a pipe")
def test_unread_pipe_only_loses_log_lines(start: Start) -> None:
    reading, writing = os.pipe()
    server = start(writing)
    server.wait_until_ready()

    def fill() -> bool:
        for _ in range(20):  # reading the metrics takes longer than these
            assert server.request("/ok").status == 200
        return lost(server) > 0

    wait_for(fill, "the first loss")
    assert os.get_blocking(writing)  # other processes may write there, too
    assert os.read(reading, 1_000_000).count(b'"event": "request"') > 100

    assert server.request("/ok", headers={"x-request-id": "read-again"}).status == 200

    assert select.select([reading], [], [], support.PATIENCE)[0]
    assert b"read-again" in os.read(reading, 1_000_000)
    serves_on(server)
    os.close(reading)
    os.close(writing)
    errors: IO[bytes] = server.process.stderr  # type: ignore[assignment]
    assert errors.read() == b"cannot write the log: nobody reads it\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no descriptors to close")
def test_closed_output_only_loses_log_lines(start: Start) -> None:
    """As with `>&- 2>&-`."""
    server = start(None, None, preexec_fn=lambda: os.closerange(1, 3))

    serves_on(server)
