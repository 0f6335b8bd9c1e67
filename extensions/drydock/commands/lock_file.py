"""Writes the lock file of a service anew, within the work of a command."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from drydock import locking
from drydock.git import Repository
from drydock.merging import work_tree


def write(
    repository: Repository,
    folder: Path,
    prefix: str,
    versions: Mapping[str, str] | None = None,
    builds: Sequence[str] = (),
) -> str | None:
    """Write and stage `uv.lock` of the service in `folder`; return None, or why it is not.

    `prefix` is the folder from the top of the repository, which tracks the file. An abort takes it
    back with the rest. `versions` are those that it ran with so far, which are kept if they fit;
    `builds` are packages that may be built from source for it.
    """
    path = f"{prefix}uv.lock"
    work_tree.also_written(repository, prefix, path)
    if problem := locking.write(folder, versions, builds):
        return problem
    repository.git("add", "--force", "--", path)
    return None
