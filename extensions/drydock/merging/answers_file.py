"""Keeps the answers file a record of the rendered answers, regardless of edits to it."""

from contextlib import suppress

import yaml

from drydock.git import Repository
from drydock.merging.sides import Sides
from drydock.merging.trees import Merge
from drydock.project import Service


def take_release(
    repository: Repository, service: Service, trees: Sides, merge: Merge
) -> str | None:
    """Take the answers file from the release, unless the merged one has the same data.

    Returns a message if this drops edits of the file.
    """
    path = service.prefix + service.answers.file
    ours, theirs = service.tracked[path], trees.theirs[path]
    result = merge.changes.get(path, ours)
    if result == theirs:
        return None
    if result is not None and path not in merge.conflicts:
        contents = repository.read_blobs([result.oid, theirs.oid])
        with suppress(yaml.YAMLError):
            if yaml.safe_load(contents[result.oid]) == yaml.safe_load(contents[theirs.oid]):
                return None
    merge.conflicts.pop(path, None)
    merge.changes[path] = theirs
    return f"{service.answers.file} was regenerated: edits to its text are dropped"
