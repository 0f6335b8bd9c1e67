"""What came of each file of a service."""

from dataclasses import dataclass
from typing import Literal

from drydock.git import Entry, Tree
from drydock.merging.trees import Merge

FileOutcome = Literal["added", "updated", "merged", "kept", "declined", "removed", "conflict"]


@dataclass(frozen=True)
class FileReport:
    """What an update means for one file, by its path in the service."""

    path: str
    outcome: FileOutcome
    reason: str


def files_of(
    prefix: str, sides: tuple[Tree, Tree, Tree], merge: Merge, held: set[str]
) -> list[FileReport]:
    """Return what `merge` means for each file below `prefix` that the template is concerned with.

    `sides` are base, ours and theirs; `held` are the files that the template leaves to the service.
    """
    base, ours, theirs = sides
    paths = {*base, *theirs, *merge.changes, *merge.conflicts, *merge.declined} - held
    found = []
    for path in sorted(path for path in paths if path.startswith(prefix)):
        entries = (base.get(path), ours.get(path), theirs.get(path))
        if path in merge.conflicts:
            said: tuple[FileOutcome, str] | None = ("conflict", merge.conflicts[path].reason)
        elif merge.changes.get(path, entries[1]) is None:
            said = _absent(path, entries, merge)
        else:
            said = _present(path, entries, merge)
        if said:
            found.append(FileReport(path.removeprefix(prefix), *said))
    return found


_Entries = tuple[Entry | None, Entry | None, Entry | None]


def _absent(path: str, entries: _Entries, merge: Merge) -> tuple[FileOutcome, str] | None:
    before, mine, new = entries
    if path in merge.moved.values():
        return None  # told where it went to
    if mine is not None:
        return "removed", "removed in the release"
    if path in merge.shadows:
        return "declined", merge.shadows[path]
    if path in merge.declined or (before is not None and new is not None):
        return "declined", "you deleted it"
    return None


def _present(path: str, entries: _Entries, merge: Merge) -> tuple[FileOutcome, str] | None:
    before, mine, new = entries
    if path in merge.shadows:
        return "kept", merge.shadows[path]
    result = merge.changes.get(path, mine)
    moved = f"moved from {merge.moved[path]}" if path in merge.moved else ""
    if path in merge.rules:
        parts = "merged structurally"
        return "merged", "; ".join(filter(None, [moved, parts, *merge.rules[path]]))
    if result == mine:
        # Said only where the release could have had its way.
        kept = mine not in (before, new)
        only = (
            "changed by you only"
            if new == before
            else "your version has the release's changes already"
        )
        return ("kept", moved or only) if kept else None
    if result != new:
        return "merged", moved or "your changes and those of the release"
    if mine is None and not moved:
        return "added", "new in the release"
    return "updated", moved or "taken from the release"
