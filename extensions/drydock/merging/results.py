"""The result of a merge for each file of a service."""

from dataclasses import dataclass, replace
from typing import Literal

from drydock.git import Entry, Repository, Tree
from drydock.merging.trees import Merge

_STRUCTURAL = "merged structurally"
FileOutcome = Literal["added", "updated", "merged", "kept", "declined", "removed", "conflict"]


@dataclass(frozen=True)
class FileReport:
    """The outcome for one file; the path is relative to the service."""

    path: str
    outcome: FileOutcome
    reason: str

    @property
    def is_structural(self) -> bool:
        """Whether the file was merged structurally."""
        return _STRUCTURAL in self.reason.split("; ")


@dataclass(frozen=True)
class Explanation:
    """How one file was merged; a text is None if the file does not exist."""

    file: FileReport
    base: str | None
    ours: str | None
    theirs: str | None
    result: str | None


def files_of(
    prefix: str, sides: tuple[Tree, Tree, Tree], merge: Merge, excluded: set[str]
) -> list[FileReport]:
    """Return the outcome of `merge` for each file below `prefix` that the template provides.

    `sides` are base, ours and theirs; `excluded` are files that the template leaves to the service.
    """
    base, ours, theirs = sides
    paths = {*base, *theirs, *merge.changes, *merge.conflicts, *merge.declined} - excluded
    reports = []
    for path in sorted(path for path in paths if path.startswith(prefix)):
        entries = (base.get(path), ours.get(path), theirs.get(path))
        if path in merge.conflicts:
            outcome: tuple[FileOutcome, str] | None = ("conflict", merge.conflicts[path].reason)
        elif merge.changes.get(path, entries[1]) is None:
            outcome = _absent(path, entries, merge)
        else:
            outcome = _present(path, entries, merge)
        if outcome:
            reports.append(FileReport(path.removeprefix(prefix), *outcome))
    return reports


_Entries = tuple[Entry | None, Entry | None, Entry | None]


def _absent(path: str, entries: _Entries, merge: Merge) -> tuple[FileOutcome, str] | None:
    base, ours, theirs = entries
    if path in merge.moved.values():
        return None  # reported at its new path
    if ours is not None:
        return "removed", "removed in the release"
    if path in merge.shadows:
        return "declined", merge.shadows[path]
    if path in merge.declined or (base is not None and theirs is not None):
        return "declined", "you deleted it"
    return None


def _present(path: str, entries: _Entries, merge: Merge) -> tuple[FileOutcome, str] | None:
    base, ours, theirs = entries
    if path in merge.shadows:
        return "kept", merge.shadows[path]
    result = merge.changes.get(path, ours)
    moved = f"moved from {merge.moved[path]}" if path in merge.moved else ""
    if path in merge.rules:
        reasons = [moved, _STRUCTURAL, *merge.rules[path]]
        return "merged", "; ".join(filter(None, reasons))
    if result == ours:
        # Reported only if the release could have changed it.
        kept = ours not in (base, theirs)
        only_ours = "changed by you only"
        reason = only_ours if theirs == base else "your version already has the release's changes"
        return ("kept", moved or reason) if kept else None
    if result != theirs:
        return "merged", moved or "your changes and those of the release"
    if ours is None and not moved:
        return "added", "new in the release"
    return "updated", moved or "taken from the release"


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
