"""`drydock retrofit`: adopt an existing service into the template."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from drydock import git, locking
from drydock.adoption import ancestry, debt, derive, factory, merged, survey
from drydock.adoption.ancestry import Ancestor, Candidate
from drydock.adoption.derive import Derived
from drydock.adoption.facts import Fact
from drydock.adoption.merged import Merged
from drydock.adoption.place import Place, branch_of, place_of
from drydock.adoption.releases import Releases
from drydock.adoption.sides import Adoption
from drydock.adoption.translate import Carried, project
from drydock.commands import first_lock, modernize, settling
from drydock.errors import BadInput, reason_of, undone_by
from drydock.git import Repository
from drydock.merging import work_tree
from drydock.merging.results import files_of
from drydock.merging.trees import Labels, Merge
from drydock.merging.work_tree import Work
from drydock.project import prefix_of, repository_of
from drydock.report.markdown import to_markdown
from drydock.report.modernized import modernized_to_markdown
from drydock.report.outcomes import RetrofitReport
from drydock.template import rendering
from drydock.template.addresses import absolute, without_credentials
from drydock.template.origin import origin
from drydock.template.releases import Release, Template, open_template
from drydock.template.rendering import Rendering

Say = Callable[[str], None]
Ask = Callable[[Derived, str], str]
"""Prompts for a doubtful answer; given the reason, if any, why the last one is invalid."""
_WRITTEN = {"added", "updated", "merged"}


@dataclass(frozen=True)
class Options:
    """The options of a retrofit."""

    template: str | None = None
    """The template's address; None: the one drydock was installed from."""
    to: str | None = None
    ancestors: tuple[str, ...] = ()
    """Repositories that files were copied from, each `REPO` or `REPO@REF`."""
    data: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    commit: bool = True
    """Whether to commit the result to its own branch; otherwise it is staged."""
    modernize: bool = False
    """Whether to migrate the code to current library versions, in a separate commit."""
    format: bool = True
    """Whether to format the code in a separate commit; otherwise it is listed as not formatted."""
    builds: tuple[str, ...] = ()
    """Packages without wheels that can be built from source, which runs their code."""


