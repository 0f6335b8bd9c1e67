"""`drydock fleet …`: one command over every service of a fleet.

What is done with a single service runs in processes of their own (fleet/workers.py); what comes of
it is a record (fleet/records.py).
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
from drydock.errors import BadInput
from drydock.fleet import clones, metrics, page, records, rehearsal, updating, waves, workers
from drydock.fleet.clones import Source
from drydock.fleet.forecast import Conflicts
from drydock.fleet.impact import Wanted
from drydock.fleet.impact import examine as reach
from drydock.fleet.inventory import Member
from drydock.fleet.progress import Progress
from drydock.fleet.records import Record
from drydock.fleet.rehearsal import Blame
from drydock.fleet.status import examine
from drydock.paths import resolved
from drydock.project import contents_of, prefix_of, repository_of, require_clean
from drydock.report.markdown import to_markdown
from drydock.report.outcomes import UpdateReport
from drydock.template import answers
from drydock.template.opened import Templates
from drydock.template.releases import Template, version_of

_QUIET: Callable[[str], None] = lambda _: None  # noqa: E731


def default_cache() -> Path:
    """Return where clones are kept: https://specifications.freedesktop.org/basedir-spec/."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return resolved(Path(base)) / "drydock" / "fleet"


@dataclass(frozen=True)
class Run:
    """What is the same in each command over a fleet."""

    members: Sequence[Member]
    cache: Path = field(default_factory=default_cache)
    output: Path | None = None
    """The file that records are appended to; None: none."""
    jobs: int = 0
    """How many services are worked on at once; 0: as many as there are processors."""
    seconds: float = 600
    """After how long a service is given up."""
    offline: bool = False
    """Whether clones are used as they are."""

    def each(
        self,
        kind: records.Kind,
        examine: workers.Examine,
        outcome: Callable[[Record], str],
        enough: Callable[[list[Record], int], bool] = lambda _found, _busy: False,
    ) -> list[Record]:
        """Return a record of each service, in the fleet's order, and append it to the output.

        `enough` is told the records and how many services are being worked on, before the next.
        """
        git.require_version()
        found: dict[str, Record] = {}
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
                enough=lambda busy: enough([*found.values()], busy),
            )
            for member, result in results:
                record = records.about(kind, member) | result
                if journal:
                    journal.append(record)
                found[member.name] = record
                progress.tell(member.name, outcome(record))
        return [found[member.name] for member in self.members if member.name in found]


def _forgetting(examine: workers.Examine) -> workers.Examine:
    """Let a process keep nothing of the code of one service when it goes on with the next."""

    def examine_one(member: Member, place: Path) -> Record:
        try:
            return examine(member, place)
        finally:
            python.forget()

    return examine_one


@contextmanager
def _as_bad_input() -> Iterator[None]:
    """Take a folder or file that cannot be written for bad input: it was given, or is full."""
    try:
        yield
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}") from error


class _Shared:
    """The templates that all services share; those of each process are opened when needed."""

    def __init__(self, instead: Template | None = None) -> None:
        self._instead = instead
        self._opened: Templates | None = None

    def at(self, place: Path) -> Templates:
        """Return the templates; their files lie beside `place`, where other processes find them."""
        if self._opened is None:
            folder = place.parent / "releases"
            folder.mkdir(exist_ok=True)
            self._opened = Templates(folder, self._instead)
        return self._opened


