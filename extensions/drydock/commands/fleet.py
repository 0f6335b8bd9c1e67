"""`drydock fleet …`: one command for all services of a fleet.

Each service is processed in a worker process (fleet/workers.py); the result is a record
(fleet/records.py).
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path

from drydock import git
from drydock.adoption import python
from drydock.adoption.place import texts_of
from drydock.commands.update import Options as UpdateOptions
from drydock.commands.update import update as update_service
from drydock.errors import BadInput, reason_of
from drydock.fleet import clones, metrics, page, records, rehearsal, updating, waves, workers
from drydock.fleet.clones import Source
from drydock.fleet.forecast import Conflicts
from drydock.fleet.impact import Wanted
from drydock.fleet.impact import examine as examine_impact
from drydock.fleet.inventory import Member
from drydock.fleet.progress import Progress
from drydock.fleet.records import Record
from drydock.fleet.rehearsal import Blame
from drydock.fleet.status import examine
from drydock.paths import resolved
from drydock.project import contents_of, prefix_of, repository_of, require_clean
from drydock.report.fleet import outcome_of
from drydock.report.markdown import to_markdown
from drydock.report.outcomes import UpdateReport
from drydock.template import answers
from drydock.template.opened import Templates
from drydock.template.releases import Template, version_of

_QUIET: Callable[[str], None] = lambda _: None  # noqa: E731


def default_cache() -> Path:
    """Return the folder of clones: https://specifications.freedesktop.org/basedir-spec/."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return resolved(Path(base)) / "drydock" / "fleet"


@dataclass(frozen=True)
class Run:
    """The options that all commands over a fleet share."""

    members: Sequence[Member]
    cache: Path = field(default_factory=default_cache)
    output: Path | None = None
    """The file to append records to; None: no file."""
    jobs: int = 0
    """How many services to process at once; 0: one for each processor."""
    seconds: float = 600
    """The time limit for one service."""
    offline: bool = False
    """Whether to use existing clones without fetching."""

    def each(
        self,
        kind: records.Kind,
        examine: workers.Examine,
        outcome: Callable[[Record], str],
        enough: Callable[[list[Record], int], bool] = lambda _found, _busy: False,
    ) -> list[Record]:
        """Return a record of each service, in the fleet's order, and append it to the output.

        Before each service, `enough` gets the records so far and the number of services in
        progress; if it returns true, no further service starts.
        """
        git.require_version()
        done: dict[str, Record] = {}
        progress = Progress(len(self.members))
        with (
            _as_bad_input(),
            records.journal(self.output) if self.output else nullcontext() as journal,
        ):
            results = workers.run(
                _forgetting(examine),
                self.members,
                self.cache,
                jobs=self.jobs or os.cpu_count() or 1,
                seconds=self.seconds,
                enough=lambda busy: enough([*done.values()], busy),
            )
            for member, result in results:
                record = records.about(kind, member) | result
                if journal:
                    journal.append(record)
                done[member.name] = record
                progress.print(member.name, outcome(record))
        return [done[member.name] for member in self.members if member.name in done]


def _forgetting(examine: workers.Examine) -> workers.Examine:
    """Return `examine` so that it drops the parsed code of each service before the next."""

    def examine_one(member: Member, place: Path) -> Record:
        try:
            return examine(member, place)
        finally:
            python.forget()

    return examine_one


@contextmanager
def _as_bad_input() -> Iterator[None]:
    """Turn an OSError into BadInput: a folder or file that the user gave, or a full disk."""
    try:
        yield
    except OSError as error:
        raise BadInput(reason_of(error)) from error


class _Shared:
    """The templates that all services share; each process opens them when it needs them."""

    def __init__(self, instead: Template | None = None) -> None:
        self._instead = instead
        self._opened: Templates | None = None

    def at(self, place: Path) -> Templates:
        """Return the templates; their files are next to `place`, where all processes find them."""
        if self._opened is None:
            folder = place.parent / "releases"
            folder.mkdir(exist_ok=True)
            self._opened = Templates(folder, self._instead)
        return self._opened


def status(run: Run) -> list[Record]:
    """Return the status of each service."""
    shared = _Shared()

    def examine_one(member: Member, place: Path) -> Record:
        with clones.source(member, run.cache, fetch=not run.offline) as source:
            if member.path and not member.branch:
                folder = clones.service_folder(source.repository.top, source)
                return asdict(examine(source, folder, shared.at(place), place))
            with clones.work_tree(source, place) as folder:
                return asdict(examine(source, folder, shared.at(place), place))

    return run.each("status", examine_one, outcome_of)


def forecast(run: Run, to: str | None) -> tuple[list[Record], list[Blame]]:
    """Return what an update to release `to`, or the newest, would do to each service.

    `to` can be a folder: the working tree of a template, rehearsed as a release. Then the result
    also has the lines of the template that cause conflicts.
    """
    if to is None or not Path(to).is_dir():
        return run.each("forecast", _forecasts(run, to, _Shared()), outcome_of), []
    with rehearsal.template(Path(to)) as (template, release):
        forecasts = run.each("forecast", _forecasts(run, release, _Shared(template)), outcome_of)
        return forecasts, rehearsal.blame(template, release, forecasts)


def _forecasts(run: Run, to: str | None, shared: _Shared) -> workers.Examine:
    def forecast_one(member: Member, place: Path) -> Record:
        with (
            clones.source(member, run.cache, fetch=not run.offline) as source,
            clones.work_tree(source, place) as folder,
        ):
            conflicts = Conflicts(source.prefix)
            options = UpdateOptions(to=to, defaults=True, dry_run=True, watch=conflicts.watch)
            report = update_service(folder, options, _QUIET, shared.at(place))
            return _of_report(report, conflicts)

    return forecast_one


