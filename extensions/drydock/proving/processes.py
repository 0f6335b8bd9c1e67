"""Runs processes of a service in isolation: own directories, environment and network.

Each has an empty home, a temporary directory and a minimal environment: nothing of the user's own
environment, such as credentials or a proxy, is passed on. Where the machine allows it (Linux, with
user namespaces or as root), it has its own network with nothing else on it.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_LAUNCHER = Path(__file__).with_name("launcher.py")
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ")
_POLL = 0.02  # seconds between two checks of a process
_KILL_TIMEOUT = 10.0  # seconds for a launcher to kill its processes
_MOST_CHARACTERS = 300
_RAISED = re.compile(r"[\w.]*(?<!Cancelled)(Error|Exception|Exit|Interrupt|Warning)\b(:|$)")


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    """Its exit code; negative for the signal that ended it."""
    bytes: int
    """Its peak memory."""


@dataclass
class Sandbox:
    """The isolated place of the processes of one run."""

    folder: Path
    environment: Mapping[str, str]
    isolated: bool
    """Whether they have their own network."""
    port: int = 0
    """The port of the service."""
    number: int = 0

    def specify(
        self, command: Sequence[str | Path], where: Path, relays: Mapping[str, int] | None = None
    ) -> "Specification":
        """Write the specification of a process for the launcher; return its files."""
        self.number += 1
        files = Specification(self.folder / f"process {self.number}", self.isolated)
        files.folder.mkdir()
        specification = {
            "command": list(map(str, command)),
            "folder": str(where),
            "environment": dict(self.environment),
            "log": str(files.log),
            "result": str(files.result),
            "relays": dict(relays or {}),
            "isolated": self.isolated,
        }
        files.path.write_text(json.dumps(specification), "utf-8")
        files.log.touch()
        return files


@dataclass(frozen=True)
class Specification:
    """The files of one launcher."""

    folder: Path
    isolated: bool
    path: Path = field(init=False)
    log: Path = field(init=False)
    result: Path = field(init=False)

    def __post_init__(self) -> None:
        """Set the paths of the files."""
        for name, file in (
            ("path", "specification.json"),
            ("log", "log"),
            ("result", "ended.json"),
        ):
            object.__setattr__(self, name, self.folder / file)

    @property
    def output(self) -> str:
        """The output of the process so far."""
        return self.log.read_text("utf-8", "replace")


@dataclass
class Running:
    """A running process."""

    files: Specification
    launcher: "subprocess.Popen[bytes]"
    terminated_at: float = 0.0

    @property
    def ended(self) -> Ended | None:
        """How it ended; None while it runs."""
        if self.files.result.exists():
            result = json.loads(self.files.result.read_text("utf-8"))
            return Ended(result["code"], result["bytes"])
        if self.launcher.poll() is not None and not self.files.result.exists():
            return Ended(-signal.SIGKILL, 0)
        return None

    def wait(self, seconds: float) -> Ended | None:
        """Wait for its end; return None if it still runs after `seconds`."""
        deadline = time.monotonic() + seconds
        while (ended := self.ended) is None and time.monotonic() < deadline:
            time.sleep(_POLL)
        return ended

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.terminated_at = time.monotonic()
        self.launcher.terminate()


@contextmanager
def started(files: Specification) -> Iterator[Running]:
    """Start the specified process; kill what is left of it at the end."""
    wrapper = _namespace() if files.isolated else []
    with files.log.open("ab") as log:
        launcher = subprocess.Popen(
            [*wrapper, sys.executable, "-I", str(_LAUNCHER), str(files.path)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log,
            start_new_session=True, env={"PATH": os.environ.get("PATH", os.defpath)},
        )  # fmt: skip
    with launcher:
        try:
            yield Running(files, launcher)
        finally:
            _kill(launcher)


def _kill(launcher: "subprocess.Popen[bytes]") -> None:
    """End a launcher and all its processes; only the launcher knows those that daemonized."""
    assert launcher.stdin is not None
    try:
        launcher.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            launcher.wait(_KILL_TIMEOUT)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(launcher.pid, signal.SIGKILL)


@cache
def _namespace() -> list[str]:
    """Return the command that runs a program in its own network; empty if there is none."""
    unshare = shutil.which("unshare")
    if not unshare or sys.platform != "linux":
        return []
    for options in (["--net"], ["--user", "--map-root-user", "--net"]):
        process = subprocess.run(
            [unshare, *options, "true"], capture_output=True, check=False, timeout=10
        )
        if process.returncode == 0:
            return [unshare, *options]
    return []


def can_isolate_network() -> bool:
    """Return whether processes can have their own network on this machine."""
    return bool(_namespace())


def environment(folder: Path, python: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a service in `folder`; `more` takes precedence."""
    home, temporary = folder / "home", folder / "tmp"
    for directory in (home, temporary):
        directory.mkdir(parents=True, exist_ok=True)
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        **passed,
        "PATH": f"{python.parent}{os.pathsep}{passed.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(python.parent.parent),
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "NO_PROXY": "*",
        "no_proxy": "*",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


def last_words(log: str) -> str:
    """Return the lines of a log that most likely show why a process ended, joined."""
    lines = [line.strip() for line in log.splitlines() for line in _plain(line) if line.strip()]
    raised = [n for n, line in enumerate(lines) if _RAISED.match(line)]
    last = lines[raised[-1] :] if raised else lines[-1:]
    return " ".join(last)[:_MOST_CHARACTERS] or "it logged nothing"


def _plain(line: str) -> list[str]:
    """Return the message of a JSON log line as lines; other lines unchanged."""
    try:
        entry = json.loads(line)
        return str(entry.get("exception") or entry.get("event") or line).splitlines()
    except (ValueError, AttributeError):
        return [line]
