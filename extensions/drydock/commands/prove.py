"""`drydock prove`: run a service before and after a change, and compare how it behaves."""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from drydock import git
from drydock import pythons as at_hand
from drydock.errors import BadInput
from drydock.git import Repository
from drydock.paths import resolved
from drydock.project import repository_of
from drydock.proving import (
    exploring,
    generated,
    judging,
    own_tests,
    processes,
    proof,
    recorded,
    sides,
)
from drydock.proving.environments import LEFT_OUT, Environment, Maker, NoEnvironmentError
from drydock.proving.exploring import Explorer
from drydock.proving.generated import Operation
from drydock.proving.intended import Versions
from drydock.proving.messages import Request, Response
from drydock.proving.proof import Proof, SideReport
from drydock.proving.serving import Inputs, Run, Service, StartError, serving
from drydock.proving.sides import Side
from drydock.pythons import Python

Say = Callable[[str], None]
SECONDS = 120
_SAME = 3  # Pythons on which it does not start for one reason; two lack what an older one had
_TIME = 1_000_000_000  # of every file, on both sides
_MAIN = ("main", "master", "origin/main", "origin/master")


@dataclass(frozen=True)
class Options:
    """What is to be proved, and with what."""

    before: str | None = None
    after: str | None = None
    requests: Path | None = None
    seconds: int = SECONDS
    """For all requests to both sides, and for each run of the service's own tests."""
    given: Inputs = field(default_factory=Inputs)
    app: str | None = None
    build: bool = False


def given(variables: Sequence[str], setup: Sequence[str], *, network: bool) -> Inputs:
    """Return what the service is given; raise BadInput for what is no NAME=VALUE."""
    environment = {}
    for one in variables:
        name, equals, value = one.partition("=")
        if not equals or not name.isidentifier():
            raise BadInput(f"--env takes NAME=VALUE, not {one!r}")
        environment[name] = value
    return Inputs(environment, tuple(setup), network)


def prove(folder: Path, options: Options, say: Say) -> Proof:
    """Run the service in `folder` as two commits have it, and return how they differ.

    This runs the service's code. `say` is told each step. Nothing is left behind, nor changed in
    the repository. Raises BadInput for what was given and cannot be used.
    """
    generated.require()
    requests = recorded.read(options.requests) if options.requests else []
    folder = resolved(folder)
    try:
        repository = repository_of(folder)
        before, after = _commits(repository, options)
        with (
            _ended_by_signals(),
            tempfile.TemporaryDirectory(prefix="drydock.", ignore_cleanup_errors=True) as scratch,
        ):
            return _Proving(folder, repository, options, say, Path(scratch)).run(
                before, after, requests
            )
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM end what was begun as Ctrl-C does, so that nothing is left behind."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    was = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, was)


