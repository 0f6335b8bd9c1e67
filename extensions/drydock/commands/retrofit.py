"""`drydock retrofit`: make a service that never came from the template one that did."""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from drydock import git, locking
from drydock.adoption import ancestry, clashes, debt, derive, factory, locked, pins, python
from drydock.adoption.account import files as account_files
from drydock.adoption.ancestry import Ancestor, Candidate
from drydock.adoption.derive import Derived
from drydock.adoption.facts import RECORDED, Fact, gather
from drydock.adoption.facts.image import main_dockerfile
from drydock.adoption.pins import Way
from drydock.adoption.place import Place, place_of
from drydock.adoption.translate import Carried, Todo, ignored, project, style
from drydock.adoption.translate import Entry as Said
from drydock.adoption.translate.files import carry, replaced
from drydock.commands import lock_file, modernize, settling
from drydock.commands.new import origin
from drydock.errors import BadInput, undone_by
from drydock.git import Entry, Repository, Tree
from drydock.merging import line_ends, shadowing, sides, work_tree
from drydock.merging.branch import Branch
from drydock.merging.trees import Labels, Merge, three_way
from drydock.merging.work_tree import Work
from drydock.paths import expanded
from drydock.project import prefix_of, repository_of, require_clean
from drydock.report.files import files_of
from drydock.report.markdown import to_markdown
from drydock.report.modernized import modernized_to_markdown
from drydock.report.outcomes import RetrofitReport
from drydock.template import rendering
from drydock.template.releases import (
    Release,
    Template,
    absolute,
    open_template,
    without_credentials,
)

Say = Callable[[str], None]
Ask = Callable[[Derived], str]
_WRITTEN = {"added", "updated", "merged"}
_TESTS = re.compile(r"conftest\.py|test_.+\.py|.+_test\.py")
_AS_YOU_LIKE = (".pre-commit-config.yaml", "AGENTS.md")
"""What helps to work on a service, and is not read by anything else of the standard."""
_OF_PINS = (project.PATH, "uv.lock")
_OWN = ("it is yours and stays; the release has one of this name", "see what of it you need, too")


@dataclass(frozen=True)
class Options:
    """What was asked of a retrofit."""

    template: str | None = None
    """The template's address; None: the one drydock was installed from."""
    to: str | None = None
    ancestors: tuple[str, ...] = ()
    """Repositories that files were copied from, each `REPO` or `REPO@REF`."""
    data: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    commit: bool = True
    """Whether what comes out is committed on a branch of its own; else it is only staged."""
    modernize: bool = False
    """Whether the code is carried to the libraries of today, in a commit of its own."""
    format: bool = True
    """Whether the code is formatted, in a commit of its own; else it is listed as not formatted."""
    builds: tuple[str, ...] = ()
    """The packages that may be built where they come as source only, which runs their code."""


def retrofit(folder: Path, options: Options, say: Say, ask: Ask | None) -> RetrofitReport:
    """Bring the standard to the service in `folder`.

    `say` is told each step before it starts; `ask`, where there is somebody to ask, returns what
    holds of a doubtful answer. Raises BadInput, with nothing changed, when that cannot be done.
    """
    try:
        git.require_version()
        place = place_of(folder)
        address = absolute(options.template or origin()[0], Path.cwd())
        say(f"Reading the template {without_credentials(address)}")
        with (
            open_template(address, Path.cwd()) as template,
            tempfile.TemporaryDirectory(prefix="drydock.") as scratch,
        ):
            return _Retrofit(place, template, options, say, Path(scratch)).run(ask)
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}") from error


