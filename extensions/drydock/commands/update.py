"""`drydock update`: bring a service to a newer release of its template."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from packaging.version import Version

from drydock import git, locking
from drydock.adoption.facts import chassis as chassis_facts
from drydock.codemods import releases
from drydock.errors import BadInput, undone_by
from drydock.git import Repository, Tree
from drydock.merging import references, shadowing, sides, work_tree
from drydock.merging.branch import Branch
from drydock.merging.sides import Sides
from drydock.merging.trees import Labels, Merge, three_way
from drydock.merging.work_tree import Work
from drydock.project import Service, find, prefix_of, repository_of
from drydock.report.files import FileReport, files_of
from drydock.report.markdown import to_markdown
from drydock.report.outcomes import Explanation, UpdateReport
from drydock.template import changelog, company, rendering
from drydock.template.opened import Templates
from drydock.template.releases import (
    Release,
    Template,
    absolute,
    release_before,
    version_of,
    without_credentials,
)

Say = Callable[[str], None]
Watch = Callable[[Repository, Merge, rendering.Rendering], None]
"""Sees a merge, in the repository that has its objects, and the render of the new release."""
BRANCH = Branch("update")
CURRENT = ":current:"
"""Stands for the recorded release, as for Copier."""


@dataclass(frozen=True)
class Options:
    """What was asked of an update."""

    to: str | None = None
    """The release to update to, `:current:` for the recorded one; None: the newest."""
    prereleases: bool = False
    """Whether the newest may be a prerelease."""
    exclude: tuple[str, ...] = ()
    """Patterns of files that the update leaves out, as those of the template's `_exclude`."""
    skip: tuple[str, ...] = ()
    """Patterns of files that stay as they are where they are there, as `_skip_if_exists`."""
    data: Mapping[str, Any] | None = None
    """Answers given now, by the name of their question."""
    template: str | None = None
    """The template's new address, where it moved."""
    answers_file: str | None = None
    defaults: bool = False
    dry_run: bool = False
    commit: bool = False
    """Whether what comes out is committed on a branch of its own; else it is only staged."""
    trust: bool = False
    explain: str | None = None
    """A file, by its path in the service, to tell all about; nothing is changed then."""
    watch: Watch = lambda _repository, _merge, _theirs: None
    """Is shown the merge before anything is written."""


def update(
    folder: Path,
    options: Options,
    say: Say,
    templates: Templates | None = None,
) -> UpdateReport:
    """Update the service in `folder`; `say` is told each step before it starts.

    `templates` are those that other updates share. Raises BadInput, with nothing changed, when
    anything given or found cannot be used.
    """
    try:
        git.require_version()
        service = find(folder, options.answers_file, alone=options.commit)
        if options.commit and not options.dry_run:
            _require_branch(service.repository)
        address = service.answers.template
        if options.template:
            address = absolute(options.template, Path.cwd())
        say(f"Reading the template {without_credentials(address)}")
        with nullcontext(templates) if templates else Templates.opened() as opened:
            template = opened.open(address, service.folder)
            return _update(service, template, opened, options, say)
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}") from error


def abort(folder: Path) -> None:
    """Take back the last update of the service in `folder`; raise BadInput if that is unsafe."""
    try:
        repository = repository_of(folder)
        BRANCH.abort(repository, prefix_of(folder, repository))
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error


def _rules(service: Service, new: Release) -> list[str]:
    """Return the rules of `drydock modernize` that come with an update, if it has any."""
    if "package_path" not in service.answers.values:
        return []  # another template, whose releases say nothing about ours
    before = version_of(service.answers.release)
    if not (
        before and new.version and any(before < Version(one) <= new.version for one in releases())
    ):
        return []
    from drydock.commands.modernize import offered  # noqa: PLC0415 - they take time to import

    return offered(service.answers.release, new.name)


