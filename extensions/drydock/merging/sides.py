"""The two trees that an update merges with what a service has: the old release and the new."""

from dataclasses import dataclass
from pathlib import Path

from drydock.errors import BadInput
from drydock.git import Repository, Tree
from drydock.merging import line_ends
from drydock.project import Service
from drydock.template.rendering import Rendering


@dataclass(frozen=True)
class Sides:
    """What is merged with what the service has: both of the whole repository."""

    base: Tree
    theirs: Tree
    held: set[str]
    """Files that the template leaves to the service (`_skip_if_exists`, `_exclude`)."""
    declined: set[str]
    """Files of that kind that the service deleted."""
    ignored: set[str]
    """Files that the release changes, and that the service does not track: git ignores them."""


def make(
    repository: Repository,
    service: Service,
    rendered_old: Rendering,
    rendered_new: Rendering,
    brought: Rendering | None,
) -> Sides:
    """Store renders as trees of the whole repository, in which only the template's part differs.

    `brought` holds files that only the answers given now bring. What the service has elsewhere,
    and what the template leaves to it, is the same in both. Raises BadInput when a render holds
    what must not be in a service, or lacks the answers file.
    """
    tracked, prefix = service.tracked, service.prefix
    base = stored(repository, service.tracked, service.prefix, rendered_old)
    theirs = stored(repository, service.tracked, service.prefix, rendered_new)
    if prefix + service.answers.file not in theirs:
        raise BadInput(
            f"the release writes no {service.answers.file}: no update would be possible any more"
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
        # Excluded files are in no render: one of them must not be taken for a deleted one, moved.
        strangers = [path for path in inside if path not in base and path not in theirs]
        held |= {p for p in strangers if rendered_new.excludes(Path(p.removeprefix(prefix)))}
    untracked = {path for path in theirs.keys() - tracked.keys() if kept(path)}
    # Left to the service, and there, though git does not track it: neither added nor declined.
    there = {path for path in untracked if (repository.top / path).exists()}
    declined = {path for path in deleted if kept(path)} - there
    ignored = repository.ignored(deleted - declined)
    there |= ignored
    stale = {path for path in ignored & theirs.keys() if theirs[path] != base[path]}
    line_ends.follow(repository, tracked, base, theirs)
    rest = {path: e for path, e in tracked.items() if path in held or not path.startswith(prefix)}
    base, theirs = (
        {path: e for path, e in side.items() if path not in declined | there} | rest
        for side in (base, theirs)
    )
    return Sides(base, theirs, held, declined, stale)


def stored(repository: Repository, tracked: Tree, prefix: str, rendered: Rendering) -> Tree:
    """Store a render as what a service at `prefix`, with `tracked`, would have stored of it.

    Raises BadInput when the render holds what belongs to git.
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