def status(run: Run) -> list[Record]:
    """Return where each service stands."""
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

    `to` may be a folder: the working tree of a template, whose release is rehearsed. With it come
    the lines of the template that conflicts come from.
    """
    if to is None or not Path(to).is_dir():
        return run.each("forecast", _forecasts(run, to, _Shared()), outcome_of), []
    with rehearsal.template(Path(to)) as (template, release):
        found = run.each("forecast", _forecasts(run, release, _Shared(template)), outcome_of)
        return found, rehearsal.blame(template, release, found)


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
    structural = [file.path for file in report.files if "merged structurally" in file.reason]
    return {
        "release": report.before,
        "to": report.after,
        "outcome": _outcome(report, structural),
        "files": dict(outcomes),
        "structural": structural,
        "conflicts": [asdict(one) for one in conflicts.found],
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
    """What an update of a fleet is asked for."""

    to: str | None = None
    push: bool = False
    limit: int | None = None
    """How many services get an update at most; None: all that need one."""
    reports: Path | None = None
    """The folder for the reports as Markdown, one file a service; None: none are written."""


def update(run: Run, wanted: UpdateRun) -> list[Record]:
    """Put an update on a branch of each service, and push it where that is wanted.

    Raises BadInput where git knows nobody who would commit them.
    """
    if not git.has_identity(Path("/")):  # a repository's own is not that of the work trees here
        how = "git config --global user.name NAME, and user.email"
        raise BadInput(f"git does not know who commits: {how}")
    shared = _Shared()
    if wanted.reports:
        with _as_bad_input():
            wanted.reports.mkdir(parents=True, exist_ok=True)

    def update_one(member: Member, place: Path) -> Record:
        with clones.source(member, run.cache, fetch=not run.offline) as source:
            return _update_one(source, wanted, shared.at(place), place)

    def enough(found: list[Record], busy: int) -> bool:
        if wanted.limit is None:
            return False
        made = sum(record.get("outcome") in ("updated", "pushed") for record in found)
        return made + busy >= wanted.limit

    return run.each("update", update_one, outcome_of, enough)


def _update_one(source: Source, wanted: UpdateRun, templates: Templates, place: Path) -> Record:
    member = source.member
    if member.path:
        require_clean(source.repository, source.prefix)
    with clones.work_tree(source, place) as folder:
        read = answers.read(folder, answers.find(folder))
        file = source.prefix + read.file
        template = templates.open(read.template, folder)
        release = template.find(wanted.to) if wanted.to else template.latest()
        known = {"release": read.release, "to": release.name, "branch": source.branch}
        if template.find(read.release).commit == release.commit:
            return known | {"outcome": "up to date"}
        before = updating.in_repository(source)
        here = updating.at_hand(source, file)
        there = updating.pushed(source, file) if wanted.push else here
        if there.has(release):
            return known | {"outcome": "is there already"}
        here.require_own()
        there.require_own()
        commit = updating.prepared(source, before, file, release)
        report = None
        if commit is None:
            conflicts = Conflicts(source.prefix)
            options = UpdateOptions(to=wanted.to, defaults=True, commit=True, watch=conflicts.watch)
            report = update_service(folder, options, _QUIET, templates)
            if wanted.reports:
                text = to_markdown(report) + "\n"
                (wanted.reports / f"{member.name}.md").write_text(text, encoding="utf-8")
            if report.conflicts or not report.branch:
                return known | _of_report(report, conflicts)
            commit = updating.take(source, folder, before)
        about = _of_report(report, Conflicts("")) if report else {}
        if wanted.push:
            updating.push(source, commit, there.tip)
        outcome = "pushed" if wanted.push else "updated"
        return about | known | {"outcome": outcome, "commit": commit}


def impact(run: Run, package: str) -> list[Record]:
    """Return what a version of a package (`fastapi==0.165`) would reach in each service."""
    wanted = Wanted.parse(package)

    def examine_one(member: Member, place: Path) -> Record:
        with (
            clones.source(member, run.cache, fetch=not run.offline) as source,
            clones.work_tree(source, place) as folder,
        ):
            repository = repository_of(folder)
            files = contents_of(repository, prefix_of(folder, repository))
            return asdict(reach(wanted, texts_of(files)))

    return run.each("impact", examine_one, outcome_of)


def report(file: Path, html: Path | None, prometheus: Path | None) -> list[int]:
    """Write a page, and metrics, of the records in `file`.

    Returns the numbers of lines that are no records. Raises BadInput where a file cannot be read
    or written, or has no records.
    """
    found, broken = records.read(file)
    if not found:
        raise BadInput(f"{file} has no records: drydock fleet status writes them")
    texts = {html: page.render(found, len(broken)), prometheus: metrics.render(found)}
    for path, text in texts.items():
        if path:
            _write(path, text)
    return broken


def write_waves(
    members: Sequence[Member], folder: Path, extends: str, to: str, promote: int | None
) -> list[Path]:
    """Write a preset of Renovate for each wave into `folder`; return those that changed.

    `to` is the release that a new wave, or the one to `promote`, may get. Raises BadInput where
    that cannot be.
    """
    if (version := version_of(to)) is None or version.is_devrelease:
        raise BadInput(f"{to!r} is no release")
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
    """Write a file whole or not at all: others read it at any time."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadInput(f"{path}: {error.strerror}") from error


def outcome_of(record: Record) -> str:
    """Return what came of one service, in a few words."""
    if record["error"]:
        return str(record["error"])
    if record["kind"] == "impact":
        lines = len(record["findings"])
        return f"{record['outcome']}, {lines} line{'' if lines == 1 else 's'}"
    if record["kind"] == "status":
        behind = record["releases_behind"]
        return f"{record['release']}, {behind} behind" if behind else f"{record['release']}"
    found = record.get("conflicts") or []
    paths = ", ".join(one["path"] for one in found)
    return f"{record['outcome']}: {paths}" if paths else str(record["outcome"])
