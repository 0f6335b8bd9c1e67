"""The notes of an update: what it has to say besides what became of each file."""

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
"""The answers that files of the chassis repeat word for word."""


def ignored(service: Service, paths: Iterable[str]) -> Iterator[str]:
    """Yield what to say of files that a release changes, and that git ignores in the service."""
    for path in sorted(paths):
        yield (
            f"{path.removeprefix(service.prefix)}: the release changes it, but git ignores it, "
            "so updates do not reach it: git add --force tracks it"
        )


def unmoved(service: Service, base: Rendering, theirs: Rendering, merge: Merge) -> Iterator[str]:
    """Yield what to say of the service's own files in folders that an answer has left."""
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
            f"the answers move the template's files; yours stay: {', '.join(own)}. Move them by "
            "git mv, over the starters that came with the new folder, and change their imports"
        )


def _folders(paths: Iterable[str]) -> set[str]:
    return {str(folder) for path in paths for folder in PurePosixPath(path).parents} - {"."}


def disagreements(service: Service) -> Iterator[str]:
    """Yield what to say where the answers file was edited: that alone changes no code."""
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
                f"{service.answers.file} says {fact.about}: {recorded}, but {fact.where} says "
                f"{fact.value}. Editing answers changes no code: put {fact.value} back there, "
                f"commit, then drydock update --data {fact.about}={recorded}"
            )


def by_answers(file: FileReport) -> FileReport:
    """Return what happened to a file where no release, but an answer is another."""
    if file.outcome == "removed":
        return replace(file, reason="no longer part of a service with these answers")
    if file.outcome == "added":
        return replace(file, reason="brought by the answers")
    return file


def explained(
    repository: Repository,
    prefix: str,
    file: FileReport,
    three: tuple[Tree, Tree, Tree],
    merge: Merge,
) -> Explanation:
    """Return how one file was merged, with the text of each side and of the result.

    `prefix` is the service's folder; `three` are base, ours and theirs of the whole repository.
    """
    path = prefix + file.path
    earlier = merge.moved.get(path, path)
    entries = [side.get(path) or side.get(earlier) for side in three]
    entries.append(merge.changes.get(path, three[1].get(path)))
    contents = repository.read_blobs([entry.oid for entry in entries if entry])
    texts = [contents[e.oid].decode("utf-8", "replace") if e else None for e in entries]
    return Explanation(file, *texts)
