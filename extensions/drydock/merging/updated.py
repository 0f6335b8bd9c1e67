"""The merge of an update: the old and the new release with a service, before it is written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from drydock.git import Repository
from drydock.merging import answers_file, precedence, references, shadowing, sides, work_tree
from drydock.merging.sides import Sides
from drydock.merging.trees import Labels, Merge, three_way
from drydock.project import Service
from drydock.template.rendering import Rendering


@dataclass(frozen=True)
class Updated:
    """A service with a release merged in; nothing of it is written yet."""

    sides: Sides
    merge: Merge
    notes: list[str]
    """What the merge decided besides the result for each file, a line each."""
    left: list[str]
    """The service's own files in folders that the release has under another name."""


def merge(
    repository: Repository,
    service: Service,
    base: Rendering,
    theirs: Rendering,
    brought: Rendering | None,
    *,
    labels: Labels,
) -> Updated:
    """Merge the renders of two releases with a service; `labels` name the sides in markers.

    `brought` has the files that only new answers add. Raises BadInput where an untracked file would
    be overwritten, or a render has a file that must not be in a service.
    """
    trees = sides.make(repository, service, base, theirs, brought)
    ours = service.tracked
    merged = three_way(repository, trees.base, ours, trees.theirs, labels)
    regenerated = answers_file.take_release(repository, service, trees, merged)
    merged.declined |= trees.declined
    kept = merged.kept(ours)
    shadows = shadowing.leave_out(
        repository, service.prefix, merged, base=trees.base, ours=kept, theirs=trees.theirs
    )
    dangling = references.find(repository, service.prefix, ours, trees.theirs, merged)
    hidden = precedence.find(
        repository, service.prefix, merged, base=trees.base, ours=ours, theirs=trees.theirs
    )
    work_tree.require_room(service.repository, ours, service.unwatched, merged)
    notes = [
        *filter(None, [regenerated]),
        *(f"{one.path} is not added: {one.reason}; {one.duty}" for one in shadows),
        *_ignored(service, trees.ignored),
        *merged.doubts,
        *dangling,
        *hidden,
    ]
    return Updated(trees, merged, notes, _left(service, base, theirs, merged))


def _ignored(service: Service, paths: Iterable[str]) -> Iterator[str]:
    """Yield a note for each file that the release changes but git ignores in the service."""
    for path in sorted(paths):
        yield (
            f"{path.removeprefix(service.prefix)}: the release changes it, but git ignores it, "
            "so updates skip it: to track it, run git add --force"
        )


def _left(service: Service, base: Rendering, theirs: Rendering, merged: Merge) -> list[str]:
    """Return the service's own files in folders of base that theirs has no longer."""
    folders = _folders(base.files()) - _folders(theirs.files())
    return sorted(
        path.removeprefix(service.prefix)
        for path in service.tracked
        if path.startswith(service.prefix)
        and path.removeprefix(service.prefix).rpartition("/")[0] in folders
        and merged.changes.get(path, service.tracked[path]) is not None
    )


def _folders(paths: Iterable[str]) -> set[str]:
    return {str(folder) for path in paths for folder in PurePosixPath(path).parents} - {"."}
