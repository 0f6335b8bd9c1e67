"""Processes of a service, kept to themselves: a folder and a network of their own, an end.

Each gets an empty home, a temporary folder and a bare environment: nothing of the user's own,
such as a login or a proxy, is passed on. Where the machine allows it (Linux, with user namespaces
or as root), it has a network of its own with nothing on it but itself.
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
_LOOK = 0.02  # seconds between two looks at a process
_LONGEST = 300
_RAISED = re.compile(r"[\w.]*(?<!Cancelled)(Error|Exception|Exit|Interrupt|Warning)\b(:|$)")


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    """Negative: the signal that ended it."""
    bytes: int
    """The most memory that it held."""


@dataclass
class Room:
    """Where processes of one run live."""

    folder: Path
    environment: Mapping[str, str]
    alone: bool
    """Whether they have a network of their own."""
    port: int = 0
    """The one that its service listens on."""
    number: int = 0

    def specified(
        self, command: Sequence[str | Path], where: Path, relays: Mapping[str, int] | None = None
    ) -> "Specification":
        """Write down what a launcher is to do; return the files that it has."""
        self.number += 1
        files = Specification(self.folder / f"process {self.number}", self.alone)
        files.folder.mkdir()
        said = {
            "command": list(map(str, command)),
            "folder": str(where),
            "environment": dict(self.environment),
            "log": str(files.log),
            "result": str(files.result),
            "relays": dict(relays or {}),
            "alone": self.alone,
        }
        files.path.write_text(json.dumps(said), "utf-8")
        files.log.touch()
        return files


@dataclass(frozen=True)
class Specification:
    """The files of one launcher."""

    folder: Path
    alone: bool
    path: Path = field(init=False)
    log: Path = field(init=False)
    result: Path = field(init=False)

    def __post_init__(self) -> None:
        """Name the files."""
        for name, file in (("path", "said.json"), ("log", "log"), ("result", "ended.json")):
            object.__setattr__(self, name, self.folder / file)

    @property
    def said(self) -> str:
        """What the process has written so far."""
        return self.log.read_text("utf-8", "replace")


@dataclass
class Running:
    """A process that runs."""

    files: Specification
    launcher: "subprocess.Popen[bytes]"
    asked_to_end: float = 0.0

    @property
    def ended(self) -> Ended | None:
        """How it ended; None while it runs."""
        if self.files.result.exists():
            found = json.loads(self.files.result.read_text("utf-8"))
            return Ended(found["code"], found["bytes"])
        if self.launcher.poll() is not None and not self.files.result.exists():
            return Ended(-signal.SIGKILL, 0)
        return None

    def wait(self, seconds: float) -> Ended | None:
        """Wait for its end; return None when it goes on after `seconds`."""
        deadline = time.monotonic() + seconds
        while (ended := self.ended) is None and time.monotonic() < deadline:
            time.sleep(_LOOK)
        return ended

    def ask_to_end(self) -> None:
        """Send SIGTERM."""
        self.asked_to_end = time.monotonic()
        self.launcher.terminate()


@contextmanager
def started(files: Specification) -> Iterator[Running]:
    """Start what is specified; whatever is left of it at the end is killed."""
    around = _namespace() if files.alone else []
    with files.log.open("ab") as log:
        launcher = subprocess.Popen(
            [*around, sys.executable, "-I", str(_LAUNCHER), str(files.path)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log,
            start_new_session=True, env={"PATH": os.environ.get("PATH", os.defpath)},
        )  # fmt: skip
    with launcher:
        try:
            yield Running(files, launcher)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(launcher.pid, signal.SIGKILL)


@cache
def _namespace() -> list[str]:
    """Return the command that gives a process a network of its own; empty if there is none."""
    unshare = shutil.which("unshare")
    if not unshare or sys.platform != "linux":
        return []
    for options in (["--net"], ["--user", "--map-root-user", "--net"]):
        done = subprocess.run(
            [unshare, *options, "true"], capture_output=True, check=False, timeout=10
        )
        if done.returncode == 0:
            return [unshare, *options]
    return []


def can_be_alone() -> bool:
    """Tell whether this machine gives a process a network of its own."""
    return bool(_namespace())


def environment(folder: Path, python: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a service whose own folder is `folder`; `more` wins."""
    home, temporary = folder / "home", folder / "tmp"
    for one in (home, temporary):
        one.mkdir(parents=True, exist_ok=True)
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
    """Return the lines of a log that say most likely why a process ended, as one."""
    lines = [line.strip() for line in log.splitlines() for line in _plain(line) if line.strip()]
    raised = [n for n, line in enumerate(lines) if _RAISED.match(line)]
    last = lines[raised[-1] :] if raised else lines[-1:]
    return " ".join(last)[:_LONGEST] or "it said nothing"


def _plain(line: str) -> list[str]:
    """Return the lines that a log line in JSON holds; any other as it is."""
    try:
        said = json.loads(line)
        return str(said.get("exception") or said.get("event") or line).splitlines()
    except (ValueError, AttributeError):
        return [line]
