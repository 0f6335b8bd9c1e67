"""The notes of an update: whatever it reports besides the outcome of each file."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from drydock.adoption.facts import chassis
from drydock.git import Repository, Tree
from drydock.merging.trees import Merge
from drydock.project import Service
from drydock.report.files import FileReport
from drydock.report.outcomes import Explanation
from drydock.template.rendering import Rendering

_RECORDED = ("service_name", "service_port", "management_port")
"""The answers that files of the chassis repeat literally."""


def ignored(service: Service, paths: Iterable[str]) -> Iterator[str]:
    """Yield a note for each file that the release changes but git ignores in the service."""
    for path in sorted(paths):
        yield (
            f"{path.removeprefix(service.prefix)}: the release changes it, but git ignores it, "
            "so updates skip it: to track it, run git add --force"
        )


def unmoved(service: Service, base: Rendering, theirs: Rendering, merge: Merge) -> Iterator[str]:
    """Yield a note about the service's own files in folders that changed answers move."""
    left = _folders(base.files()) - _folders(theirs.files())
    own = sorted(
        path.removeprefix(service.prefix)
        for path in service.tracked
        if path.startswith(service.prefix)
        and path.removeprefix(service.prefix).rpartition("/")[0] in left
        and merge.changes.get(path, service.tracked[path]) is not None
    )
    if own:
        yield (
            f"the answers move the template's files, but yours stay: {', '.join(own)}. Move them "
            "with git mv over the starters in the new folder, and update their imports"
        )


def _folders(paths: Iterable[str]) -> set[str]:
    return {str(folder) for path in paths for folder in PurePosixPath(path).parents} - {"."}


def disagreements(service: Service) -> Iterator[str]:
    """Yield a note for each edited answer that the code does not follow."""
    paths = [path for path in service.tracked if path.startswith(service.prefix)]
    files = [path for path in paths if path.endswith(chassis.FILES)]
    contents = service.repository.read_blobs([service.tracked[path].oid for path in files])
    texts = {
        path.removeprefix(service.prefix): contents[service.tracked[path].oid].decode(
            "utf-8", "replace"
        )
        for path in files
    }
    for fact in chassis.find(texts):
        recorded = str(service.answers.values.get(fact.about, fact.value))
        if fact.about in _RECORDED and recorded != fact.value:
            yield (
                f"{service.answers.file} has {fact.about}: {recorded}, but {fact.where} has "
                f"{fact.value}. Editing answers does not change code: restore {fact.value} "
                f"there, commit, then run drydock update --data {fact.about}={recorded}"
            )


def by_answers(file: FileReport) -> FileReport:
    """Return the report of a file when the answers change, but not the release."""
    if file.outcome == "removed":
        return replace(file, reason="no longer part of a service with these answers")
    if file.outcome == "added":
        return replace(file, reason="added by the answers")
    return file


def explained(
    repository: Repository,
    prefix: str,
    file: FileReport,
    sides: tuple[Tree, Tree, Tree],
    merge: Merge,
) -> Explanation:
    """Return how one file was merged, with the text of each side and of the result.

    `prefix` is the service's folder; `sides` are base, ours and theirs of the whole repository.
    """
    path = prefix + file.path
    earlier = merge.moved.get(path, path)
    entries = [side.get(path) or side.get(earlier) for side in sides]
    entries.append(merge.changes.get(path, sides[1].get(path)))
    contents = repository.read_blobs([entry.oid for entry in entries if entry])
    texts = [contents[e.oid].decode("utf-8", "replace") if e else None for e in entries]
    return Explanation(file, *texts)