class _Retrofit:
    """One run of the command."""

    def __init__(
        self, place: Place, template: Template, options: Options, say: Say, scratch: Path
    ) -> None:
        self.place, self.template, self.options, self.say = place, template, options, say
        self.scratch = scratch
        self.checkouts: dict[str, rendering.Checkout] = {}
        self.made: dict[str, Carried] = {}
        """Modules that the service lacked."""

    def run(self, ask: Ask | None) -> RetrofitReport:
        place, options = self.place, self.options
        release = self.template.find(options.to) if options.to else self.template.latest()
        if not options.to and (foreign := self.template.foreign(release)):
            raise BadInput(f"{foreign}; --to {release.name} takes it as it is")
        if options.modernize and not options.commit:
            raise BadInput("--modernize makes a commit of its own: leave out --no-commit")
        if options.commit and not options.dry_run:
            if not git.has_identity(place.folder):
                how = "git config user.name NAME, and user.email; or give --no-commit"
                raise BadInput(f"git does not know who commits: {how}")
            _branch_of(place.repository, place.folder).require_none(place.repository)
        self.say("Reading the service")
        facts = self._facts()
        place = self._call_factory(facts)
        rendering.check_data(self._checkout(release), options.data)
        derived = self._answers(facts, release, ask)
        values = {one.name: one.value for one in derived} | dict(options.data)
        self.say(f"Rendering {release.name}")
        theirs = self._render(release, values)
        if theirs.answers.get("packaging") == "poetry":
            how = "retrofit it with packaging=uv, then drydock update --data packaging=poetry"
            raise BadInput(f"what a service says to Poetry is carried over to uv only: {how}")
        self.say("Looking for where its files came from")
        copied = self._copied(facts, release, values, theirs)
        ancestors = self._ancestors(release, values, theirs, copied)
        self.say("Merging")
        with place.repository.quarantined() as repository:
            own = set(self._own(theirs, ancestors))
            blocked = dict(self._blocked(theirs))
            left = own | blocked.keys()
            base, after, carried = self._sides(repository, theirs, ancestors, copied, left)
            labels = Labels("what it came from", "yours", f"release {release.name}")
            merge = three_way(repository, base, place.tracked, after, labels)
            own |= self._kept(merge)
            shadows = self._leave_out_shadows(repository, (base, after), merge)
            merge.rules |= {
                place.prefix + path: one.rules for path, one in carried.items() if one.rules
            }
            work_tree.require_room(repository, place.tracked, place.unwatched, merge)
            into = {path: to for to, one in carried.items() for path in one.accounted}
            account = self._account(carried, str(values.get("service_name", "")))
            report = RetrofitReport(
                service=str(place.folder),
                template=self.template.address,
                after=release.name,
                before=place.head,
                dry_run=options.dry_run,
                answers=derived,
                files=[
                    replace(file, reason=f"all of it is in {into[file.path]} now")
                    if file.outcome == "removed" and file.path in into
                    else file
                    for file in files_of(place.prefix, (base, place.tracked, after), merge, set())
                ],
                origins={path: one.origin for path, one in ancestors.items()},
                todo=[
                    *(todo for one in carried.values() for todo in one.todo),
                    *self._elsewhere(account, carried),
                    *(Todo(path, 0, *_OWN) for path in sorted(own)),
                    *(_left_out(path, mine) for path, mine in sorted(blocked.items())),
                    *(Todo(one.own, 0, one.reason, one.duty) for one in shadows),
                    *clashes.find(facts, place.files, theirs.texts(), place.prefix),
                ],
                account=account,
                notes=[
                    *merge.doubts,
                    *filter(None, [self.template.uncommitted(release), self.template.tags_missing]),
                ],
                skipped=theirs.skipped,
                message=theirs.message.strip(),
            )
            if not options.dry_run:
                self.say("Writing")
                _write(repository, place, merge, report, options)
                self._modernize(report)
                if theirs.answers.get("adopted"):
                    self._settle(report)
            else:
                self._modernize(report)
        return report

    def _modernize(self, report: RetrofitReport) -> None:
        """Carry the code along, in a commit of its own, where that is wanted."""
        if not self.options.modernize or report.conflicts:
            return
        own, dry_run = self.place.repository, self.options.dry_run
        with undone_by("drydock retrofit --abort"):
            asked = modernize.Options(dry_run=dry_run, before=self.place.files)
            made = modernize.modernize(self.place.folder, asked, self.say)
            report.modernized = made
            if made.files and not dry_run:
                paths = [self.place.prefix + file.path for file in made.files]
                own.git("--literal-pathspecs", "add", "--", *paths)
                body = modernized_to_markdown(made)
                branch = _branch_of(own, self.place.folder)
                branch.commit(own, "Carry the code to the libraries of today", body)

    def _call_factory(self, facts: list[Fact]) -> Place:
        """Add a module that calls a factory with arguments, if one can; return the service."""
        if made := factory.module_for(facts, self.place.files):
            facts.append(made.fact)
            how = f"it calls the factory as {made.fact.where} does"
            self.made[made.path] = Carried(made.text, (how,))
            self.place = replace(self.place, files={**self.place.files, made.path: made.text})
        return self.place

    def _settle(self, report: RetrofitReport) -> None:
        """Format the code, and list what it does not meet, where nothing is in conflict."""
        again = "drydock retrofit --debt"
        if report.conflicts:
            report.unsettled = f"once the conflicts are resolved and committed: {again}"
            return
        self.say("Listing what the code does not meet")
        own, prefix = self.place.repository, self.place.prefix
        with undone_by("drydock retrofit --abort"):
            try:
                if self.options.commit:
                    branch = _branch_of(own, self.place.folder)
                    found = settling.settle(own, prefix, branch, formats=self.options.format)
                else:
                    found = settling.stage(own, prefix)
            except BadInput as error:
                report.unsettled = f"{error}; once it can: {again}"
            else:
                report.debt = debt.told(found)

    def _account(self, carried: Mapping[str, Carried], name: str) -> list[Said]:
        """Return what became of each thing that the service said about how it runs."""
        if not name:
            return []  # another template, which starts a service in its own way
        done = [entry for one in carried.values() for entry in one.account]
        main = main_dockerfile(self.place.files)
        return [*done, *account_files.find(self.place.files, done, main, f"{name} serve")]

    def _elsewhere(self, account: list[Said], carried: Mapping[str, Carried]) -> Iterator[Todo]:
        """Yield what is left by hand of files that no file of the standard takes in."""
        told = {entry for one in carried.values() for entry in one.account}
        yield from (one.todo() for one in account if one.outcome == "by hand" and one not in told)

    def _facts(self) -> list[Fact]:
        code = (text for path, text in self.place.files.items() if path.endswith(".py"))
        python.read_newer(code, self.place.folder)
        facts = gather(self.place.files)
        if broken := next((fact for fact in facts if fact.about == "broken"), None):
            raise BadInput(broken.value)
        for about in ("app", "service_name", "service_port"):  # from which others are derived
            given = str(self.options.data.get(about, ""))
            if given and (about != "service_port" or given.isdigit()):
                facts.append(Fact(about, given, "--data", 0, 100))
        return facts

    def _answers(self, facts: list[Fact], release: Release, ask: Ask | None) -> list[Derived]:
        questions = rendering.config(self._checkout(release)).questions_data
        if "app" not in questions:
            return []  # another template: its questions take --data or their defaults
        given = self.options.data
        settled = []
        for one in derive.derive(facts, self.place.files, self.place.folder.name):
            if one.name in given:
                settled.append(replace(one, value=given[one.name], doubtful=False))
            elif one.doubtful and ask:
                settled.append(replace(one, value=ask(one), doubtful=False))
            elif one.name in questions:
                settled.append(one)
        return settled

    def _checkout(self, release: Release) -> rendering.Checkout:
        if release.name not in self.checkouts:
            folder = self.scratch / f"template {release.name}"
            self.template.checkout(release, folder)
            made = rendering.Checkout(folder, self.template.address, release)
            self.checkouts[release.name] = made
        return self.checkouts[release.name]

    def _render(
        self, release: Release, values: Mapping[str, Any], exclude: tuple[str, ...] = ()
    ) -> rendering.Rendering:
        # The folder has the service's name, as templates can ask for it.
        inside = self.place.prefix or self.place.folder.name
        # As an update: what is born with a service, this one has already.
        request = rendering.Request(operation="update", data=values, defaults=True, exclude=exclude)
        folder = self.scratch / f"rendered {len(list(self.scratch.iterdir()))}" / inside
        return rendering.render(self._checkout(release), folder, request)

    def _copied(
        self,
        facts: list[Fact],
        release: Release,
        values: Mapping[str, Any],
        theirs: rendering.Rendering,
    ) -> rendering.Rendering | None:
        """Render what a copy of a service of this template was copied from, with its answers."""
        told = [fact.value for fact in facts if fact.about == "template_release"]
        if told and (named := self.template.releases.get(told[0])):
            return self._of_copy(named, values, theirs)
        if not any(fact.about == "adopted" and fact.weight == RECORDED for fact in facts):
            return None
        # It has the chassis, which does not tell its release: the one with most of its files.
        own = self.place.contents
        best, most = None, 0
        for other in {
            one.commit: one for one in (*self.template.releases.values(), release)
        }.values():
            if self.template.is_older(release, other):
                continue
            with suppress(BadInput):  # an answer that this release did not allow
                made = self._of_copy(other, values, theirs)
                same = sum(own.get(one.path) == one.content for one in _versions(made, other))
                if same >= most:
                    best, most = made, same
        return best

    def _of_copy(
        self, release: Release, values: Mapping[str, Any], theirs: rendering.Rendering
    ) -> rendering.Rendering:
        known = rendering.config(self._checkout(release)).questions_data
        given = {name: value for name, value in values.items() if name in known}
        # What the new release leaves to the service, it does not remove.
        return self._render(release, given, exclude=theirs.exclude)

    def _ancestors(
        self,
        release: Release,
        values: Mapping[str, Any],
        theirs: rendering.Rendering,
        copied: rendering.Rendering | None,
    ) -> dict[str, Ancestor]:
        candidates: list[Candidate] = []
        for named in self.options.ancestors:
            self.say(f"Reading {without_credentials(named)}")
            candidates += ancestry.of_repository(named, self.place.contents)
        made = [] if copied else list(_versions(theirs, release))
        if ancestry.is_copy(self.place.contents, made):
            newer = release
            for other in reversed(self.template.releases.values()):
                if self.template.is_older(other, release):
                    made += self._of_release(other, newer, values)
                    newer = other
            candidates += made
        return ancestry.find(self.place.contents, candidates)

    def _of_release(
        self, release: Release, newer: Release, values: Mapping[str, Any]
    ) -> Iterator[Candidate]:
        """Yield the files of a release, of which those that `newer` has the same may be missing."""
        folder = self.scratch / f"changed {release.name}"
        partly = self.template.checkout_changed(release, newer, folder)
        if partly:
            address = self.template.address
            self.checkouts[release.name] = rendering.Checkout(folder, address, release)
        known = rendering.config(self._checkout(release)).questions_data
        given = {name: value for name, value in values.items() if name in known}
        try:
            yield from _versions(self._render(release, given), release)
        except BadInput:
            if partly:  # what changed may include what did not
                del self.checkouts[release.name]
                with suppress(BadInput):  # an answer that this release did not allow
                    yield from _versions(self._render(release, given), release)

    def _sides(
        self,
        repository: Repository,
        theirs: rendering.Rendering,
        ancestors: dict[str, Ancestor],
        copied: rendering.Rendering | None,
        own: Set[str],
    ) -> tuple[Tree, Tree, dict[str, Carried]]:
        """Return base and theirs, of the whole repository, and what was carried into theirs."""
        place = self.place
        stored = sides.stored(repository, place.tracked, place.prefix, theirs)
        rendered = {path.removeprefix(place.prefix): entry for path, entry in stored.items()}
        # The service's own, and what the template leaves to any that has it, take no part.
        left = {
            path for path in place.contents.keys() & rendered.keys() if theirs.keeps(Path(path))
        }
        rendered = {path: entry for path, entry in rendered.items() if path not in own | left}
        # A copy of the standard's own file is merged as in any update.
        copies = {path for path, one in ancestors.items() if one.of_template}
        # Of what was copied, too, that which the service changed comes in by the merge.
        of_ancestors = {style.PATH, *ignored.PATHS} & ancestors.keys()
        into = rendered.keys() - copies - of_ancestors
        carried = {} if copied else self.made | carry(theirs.folder, into, place.files)
        new = {place.prefix + path: entry for path, entry in rendered.items()}
        base = {path: entry for path, entry in place.tracked.items() if path not in new}
        after = place.tracked | new
        texts = {path: one.text.encode() for path, one in carried.items()}
        texts |= {f"\0{path}": one.content for path, one in ancestors.items()}
        oids = dict(zip(texts, repository.write_blobs(list(texts.values())), strict=True))
        for path in carried:
            inside = place.prefix + path
            is_own = path not in rendered and inside in place.tracked
            after[inside] = Entry(place.tracked[inside].mode if is_own else "100644", oids[path])
        for path, one in ancestors.items():
            inside = place.prefix + path
            if path in rendered and path not in carried:
                base[inside] = Entry(place.tracked[inside].mode, oids[f"\0{path}"])
            elif inside not in stored and one.is_obsolete:
                after.pop(inside, None)
        for path in replaced(carried, place.files):
            base[place.prefix + path] = place.tracked[place.prefix + path]
            if path not in rendered:
                after.pop(place.prefix + path, None)
        if copied:
            old = sides.stored(repository, place.tracked, place.prefix, copied)
            old.pop(place.prefix + copied.answers_file, None)
            for path, entry in old.items():
                base[path] = entry  # what the service deleted of it, too: that stays deleted
                if path.removeprefix(place.prefix) not in rendered:
                    after.pop(path, None)
        line_ends.follow(repository, place.tracked, base, after)
        return base, after, carried

    def _leave_out_shadows(
        self, repository: Repository, sides: tuple[Tree, Tree], merge: Merge
    ) -> list[shadowing.Shadow]:
        """Leave out what would shadow a file of the service; return it."""
        tracked = self.place.tracked
        # Base and theirs hold the service's own files, too.
        base, theirs = (
            {path: entry for path, entry in side.items() if tracked.get(path) != entry}
            for side in sides
        )
        found = list(shadowing.find(repository, self.place.prefix, base, tracked, theirs))
        for one in found:
            merge.leave_out(one.path, one.reason)
        return found

    def _kept(self, merge: Merge) -> set[str]:
        """Keep files of the service that no service needs the standard's of; return these."""
        kept = {path for path in _AS_YOU_LIKE if self.place.prefix + path in merge.conflicts}
        for path in kept:
            merge.conflicts.pop(self.place.prefix + path)
            merge.leave_out(self.place.prefix + path, "yours stays, since they could not be merged")
        return kept

    def _blocked(self, theirs: rendering.Rendering) -> Iterator[tuple[str, str]]:
        """Yield the template's files that have no room, each with what of the service is there.

        One of the two is a folder where the other is a file or a link.
        """
        prefix, tracked = self.place.prefix, self.place.tracked
        folders = {
            str(folder): path
            for path in sorted(tracked, reverse=True)
            for folder in PurePosixPath(path).parents
        }
        for path in theirs.files():
            inside = prefix + path
            above = (str(folder) for folder in PurePosixPath(inside).parents)
            mine = next((one for one in above if one in tracked), folders.get(inside))
            if mine:
                yield path, mine.removeprefix(prefix)

    def _own(self, theirs: rendering.Rendering, ancestors: Mapping[str, Ancestor]) -> Iterator[str]:
        """Yield the code and tests that are none of the template's, though it has some there.

        A template that asks nothing about adoption brings its starters, too.
        """
        files = self.place.contents
        if "adopted" not in theirs.answers:
            for path in files.keys() & set(theirs.files()) - ancestors.keys():
                folder, _, name = path.rpartition("/")
                inside = f"{folder}/__init__.py" in files and name != "__init__.py"
                if (name.endswith(".py") and inside) or _TESTS.fullmatch(name):
                    yield path


