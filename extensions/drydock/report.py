"""What came of a command, and how it is shown."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from typer import echo, style

from drydock.errors import BadInput
from drydock.git import Entry, Tree
from drydock.merging.trees import Merge

if TYPE_CHECKING:  # what reads a service takes longer to import than an update to report
    from drydock.adoption.derive import Derived
    from drydock.adoption.pins import Way
    from drydock.adoption.translate import Concern, Todo
    from drydock.adoption.translate import Entry as Said

FileOutcome = Literal["added", "updated", "merged", "kept", "declined", "removed", "conflict"]
_COLOURS: dict[FileOutcome, str] = {
    "conflict": "red",
    "declined": "yellow",
    "removed": "yellow",
    "merged": "cyan",
    "updated": "green",
    "added": "green",
    "kept": "bright_black",
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
class Question:
    """One question of a template."""

    name: str
    help: str
    type: str
    choices: list[Any]
    """What may be answered; empty: anything that fits the type."""
    default: Any
    """The default, or the Jinja expression that makes it from other answers."""
    since: str
    """The first release that asks it."""


@dataclass(frozen=True)
class FileReport:
    """What an update means for one file, by its path in the service."""

    path: str
    outcome: FileOutcome
    reason: str


@dataclass(frozen=True)
class Explanation:
    """How one file was merged; a text is None where there is no such file."""

    file: FileReport
    base: str | None
    ours: str | None
    theirs: str | None
    result: str | None


class _Merged:
    """What every report of merged files tells."""

    files: list[FileReport]

    @property
    def conflicts(self) -> list[FileReport]:
        """The files that a person must decide."""
        return [file for file in self.files if file.outcome == "conflict"]

    @property
    def exit_code(self) -> int:
        """1 when conflicts are left, else 0."""
        return 1 if self.conflicts else 0


@dataclass
class UpdateReport(_Merged):
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
    answers: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """Answers that are others than recorded, or new: before and now."""
    must: list[str] = field(default_factory=list)
    """What the changelog says is to be done by hand."""
    notes: list[str] = field(default_factory=list)
    message: str = ""
    """What the template says after an update."""
    branch: str = ""
    """The branch that it is committed on, or will be once conflicts are resolved; empty: none."""
    continued: bool = False
    """Whether that branch was there before, so that git alone takes the commit back."""
    explanation: Explanation | None = None
    """Of the file that was asked for."""

    def of(self, path: str) -> FileReport:
        """Return what is said of the file at `path`; raise BadInput if that is nothing."""
        for file in self.files:
            if file.path == path:
                return file
        raise BadInput(f"{path}: the update from {self.before} to {self.after} leaves it alone")

    @property
    def doubts(self) -> list[str]:
        """What was decided for the user, or not done."""
        answers = [
            f"answer {name}: {was!r} is no longer allowed, now {now!r}"
            for name, (was, now) in self.invalid_answers.items()
        ]
        return [*answers, *self.notes]

    @property
    def next_steps(self) -> list[str]:
        """What the user does now."""
        if self.dry_run or not self.files:
            return []
        if self.conflicts:
            return [
                "resolve the conflicts, git add each file, then git commit",
                "or undo it: drydock update --abort",
            ]
        if self.branch:
            undo = "git reset --hard HEAD~" if self.continued else "drydock update --abort"
            steps = ["look at it: git show", "run the tests, then merge it"]
            return [*steps, f"or undo it: {undo}"]
        return [
            "look at it: git diff --staged",
            f"run the tests, then: git commit -m 'Update to {self.after}'",
            "or undo it: drydock update --abort",
        ]


@dataclass
class RetrofitReport(_Merged):
    """What a retrofit made of a service, or would."""

    service: str
    template: str
    after: str
    dry_run: bool
    answers: "list[Derived]"
    files: list[FileReport]
    origins: dict[str, str]
    """Where files came from, by their path: a release, or a commit and path of an ancestor."""
    todo: "list[Todo]"
    account: "list[Said]" = field(default_factory=list)
    """What became of each thing that the service said about how it runs."""
    locked: str = ""
    """How many versions of the old lock file were kept; empty: there was none."""
    unlocked: str = ""
    """Why there is no lock file, without which no image is built; empty: there is."""
    branch: str = ""
    """The branch that it is committed on; empty: it is not."""

    @property
    def next_steps(self) -> list[str]:
        """What the user does now."""
        if self.dry_run:
            return []
        first = ["resolve the conflicts, git add each file, then git commit"]
        if not self.conflicts:
            first = ["look at it: git show" if self.branch else "look at it: git diff --staged"]
        if self.unlocked:
            first.append("make it lock: drydock retrofit --resolve --apply")
        return [
            *first,
            "run the tests, then merge it",
            "or undo it: drydock retrofit --abort",
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
        return "removed", "removed in the release"
    if path in merge.shadows:
        return "declined", merge.shadows[path]
    if path in merge.declined or (before is not None and new is not None):
        return "declined", "you deleted it"
    return None


def _present(path: str, entries: _Entries, merge: Merge) -> tuple[FileOutcome, str] | None:
    before, mine, new = entries
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


def to_json(report: UpdateReport | RetrofitReport) -> str:
    """Return the report for machines."""
    about = asdict(report) | {"exit_code": report.exit_code, "next_steps": report.next_steps}
    if isinstance(report, UpdateReport):
        about["invalid_answers"] = {
            name: {"was": was, "is": now} for name, (was, now) in report.invalid_answers.items()
        }
    return json.dumps(about, indent=2, default=str)


def questions_to_json(questions: Iterable[Question]) -> str:
    """Return the questions for machines."""
    return json.dumps([asdict(one) for one in questions], indent=2, default=str)


def print_questions(questions: Iterable[Question]) -> None:
    """Say what each question is about, what may be answered, and since which release."""
    rows: list[_Row] = []
    for one in questions:
        allowed = ", ".join(str(choice) for choice in one.choices) or one.type
        expression = isinstance(one.default, str) and ("{{" in one.default or "{%" in one.default)
        default = "from other answers" if expression else repr(one.default)
        told = f"{allowed}; default {default}; since {one.since}"
        rows += [((one.name, "bold"), (one.help, "")), (("", ""), (told, "dim"))]
    if not _print_table(rows):
        for ((name, _), (text, _)), (_, (told, _)) in zip(rows[::2], rows[1::2], strict=True):
            echo(f"{style(name, bold=True)}: {text}")
            echo(style(f"    {told}", dim=True))


def print_step(text: str) -> None:
    """Say on the error stream, which is no part of the result, what begins now."""
    echo(style(f"{text} …", dim=True), err=True)


def print_error(text: str, colour: bool | None = None) -> None:
    """Say in one line what is wrong; `colour` is None where the terminal decides."""
    echo(style("drydock: ", fg="red", bold=True) + text, err=True, color=colour)


def print_new(service: NewService) -> None:
    """Say where the service is, what was left out, and what comes next."""
    made = style("Made", fg="green", bold=True)
    echo(f"{made} {service.folder} from {service.template} {service.release}")
    _print_doubts(service.warnings, service.skipped)
    _print_list("Next:", list(service.next_steps))
    if service.message.strip():
        echo(f"\n{service.message.strip()}")
    echo("\nWhen the template has a new release: drydock update")


def print_update(report: UpdateReport, *, verbose: bool = False) -> None:
    """Say what changed and why, what was left out, and what comes next.

    A long list of what only the user changed is told by its count, unless `verbose`.
    """
    if not report.files:
        echo(f"Nothing to do: {report.service} is at {report.after}.")
        _print_doubts(report.doubts, report.skipped)
        return
    if report.before == report.after:
        verb = style("Would apply" if report.dry_run else "Applied", bold=True)
        echo(f"{verb} the answers to {report.service} at {report.after}")
    else:
        verb = style("Would update" if report.dry_run else "Updated", bold=True)
        echo(f"{verb} {report.service} from {report.before} to {report.after}")
    for name, (before, now) in report.answers.items():
        echo(f"  {name}: {now}" + (" (new question)" if before is None else f", was {before}"))
    _print_list("You must:", report.must)
    echo()
    _print_files(report.files, verbose=verbose)
    _print_doubts(report.doubts, report.skipped)
    if report.message:
        echo(f"\n{report.message}")
    _print_list("Next:", report.next_steps)


_LONG = 5
"""From how many on a list of kept files drowns the rest."""


def _print_files(files: list[FileReport], *, verbose: bool = True) -> None:
    rows: list[_Row] = []
    for outcome, colour in _COLOURS.items():
        found = [file for file in files if file.outcome == outcome]
        said = [(file.path, file.reason) for file in found]
        if outcome == "kept" and len(found) > _LONG and not verbose:
            said = [(f"{len(found)} files", "changed by you only (--verbose lists them)")]
        rows += [((_shown(outcome), colour), (path, ""), (reason, "dim")) for path, reason in said]
    if not _print_table(rows):
        for (shown, colour), (path, _), (reason, _) in rows:
            named = style(f"{shown:9}", fg=colour)
            echo(f"  {named} {path}  {style(reason, dim=True)}")
    echo(_counts(files))


_WHOLE = 44
"""Up to how many letters a path stays on one line."""
_NARROW = 20
"""How many letters the last column has at least."""
_Row = tuple[tuple[str, str], ...]
"""A text and its style in each column."""


def _print_table(rows: Sequence[_Row]) -> bool:
    """Print rows as columns in which long texts are wrapped; return False where no terminal is."""
    if not sys.stdout.isatty():
        return False
    # Only where a terminal is: in a pipeline it would take time for nothing.
    from rich.console import Console  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    longest = [max(len(text) for text, _ in cells) for cells in zip(*rows, strict=True)]
    widths = [min(one, _WHOLE) for one in longest[:-1]]
    # The last column gives way before a name or a path is broken.
    left = console.width - 2 * (len(widths) + 1) - sum(widths)
    table = Table.grid(padding=(0, 2, 0, 0))
    for width in [*widths, max(left, _NARROW)]:
        table.add_column(width=width, overflow="fold")
    for row in rows:
        table.add_row(*(Text(text, style=shown) for text, shown in row))
    console.print(Padding(table, (0, 0, 0, 2)))
    return True


def _shown(outcome: FileOutcome) -> str:
    """Return what people read; machines read on what they always did."""
    return "skipped" if outcome == "declined" else outcome


def _counts(files: list[FileReport]) -> str:
    counts = Counter(file.outcome for file in files)
    return ", ".join(
        f"{counts[outcome]} {_shown(outcome)}" for outcome in _COLOURS if counts[outcome]
    )


def print_retrofit(report: RetrofitReport, *, verbose: bool = False) -> None:
    """Say what was found out and why, what came of each file, and what is left to do.

    What the standard does, or was carried over, of how the service runs is told by its count,
    unless `verbose`.
    """
    verb = style("Would bring" if report.dry_run else "Brought", bold=True)
    echo(f"{verb} {report.service} to {report.after}")
    echo(style("\nAnswers:", bold=True))
    answers: list[_Row] = []
    for one in report.answers:
        doubt = ("(doubtful)", "yellow") if one.doubtful else ("", "")
        answers.append(((one.name, ""), (str(one.value), ""), doubt, (evidence_of(one), "dim")))
    if not _print_table(answers):
        for (name, _), (value, _), (doubtful, _), (evidence, _) in answers:
            marked = f"  {style(doubtful, fg='yellow')}" if doubtful else ""
            echo(f"  {name}: {value}{marked}  {style(evidence, dim=True)}")
    echo(style("\nFiles:", bold=True))
    _print_files(report.files)
    _print_account(report.account, verbose=verbose)
    _print_by_hand(report.todo, verbose=verbose)
    if report.locked:
        echo(f"\n{report.locked}")
    if report.unlocked:
        echo(style(f"\nIt cannot be locked yet: {report.unlocked}", fg="red"))
    _print_list("Next:", report.next_steps)


_CONCERNS: "dict[Concern, str]" = {
    "start": "What may stop it from starting",
    "callers": "What changes for its callers",
    "operators": "What changes for its operators",
    "debt": "Debt",
}
"""What matters first comes first."""


def _print_by_hand(todo: "list[Todo]", *, verbose: bool) -> None:
    if todo:
        echo(style("\nBy hand:", bold=True))
    for concern, title in _CONCERNS.items():
        held = [one for one in todo if one.concern == concern]
        shown = [one for one in held if one.how or verbose]
        if held:
            echo(f"  {title}:")
        for one in shown:
            echo(f"    {': '.join(filter(None, (_where(one), one.why, one.how)))}")
        if left := len(held) - len(shown):
            echo(f"    comments without a place in the standard's files: {left} (--verbose)")


def _print_account(account: "list[Said]", *, verbose: bool) -> None:
    if not account:
        return
    echo(style("\nHow it runs:", bold=True))
    echo(f"  {_accounted(account)}" + ("" if verbose else " (--verbose lists them)"))
    for one in account if verbose else ():
        named = style(f"{one.outcome:8}", dim=one.outcome == "standard")
        echo(f"  {named} {one.path}:{one.line} {one.said}: {one.how}")


def _accounted(account: "list[Said]") -> str:
    counts = Counter(one.outcome for one in account)
    parts = {"carried": "carried over", "standard": "done by the standard", "by hand": "by hand"}
    told = ", ".join(f"{counts[key]} {text}" for key, text in parts.items())  # type: ignore[index]
    return f"{len(account)} instructions: {told}"


def print_pins(ways: "list[Way]", python: str, *, applied: bool) -> None:
    """Say which pins stand in the way of a lock file, and what would do instead."""
    if not ways:
        echo(f"It locks, and all of it comes as wheels for Python {python}.")
    for way in ways:
        where = f"pyproject.toml:{way.line}: {way.pin}"
        if way.instead:
            echo(f"{where}: {way.instead} {'stands there now' if applied else 'locks'}")
        else:
            echo(f"{where}: no wheel of it works on Python {python}: {way.why}")
    if any(way.instead for way in ways) and not applied:
        echo("These are the fewest changes; --apply makes them in a commit of their own.")


def evidence_of(answer: "Derived") -> str:
    """Return what led to an answer, and what says otherwise, on one line."""
    said = ", ".join(dict.fromkeys(fact.where for fact in answer.evidence)) or "by default"
    against = dict.fromkeys(f"{fact.value} in {fact.where}" for fact in answer.against)
    return f"{said}; but {', '.join(against)}" if against else said


def _where(todo: "Todo") -> str:
    return f"{todo.path}:{todo.line}" if todo.line else todo.path


def to_markdown(report: UpdateReport | RetrofitReport) -> str:
    """Return the report for a pull request."""
    if isinstance(report, UpdateReport):
        return "\n".join(_update_lines(report))
    return "\n".join(_retrofit_lines(report))


def _update_lines(report: UpdateReport) -> Iterator[str]:
    if not report.files:
        yield f"Nothing to do: the service is at `{report.after}`."
        return
    verb = "Would update" if report.dry_run else "Updates"
    yield f"{verb} the template from `{report.before}` to `{report.after}`."
    if report.must:
        yield from ("", "## You must", "")
        yield from (f"- [ ] {item}" for item in report.must)
    conflicts = [f"- [ ] `{file.path}`: {file.reason}" for file in report.conflicts]
    if conflicts:
        yield from ("", "## Conflicts", "", *conflicts)
    doubts = [*report.doubts, *(f"not run: {line}" for line in report.skipped)]
    if doubts:
        yield from ("", "## Notes", "")
        yield from (f"- {line}" for line in doubts)
    if report.message:
        yield from ("", "## From the template", "", report.message)
    yield from ("", "## Files", "", _counts(report.files), "", "| file | | why |", "|---|---|---|")
    for file in report.files:
        yield f"| {file.path} | {_shown(file.outcome)} | {_cell(file.reason)} |"


def _retrofit_lines(report: RetrofitReport) -> Iterator[str]:
    yield from ("## Answers", "", "| question | answer | evidence |", "|---|---|---|")
    for one in report.answers:
        doubt = " (doubtful)" if one.doubtful else ""
        yield f"| {one.name} | `{one.value}`{doubt} | {_cell(evidence_of(one))} |"
    yield from ("", "## Files", "", _counts(report.files), "", "| file | | why |", "|---|---|---|")
    for file in report.files:
        origin = report.origins.get(file.path)
        came = f"; came from {origin}" if origin else ""
        yield f"| {file.path} | {_shown(file.outcome)} | {_cell(file.reason + came)} |"
    if report.account:
        yield from ("", "## How it runs", "", f"{_accounted(report.account)}.", "")
        yield from ("| where | says | | |", "|---|---|---|---|")
        for said in report.account:
            told = _cell(said.said)
            yield f"| {said.path}:{said.line} | `{told}` | {said.outcome} | {_cell(said.how)} |"
    if report.todo:
        yield from ("", "## By hand")
        for concern, title in _CONCERNS.items():
            if held := [one for one in report.todo if one.concern == concern]:
                yield from ("", f"### {title}", "")
                yield from (f"- [ ] `{_where(one)}`: {one.why}. {one.how}".rstrip() for one in held)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def print_explanation(report: UpdateReport, explanation: Explanation) -> None:
    """Show what both sides did to a file, what comes of it, and why."""
    file = explanation.file
    named = style(_shown(file.outcome), fg=_COLOURS[file.outcome])
    echo(f"{style(file.path, bold=True)}: {named}")
    for reason in file.reason.split("; "):
        echo(f"  {reason}")
    before, after = f"release {report.before}", f"release {report.after}"
    _print_difference(explanation.base, explanation.ours, (before, "yours"))
    _print_difference(explanation.base, explanation.theirs, (before, after))
    _print_difference(explanation.ours, explanation.result, ("yours", "result"))


def _print_difference(one: str | None, other: str | None, names: tuple[str, str]) -> None:
    echo()
    if one == other:
        echo(f"{names[1]}: as {names[0]}")
    elif other is None:
        echo(f"{names[1]}: not there")
    else:
        lines = unified_diff((one or "").splitlines(), other.splitlines(), *names, lineterm="")
        for line in lines:
            echo(style(line, fg={"+": "green", "-": "red", "@": "cyan"}.get(line[0])))


def _print_doubts(notes: Iterable[str], skipped: Iterable[str]) -> None:
    for note in notes:
        echo(style(f"Note: {note}", fg="yellow"))
    for line in skipped:
        echo(style(f"Not run: {line}", fg="yellow"))


def _print_list(title: str, lines: list[str]) -> None:
    if lines:
        echo(style(f"\n{title}", bold=True))
    for line in lines:
        echo(f"  {line}")
