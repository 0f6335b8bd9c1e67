"""`drydock update`: update a service to a newer release of its template."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from drydock import git
from drydock.codemods.since import offered
from drydock.commands import lock_file
from drydock.conformance.answers import edited
from drydock.errors import BadInput, reason_of, undone_by
from drydock.git import Repository
from drydock.merging import updated, work_tree
from drydock.merging.branch import Branch
from drydock.merging.renders import Renders
from drydock.merging.results import by_answers, explained, files_of
from drydock.merging.trees import Labels, Merge
from drydock.merging.work_tree import Work
from drydock.project import Service, find, prefix_of, repository_of
from drydock.report.markdown import to_markdown
from drydock.report.outcomes import UpdateReport
from drydock.template import changelog, rendering
from drydock.template.addresses import absolute, without_credentials
from drydock.template.opened import Templates
from drydock.template.releases import Release, Template
from drydock.template.rendering import Checkout, Rendering, Request
from drydock.template.step import choose

Say = Callable[[str], None]
Watch = Callable[[Repository, Merge, Rendering], None]
"""Takes the repository with the merge's objects, the merge, and the render of the new release."""
BRANCH = Branch("update")


@dataclass(frozen=True)
class Options:
    """The options of an update."""

    to: str | None = None
    """The release to update to, `:current:` for the recorded one; None: the newest."""
    prereleases: bool = False
    """Whether the newest release can be a prerelease."""
    exclude: tuple[str, ...] = ()
    """Patterns of files that the update leaves out, like the template's `_exclude`."""
    skip: tuple[str, ...] = ()
    """Patterns of files that are kept if they exist, like `_skip_if_exists`."""
    data: Mapping[str, Any] | None = None
    """New answers, by question."""
    template: str | None = None
    """The template's new address, if it moved."""
    answers_file: str | None = None
    defaults: bool = False
    dry_run: bool = False
    commit: bool = False
    """Whether to commit the result to its own branch; otherwise it is staged."""
    trust: bool = False
    explain: str | None = None
    """A file to explain, by its path in the service; nothing is changed then."""
    watch: Watch = lambda _repository, _merge, _theirs: None
    """Called with the merge before anything is written."""