def _left_out(path: str, mine: str) -> Todo:
    why = f"it stands where the standard has {path}, which is left out"
    how = "to have it, drydock retrofit --abort, give yours another name, and retrofit again"
    return Todo(mine, 0, why, how, "start")


def _versions(rendered: rendering.Rendering, release: Release) -> Iterator[Candidate]:
    for path in rendered.files():
        if path != rendered.answers_file:
            content = (rendered.folder / path).read_bytes()
            yield Candidate(path, content, f"release {release.name}", of_template=True)


def _write(
    repository: Repository, place: Place, merge: Merge, report: RetrofitReport, options: Options
) -> None:
    own = repository.storing_in(None)
    branch = _branch_of(repository, place.folder)
    if options.commit:
        branch.write(repository, place.head, merge, place.prefix)
    else:
        work_tree.write(repository, place.head, merge, Work(branch.command, place.prefix))
    with undone_by("drydock retrofit --abort"):
        changed = {file.path for file in report.files if file.outcome in _WRITTEN}
        if project.PATH in changed and not report.conflicts:
            _lock(own, place, report, options.builds)
        if options.commit and not report.conflicts:
            subject = f"Bring the standard in: {report.template} {report.after}"
            branch.commit(own, subject, to_markdown(report))
            report.branch = branch.name


