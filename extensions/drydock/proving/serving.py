"""Starts and stops one side of a comparison, and measures time and memory."""

import re
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from drydock.proving import processes
from drydock.proving.client import send
from drydock.proving.environments import Environment
from drydock.proving.messages import Request
from drydock.proving.processes import Running, Sandbox
from drydock.proving.revisions import Revision

START, STOP, SETUP = 60.0, 45.0, 300.0
"""Seconds until a start, a shutdown, or a setup command counts as failed."""
_PROBE = Request("", "route", "GET", "/drydock/started")
_POLL = 0.02
_DOCUMENTS = ("/openapi.json", "/api/openapi.json", "/api/v1/openapi.json", "/v1/openapi.json")
_ERROR = re.compile(r"Traceback \(most recent call last\)|\bERROR\b|\bCRITICAL\b")


class StartError(Exception):
    """The service did not start; the message is the reason, on one line."""


@dataclass
class Run:
    """The measurements of one run of a side."""

    start_seconds: float = 0.0
    """Until its first response."""
    stop_seconds: float = 0.0
    """From SIGTERM until it ended, or until it was killed."""
    code: int | None = None
    """Its exit code, negative for a signal; None if it had to be killed."""
    bytes: int = 0
    """Its peak memory."""
    errors: int = 0
    """Number of errors in its log, before SIGTERM."""
    last_errors: list[str] = field(default_factory=list)
    """The lines with errors after SIGTERM."""

    @property
    def ended_well(self) -> bool:
        """Whether it ended on SIGTERM, with exit code 0 or by that signal."""
        return self.code in {0, -15, 143}


@dataclass(frozen=True)
class Inputs:
    """What the user provides for the service."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables; `{port}` and `{folder}` in them are its port and its temporary directory."""
    setup: Sequence[str] = ()
    """Commands to run before each start, in the same environment."""
    network: bool = False
    """Whether it can use the network of this machine."""


class Service:
    """A running side that accepts requests."""

    def __init__(self, path: Path) -> None:
        self.send = partial(send, path)

    def document(self) -> dict[str, Any] | None:
        """Return its OpenAPI document from FastAPI's usual paths; None if there is none."""
        for path in _DOCUMENTS:
            document = self.send(Request("", "route", "GET", path)).json
            if isinstance(document, dict) and "paths" in document:
                return document
        return None


def sandbox_for(side: Revision, environment: Environment, inputs: Inputs, folder: Path) -> Sandbox:
    """Return the sandbox of a side, with its own directories and the user's inputs."""
    own = folder / "folder"
    own.mkdir(parents=True)
    port = _free_port()
    values = {"port": str(port), "folder": str(own)}
    more = {
        name: re.sub(r"\{(port|folder)\}", lambda match: values[match[1]], value)
        for name, value in inputs.environment.items()
    }
    variables = processes.environment(folder, environment.executable, {**side.environment, **more})
    return Sandbox(
        folder, variables, processes.can_isolate_network() and not inputs.network, port=port
    )


@contextmanager
def serving(
    side: Revision, environment: Environment, inputs: Inputs, folder: Path, run: Run
) -> Iterator[Service]:
    """Run a side in a fresh copy of its directory; record its start and end in `run`.

    Raises StartError if the service does not respond.
    """
    side = side.copied(folder / "service")
    sandbox = sandbox_for(side, environment, inputs, folder)
    ports = sandbox.port, _free_port()
    with ExitStack() as resources:
        for command in inputs.setup:
            _set_up(side, sandbox, command, resources)
        # Socket paths must be short.
        sockets = resources.enter_context(tempfile.TemporaryDirectory(prefix="drydock."))
        path = Path(sockets, "service")
        start = side.command(environment.executable, ports)
        files = sandbox.specify(start, side.folder, {str(path): sandbox.port})
        begin = time.monotonic()
        with processes.started(files) as running:
            _wait(path, running)
            run.start_seconds = time.monotonic() - begin
            yield Service(path)
            output = files.output
            run.errors = len(_ERROR.findall(output))
            running.terminate()
            ended = running.wait(STOP)
            run.stop_seconds = time.monotonic() - running.terminated_at
            run.code, run.bytes = (ended.code, ended.bytes) if ended else (None, 0)
            final_lines = files.output[len(output) :].splitlines()
            run.last_errors = [line.strip() for line in final_lines if _ERROR.search(line)]


def _wait(path: Path, running: Running) -> None:
    deadline = time.monotonic() + START
    while True:
        if running.ended is not None:
            raise StartError(processes.last_words(running.files.output))
        if path.exists() and not send(path, _PROBE).failure:
            return
        if time.monotonic() > deadline:
            last_words = processes.last_words(running.files.output)
            raise StartError(f"no response within {START:.0f} s: {last_words}")
        time.sleep(_POLL)


def _set_up(side: Revision, sandbox: Sandbox, command: str, resources: ExitStack) -> None:
    """Run a command; what it leaves running, such as a database, ends with the service."""
    files = sandbox.specify(["/bin/sh", "-c", command], side.folder)
    ended = resources.enter_context(processes.started(files)).wait(SETUP)
    if ended is None:
        raise StartError(f"--setup {command!r} did not finish within {SETUP:.0f} s")
    if ended.code:
        last_words = processes.last_words(files.output)
        raise StartError(f"--setup {command!r} exited with {ended.code}: {last_words}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