def _commits(repository: Repository, options: Options) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return name and id of both commits."""
    after = options.after or "HEAD"
    commit = repository.commit_of(after)
    if commit is None:
        raise BadInput(f"--after {after}: there is no such commit")
    if options.after is None and (changed := repository.changes()):
        raise BadInput(f"uncommitted changes: commit them first, or name --after: {changed[0]}")
    before = options.before or _left(repository, after, commit)
    old = repository.commit_of(before)
    if old is None:
        raise BadInput(f"--before {before}: there is no such commit")
    return (before, old), (after, commit)


def _left(repository: Repository, named: str, commit: str) -> str:
    """Return the commit in which the branch of `commit` left the main one, else its parent."""
    for name in _MAIN:
        if main := repository.commit_of(name):
            base = repository.git("merge-base", main, commit, accept=(0, 1)).decode().strip()
            if base and base != commit:
                return base
    return f"{named}~"


class _Proving:
    """One run of the command."""

    def __init__(
        self, folder: Path, repository: Repository, options: Options, say: Say, scratch: Path
    ) -> None:
        self.folder, self.repository, self.options = folder, repository, options
        self.say, self.scratch = say, scratch
        self.runs = 0

    def run(self, old: tuple[str, str], new: tuple[str, str], requests: Sequence[Request]) -> Proof:
        self.say("Reading both states")
        before, after = self._side("before", *old), self._side("after", *new)
        reports = SideReport(before.ref, before.commit), SideReport(after.ref, after.commit)
        found = Proof(str(self.folder), *reports, holds=self._holds())
        pythons = at_hand.at_hand()
        try:
            first, environment = self._first_run(before, found.before, pythons, requests)
        except (NoEnvironmentError, StartError) as error:
            needs = "--env, --setup and --network give it what it needs"
            if left := [pin for pin in found.before.changed if pin.endswith(LEFT_OUT)]:
                needs += f", and --build builds what has no wheel: {', '.join(left)}"
            found.unproved = f"before does not start: {error}; {needs}"
            return found
        self.say("Starting it once more as it was, to see what differs by itself")
        replayed = partial(_replayed, first, self.options.seconds)
        try:
            second, _ = self._serve(before, environment, found.before, replayed)
        except StartError as error:
            found.unproved = f"before starts the first time, and not once more: {error}"
            return found
        self._test(before, environment, found.before)
        try:
            used = [environment.python, *(one for one in pythons if one != environment.python)]
            third, now = self._started(after, found.after, used, replayed)
        except (NoEnvironmentError, StartError) as error:
            changed = f", with {'; '.join(found.after.changed)}" if found.after.changed else ""
            found.differences.append(f"after does not start{changed}: {error}")
            return found
        self._test(after, now, found.after)
        versions = Versions(
            environment.versions, now.versions, (bool(before.chassis), bool(after.chassis))
        )
        responses = first.responses, second.responses, third.responses
        found.rows, found.notes = judging.rows(
            first.operations, first.requests, responses, versions, first.untried
        )
        judging.add_broken_promises(found.rows, first.document or {}, third.document or {})
        if first.document and not third.document:
            found.differences.append("it has no OpenAPI document any more")
        if not first.operations and not requests:
            found.unproved = (
                f"the OpenAPI document of {before.app} has no operation: --app names another "
                "application"
                if first.document
                else "it has no OpenAPI document: record requests and give --requests"
            )
        found.differences += proof.own_test_regressions(found.before.tests, found.after.tests)
        found.differences += proof.shutdown_regressions(found.before.runs[0], found.after.runs[0])
        return found

    def _first_run(
        self, side: Side, report: SideReport, pythons: Sequence[Python], requests: Sequence[Request]
    ) -> tuple["_Seen", Environment]:
        def explore(service: Service) -> _Seen:
            self.say("Asking it as it was")
            document = service.document()
            scratch = self._folder()
            operations = []
            if document:
                seconds = self.options.seconds
                operations = list(generated.operations(document, scratch, seconds))
            # Everything is sent three times; the others may be slower.
            explorer = Explorer(service.send, operations, requests, self.options.seconds / 3)
            explorer.run()
            return _Seen(
                document, operations, explorer.requests, explorer.responses, explorer.untried
            )

        return self._started(side, report, pythons, explore)

    def _started(
        self,
        side: Side,
        report: SideReport,
        pythons: Sequence[Python],
        action: Callable[[Service], "_Seen"],
    ) -> tuple["_Seen", Environment]:
        """Do `action` with a side, on the first Python on which it starts."""
        scratch = self._folder()
        maker = Maker(side.folder, side.files, side.facts, scratch, self.say, self.options.build)
        why: dict[str, str] = {}
        for environment in maker.environments(pythons):
            if not side.chassis and not environment.add("uvicorn"):
                raise NoEnvironmentError("uvicorn cannot be installed beside it")
            report.python, report.source = environment.python.name, environment.source
            report.changed, report.added = environment.changed, environment.added
            report.notes = [*environment.notes]
            self.say(f"Starting {side.name} ({side.ref}) on Python {environment.python.name}")
            try:
                seen, _ = self._serve(side, environment, report, action)
            except StartError as error:
                why[environment.python.name] = str(error)
                if list(why.values()).count(str(error)) == _SAME:
                    break  # it is not for the Python that it does not start
                continue
            report.notes += [f"it does not start on Python {one}: {why[one]}" for one in why]
            return seen, environment
        raise StartError("; ".join(f"on Python {one}: {why[one]}" for one in why))

    def _serve(
        self,
        side: Side,
        environment: Environment,
        report: SideReport,
        action: Callable[[Service], "_Seen"],
    ) -> tuple["_Seen", Run]:
        run = Run()
        with serving(side, environment, self.options.given, self._folder(), run) as service:
            seen = action(service)
        report.runs.append(run)
        return seen, run

    def _test(self, side: Side, environment: Environment, report: SideReport) -> None:
        self.say(f"Running its own tests {side.name}")
        report.tests = own_tests.run(
            side, environment, self.options.given, self._folder(), self.options.seconds
        )

    def _side(self, name: str, ref: str, commit: str) -> Side:
        checkout = self.scratch / name
        checkout.mkdir()
        self.repository.checkout(commit, checkout)
        for path in checkout.rglob("*"):  # the ETag of a file that is served tells its time
            if not path.is_symlink():
                os.utime(path, (_TIME, _TIME))
        inside = self.folder.resolve().relative_to(self.repository.top.resolve())
        if not (checkout / inside).is_dir():
            raise BadInput(f"{inside} is not a directory in {ref}")
        return sides.read(name, ref, commit, top=checkout, inside=inside, app=self.options.app)

    def _holds(self) -> list[str]:
        own = "each had its own folder, home, ports and environment; none of your variables"
        if self.options.given.network:
            return [own, "it could reach the network (--network), without a proxy"]
        if processes.can_isolate_network():
            return [own, "it had a network of its own, from which nothing can be reached"]
        return [own, "it listened on loopback and had no proxy; this machine gives no network of "
                "its own, so it could reach others"]  # fmt: skip

    def _folder(self) -> Path:
        self.runs += 1
        folder = self.scratch / f"run {self.runs}"
        folder.mkdir()
        return folder


@dataclass
class _Seen:
    """What one run showed."""

    document: dict[str, Any] | None
    operations: list[Operation]
    requests: list[Request]
    responses: list[Response]
    untried: set[str]


def _replayed(first: _Seen, seconds: float, service: Service) -> _Seen:
    """Ask a service what another run asked, for at most `seconds`."""
    document = service.document()
    responses = exploring.replay(first.requests, service.send, seconds)
    return replace(first, document=document, responses=responses)
