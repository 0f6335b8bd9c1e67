"""The results of commands as text."""

from collections.abc import Iterable
from difflib import unified_diff
from typing import TYPE_CHECKING

from typer import echo, style

from drydock.merging.results import Explanation, FileReport
from drydock.report.modernized import print_modernized
from drydock.report.outcomes import (
    NewService,
    PinsReport,
    Question,
    RetrofitReport,
    UpdateReport,
)
from drydock.report.terminal import Row, print_doubts, print_list, print_table
from drydock.report.wording import (
    COLOURS,
    CONCERNS,
    count_account,
    count_outcomes,
    evidence_of,
    place_of,
    word_for,
)

if TYPE_CHECKING:  # importing these takes longer than reporting an update
    from drydock.adoption.translate import Entry as Instruction
    from drydock.adoption.translate import Todo


def print_questions(questions: Iterable[Question]) -> None:
    """Print each question with its help, allowed answers, default and first release."""
    rows: list[Row] = []
    for question in questions:
        allowed = ", ".join(str(choice) for choice in question.choices) or question.type
        default = repr(question.default)
        if isinstance(question.default, str) and ("{{" in default or "{%" in default):
            default = "from other answers"
        details = f"{allowed}; default {default}; since {question.since}"
        rows += [((question.name, "bold"), (question.help, "")), (("", ""), (details, "dim"))]
    if not print_table(rows):
        for ((name, _), (text, _)), (_, (details, _)) in zip(rows[::2], rows[1::2], strict=True):
            echo(f"{style(name, bold=True)}: {text}")
            echo(style(f"    {details}", dim=True))


def print_new(service: NewService) -> None:
    """Print where the service is, what was left out, and what comes next."""
    created = style("Created", fg="green", bold=True)
    echo(f"{created} {service.folder} from {service.template} {service.release}")
    print_doubts(service.warnings, service.skipped)
    print_list("Next:", list(service.next_steps))
    if service.message.strip():
        echo(f"\n{service.message.strip()}")
    echo("\nWhen the template has a new release: drydock update")


def print_update(report: UpdateReport, *, verbose: bool = False) -> None:
    """Print what changed and why, what was left out, and what comes next.

    Without `verbose`, a long list of files that only the user changed is shortened to its count.
    """
    if not report.files:
        echo(f"Nothing to do: {report.service} is at {report.after}.")
        print_doubts(report.doubts, report.skipped)
        return
    echo(_headline(report))
    if report.moved_from:
        echo(f"  template: {report.template}, was {report.moved_from}")
    for name, (before, now) in report.answers.items():
        echo(f"  {name}: {now}" + (" (new question)" if before is None else f", was {before}"))
    print_list("You must:", report.must)
    echo()
    _print_files(report.files, verbose=verbose)
    print_doubts(report.doubts, report.skipped)
    if report.message:
        echo(f"\n{report.message}")
    print_list("Next:", report.next_steps)


def _headline(report: UpdateReport) -> str:
    service, release = report.service, report.after
    done, would, what = {
        "release": ("Updated", "Would update", f"{service} from {report.before} to {release}"),
        "answers": ("Applied", "Would apply", f"the answers to {service} at {release}"),
        "address": (
            "Recorded",
            "Would record",
            f"the new address of the template in {service} at {release}",
        ),
    }[report.changes]
    return f"{style(would if report.dry_run else done, bold=True)} {what}"


_LONG = 5
"""The most kept files that are listed without --verbose."""


def _print_files(files: list[FileReport], *, verbose: bool = True) -> None:
    rows: list[Row] = []
    for outcome, colour in COLOURS.items():
        lines = [(file.path, file.reason) for file in files if file.outcome == outcome]
        if outcome == "kept" and len(lines) > _LONG and not verbose:
            lines = [(f"{len(lines)} files", "changed by you only (--verbose lists them)")]
        rows += [
            ((word_for(outcome), colour), (path, ""), (reason, "dim")) for path, reason in lines
        ]
    if not print_table(rows):
        for (word, colour), (path, _), (reason, _) in rows:
            echo(f"  {style(f'{word:9}', fg=colour)} {path}  {style(reason, dim=True)}")
    echo(count_outcomes(files))


