"""The base and theirs of a retrofit, which are merged with the service's files."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from drydock.adoption.ancestry import Ancestor
from drydock.adoption.place import Place
from drydock.adoption.translate import Carried, ignored, style
from drydock.adoption.translate.files import carry, replaced
from drydock.git import Entry, Repository, Tree
from drydock.merging import line_ends, shadowing, sides
from drydock.merging.shadowing import Shadow
from drydock.merging.trees import Merge
from drydock.template.rendering import Rendering

_TESTS = re.compile(r"conftest\.py|test_.+\.py|.+_test\.py")
_OPTIONAL = (".pre-commit-config.yaml", "AGENTS.md")
"""Files that help to work on a service, and that nothing else of the standard reads."""


@dataclass(frozen=True)
class Adoption:
    """A service, its new release, and the origin of its files."""

    place: Place
    theirs: Rendering
    """The release, rendered with the service's answers."""
    ancestors: Mapping[str, Ancestor]
    """The texts that single files were copied from."""
    copied: Rendering | None
    """The release that the whole service was copied from, if any."""
    made: Mapping[str, Carried]
    """New modules that the service needs."""


@dataclass(frozen=True)
class Sides:
    """Base and theirs, both of the whole repository."""

    base: Tree
    theirs: Tree
    carried: Mapping[str, Carried]
    """The files of theirs that took over settings of the service, by path in the service."""


def make(repository: Repository, adoption: Adoption, without: Set[str]) -> Sides:
    """Store base and theirs of a retrofit.

    `without` are paths of the release to leave out. Raises BadInput if a render contains what must
    not be in a service.
    """
    place, theirs, ancestors = adoption.place, adoption.theirs, adoption.ancestors
    stored = sides.stored(repository, place.tracked, place.prefix, theirs)
    rendered = {path.removeprefix(place.prefix): entry for path, entry in stored.items()}
    # Left out: files in `without`, and existing files that the template never overwrites.
    kept = {path for path in place.contents.keys() & rendered.keys() if theirs.keeps(Path(path))}
    rendered = {path: entry for path, entry in rendered.items() if path not in without | kept}
    # A copy of a file of the standard is merged as in an update.
    copies = {path for path, one in ancestors.items() if one.of_template}
    # In a file copied from elsewhere, the merge brings in the service's changes.
    of_ancestors = {style.PATH, *ignored.PATHS} & ancestors.keys()
    into = rendered.keys() - copies - of_ancestors
    carried: dict[str, Carried] = {}
    if not adoption.copied:
        carried = {**adoption.made, **carry(theirs.folder, into, place.files)}
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
    if adoption.copied:
        old = sides.stored(repository, place.tracked, place.prefix, adoption.copied)
        old.pop(place.prefix + adoption.copied.answers_file, None)
        for path, entry in old.items():
            base[path] = entry  # what the service deleted of it, too: that stays deleted
            if path.removeprefix(place.prefix) not in rendered:
                after.pop(path, None)
    line_ends.follow(repository, place.tracked, base, after)
    return Sides(base, after, carried)


def own(adoption: Adoption) -> Iterator[str]:
    """Yield code and tests of the service at paths where the template has its own.

    A template without the question `adopted` also renders its starter files.
    """
    files, theirs = adoption.place.contents, adoption.theirs
    if "adopted" not in theirs.answers:
        for path in files.keys() & set(theirs.files()) - adoption.ancestors.keys():
            folder, _, name = path.rpartition("/")
            inside = f"{folder}/__init__.py" in files and name != "__init__.py"
            if (name.endswith(".py") and inside) or _TESTS.fullmatch(name):
                yield path


def blocked(adoption: Adoption) -> Iterator[tuple[str, str]]:
    """Yield the template's files that cannot be written, each with the path that is in the way.

    One of the two is a folder, the other a file or a link.
    """
    prefix, tracked = adoption.place.prefix, adoption.place.tracked
    folders = {
        str(folder): path
        for path in sorted(tracked, reverse=True)
        for folder in PurePosixPath(path).parents
    }
    for path in adoption.theirs.files():
        inside = prefix + path
        parents = (str(folder) for folder in PurePosixPath(inside).parents)
        blocker = next((parent for parent in parents if parent in tracked), folders.get(inside))
        if blocker:
            yield path, blocker.removeprefix(prefix)


def keep(place: Place, merge: Merge) -> set[str]:
    """Keep the service's version of optional files with conflicts; return their paths."""
    kept = {path for path in _OPTIONAL if place.prefix + path in merge.conflicts}
    for path in kept:
        merge.conflicts.pop(place.prefix + path)
        merge.leave_out(place.prefix + path, "your version stays: they could not be merged")
    return kept


def leave_out_shadows(
    repository: Repository, place: Place, trees: Sides, merge: Merge
) -> list[Shadow]:
    """Leave out files that would shadow a file of the service; return them."""
    # Base and theirs also contain the service's own files.
    base, theirs = (
        {path: entry for path, entry in side.items() if place.tracked.get(path) != entry}
        for side in (trees.base, trees.theirs)
    )
    ours = merge.kept(place.tracked)
    return shadowing.leave_out(repository, place.prefix, merge, base=base, ours=ours, theirs=theirs)