def update(
    folder: Path,
    options: Options,
    say: Say,
    templates: Templates | None = None,
) -> UpdateReport:
    """Update the service in `folder`; `say` prints each step before it starts.

    `templates` are opened templates to share with other updates. Raises BadInput, with nothing
    changed, if an option, the service or the template cannot be used.
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
        raise BadInput(reason_of(error)) from error


def abort(folder: Path) -> str:
    """Undo the last update of the service in `folder`; return the state that this leaves.

    Raises BadInput if that is unsafe.
    """
    try:
        repository = repository_of(folder)
        return BRANCH.abort(repository, prefix_of(folder, repository))
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error


def _update(
    service: Service, template: Template, templates: Templates, options: Options, say: Say
) -> UpdateReport:
    step = choose(template, service.answers, options.to, prereleases=options.prereleases)
    old, new = step.old, step.new
    report = UpdateReport(
        service=str(service.folder),
        template=template.address,
        before=step.recorded,
        after=new.name,
        dry_run=options.dry_run or options.explain is not None,
        notes=[*filter(None, [template.uncommitted(new)])],
        # The releases of another template say nothing about our rules.
        rules=offered(step.recorded, new.name) if "package_path" in service.answers.values else [],
    )
    moved = options.template is not None and template.address != service.answers.template
    if step.replaces_commit:
        report.notes.append(
            f"{step.recorded} is a commit, recorded by a clone of the template without tags; "
            f"{service.answers.file} names {new.name} from now on"
        )
    elif step.stays and not options.data and not moved:
        report.notes += edited(service)
        if options.explain is not None:
            report.of(options.explain)
        return report
    if moved:
        report.moved_from = without_credentials(service.answers.template)
    address = service.answers.template
    checkout = partial(_check_out, templates, template)
    with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
        renders = Renders(
            service,
            checkout(old, address, service.answers.release),
            checkout(new, template.address if moved else address),
            _request(service, options),
            Path(scratch),
            say,
        )
        rendering.check_data(renders.new, options.data or {})
        answers = _merge(renders, template, options, report)
        history = changelog.read(renders.new.folder)
    with undone_by("drydock update --abort"):
        locked = lock_file.refresh(service, report, say)
        changed = {name for name, (was, _) in report.answers.items() if was is not None}
        report.must = changelog.of_update(history, old, new, answers, changed, locked=locked)
        if report.branch and not report.conflicts:
            BRANCH.commit(service.repository, report.subject, to_markdown(report))
    return report


def _check_out(
    templates: Templates,
    template: Template,
    release: Release,
    address: str,
    name: str | None = None,
) -> Checkout:
    """Check out the files that a render starts from, and the rest on demand."""
    folder = templates.checkout_rendered(template, release)
    return Checkout(folder, address, release, name, partial(templates.checkout, template, release))


def _request(service: Service, options: Options) -> Request:
    return Request(
        operation="update",
        answers_file=service.answers.file,
        service=service.folder,
        data=options.data or {},
        defaults=options.defaults,
        trust=options.trust,
        exclude=options.exclude,
        skip=options.skip,
    )


def _merge(
    renders: Renders, template: Template, options: Options, report: UpdateReport
) -> Mapping[str, Any]:
    """Merge the releases with the service, and write the result; return the new answers."""
    service, new = renders.service, renders.new.release
    theirs = renders.theirs()
    base = renders.base(theirs)
    brought = renders.brought(theirs)
    renders.say("Merging")
    with service.repository.quarantined() as repository:
        labels = Labels(f"release {service.answers.release}", "yours", f"release {new.name}")
        made = updated.merge(repository, service, base, theirs, brought, labels=labels)
        merge, three = made.merge, (made.sides.base, service.tracked, made.sides.theirs)
        options.watch(repository, merge, theirs)
        report.files = files_of(service.prefix, three, merge, made.sides.held)
        if renders.old.release.commit == new.commit:
            report.files = [by_answers(file) for file in report.files]
        _report_answers(report, service, theirs)
        report.notes += [
            *made.notes,
            *edited(service),
            *(_unmoved(made.left) if report.answers else ()),
            *filter(None, [template.foreign(new), template.tags_missing]),
        ]
        if options.explain is not None:
            file = report.of(options.explain)
            report.explanation = explained(repository, service.prefix, file, three, merge)
        elif not merge.changes and not merge.conflicts:
            report.files = []  # not even those that are kept: there is nothing to do
        if not report.dry_run and (merge.changes or merge.conflicts):
            renders.say("Writing")
            _write(repository, service, merge, options, report)
    return theirs.answers


def _unmoved(left: Sequence[str]) -> Iterator[str]:
    """Yield a note about the service's own files in folders that changed answers move."""
    if left:
        yield (
            f"the answers move the template's files, but yours stay: {', '.join(left)}. Move them "
            "with git mv over the starters in the new folder, and update their imports"
        )


def _write(
    repository: Repository, service: Service, merge: Merge, options: Options, report: UpdateReport
) -> None:
    if options.commit:
        is_new = BRANCH.write(repository, service.head, merge, service.prefix)
        report.branch, report.continued = BRANCH.name, not is_new
    else:
        # As `Branch.write`: an abort must not undo commits that are already on the branch.
        is_on_own = BRANCH.is_current(repository) and BRANCH.is_for(repository, service.prefix)
        then = BRANCH.forget if is_on_own else None
        work = Work(BRANCH.command, service.prefix)
        work_tree.write(repository, service.head, merge, work, then)


def _report_answers(report: UpdateReport, service: Service, theirs: Rendering) -> None:
    """Report the answers, tasks and message of the new release's render."""
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


def _require_branch(repository: Repository) -> None:
    """Raise BadInput if the update cannot be committed on its branch."""
    git.require_identity(repository.top)
    if not BRANCH.is_current(repository):
        BRANCH.require_none(repository)
