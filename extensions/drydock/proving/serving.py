"""Starts one side of a comparison and stops it: how long that takes, and what it costs."""

import re
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from drydock.proving import processes
from drydock.proving.client import send
from drydock.proving.environments import Environment
from drydock.proving.messages import Request
from drydock.proving.processes import Room, Running
from drydock.proving.sides import Side

START, STOP, SETUP = 60.0, 45.0, 300.0
"""Seconds until a start, an end, a command before the start has failed."""
_PROBE = Request("", "route", "GET", "/drydock/started")
_LOOK = 0.02
_DOCUMENTS = ("/openapi.json", "/api/openapi.json", "/api/v1/openapi.json", "/v1/openapi.json")
_TRACE = re.compile(r"Traceback \(most recent call last\)|\bERROR\b|\bCRITICAL\b")


class StartError(Exception):
    """It did not start; the message says why, on one line."""


@dataclass
class Run:
    """What one run of a side showed."""

    start_seconds: float = 0.0
    """Until it first answered a request."""
    stop_seconds: float = 0.0
    """From SIGTERM until it ended; as long as was waited, where it did not."""
    code: int | None = None
    """Its exit code, negative for a signal; None where it had to be killed."""
    bytes: int = 0
    """The most memory that it held."""
    errors: int = 0
    """Lines in its log that are errors, while it served."""
    last_errors: list[str] = field(default_factory=list)
    """Such lines after SIGTERM."""

    @property
    def ended_well(self) -> bool:
        """Whether it ended by itself on SIGTERM, with its own code or by that signal."""
        return self.code in {0, -15, 143}


@dataclass(frozen=True)
class Given:
    """What a service is given by whoever proves it."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables, in which `{port}` and `{folder}` are its port and its own temporary folder."""
    setup: Sequence[str] = ()
    """Commands that are run before each start, with the same environment."""
    network: bool = False
    """Whether it may reach the network of this machine."""


class Service:
    """A side that answers requests."""

    def __init__(self, path: Path, running: Running) -> None:
        self.send = partial(send, path)
        self.running = running

    def document(self) -> dict[str, Any] | None:
        """Return its OpenAPI document, from where FastAPI has it; None if it is not there."""
        for path in _DOCUMENTS:
            found = self.send(Request("", "route", "GET", path)).json
            if isinstance(found, dict) and "paths" in found:
                return found
        return None


def room_for(side: Side, environment: Environment, given: Given, folder: Path) -> Room:
    """Return where a process of this side lives: folders of its own, and what it is given."""
    own = folder / "folder"
    own.mkdir(parents=True)
    port = _free_port()
    named = {"port": str(port), "folder": str(own)}
    more = {
        name: re.sub(r"\{(port|folder)\}", lambda found: named[found[1]], value)
        for name, value in given.environment.items()
    }
    variables = processes.environment(folder, environment.executable, {**side.environment, **more})
    return Room(folder, variables, processes.can_be_alone() and not given.network, port=port)


@contextmanager
def serving(
    side: Side, environment: Environment, given: Given, folder: Path, run: Run
) -> Iterator[Service]:
    """Run a side in a fresh copy of its folder; `run` is told how it started and ended.

    Raises StartError when it does not answer.
    """
    side = side.copied(folder / "service")
    room = room_for(side, environment, given, folder)
    for command in given.setup:
        _set_up(side, room, command)
    ports = room.port, _free_port()
    with tempfile.TemporaryDirectory(prefix="drydock.") as sockets:  # their paths must be short
        path = Path(sockets, "service")
        start = side.command(environment.executable, ports)
        files = room.specified(start, side.folder, {str(path): room.port})
        begin = time.monotonic()
        with processes.started(files) as running:
            _wait(path, running)
            run.start_seconds = time.monotonic() - begin
            yield Service(path, running)
            said = files.said
            run.errors = len(_TRACE.findall(said))
            running.ask_to_end()
            ended = running.wait(STOP)
            run.stop_seconds = time.monotonic() - running.asked_to_end
            run.code, run.bytes = (ended.code, ended.bytes) if ended else (None, 0)
            last = files.said[len(said) :].splitlines()
            run.last_errors = [line.strip() for line in last if _TRACE.search(line)]


def _wait(path: Path, running: Running) -> None:
    deadline = time.monotonic() + START
    while True:
        if running.ended is not None:
            raise StartError(processes.last_words(running.files.said))
        if path.exists() and not send(path, _PROBE).failure:
            return
        if time.monotonic() > deadline:
            said = processes.last_words(running.files.said)
            raise StartError(f"it did not answer within {START:.0f} s: {said}")
        time.sleep(_LOOK)


def _set_up(side: Side, room: Room, command: str) -> None:
    files = room.specified(["/bin/sh", "-c", command], side.folder)
    with processes.started(files) as running:
        ended = running.wait(SETUP)
    if ended is None:
        raise StartError(f"--setup {command!r} did not end within {SETUP:.0f} s")
    if ended.code:
        said = processes.last_words(files.said)
        raise StartError(f"--setup {command!r} ended with {ended.code}: {said}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
