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

from drydock import git, pythons
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
    revisions,
)
from drydock.proving.environments import LEFT_OUT, Environment, Maker, NoEnvironmentError
from drydock.proving.exploring import Explorer
from drydock.proving.generated import Operation
from drydock.proving.intended import Versions
from drydock.proving.messages import Request, Response
from drydock.proving.proof import Proof, SideReport
from drydock.proving.revisions import Revision
from drydock.proving.serving import Inputs, Run, Service, StartError, serving
from drydock.pythons import Python

Say = Callable[[str], None]
SECONDS = 120
_MAX_SAME_ERROR = 3  # Pythons with the same start error; two may only lack what an older one had
_MTIME = 1_000_000_000  # of every file, on both sides
_MAIN = ("main", "master", "origin/main", "origin/master")


@dataclass(frozen=True)
class Options:
    """The options of a proof."""

    before: str | None = None
    after: str | None = None
    requests: Path | None = None
    seconds: int = SECONDS
    """The time limit for all requests to both sides, and for each run of the service's tests."""
    inputs: Inputs = field(default_factory=Inputs)
    app: str | None = None
    build: bool = False


def inputs(variables: Sequence[str], setup: Sequence[str], *, network: bool) -> Inputs:
    """Return the inputs of the service; raise BadInput for an invalid NAME=VALUE."""
    environment = {}
    for variable in variables:
        name, equals, value = variable.partition("=")
        if not equals or not name.isidentifier():
            raise BadInput(f"--env takes NAME=VALUE, not {variable!r}")
        environment[name] = value
    return Inputs(environment, tuple(setup), network)


def prove(folder: Path, options: Options, say: Say) -> Proof:
    """Run two commits of the service in `folder`, and return how their behaviour differs.

    This runs the service's code. `say` reports each step. The repository is not changed and no
    files are left behind. Raises BadInput for invalid options.
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
    """Handle SIGTERM like Ctrl-C, so that processes are stopped and files removed."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _commits(repository: Repository, options: Options) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the name and the id of both commits."""
    after = options.after or "HEAD"
    commit = repository.commit_of(after)
    if commit is None:
        raise BadInput(f"--after {after}: there is no such commit")
    if options.after is None and (changed := repository.changes()):
        raise BadInput(f"uncommitted changes: commit them first, or give --after: {changed[0]}")
    before = options.before or _branch_point(repository, after, commit)
    old = repository.commit_of(before)
    if old is None:
        raise BadInput(f"--before {before}: there is no such commit")
    return (before, old), (after, commit)