def print_retrofit(report: RetrofitReport, *, verbose: bool = False) -> None:
    """Print the answers with their evidence, the outcome of each file, and what is left to do.

    Without `verbose`, the instructions on how the service runs are only counted.
    """
    verb = style("Would adopt" if report.dry_run else "Adopted", bold=True)
    echo(f"{verb} {report.service} at {report.after}")
    echo(style("\nAnswers:", bold=True))
    answers: list[Row] = []
    for answer in report.answers:
        doubt = ("(doubtful)", "yellow") if answer.doubtful else ("", "")
        evidence = (evidence_of(answer), "dim")
        answers.append(((answer.name, ""), (str(answer.value), ""), doubt, evidence))
    if not print_table(answers):
        for (name, _), (value, _), (doubtful, _), (places, _) in answers:
            marked = f"  {style(doubtful, fg='yellow')}" if doubtful else ""
            echo(f"  {name}: {value}{marked}  {style(places, dim=True)}")
    echo(style("\nFiles:", bold=True))
    _print_files(report.files)
    _print_account(report.account, verbose=verbose)
    _print_by_hand(report.todo, verbose=verbose)
    print_list("Code that does not meet the standard yet:", report.debt)
    if report.unsettled:
        echo(f"\nThe code is not formatted and its debt not listed yet: {report.unsettled}")
    if report.locked:
        echo(f"\n{report.locked}")
    print_doubts(report.notes, report.skipped)
    if report.message:
        echo(f"\n{report.message}")
    if report.unlocked:
        echo(style(f"\nThe service cannot be locked yet: {report.unlocked}", fg="red"))
    if report.modernized:
        echo()
        print_modernized(report.modernized, steps=False)
    print_list("Next:", report.next_steps)


def _print_by_hand(todo: "list[Todo]", *, verbose: bool) -> None:
    if todo:
        echo(style("\nBy hand:", bold=True))
    for concern, title in CONCERNS.items():
        items = [item for item in todo if item.concern == concern]
        shown = [item for item in items if item.how or verbose]
        if items:
            echo(f"  {title}:")
        for item in shown:
            echo(f"    {': '.join(filter(None, (place_of(item), item.why, item.how)))}")
        if left := len(items) - len(shown):
            echo(f"    comments without a place in the standard's files: {left} (--verbose)")


def _print_account(account: "list[Instruction]", *, verbose: bool) -> None:
    if not account:
        return
    echo(style("\nHow it runs:", bold=True))
    echo(f"  {count_account(account)}" + ("" if verbose else " (--verbose lists them)"))
    for entry in account if verbose else ():
        outcome = style(f"{entry.outcome:8}", dim=entry.outcome == "standard")
        echo(f"  {outcome} {entry.path}:{entry.line} {entry.said}: {entry.how}")


def print_pins(report: PinsReport) -> None:
    """Print the pins that prevent a lock file, and what would work instead."""
    if not report.obstacles:
        built = f" except {', '.join(report.builds)}" if report.builds else ""
        echo(f"The service locks; all packages{built} have wheels for Python {report.python}.")
    for obstacle in report.obstacles:
        where = f"pyproject.toml:{obstacle.line}: {obstacle.pin}"
        if obstacle.replacement:
            verb = "changed to" if report.applied else "locks with"
            echo(f"{where}: {verb} {obstacle.replacement}")
        elif obstacle.source:
            echo(f"{where}: {obstacle.source} has no wheels: --build {obstacle.source} builds it,")
            echo("  which runs its code, here and wherever the service is installed")
        else:
            no_wheel = f"no wheel works on Python {report.python}"
            reason = (
                no_wheel if "wheel" in obstacle.why else "no version is compatible with the rest"
            )
            echo(f"{where}: {reason}: {obstacle.why}")
    if report.changes and not report.applied:
        echo("These are the fewest changes; --apply makes them in a separate commit.")


def print_explanation(report: UpdateReport, explanation: Explanation) -> None:
    """Print what both sides did to a file, the result and the reason."""
    file = explanation.file
    outcome = style(word_for(file.outcome), fg=COLOURS[file.outcome])
    echo(f"{style(file.path, bold=True)}: {outcome}")
    for reason in file.reason.split("; "):
        echo(f"  {reason}")
    before, after = f"release {report.before}", f"release {report.after}"
    _print_difference(explanation.base, explanation.ours, (before, "yours"))
    _print_difference(explanation.base, explanation.theirs, (before, after))
    _print_difference(explanation.ours, explanation.result, ("yours", "result"))


def _print_difference(old: str | None, new: str | None, names: tuple[str, str]) -> None:
    echo()
    if old == new:
        echo(f"{names[1]}: same as {names[0]}")
    elif new is None:
        echo(f"{names[1]}: no such file")
    else:
        lines = unified_diff((old or "").splitlines(), new.splitlines(), *names, lineterm="")
        for line in lines:
            echo(style(line, fg={"+": "green", "-": "red", "@": "cyan"}.get(line[0])))
