"""The merge of an update: the old and the new release with a service, before it is written."""

from dataclasses import dataclass

from drydock.git import Repository
from drydock.merging import answers_file, references, shadowing, sides, work_tree
from drydock.merging.shadowing import Shadow
from drydock.merging.sides import Sides
from drydock.merging.trees import Labels, Merge, three_way
from drydock.project import Service
from drydock.template.rendering import Rendering


@dataclass(frozen=True)
class Updated:
    """A service with a release merged in; nothing of it is written yet."""

    sides: Sides
    merge: Merge
    regenerated: str | None
    """What was decided about the answers file; None: it merged."""
    shadows: list[Shadow]
    """Files of the release that are left out: the service has another, which is read instead."""
    dangling: list[str]
    """What the service still uses although the release removes it, a line each."""


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
    work_tree.require_room(service.repository, ours, service.unwatched, merged)
    return Updated(trees, merged, regenerated, shadows, list(dangling))
