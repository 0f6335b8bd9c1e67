"""Files that would stand in the way of a service's own, though they have another name.

Of some files a tool reads only the first that it finds; Renovate is such a tool:
https://docs.renovatebot.com/configuration-options/#configuration-file-locations
And where a file system ignores case, as on macOS and Windows, two names may be one file.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drydock.git import Repository, Tree
from drydock.merging.trees import Merge

# `.gitlab/` and its like are read on that platform only, which the repository does not tell.
_RENOVATE = re.compile(r"((\.[a-z-]+/)?renovate|\.renovaterc)\.json[c5]?|\.renovaterc")
_PACKAGE = "package.json"


@dataclass(frozen=True)
class Shadow:
    """A file of the release that stays out, because the service has one in its place."""

    path: str
    own: str
    reason: str
    """Why it stays out."""
    duty: str
    """What the service's file needs instead."""


def leave_out(
    repository: Repository, prefix: str, merge: Merge, *, base: Tree, ours: Tree, theirs: Tree
) -> list[Shadow]:
    """Leave what would shadow a file of the service out of a merge, but for what moved there.

    The trees are those that `find` takes. Return what is left out.
    """
    found = [
        one for one in find(repository, prefix, base, ours, theirs) if one.path not in merge.moved
    ]
    for one in found:
        merge.leave_out(one.path, one.reason)
    return found


def find(
    repository: Repository, prefix: str, base: Tree, ours: Tree, theirs: Tree
) -> Iterator[Shadow]:
    """Yield the files that theirs adds or changes, that ours lacks, and has another one for.

    `ours` is without what the merge removes.
    """
    yield from _of_other_case(base, ours, theirs)
    if not prefix:  # in a folder of a repository Renovate reads none
        yield from _of_renovate(repository, base, ours, theirs)


def _of_other_case(base: Tree, ours: Tree, theirs: Tree) -> Iterator[Shadow]:
    own = {path.casefold(): path for path in ours if path not in base and path not in theirs}
    for path in sorted(theirs.keys() - ours.keys()):
        if (mine := own.get(path.casefold())) and theirs[path] != base.get(path):
            reason = f"where a file system ignores case, it is one file with your {mine}"
            yield Shadow(path, mine, reason, f"give one of the two another name: git mv {mine} …")


def _of_renovate(repository: Repository, base: Tree, ours: Tree, theirs: Tree) -> Iterator[Shadow]:
    three = [_configurations(repository, side) for side in (base, ours, theirs)]
    of_template = three[0] | three[2]
    own = sorted(three[1] - of_template)
    for path in sorted(of_template - {_PACKAGE}) if own else ():
        if path in theirs and path not in ours and theirs[path] != base.get(path):
            (text,) = repository.read_blobs([theirs[path].oid]).values()
            reason = f"Renovate reads one configuration, and yours is {own[0]}"
            duty = f"add to it what you want of the release's: {_one_line(text)}"
            yield Shadow(path, own[0], reason, duty)


def _configurations(repository: Repository, side: Tree) -> set[str]:
    found = {path for path in side if _RENOVATE.fullmatch(path)}
    if _PACKAGE in side and side[_PACKAGE].mode.startswith("100"):
        (text,) = repository.read_blobs([side[_PACKAGE].oid]).values()
        found |= {_PACKAGE} if "renovate" in _object(text) else set()
    return found


def _object(text: bytes) -> dict[str, object]:
    """Return the keys of a JSON file, if it is one."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _one_line(text: bytes) -> str:
    said: Iterable[tuple[str, object]] = _object(text).items()
    said = [item for item in said if item[0] != "$schema"]
    return ", ".join(f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in said)
