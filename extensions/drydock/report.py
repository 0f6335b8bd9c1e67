"""What came of a command, and how it is shown."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.text import Text

from drydock.git import Entry, Tree
from drydock.merging.three_way import Merge

FileOutcome = Literal["added", "updated", "merged", "kept", "declined", "removed", "conflict"]
_STYLES: dict[FileOutcome, str] = {
    "conflict": "bold red",
    "declined": "yellow",
    "removed": "yellow",
    "merged": "cyan",
    "updated": "green",
    "added": "green",
    "kept": "dim",
}


@dataclass(frozen=True)
class NewService:
    """A service that `drydock new` made."""

    folder: Path
    template: str
    release: str
    warnings: tuple[str, ...]
    skipped: tuple[str, ...]
    message: str
    next_steps: tuple[str, ...]


@dataclass(frozen=True)
class FileReport:
    """What an update means for one file, by its path in the service."""

    path: str
    outcome: FileOutcome
    reason: str


@dataclass
class UpdateReport:
    """What an update changed, or would."""

    service: str
    template: str
    before: str
    after: str
    dry_run: bool
    files: list[FileReport] = field(default_factory=list)
    skipped: tuple[str, ...] = ()
    """Tasks and migrations of the template that were not run."""
    invalid_answers: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """Recorded answers that are no longer allowed, and what stands there now."""
    must: list[str] = field(default_factory=list)
    """What the changelog says is to be done by hand."""
    notes: list[str] = field(default_factory=list)
    message: str = ""
    """What the template says after an update."""

    @property
    def conflicts(self) -> list[FileReport]:
        """The files that a person must decide."""
        return [file for file in self.files if file.outcome == "conflict"]

    @property
    def exit_code(self) -> int:
        """1 when conflicts are left, else 0."""
        return 1 if self.conflicts else 0

    @property
    def next_steps(self) -> list[str]:
        """What the user does now."""
        if self.dry_run or not self.files:
            return []
        if self.conflicts:
            return [
                "resolve the conflicts, git add each file, then git commit",
                "or take all back: drydock update --abort",
            ]
        return [
            "look at it: git diff --staged",
            f"run the tests, then: git commit -m 'Update to {self.after}'",
            "or take all back: drydock update --abort",
        ]


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
        return "removed", "the release has it no more"
    if path in merge.declined or (before is not None and new is not None):
        return "declined", "you deleted it"
    return None


def _present(path: str, entries: _Entries, merge: Merge) -> tuple[FileOutcome, str] | None:
    before, mine, new = entries
    result = merge.changes.get(path, mine)
    moved = f"moved from {merge.moved[path]}" if path in merge.moved else ""
    if result == mine:
        # Said only where the release could have had its way.
        kept = mine not in (before, new)
        return ("kept", moved or "your changes; the release has none") if kept else None
    if result != new:
        return "merged", moved or "your changes and the release's"
    if mine is None and not moved:
        return "added", "new in the release"
    return "updated", moved or "as in the release"


def to_json(report: UpdateReport) -> str:
    """Return the report for machines."""
    about = asdict(report) | {
        "exit_code": report.exit_code,
        "next_steps": report.next_steps,
        "invalid_answers": {
            name: {"was": was, "is": now} for name, (was, now) in report.invalid_answers.items()
        },
    }
    return json.dumps(about, indent=2, default=str)


def print_step(text: str) -> None:
    """Say on the error stream, which is no part of the result, what begins now."""
    Console(stderr=True, highlight=False).print(Text(text + " …", style="dim"), soft_wrap=True)


def print_error(text: str) -> None:
    """Say in one line what is wrong."""
    line = Text("drydock: ", style="bold red")
    Console(stderr=True, highlight=False).print(line.append(text, style="not bold"), soft_wrap=True)


def print_new(service: NewService) -> None:
    """Say where the service is, what was left out, and what comes next."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        Text.assemble(("Made ", "bold green"), f"{service.folder} from {service.template}")
    )
    console.print(Text(f"Release {service.release}"))
    for warning in service.warnings:
        console.print(Text(f"Note: {warning}", style="yellow"))
    for line in service.skipped:
        console.print(Text(f"Not run: {line}", style="yellow"))
    if service.message.strip():
        console.print(Text("\n" + service.message.strip()))
    later = "drydock update   (when the template has a new release)"
    _print_list(console, "\nNext:", [*service.next_steps, later])


def print_update(report: UpdateReport) -> None:
    """Say what changed and why, what was left out, and what comes next."""
    console = Console(highlight=False, soft_wrap=True)
    if not report.files:
        console.print(Text(f"Nothing to do: {report.service} is at {report.after}."))
        return
    verb = "Would update" if report.dry_run else "Updated"
    console.print(
        Text.assemble(
            (f"{verb} ", "bold"), report.service, f" from {report.before} to {report.after}"
        )
    )
    for text in _file_lines(report):
        console.print(text)
    for name, (was, now) in report.invalid_answers.items():
        console.print(Text(f"Answer {name}: {was!r} is no longer allowed, now {now!r}", "yellow"))
    for line in report.skipped:
        console.print(Text(f"Not run: {line}", style="yellow"))
    for note in report.notes:
        console.print(Text(f"Note: {note}", style="yellow"))
    if report.message:
        console.print(Text("\n" + report.message))
    _print_list(console, "\nYou must:", report.must)
    _print_list(console, "\nNext:", report.next_steps)


def _file_lines(report: UpdateReport) -> Iterator[Text]:
    for outcome, style in _STYLES.items():
        for file in report.files:
            if file.outcome == outcome:
                yield Text.assemble(
                    (f"  {outcome:9}", style), f" {file.path}", (f"  {file.reason}", "dim")
                )
    counts = Counter(file.outcome for file in report.files)
    yield Text(", ".join(f"{counts[outcome]} {outcome}" for outcome in _STYLES if counts[outcome]))


def _print_list(console: Console, title: str, lines: list[str]) -> None:
    if lines:
        console.print(Text(title, style="bold"))
    for line in lines:
        console.print(Text(f"  {line}"))