def _of_report(report: UpdateReport, conflicts: Conflicts) -> Record:
    outcomes = Counter(file.outcome for file in report.files)
    structural = [file.path for file in report.files if file.is_structural]
    return {
        "release": report.before,
        "to": report.after,
        "outcome": _outcome(report, structural),
        "files": dict(outcomes),
        "structural": structural,
        "conflicts": [asdict(conflict) for conflict in conflicts.found],
        "must": report.must,
        "notes": report.notes,
        "invalid_answers": sorted(report.invalid_answers),
    }


def _outcome(report: UpdateReport, structural: Sequence[str]) -> str:
    if report.conflicts:
        return "conflict"
    if not report.files:
        return "up to date"
    return "structural" if structural else "clean"


@dataclass(frozen=True)
class UpdateRun:
    """The options of an update of a fleet."""

    to: str | None = None
    push: bool = False
    limit: int | None = None
    """The maximum number of services to update; None: all that need it."""
    reports: Path | None = None
    """The folder for Markdown reports, one file per service; None: no reports."""


def update(run: Run, options: UpdateRun) -> list[Record]:
    """Commit an update on a branch of each service, and push it with `options.push`.

    Raises BadInput when git has no identity for commits.
    """
    # Temporary work trees do not have a repository's settings.
    git.require_identity(Path("/"), scope="--global")
    shared = _Shared()
    if options.reports:
        with _as_bad_input():
            options.reports.mkdir(parents=True, exist_ok=True)

    def update_one(member: Member, place: Path) -> Record:
        with clones.source(member, run.cache, fetch=not run.offline) as source:
            return _update_one(source, options, shared.at(place), place)

    def enough(done: list[Record], busy: int) -> bool:
        if options.limit is None:
            return False
        updated = sum(record.get("outcome") in ("updated", "pushed") for record in done)
        return updated + busy >= options.limit

    return run.each("update", update_one, outcome_of, enough)


def _update_one(source: Source, run: UpdateRun, templates: Templates, place: Path) -> Record:
    member = source.member
    if member.path:
        require_clean(source.repository, source.prefix)
    with clones.work_tree(source, place) as folder:
        recorded = answers.read(folder, answers.find(folder))
        file = source.prefix + recorded.file
        template = templates.open(recorded.template, folder)
        release = template.find(run.to) if run.to else template.latest()
        known = {"release": recorded.release, "to": release.name, "branch": source.branch}
        if template.find(recorded.release).commit == release.commit:
            return known | {"outcome": "up to date"}
        before = updating.in_repository(source)
        local = updating.at_hand(source, file)
        remote = updating.pushed(source, file) if run.push else local
        if remote.has(release):
            return known | {"outcome": "is there already"}
        local.require_own()
        remote.require_own()
        commit = updating.prepared(source, before, file, release)
        report = None
        if commit is None:
            conflicts = Conflicts(source.prefix)
            options = UpdateOptions(to=run.to, defaults=True, commit=True, watch=conflicts.watch)
            report = update_service(folder, options, _QUIET, templates)
            if run.reports:
                text = to_markdown(report) + "\n"
                (run.reports / f"{member.name}.md").write_text(text, encoding="utf-8")
            if report.conflicts or not report.branch:
                return known | _of_report(report, conflicts)
            commit = updating.take(source, folder, before)
        details = _of_report(report, Conflicts("")) if report else {}
        if run.push:
            updating.push(source, commit, remote.tip)
        outcome = "pushed" if run.push else "updated"
        return details | known | {"outcome": outcome, "commit": commit}


def impact(run: Run, package: str) -> list[Record]:
    """Return what a version of a package (`fastapi==0.165`) would affect in each service."""
    wanted = Wanted.parse(package)

    def examine_one(member: Member, place: Path) -> Record:
        with (
            clones.source(member, run.cache, fetch=not run.offline) as source,
            clones.work_tree(source, place) as folder,
        ):
            repository = repository_of(folder)
            files = contents_of(repository, prefix_of(folder, repository))
            return asdict(examine_impact(wanted, texts_of(files)))

    return run.each("impact", examine_one, outcome_of)


def report(file: Path, html: Path | None, prometheus: Path | None) -> list[int]:
    """Write the report page and the metrics for the records in `file`.

    Returns the numbers of invalid lines. Raises BadInput if a file cannot be read or written, or
    has no records.
    """
    history, broken = records.read(file)
    if not history:
        raise BadInput(f"{file} has no records: drydock fleet status writes them")
    texts = {html: page.render(history, len(broken)), prometheus: metrics.render(history)}
    for path, text in texts.items():
        if path:
            _write(path, text)
    return broken


def write_waves(
    members: Sequence[Member], folder: Path, extends: str, to: str, promote: int | None
) -> list[Path]:
    """Write a Renovate preset for each wave into `folder`; return the files that changed.

    `to` is the release that new waves and the wave to `promote` get. Raises BadInput for invalid
    arguments or files.
    """
    if (version := version_of(to)) is None or version.is_devrelease:
        raise BadInput(f"{to!r} is not a release: expected one like v1.4.0")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = {path.name: path.read_text("utf-8") for path in folder.glob("wave-*.json")}
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{folder}: {error}") from error
    texts = waves.presets(members, extends, to, before, promote)
    changed = [folder / name for name, text in texts.items() if before.get(name) != text]
    for path in changed:
        _write(path, texts[path.name])
    return changed


def _write(path: Path, text: str) -> None:
    """Write a file atomically: others can read it at any time."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BadInput(f"{path}: {error.strerror}") from error