def _update(
    service: Service, template: Template, templates: Templates, options: Options, say: Say
) -> UpdateReport:
    old, new = _releases(service, template, options)
    report = UpdateReport(
        service=str(service.folder),
        template=template.address,
        before=service.answers.release,
        after=new.name,
        dry_run=options.dry_run or options.explain is not None,
        notes=[*filter(None, [template.uncommitted(new)])],
        rules=_rules(service, new),
    )
    moved = options.template is not None and template.address != service.answers.template
    bare = _is_bare(service.answers.release, old, new)
    if bare:
        report.notes.append(
            f"{service.answers.release} is a commit, recorded by a clone of the template without "
            f"tags; {service.answers.file} names {new.name} from now on"
        )
    if old.commit == new.commit and not options.data and not moved and not bare:
        report.notes += _disagreements(service)
        if options.explain is not None:
            report.of(options.explain)
        return report
    with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
        place = Path(scratch)
        checkouts = _check_out(service, templates, template, (old, new), moved)
        rendering.check_data(checkouts[1], options.data or {})
        renders = _Renders(service, options, place, *checkouts, say)
        theirs = renders.theirs()
        base = renders.base(theirs.exclude)
        brought = renders.brought(theirs)
        say("Merging")
        with service.repository.quarantined() as repository:
            trees = sides.make(repository, service, base, theirs, brought)
            merge = three_way(
                repository,
                trees.base,
                service.tracked,
                trees.theirs,
                Labels(f"release {service.answers.release}", "yours", f"release {new.name}"),
            )
            _settle_answers(repository, service, trees, merge, report)
            merge.declined |= trees.declined
            report.notes += [
                *_leave_out_shadows(repository, service, trees, merge),
                *_ignored(service, trees),
                *merge.doubts,
                *references.find(repository, service.prefix, service.tracked, trees.theirs, merge),
            ]
            work_tree.require_room(service.repository, service.tracked, service.unwatched, merge)
            options.watch(repository, merge, theirs)
            three = (trees.base, service.tracked, trees.theirs)
            report.files = files_of(service.prefix, three, merge, trees.held)
            if old.commit == new.commit:
                report.files = [_by_answers(file) for file in report.files]
            _tell_answers(report, service, theirs)
            report.notes += [
                *(_unmoved(service, base, theirs, merge) if report.answers else ()),
                *filter(None, [template.foreign(new), template.tags_missing]),
            ]
            if options.explain is not None:
                told = report.of(options.explain)
                path = service.prefix + told.path
                report.explanation = _explain(repository, path, told, three, merge)
            if not report.dry_run and (merge.changes or merge.conflicts):
                say("Writing")
                if options.commit:
                    is_new = BRANCH.write(repository, service.head, merge, service.prefix)
                    report.branch, report.continued = BRANCH.name, not is_new
                else:
                    work = Work(BRANCH.command, service.prefix)
                    work_tree.write(repository, service.head, merge, work)
        changes = _changelog(renders.new.folder)
    with undone_by("drydock update --abort"):
        locked = _refresh_lock(service, report, say)
        report.must = _must(changes, (old, new), theirs.answers, report.answers, locked=locked)
        if report.branch and not report.conflicts:
            subject = f"Update the template to {report.after}"
            BRANCH.commit(service.repository, subject, to_markdown(report))
    return report


def _is_bare(recorded: str, old: Release, new: Release) -> bool:
    """Tell whether a commit is `recorded`, by a clone without tags, and a release can be now."""
    is_commit = old.commit.startswith(recorded) or version_of(recorded) is None
    return is_commit and new.version is not None


def _tell_answers(report: UpdateReport, service: Service, theirs: rendering.Rendering) -> None:
    """Report what the new release's render says of the answers."""
    report.skipped = theirs.skipped
    report.invalid_answers = {
        name: (value, theirs.answers.get(name)) for name, value in theirs.invalid.items()
    }
    report.message = theirs.message.strip()
    before = service.answers.values
    report.answers = {
        name: (before.get(name), value)
        for name, value in theirs.answers.items()
        if name not in theirs.invalid and (name not in before or before[name] != value)
    }
    report.notes += _disagreements(service)


def _require_branch(repository: Repository) -> None:
    """Raise BadInput if nothing can be committed on the branch of updates."""
    if not git.has_identity(repository.top):
        how = "git config user.name NAME, and user.email"
        raise BadInput(f"git does not know who commits: {how}")
    if not BRANCH.is_current(repository):
        BRANCH.require_none(repository)


def _releases(service: Service, template: Template, options: Options) -> tuple[Release, Release]:
    recorded = service.answers.release
    try:
        old = template.find(recorded)
    except BadInput as error:
        file = service.answers.file
        found = f"{template.address} has no release {recorded} (recorded as _commit in {file})"
        if (tag := release_before(recorded)) is None:
            raise BadInput(f"{found}; if the template moved, give --template URL") from error
        instead = tag if tag in template.releases else "the release that it is nearest to"
        raise BadInput(
            f"{found}: the service was made from a state of the template that was never committed "
            f"there, or not pushed; set _commit to {instead} in {file}, commit, and update again"
        ) from error
    if options.to == CURRENT:
        return old, old
    if options.to:
        new = template.find(options.to)
        if template.is_older(new, old):
            raise BadInput(f"{new.name} is older than {recorded}: updates go forward only")
        return old, new
    new = template.latest(prereleases=options.prereleases)
    return old, (old if template.is_older(new, old) else new)


