"""Which files of a release a render starts from."""

import fnmatch
import os
import posixpath
import re
from collections.abc import Iterator, Mapping

from drydock.git import Repository, Tree

_SUBDIRECTORY = re.compile(
    r"^_subdirectory:[ \t]*['\"]?([\w-]+)['\"]?[ \t]*(?:#.*)?$", re.MULTILINE
)
_READS_MORE = re.compile(r"_jinja_extensions|!include[^\n]*[/*?[]")
"""What makes a `copier.yml` depend on files elsewhere, or lets code look at them."""


def files(repository: Repository, tree: Tree) -> set[str] | None:
    """Return the files of a release's `tree` that a render starts from.

    Those are the files at the top and in `_subdirectory`, what links there lead to, and all
    `.gitattributes`: what templates include from beside it is left out. None: that may be any of
    the files. Raises git.GitError when they cannot be read.
    """
    top = {path for path in tree if "/" not in path}
    configs = fnmatch.filter(top, "*.y*ml")
    links = {path for path, entry in tree.items() if entry.mode == "120000"}
    contents = repository.read_blobs(tree[path].oid for path in (*configs, *links))
    texts = [contents[tree[path].oid].decode("utf-8", "replace") for path in sorted(configs)]
    part = _subdirectory("\n".join(texts))
    if part is None or ".gitmodules" in tree or not links.isdisjoint(configs):
        return None
    inside = {*_within(part, tree)}
    targets = {path: os.fsdecode(contents[tree[path].oid]) for path in links}
    followed = _followed(top | inside, targets, tree)
    if followed is None or not inside:
        return None
    # They say what a checkout makes of the files below them.
    return followed | {path for path in tree if posixpath.basename(path) == ".gitattributes"}


def _subdirectory(config: str) -> str | None:
    """Return the `_subdirectory` that the text of a `copier.yml` names, if it reads only that.

    Judged by the text, before Copier reads it: what is not plain may be anywhere.
    """
    found = _SUBDIRECTORY.findall(config)
    plain = len(found) == config.count("_subdirectory") == 1
    return str(found[0]) if plain and not _READS_MORE.search(config) else None


def _within(folder: str, tree: Tree) -> Iterator[str]:
    """Yield the path of `folder`, if it is a file, and of each file in it."""
    return (path for path in tree if path == folder or path.startswith(f"{folder}/"))


def _followed(start: set[str], targets: Mapping[str, str], tree: Tree) -> set[str] | None:
    """Return the files `start` and those that links among them lead to, directly or by others.

    None if that is all of them, or a link leads over another.
    """
    found = set(start)
    queue = [path for path in start if path in targets]
    while queue:
        link = queue.pop()
        steps = posixpath.join(posixpath.dirname(link), targets[link])
        target = posixpath.normpath(steps)
        if target == ".." or target.startswith(("/", "../")):
            continue  # not of this template
        over = steps.split("/")[:-1]
        if target == "." or any(
            posixpath.normpath("/".join(over[: end + 1])) in targets for end in range(len(over))
        ):
            return None
        new = {*_within(target, tree)} - found
        found |= new
        queue += new & targets.keys()
    return found
