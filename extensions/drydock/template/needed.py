"""Find the files of a release that a render needs at the start."""

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
"""What makes a `copier.yml` depend on other files, or lets code read them."""


def files(repository: Repository, tree: Tree) -> set[str] | None:
    """Return the files of a release's `tree` that a render needs at the start.

    These are the files at the top and in `_subdirectory`, the targets of links there, and all
    `.gitattributes`. Files that templates include from elsewhere are left out. None means that it
    can be any file. Raises git.GitError when they cannot be read.
    """
    top = {path for path in tree if "/" not in path}
    configs = fnmatch.filter(top, "*.y*ml")
    links = {path for path, entry in tree.items() if entry.mode == "120000"}
    contents = repository.read_blobs(tree[path].oid for path in (*configs, *links))
    texts = [contents[tree[path].oid].decode("utf-8", "replace") for path in sorted(configs)]
    part = _subdirectory("\n".join(texts))
    if part is None or ".gitmodules" in tree or not links.isdisjoint(configs):
        return None
    rendered = {*_within(part, tree)}
    targets = {path: os.fsdecode(contents[tree[path].oid]) for path in links}
    followed = _followed(top | rendered, targets, tree)
    if followed is None or not rendered:
        return None
    # Attributes change how the files below them are checked out.
    return followed | {path for path in tree if posixpath.basename(path) == ".gitattributes"}


def _subdirectory(config: str) -> str | None:
    """Return the `_subdirectory` in the text of a `copier.yml`, if only that folder is rendered.

    This reads the text before Copier does, so any value that is not a plain name gives None.
    """
    names = _SUBDIRECTORY.findall(config)
    is_plain = len(names) == config.count("_subdirectory") == 1
    return str(names[0]) if is_plain and not _READS_MORE.search(config) else None


def _within(folder: str, tree: Tree) -> Iterator[str]:
    """Yield the path of `folder`, if it is a file, and of each file in it."""
    return (path for path in tree if path == folder or path.startswith(f"{folder}/"))


def _followed(start: set[str], targets: Mapping[str, str], tree: Tree) -> set[str] | None:
    """Return the files `start` and the targets of links among them, followed transitively.

    None if a link points to the top, or through another link.
    """
    followed = set(start)
    queue = [path for path in start if path in targets]
    while queue:
        link = queue.pop()
        steps = posixpath.join(posixpath.dirname(link), targets[link])
        target = posixpath.normpath(steps)
        if target == ".." or target.startswith(("/", "../")):
            continue  # outside the template
        parents = steps.split("/")[:-1]
        if target == "." or any(
            posixpath.normpath("/".join(parents[: end + 1])) in targets
            for end in range(len(parents))
        ):
            return None
        new = {*_within(target, tree)} - followed
        followed |= new
        queue += new & targets.keys()
    return followed