def _check_out(
    service: Service,
    templates: Templates,
    template: Template,
    releases: tuple[Release, Release],
    moved: bool,
) -> tuple[rendering.Checkout, rendering.Checkout]:
    old, new = releases
    recorded = service.answers.template

    def checkout(release: Release, address: str, name: str | None = None) -> rendering.Checkout:
        folder = templates.checkout_rendered(template, release)
        whole = partial(templates.checkout, template, release)
        return rendering.Checkout(folder, address, release, name, whole)

    return (
        checkout(old, recorded, service.answers.release),
        checkout(new, template.address if moved else recorded),
    )


@dataclass(frozen=True)
class _Renders:
    """The renders of an update; each release is checked out once."""

    service: Service
    options: Options
    scratch: Path
    old: rendering.Checkout
    new: rendering.Checkout
    say: Say

    def theirs(self) -> rendering.Rendering:
        self.say(f"Rendering {self.new.release.name}")
        return self._render(
            "theirs",
            self.new,
            operation="update",
            recorded=self.service.answers.values,
            data=self.options.data or {},
            defaults=self.options.defaults,
            previous=self.old.release,
        )

    def base(self, exclude: tuple[str, ...]) -> rendering.Rendering:
        self.say(f"Rendering {self.old.release.name}")
        return self._render(
            "base",
            self.old,
            operation="update",
            recorded=self.service.answers.values,
            defaults=True,
            exclude=exclude,  # what the new release leaves to the service, it does not remove
        )

    def brought(self, theirs: rendering.Rendering) -> rendering.Rendering | None:
        """Render, as for a new service, the files that only the answers given now bring."""
        before = self.service.answers.values
        asked = {} if self.options.defaults else theirs.answers.keys() - before.keys()
        if not self.options.data and not asked:
            return None
        try:
            old = self._copy("brought-before", before)
        except BadInput:
            # A new question has no default: there is nothing to compare its answer with.
            old = self._copy("brought-with", {**theirs.answers, **before})
        new = self._copy("brought", theirs.answers)
        for path in {*old.files(), *theirs.files()}:
            (new.folder / path).unlink(missing_ok=True)
        return new

    def _copy(self, name: str, values: Mapping[str, Any]) -> rendering.Rendering:
        return self._render(name, self.new, operation="copy", recorded=values, defaults=True)

    def _render(
        self,
        name: str,
        checkout: rendering.Checkout,
        *,
        exclude: tuple[str, ...] = (),
        **request: Any,
    ) -> rendering.Rendering:
        # The folder has the service's name, as templates can ask for it.
        top = self.scratch / name
        folder = (
            top / self.service.prefix if self.service.prefix else top / self.service.folder.name
        )
        return rendering.render(
            checkout,
            folder,
            rendering.Request(
                answers_file=self.service.answers.file,
                service=self.service.folder,
                trust=self.options.trust,
                exclude=(*exclude, *self.options.exclude),
                skip=self.options.skip,
                **request,
            ),
        )


def _settle_answers(
    repository: Repository, service: Service, trees: Sides, merge: Merge, report: UpdateReport
) -> None:
    """See to it that the answers file records what was rendered, whatever was edited in it."""
    path = service.prefix + service.answers.file
    ours, theirs = service.tracked[path], trees.theirs[path]
    result = merge.changes.get(path, ours)
    if result == theirs:
        return
    if result is not None and path not in merge.conflicts:
        contents = repository.read_blobs([result.oid, theirs.oid])
        with suppress(yaml.YAMLError):
            if yaml.safe_load(contents[result.oid]) == yaml.safe_load(contents[theirs.oid]):
                return
    merge.conflicts.pop(path, None)
    merge.changes[path] = theirs
    report.notes.append(f"{service.answers.file} was regenerated: edits of its text are gone")


def _ignored(service: Service, trees: Sides) -> Iterator[str]:
    for path in sorted(trees.ignored):
        yield (
            f"{path.removeprefix(service.prefix)}: the release changes it, but git ignores it, "
            "so updates do not reach it: git add --force tracks it"
        )


def _leave_out_shadows(
    repository: Repository, service: Service, trees: Sides, merge: Merge
) -> Iterator[str]:
    """Leave out what would shadow a file of the service; yield what to say of each."""
    found = shadowing.find(repository, service.prefix, trees.base, service.tracked, trees.theirs)
    for one in found:
        if one.path not in merge.moved:
            merge.leave_out(one.path, one.reason)
            yield f"{one.path} is not added: {one.reason}; {one.duty}"