def _branch_point(repository: Repository, named: str, commit: str) -> str:
    """Return the commit where the branch of `commit` left the main branch, or else its parent."""
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
        self.say("Reading both commits")
        before, after = self._side("before", *old), self._side("after", *new)
        reports = SideReport(before.ref, before.commit), SideReport(after.ref, after.commit)
        result = Proof(str(self.folder), *reports, holds=self._conditions())
        interpreters = pythons.at_hand()
        try:
            first, environment = self._first_run(before, result.before, interpreters, requests)
        except (NoEnvironmentError, StartError) as error:
            fix = "--env, --setup and --network give it what it needs"
            if left_out := [pin for pin in result.before.changed if pin.endswith(LEFT_OUT)]:
                fix += f", and --build builds packages without a wheel: {', '.join(left_out)}"
            result.unproved = f"before does not start: {error}; {fix}"
            return result
        self.say("Starting before again, to find responses that differ without a change")
        replayed = partial(_replayed, first, self.options.seconds)
        try:
            second, _ = self._serve(before, environment, result.before, replayed)
        except StartError as error:
            result.unproved = f"before starts once, but not a second time: {error}"
            return result
        self._test(before, environment, result.before)
        try:
            others = (python for python in interpreters if python != environment.python)
            order = [environment.python, *others]
            third, now = self._started(after, result.after, order, replayed)
        except (NoEnvironmentError, StartError) as error:
            changed = f", with {'; '.join(result.after.changed)}" if result.after.changed else ""
            result.differences.append(f"after does not start{changed}: {error}")
            return result
        self._test(after, now, result.after)
        versions = Versions(
            environment.versions, now.versions, (bool(before.chassis), bool(after.chassis))
        )
        responses = first.responses, second.responses, third.responses
        result.rows, result.notes = judging.rows(
            first.operations, first.requests, responses, versions, first.untried
        )
        judging.add_broken_promises(result.rows, first.document or {}, third.document or {})
        if first.document and not third.document:
            result.differences.append("it no longer has an OpenAPI document")
        if not first.operations and not requests:
            result.unproved = (
                f"the OpenAPI document of {before.app} has no operations: give another "
                "application with --app"
                if first.document
                else "it has no OpenAPI document: record requests and give --requests"
            )
        result.differences += proof.own_test_regressions(result.before.tests, result.after.tests)
        result.differences += proof.shutdown_regressions(
            result.before.runs[0], result.after.runs[0]
        )
        return result

    def _first_run(
        self,
        side: Revision,
        report: SideReport,
        interpreters: Sequence[Python],
        requests: Sequence[Request],
    ) -> tuple["_Seen", Environment]:
        def explore(service: Service) -> _Seen:
            self.say("Sending requests to before")
            document = service.document()
            scratch = self._folder()
            operations = []
            if document:
                seconds = self.options.seconds
                operations = list(generated.operations(document, scratch, seconds))
            # Each request is sent three times, and later runs may be slower.
            explorer = Explorer(service.send, operations, requests, self.options.seconds / 3)
            explorer.run()
            return _Seen(
                document, operations, explorer.requests, explorer.responses, explorer.untried
            )

        return self._started(side, report, interpreters, explore)

    def _started(
        self,
        side: Revision,
        report: SideReport,
        interpreters: Sequence[Python],
        action: Callable[[Service], "_Seen"],
    ) -> tuple["_Seen", Environment]:
        """Run `action` with a side, on the first Python on which the side starts."""
        scratch = self._folder()
        maker = Maker(side.folder, side.files, side.facts, scratch, self.say, self.options.build)
        errors: dict[str, str] = {}
        for environment in maker.environments(interpreters):
            if not side.chassis and not environment.add("uvicorn"):
                raise NoEnvironmentError("uvicorn cannot be installed with its dependencies")
            report.python, report.source = environment.python.name, environment.source
            report.changed, report.added = environment.changed, environment.added
            report.notes = [*environment.notes]
            self.say(f"Starting {side.name} ({side.ref}) on Python {environment.python.name}")
            try:
                seen, _ = self._serve(side, environment, report, action)
            except StartError as error:
                errors[environment.python.name] = str(error)
                if list(errors.values()).count(str(error)) == _MAX_SAME_ERROR:
                    break  # another Python would not help
                continue
            report.notes += [f"it does not start on Python {v}: {errors[v]}" for v in errors]
            return seen, environment
        raise StartError("; ".join(f"on Python {version}: {errors[version]}" for version in errors))

    def _serve(
        self,
        side: Revision,
        environment: Environment,
        report: SideReport,
        action: Callable[[Service], "_Seen"],
    ) -> tuple["_Seen", Run]:
        run = Run()
        with serving(side, environment, self.options.inputs, self._folder(), run) as service:
            seen = action(service)
        report.runs.append(run)
        return seen, run

    def _test(self, side: Revision, environment: Environment, report: SideReport) -> None:
        self.say(f"Running its own tests, {side.name}")
        report.tests = own_tests.run(
            side, environment, self.options.inputs, self._folder(), self.options.seconds
        )

    def _side(self, name: str, ref: str, commit: str) -> Revision:
        checkout = self.scratch / name
        checkout.mkdir()
        self.repository.checkout(commit, checkout)
        for path in checkout.rglob("*"):  # the ETag of a served file depends on its time
            if not path.is_symlink():
                os.utime(path, (_MTIME, _MTIME))
        inside = self.folder.resolve().relative_to(self.repository.top.resolve())
        if not (checkout / inside).is_dir():
            raise BadInput(f"{inside} is not a directory in {ref}")
        return revisions.read(name, ref, commit, top=checkout, inside=inside, app=self.options.app)

    def _conditions(self) -> list[str]:
        own = "each had its own folder, home, ports and environment, without your variables"
        if self.options.inputs.network:
            return [own, "it could reach the network (--network), without a proxy"]
        if processes.can_isolate_network():
            return [own, "it had an isolated network, from which nothing can be reached"]
        return [own, "it listened on loopback and had no proxy; this machine does not support "
                "isolated networks, so it could reach others"]  # fmt: skip

    def _folder(self) -> Path:
        self.runs += 1
        folder = self.scratch / f"run {self.runs}"
        folder.mkdir()
        return folder


@dataclass
class _Seen:
    """The results of one run."""

    document: dict[str, Any] | None
    operations: list[Operation]
    requests: list[Request]
    responses: list[Response]
    untried: set[str]


def _replayed(first: _Seen, seconds: float, service: Service) -> _Seen:
    """Send a service the requests of another run, for at most `seconds`."""
    document = service.document()
    responses = exploring.replay(first.requests, service.send, seconds)
    return replace(first, document=document, responses=responses)