def _branch_of(repository: Repository, folder: Path) -> Branch:
    """Return the branch that the service in `folder` is brought in on."""
    inside = prefix_of(folder, repository)
    return Branch("retrofit", re.sub(r"[^\w]+", "-", inside).strip("-"))


def _lock(
    repository: Repository, place: Place, report: RetrofitReport, builds: Sequence[str]
) -> None:
    """Write the lock file, too, so that it is gone with the rest when that is taken back."""
    if (command := locking.command(place.folder)) != locking.FILES["uv.lock"]:
        report.todo.append(Todo(project.PATH, 0, "no lock file is written", command, "start"))
        return
    path, file = f"{place.prefix}uv.lock", place.folder / "uv.lock"
    if path not in place.tracked:
        if file.exists():
            how = "commit one: the image is built from it"
            report.todo.append(Todo("uv.lock", 0, "git does not track it", how, "start"))
            return
        (empty,) = repository.write_blobs([b""])
        repository.write_index([(path, 0, Entry("100644", empty))])
    source, versions = locked.versions(place.files)
    if problem := lock_file.write(repository, place.folder, place.prefix, versions, builds):
        how = "drydock retrofit --resolve --apply makes the fewest changes after which it locks"
        if problem == locking.locked_elsewhere(place.folder):
            how = "the image is built from a lock file beside it: exclude it there, then uv lock"
        report.unlocked = f"uv.lock is not written: {problem}"
        report.todo.insert(0, Todo(project.PATH, 0, report.unlocked, how, "start"))
        if path not in place.tracked:
            repository.write_index([(path, 0, None)])
        return
    now = locking.packages(file.read_text("utf-8"))
    kept = [name for name, version in versions.items() if now.get(name) == version]
    if versions:
        report.locked = f"{len(kept)} of {len(versions)} versions of {source} are in uv.lock"
    if raised := [f"{n} {v} → {now[n]}" for n, v in versions.items() if now.get(n, v) != v]:
        why = f"these versions could not be kept: {', '.join(sorted(raised))}"
        report.todo.append(Todo(source, 0, why, "read their changelogs; run the tests", "callers"))