def _explain(
    repository: Repository,
    path: str,
    told: FileReport,
    three: tuple[Tree, Tree, Tree],
    merge: Merge,
) -> Explanation:
    earlier = merge.moved.get(path, path)
    entries = [side.get(path) or side.get(earlier) for side in three]
    entries.append(merge.changes.get(path, three[1].get(path)))
    contents = repository.read_blobs([entry.oid for entry in entries if entry])
    texts = [contents[e.oid].decode("utf-8", "replace") if e else None for e in entries]
    return Explanation(told, *texts)


def _by_answers(file: FileReport) -> FileReport:
    """Return what happened to a file where no release, but an answer is another."""
    if file.outcome == "removed":
        return replace(file, reason="no longer part of a service with these answers")
    if file.outcome == "added":
        return replace(file, reason="brought by the answers")
    return file


def _changelog(template: Path) -> str:
    """Return the notes of the template's releases, those of a fork's company included."""
    files = [template / name for name in ("CHANGELOG.md", company.CHANGELOG)]
    texts = [file.read_text("utf-8", errors="replace") for file in files if file.is_file()]
    return "\n\n".join(texts)


def _must(
    notes: str,
    releases: tuple[Release, Release],
    answers: Mapping[str, Any],
    changed: Mapping[str, tuple[Any, Any]],
    *,
    locked: bool,
) -> list[str]:
    """Return what the new releases ask, and what those before asked of answers that changed."""
    old, new = releases
    if old.version is None or new.version is None:
        return []
    first = changelog.you_must(notes, Version("0"), old.version)
    moved = {name for name, (before, _) in changed.items() if before is not None}
    asked = changelog.you_must(notes, old.version, new.version)
    return list(
        dict.fromkeys(
            [
                *changelog.duties(first, answers, locked=locked, changed=moved),
                *changelog.duties(asked, answers, locked=locked),
            ]
        )
    )


def _unmoved(
    service: Service, base: rendering.Rendering, theirs: rendering.Rendering, merge: Merge
) -> Iterator[str]:
    """Yield what to say of the service's own files in folders that an answer has left."""
    left = _folders(base.files()) - _folders(theirs.files())
    own = sorted(
        path.removeprefix(service.prefix)
        for path in service.tracked
        if path.startswith(service.prefix)
        and path.removeprefix(service.prefix).rpartition("/")[0] in left
        and merge.changes.get(path, service.tracked[path]) is not None
    )
    if own:
        yield (
            f"the answers move the template's files; yours stay: {', '.join(own)}. Move them by "
            "git mv, over the starters that came with the new folder, and change their imports"
        )


def _folders(paths: Iterable[str]) -> set[str]:
    return {str(folder) for path in paths for folder in PurePosixPath(path).parents} - {"."}


def _disagreements(service: Service) -> Iterator[str]:
    """Yield what to say where the answers file was edited: that alone changes no code."""
    paths = [path for path in service.tracked if path.startswith(service.prefix)]
    chassis = [path for path in paths if path.endswith(chassis_facts.FILES)]
    contents = service.repository.read_blobs([service.tracked[path].oid for path in chassis])
    texts = {
        path.removeprefix(service.prefix): contents[service.tracked[path].oid].decode(
            "utf-8", "replace"
        )
        for path in chassis
    }
    for fact in chassis_facts.find(texts):
        told = str(service.answers.values.get(fact.about, fact.value))
        if fact.about in ("service_name", "service_port", "management_port") and told != fact.value:
            yield (
                f"{service.answers.file} says {fact.about}: {told}, but {fact.where} says "
                f"{fact.value}. Editing answers changes no code: put {fact.value} back there, "
                f"commit, then drydock update --data {fact.about}={told}"
            )


def _refresh_lock(service: Service, report: UpdateReport, say: Say) -> bool:
    """Regenerate the lock file where the update changed what it locks.

    Return whether it needs nothing more, or the report says what.
    """
    changed = {file.path for file in report.files if file.outcome in {"updated", "merged"}}
    if "pyproject.toml" not in changed:
        return False
    handled = False
    wanted = locking.command(service.folder)
    for name, command in locking.FILES.items():
        path = service.prefix + name
        if path not in service.tracked:
            continue
        if name == "uv.lock" and command != wanted and not report.dry_run:
            report.notes.append(f"{name} is no longer used: git rm {name}, then {wanted}")
            continue
        handled = True
        if report.conflicts or report.dry_run or name != "uv.lock":
            report.notes.append(f"regenerate {name}: {command}")
            continue
        say(f"Writing {name}")
        work_tree.also_written(service.repository, service.prefix, path)
        if problem := locking.write(service.folder):
            report.notes.append(f"{name} is not regenerated ({problem}): {command}")
            continue
        service.repository.git("add", "--", path)
        if service.repository.git("diff", "--cached", "--name-only", "--", path):
            report.files.append(FileReport(name, "updated", f"regenerated by {command}"))
    return handled
