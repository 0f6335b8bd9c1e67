"""Run one function over many services, in separate processes.

An error, or a process that is killed or takes too long, is the result of that service and stops no
other. Temporary files are in one folder, which is removed at the end, or by the next run if this
one is killed.
"""

import contextlib
import fcntl
import gc
import multiprocessing
import os
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

from drydock.errors import UserError, one_line, reason_of
from drydock.fleet.inventory import Member
from drydock.git import GitError
from drydock.template.addresses import redacted

Result = dict[str, Any]
Examine = Callable[[Member, Path], Result]
"""The function to run; the folder is scratch space that all services of a process share."""
_FORK = multiprocessing.get_context("fork")
_LONGEST_ERROR = 500  # letters
_ENVIRONMENT = {
    # Submodules must not use `ext::`, which would run a command.
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GIT_LFS_SKIP_SMUDGE": "1",  # the content of large files is not needed
    "GIT_TERMINAL_PROMPT": "0",
}


@dataclass
class _Worker:
    """A process, and the service that it is working on."""

    process: ForkProcess
    line: Connection
    member: Member | None = None
    since: float = 0.0


def run(
    examine: Examine,
    members: Sequence[Member],
    cache: Path,
    *,
    jobs: int,
    seconds: float,
    enough: Callable[[int], bool] = lambda _: False,
) -> Iterator[tuple[Member, Result]]:
    """Yield each service with the result of `examine`, as soon as it is available.

    `jobs` processes work at once; a service that takes longer than `seconds` is abandoned.
    Before a service starts, `enough` gets the number of services in progress; if it returns true,
    no further service starts. An error is a result: `{"error": text}`.
    """
    pending = list(reversed(members))
    with _scratch(cache) as scratch:
        workers: list[_Worker] = []
        try:
            while True:
                busy = [worker for worker in workers if worker.member]
                while pending and len(busy) < jobs and not enough(len(busy)):
                    idle = next((w for w in workers if not w.member), None)
                    if idle is None:
                        idle = _start(examine, scratch, workers)
                        workers.append(idle)
                    idle.member, idle.since = pending.pop(), time.monotonic()
                    with contextlib.suppress(OSError):  # a dead process is noticed below
                        idle.line.send(idle.member)
                    busy.append(idle)
                if not busy:
                    return
                for worker in _ready(busy, seconds):
                    member = worker.member
                    assert member is not None
                    result = _result(worker, seconds)
                    if result.pop("dead", False):
                        workers.remove(worker)
                    worker.member = None
                    yield member, result
        finally:
            for worker in workers:
                worker.line.close()
                _kill(worker)


def _ready(busy: Sequence[_Worker], seconds: float) -> list[_Worker]:
    """Wait until workers have a result, have ended or have taken too long; return them."""
    first = min(worker.since for worker in busy) + seconds - time.monotonic()
    ready = wait([worker.line for worker in busy], max(0.0, first))
    late = time.monotonic() - seconds
    return [worker for worker in busy if worker.line in ready or worker.since <= late]


def _result(worker: _Worker, seconds: float) -> Result:
    try:
        if worker.line.poll():
            result: Result = worker.line.recv()
            return result
    except (EOFError, OSError):
        worker.process.join()
        code = worker.process.exitcode or 0
        reason = signal.Signals(-code).name if code < 0 else f"exit {code}"
        return {"error": f"its process ended unexpectedly ({reason})", "dead": True}
    _kill(worker)
    return {"error": f"took more than {seconds:.0f} s", "dead": True}


def _kill(worker: _Worker) -> None:
    """Kill a process and its children."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(worker.process.pid or 0, signal.SIGKILL)
    worker.process.kill()  # it may not have its own process group yet
    worker.process.join()


def _start(examine: Examine, scratch: Path, others: Sequence[_Worker]) -> _Worker:
    ours, theirs = _FORK.Pipe()
    # A pipe stays open as long as any process has it, so each closes those of the others.
    inherited = [ours, *(other.line for other in others)]
    process = _FORK.Process(target=_work, args=(examine, scratch, theirs, inherited))
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _work(
    examine: Examine, scratch: Path, line: Connection, inherited: Sequence[Connection]
) -> None:
    """Examine each service received on `line` until it closes."""
    # Detached from the terminal: no password prompts, and interrupts go to the parent only.
    os.setsid()
    for other in inherited:
        other.close()
    os.environ |= _ENVIRONMENT
    gc.freeze()  # the parent's objects stay alive: no need to scan them again
    tempfile.tempdir = str(scratch)
    with tempfile.TemporaryDirectory(prefix="worker.") as own, contextlib.suppress(EOFError):
        while True:
            member = line.recv()
            begin = time.monotonic()
            result = _guarded(examine, member, Path(own))
            line.send(result | {"seconds": round(time.monotonic() - begin, 3)})
            gc.collect()  # the command line disables frequent collections (see cli.main)


def _guarded(examine: Examine, member: Member, own: Path) -> Result:
    try:
        return examine(member, own)
    except (UserError, GitError) as error:
        message = str(error)
    except OSError as error:
        message = reason_of(error)
    except Exception as error:
        message = f"internal error: {error!r}"
    message = one_line(redacted(message)).replace(f"{own}/", "")
    return {"error": message[:_LONGEST_ERROR] or "failed without a message"}


@contextlib.contextmanager
def _scratch(cache: Path) -> Iterator[Path]:
    """Yield a folder for temporary files; remove those of killed runs."""
    top = cache / "runs"
    top.mkdir(parents=True, exist_ok=True)
    for old in top.glob("*.lock"):
        with contextlib.suppress(OSError), old.open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(old.with_suffix(""), ignore_errors=True)
            old.unlink()
    place = top / uuid.uuid4().hex
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        place.mkdir()
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)
            place.with_suffix(".lock").unlink(missing_ok=True)
