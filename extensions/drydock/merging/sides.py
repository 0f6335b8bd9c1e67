"""Makes the two trees that an update merges with the service: the old and the new release."""

from dataclasses import dataclass
from pathlib import Path

from drydock.errors import BadInput
from drydock.git import Repository, Tree
from drydock.merging import line_ends
from drydock.project import Service
from drydock.template.rendering import Rendering


@dataclass(frozen=True)
class Sides:
    """The trees to merge with the service; both are of the whole repository."""

    base: Tree
    theirs: Tree
    held: set[str]
    """Files that the template leaves to the service (`_skip_if_exists`, `_exclude`)."""
    declined: set[str]
    """Files that the template leaves to the service, and that the service deleted."""
    ignored: set[str]
    """Files that the release changes, but git ignores in the service."""


def make(
    repository: Repository,
    service: Service,
    rendered_old: Rendering,
    rendered_new: Rendering,
    brought: Rendering | None,
) -> Sides:
    """Store renders as trees of the whole repository that differ only in files of the template.

    `brought` has the files that only the new answers add. Files outside the service and files that
    the template leaves to it are the same in both trees. Raises BadInput if a render has a file
    that must not be in a service, or lacks the answers file.
    """
    tracked, prefix = service.tracked, service.prefix
    base = stored(repository, service.tracked, service.prefix, rendered_old)
    theirs = stored(repository, service.tracked, service.prefix, rendered_new)
    if prefix + service.answers.file not in theirs:
        raise BadInput(
            f"the release does not write {service.answers.file}: "
            "the service could not be updated again"
        )
    if brought:
        new = stored(repository, service.tracked, service.prefix, brought)
        theirs |= {path: entry for path, entry in new.items() if path not in tracked}
    inside = [path for path in tracked if path.startswith(prefix)]

    def kept(path: str) -> bool:
        return rendered_new.keeps(Path(path.removeprefix(prefix)))

    held = {path for path in inside if kept(path)}
    deleted = base.keys() - tracked.keys()
    if deleted:
        # Excluded files are in no render: git must not match one with a deleted file as a rename.
        own = [path for path in inside if path not in base and path not in theirs]
        held |= {path for path in own if rendered_new.excludes(Path(path.removeprefix(prefix)))}
    untracked = {path for path in theirs.keys() - tracked.keys() if kept(path)}
    # Untracked files that are left to the service and exist are neither added nor declined.
    present = {path for path in untracked if (repository.top / path).exists()}
    declined = {path for path in deleted if kept(path)} - present
    ignored = repository.ignored(deleted - declined)
    present |= ignored
    stale = {path for path in ignored & theirs.keys() if theirs[path] != base[path]}
    line_ends.follow(repository, tracked, base, theirs)
    rest = {path: e for path, e in tracked.items() if path in held or not path.startswith(prefix)}
    base, theirs = (
        {path: e for path, e in side.items() if path not in declined | present} | rest
        for side in (base, theirs)
    )
    return Sides(base, theirs, held, declined, stale)


def stored(repository: Repository, tracked: Tree, prefix: str, rendered: Rendering) -> Tree:
    """Store a render as the service at `prefix` with the tree `tracked` would.

    Raises BadInput if the render has a file in `.git`.
    """
    files = list(rendered.files())
    for file in files:
        if ".git" in file.lower().split("/"):
            raise BadInput(f"the template would write {file}, which belongs to git")
    top = rendered.folder
    for _ in Path(prefix).parts:
        top = top.parent
    attributes = [path for path in tracked if Path(path).name == ".gitattributes"]
    return repository.store(top, [prefix + file for file in files], attributes)