def retrofit(folder: Path, options: Options, say: Say, ask: Ask | None) -> RetrofitReport:
    """Adopt the service in `folder`.

    `say` prints each step before it starts. `ask` prompts for a doubtful answer; None without a
    terminal. Raises BadInput, with nothing changed, if the service cannot be adopted.
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
        raise BadInput(reason_of(error)) from error


class _Retrofit:
    """One run of the command."""

    def __init__(
        self, place: Place, template: Template, options: Options, say: Say, scratch: Path
    ) -> None:
        self.place, self.template, self.options, self.say = place, template, options, say
        self.releases = Releases(place, template, scratch)
        self.made: dict[str, Carried] = {}
        """Modules that are added to the service, by path."""

    def run(self, ask: Ask | None) -> RetrofitReport:
        options = self.options
        release = self._release()
        self._require_commits()
        self.say("Reading the service")
        facts = survey.facts_of(self.place, options.data)
        place = self._call_factory(facts)
        rendering.check_data(self.releases.checkout(release), options.data)
        derived = self._answers(facts, release, ask)
        values = {one.name: one.value for one in derived} | dict(options.data)
        self.say(f"Rendering {release.name}")
        theirs = self.releases.render(release, values)
        self.say("Looking for where its files came from")
        copied = self.releases.copied(facts, release, values, theirs)
        ancestors = self._ancestors(release, values, theirs, copied)
        self.say("Merging")
        with place.repository.quarantined() as repository:
            adoption = Adoption(place, theirs, ancestors, copied, self.made)
            labels = Labels("what it came from", "yours", f"release {release.name}")
            name = str(values.get("service_name", ""))
            adopted = merged.merge(repository, adoption, facts, name, labels)
            report = self._report(release, derived, adoption, adopted)
            if not options.dry_run:
                self.say("Writing")
                _write(repository, place, adopted.merge, report, options)
            self._modernize(report)
            if not options.dry_run and theirs.answers.get("adopted"):
                self._settle(report)
        return report

    def _report(
        self, release: Release, derived: list[Derived], adoption: Adoption, adopted: Merged
    ) -> RetrofitReport:
        place, theirs, sides = adoption.place, adoption.theirs, adopted.sides
        three = (sides.base, place.tracked, sides.theirs)
        reasons = {
            ("removed", path): f"all of it is in {to} now"
            for to, one in sides.carried.items()
            for path in one.accounted
        }
        reasons |= {("added", path): "; ".join(one.rules) for path, one in adoption.made.items()}
        return RetrofitReport(
            service=str(place.folder),
            template=self.template.address,
            after=release.name,
            before=place.head,
            dry_run=self.options.dry_run,
            answers=derived,
            files=[
                replace(file, reason=reasons.get((file.outcome, file.path), file.reason))
                for file in files_of(place.prefix, three, adopted.merge, set())
            ],
            origins={path: one.origin for path, one in adoption.ancestors.items()},
            todo=adopted.todo,
            account=adopted.account,
            notes=[
                *adopted.merge.doubts,
                *filter(None, [self.template.uncommitted(release), self.template.tags_missing]),
            ],
            skipped=theirs.skipped,
            message=theirs.message.strip(),
        )

    def _release(self) -> Release:
        """Return the release to adopt: the one that is named, or the newest."""
        if self.options.to:
            return self.template.find(self.options.to)
        release = self.template.latest()
        if foreign := self.template.foreign(release):
            raise BadInput(f"{foreign}; --to {release.name} takes it as it is")
        return release

    def _require_commits(self) -> None:
        """Raise BadInput where the commits that were asked for cannot be made."""
        place, options = self.place, self.options
        if options.modernize and not options.commit:
            raise BadInput("--modernize makes a commit of its own: leave out --no-commit")
        if options.commit and not options.dry_run:
            git.require_identity(place.folder, instead="give --no-commit")
            branch_of(place.repository, place.folder).require_none(place.repository)

    def _modernize(self, report: RetrofitReport) -> None:
        """Migrate the code in a separate commit, with `--modernize`."""
        if not self.options.modernize or report.conflicts:
            return
        own, dry_run = self.place.repository, self.options.dry_run
        with undone_by("drydock retrofit --abort"):
            asked = modernize.Options(dry_run=dry_run, before=self.place.files)
            made = modernize.modernize(self.place.folder, asked, self.say)
            if made.files and not dry_run:
                paths = [self.place.prefix + file.path for file in made.files]
                required = project.PATH in {file.path for file in made.files}
                if required and (lock := first_lock.again(self.place, report, self.options.builds)):
                    paths.append(lock)
                    told = [one for one in made.findings if one.path not in locking.FILES]
                    made = replace(made, findings=told)
                listed = ("--pathspec-from-file=-", "--pathspec-file-nul")
                own.git("--literal-pathspecs", "add", *listed, stdin="\0".join(paths).encode())
                body = modernized_to_markdown(made)
                branch = branch_of(own, self.place.folder)
                branch.commit(own, "Migrate the code to current library versions", body)
            report.modernized = made

    def _call_factory(self, facts: list[Fact]) -> Place:
        """Add a module that calls a factory with arguments, if certain; return the service."""
        if made := factory.module_for(facts, self.place.files):
            facts.append(made.fact)
            how = f"it calls the factory as {made.fact.where} does"
            self.made[made.path] = Carried(made.text, (how,))
            self.place = replace(self.place, files={**self.place.files, made.path: made.text})
        return self.place

    def _settle(self, report: RetrofitReport) -> None:
        """Format the code and list its debt, unless there are conflicts."""
        again = "drydock retrofit --debt"
        if report.conflicts:
            report.unsettled = f"once the conflicts are resolved and committed: {again}"
            return
        self.say("Listing what the code does not meet")
        own, prefix = self.place.repository, self.place.prefix
        with undone_by("drydock retrofit --abort"):
            try:
                if self.options.commit:
                    branch = branch_of(own, self.place.folder)
                    found = settling.settle(own, prefix, branch, formats=self.options.format)
                else:
                    found = settling.stage(own, prefix)
            except BadInput as error:
                report.unsettled = f"{error}; once it can: {again}"
            else:
                report.debt = debt.summary(found)

    def _answers(self, facts: list[Fact], release: Release, ask: Ask | None) -> list[Derived]:
        """Derive the answers. Prompt for doubtful ones, of which others can then be derived."""
        questions = rendering.config(self.releases.checkout(release)).questions_data
        if "app" not in questions:
            return []  # another template: its questions take --data or their defaults
        place, prompted = self.place, dict[str, Any]()
        while True:
            given = {**self.options.data, **prompted}
            derived = [
                one
                for one in derive.derive(facts, place.files, place.folder.name, given, prompted)
                if one.name in questions
            ]
            doubtful = next((one for one in derived if one.doubtful), None)
            if not (ask and doubtful):
                return derived
            others = {one.name: one.value for one in derived if one is not doubtful} | given
            value = self._prompt(ask, doubtful, release, others, facts)
            prompted[doubtful.name] = value
            if value != doubtful.value:
                facts += survey.implied({doubtful.name: value}, "prompt")

    def _prompt(
        self,
        ask: Ask,
        doubtful: Derived,
        release: Release,
        others: Mapping[str, Any],
        facts: list[Fact],
    ) -> Any:
        """Prompt for an answer until it is valid; return it in the type of its question."""
        problem = ""
        while True:
            value = ask(doubtful, problem)
            try:
                checked = self.releases.check(release, doubtful.name, value, others)
                if doubtful.name == "app":
                    derive.require_app(str(checked), facts, self.place.files)
                return checked
            except BadInput as error:
                problem = str(error)

    def _ancestors(
        self,
        release: Release,
        values: Mapping[str, Any],
        theirs: Rendering,
        copied: Rendering | None,
    ) -> dict[str, Ancestor]:
        candidates: list[Candidate] = []
        for named in self.options.ancestors:
            self.say(f"Reading {without_credentials(named)}")
            candidates += ancestry.of_repository(named, self.place.contents)
        if not copied:
            candidates += self.releases.candidates(release, values, theirs)
        return ancestry.find(self.place.contents, candidates)


def _write(
    repository: Repository, place: Place, merge: Merge, report: RetrofitReport, options: Options
) -> None:
    own = repository.storing_in(None)
    branch = branch_of(repository, place.folder)
    if options.commit:
        branch.write(repository, place.head, merge, place.prefix)
    else:
        work_tree.write(repository, place.head, merge, Work(branch.command, place.prefix))
    with undone_by("drydock retrofit --abort"):
        changed = {file.path for file in report.files if file.outcome in _WRITTEN}
        if project.PATH in changed and not report.conflicts:
            first_lock.write(own, place, report, options.builds)
        if options.commit and not report.conflicts:
            subject = f"Adopt the standard: {report.template} {report.after}"
            branch.commit(own, subject, to_markdown(report))
            report.branch = branch.name


def abort(folder: Path) -> str:
    """Undo a retrofit that is not merged: delete its branch, and restore the previous one.

    Returns the state that this leaves. Raises BadInput if there is none, or if it contains work
    that would be lost.
    """
    try:
        repository = repository_of(folder)
        branch = branch_of(repository, folder)
        return branch.abort(repository, prefix_of(folder, repository))
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error
