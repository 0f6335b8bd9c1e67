"""Finds files of the release that would shadow a file of the service with another name.

Some tools read only the first of several configuration files, such as Renovate:
https://docs.renovatebot.com/configuration-options/#configuration-file-locations
On file systems that ignore case, as on macOS and Windows, two names can be the same file.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from drydock.git import Repository, Tree
from drydock.merging.trees import Merge

# Renovate reads `.gitlab/` and the like only on that platform, which the repository does not name.
_RENOVATE = re.compile(r"((\.[a-z-]+/)?renovate|\.renovaterc)\.json[c5]?|\.renovaterc")
_PACKAGE = "package.json"


@dataclass(frozen=True)
class Shadow:
    """A file of the release that is left out because a file of the service replaces it."""

    path: str
    own: str
    """The file of the service."""
    reason: str
    """Why the file is left out."""
    duty: str
    """What the user has to do instead."""


def leave_out(
    repository: Repository, prefix: str, merge: Merge, *, base: Tree, ours: Tree, theirs: Tree
) -> list[Shadow]:
    """Leave out of a merge the files that would shadow one of the service, except moved files.

    A file that ours moved is merged at its new path. The trees are those of `find`. Returns the
    files left out.
    """
    moved = {*merge.moved, *merge.moved.values()}
    shadows = [
        shadow
        for shadow in find(repository, prefix, base, ours, theirs)
        if shadow.path not in moved
    ]
    for shadow in shadows:
        merge.leave_out(shadow.path, shadow.reason)
    return shadows


def find(
    repository: Repository, prefix: str, base: Tree, ours: Tree, theirs: Tree
) -> Iterator[Shadow]:
    """Yield the files that theirs adds or changes and that ours has under another name only.

    `ours` is without the files that the merge removes.
    """
    yield from _of_other_case(base, ours, theirs)
    if not prefix:  # Renovate reads no configuration from subfolders
        yield from _of_renovate(repository, base, ours, theirs)


def _of_other_case(base: Tree, ours: Tree, theirs: Tree) -> Iterator[Shadow]:
    own = {path.casefold(): path for path in ours if path not in base and path not in theirs}
    for path in sorted(theirs.keys() - ours.keys()):
        if (our_path := own.get(path.casefold())) and theirs[path] != base.get(path):
            reason = (
                f"on file systems that ignore case, your {our_path} and the release's {path} are "
                "the same file"
            )
            yield Shadow(path, our_path, reason, f"rename one of the two: git mv {our_path} …")


def _of_renovate(repository: Repository, base: Tree, ours: Tree, theirs: Tree) -> Iterator[Shadow]:
    in_base, in_ours, in_theirs = (
        _configurations(repository, side) for side in (base, ours, theirs)
    )
    in_template = in_base | in_theirs
    own = sorted(in_ours - in_template)
    for path in sorted(in_template - {_PACKAGE}) if own else ():
        if path in theirs and path not in ours and theirs[path] != base.get(path):
            (text,) = repository.read_blobs([theirs[path].oid]).values()
            reason = f"Renovate reads only one configuration file, and yours is {own[0]}"
            duty = f"add the settings of the release that you want to it: {_one_line(text)}"
            yield Shadow(path, own[0], reason, duty)


def _configurations(repository: Repository, side: Tree) -> set[str]:
    """Return the files of a tree that configure Renovate."""
    paths = {path for path in side if _RENOVATE.fullmatch(path)}
    if _PACKAGE in side and side[_PACKAGE].mode.startswith("100"):
        (text,) = repository.read_blobs([side[_PACKAGE].oid]).values()
        paths |= {_PACKAGE} if "renovate" in _object(text) else set()
    return paths


def _object(text: bytes) -> dict[str, object]:
    """Return the object in a JSON file; empty if it has none."""
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _one_line(text: bytes) -> str:
    settings = ((key, value) for key, value in _object(text).items() if key != "$schema")
    return ", ".join(f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in settings)