def settle(folder: Path, *, formats: bool) -> list[str]:
    """Format the code of a retrofitted service, and list what it does not meet, a commit each.

    Returns what was done, a line each. Raises BadInput, with nothing changed, where it was done
    already, or other work would be lost.
    """
    try:
        folder = expanded(folder).resolve()
        repository = repository_of(folder)
        require_clean(repository)
        prefix = prefix_of(folder, repository)
        branch = _branch_of(repository, folder)
        return debt.told(settling.settle(repository, prefix, branch, formats=formats))
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error


def apply_pins(folder: Path, ways: Sequence[Way], builds: Sequence[str] = ()) -> None:
    """Change the pins of a service so that it locks, and commit that with the lock file.

    The packages that `builds` names may be built for it. Raises BadInput, with nothing changed,
    where there is no solution or other work would be lost.
    """
    try:
        folder = expanded(folder).resolve()
        repository = repository_of(folder)
        require_clean(repository)
        before = pins.read(folder)
        if elsewhere := locking.locked_elsewhere(folder):
            raise BadInput(f"it is not locked here: {elsewhere}")
        text = pins.changed(before, {way.pin: way.instead for way in ways if way.instead})
        try:
            lock = locking.locked(text, builds)
        except locking.LockError as error:
            raise BadInput(f"it still does not lock: {error}") from error
        (folder / project.PATH).write_text(text, "utf-8")
        (folder / "uv.lock").write_text(lock, "utf-8")
        with undone_by("git reset --hard"):
            repository.git("add", "--force", "--", *(str(folder / n) for n in _OF_PINS))
            if not repository.text("diff", "--cached", "--name-only"):
                return
            changes = [f"{way.pin} -> {way.instead}" for way in ways if way.instead]
            built = [f"{name} is built from source" for name in builds]
            what = "Relax the pins that kept the service from being locked"
            _branch_of(repository, folder).commit(
                repository, what if changes else "Lock the service", "\n".join(changes + built)
            )
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error


def abort(folder: Path) -> None:
    """Take back a retrofit that is not merged: its branch is gone, the old one is as it was.

    Raises BadInput when there is none, or it holds work that would be lost.
    """
    try:
        repository = repository_of(folder)
        _branch_of(repository, folder).abort(repository, prefix_of(folder, repository))
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error
