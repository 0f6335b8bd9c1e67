"""What came of a command, for whoever called it."""

from collections.abc import Iterable, Sequence
from difflib import unified_diff
from typing import TYPE_CHECKING

from typer import echo, style

from drydock.report.files import FileReport
from drydock.report.modernized import print_modernized
from drydock.report.outcomes import Explanation, NewService, Question, RetrofitReport, UpdateReport
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

if TYPE_CHECKING:  # what reads a service takes longer to import than an update to report
    from drydock.adoption.pins import Way
    from drydock.adoption.translate import Entry as Said
    from drydock.adoption.translate import Todo


def print_questions(questions: Iterable[Question]) -> None:
    """Say what each question is about, what may be answered, and since which release."""
    rows: list[Row] = []
    for one in questions:
        allowed = ", ".join(str(choice) for choice in one.choices) or one.type
        expression = isinstance(one.default, str) and ("{{" in one.default or "{%" in one.default)
        default = "from other answers" if expression else repr(one.default)
        about = f"{allowed}; default {default}; since {one.since}"
        rows += [((one.name, "bold"), (one.help, "")), (("", ""), (about, "dim"))]
    if not print_table(rows):
        for ((name, _), (text, _)), (_, (about, _)) in zip(rows[::2], rows[1::2], strict=True):
            echo(f"{style(name, bold=True)}: {text}")
            echo(style(f"    {about}", dim=True))


def print_new(service: NewService) -> None:
    """Say where the service is, what was left out, and what comes next."""
    made = style("Made", fg="green", bold=True)
    echo(f"{made} {service.folder} from {service.template} {service.release}")
    print_doubts(service.warnings, service.skipped)
    print_list("Next:", list(service.next_steps))
    if service.message.strip():
        echo(f"\n{service.message.strip()}")
    echo("\nWhen the template has a new release: drydock update")


def print_update(report: UpdateReport, *, verbose: bool = False) -> None:
    """Say what changed and why, what was left out, and what comes next.

    A long list of what only the user changed is told by its count, unless `verbose`.
    """
    if not report.files:
        echo(f"Nothing to do: {report.service} is at {report.after}.")
        print_doubts(report.doubts, report.skipped)
        return
    if report.before == report.after:
        verb = style("Would apply" if report.dry_run else "Applied", bold=True)
        echo(f"{verb} the answers to {report.service} at {report.after}")
    else:
        verb = style("Would update" if report.dry_run else "Updated", bold=True)
        echo(f"{verb} {report.service} from {report.before} to {report.after}")
    for name, (before, now) in report.answers.items():
        echo(f"  {name}: {now}" + (" (new question)" if before is None else f", was {before}"))
    print_list("You must:", report.must)
    echo()
    _print_files(report.files, verbose=verbose)
    print_doubts(report.doubts, report.skipped)
    if report.message:
        echo(f"\n{report.message}")
    print_list("Next:", report.next_steps)


_LONG = 5
"""From how many on a list of kept files drowns the rest."""


def _print_files(files: list[FileReport], *, verbose: bool = True) -> None:
    rows: list[Row] = []
    for outcome, colour in COLOURS.items():
        found = [file for file in files if file.outcome == outcome]
        said = [(file.path, file.reason) for file in found]
        if outcome == "kept" and len(found) > _LONG and not verbose:
            said = [(f"{len(found)} files", "changed by you only (--verbose lists them)")]
        rows += [
            ((word_for(outcome), colour), (path, ""), (reason, "dim")) for path, reason in said
        ]
    if not print_table(rows):
        for (shown, colour), (path, _), (reason, _) in rows:
            named = style(f"{shown:9}", fg=colour)
            echo(f"  {named} {path}  {style(reason, dim=True)}")
    echo(count_outcomes(files))


def print_retrofit(report: RetrofitReport, *, verbose: bool = False) -> None:
    """Say what was found out and why, what came of each file, and what is left to do.

    What the standard does, or was carried over, of how the service runs is told by its count,
    unless `verbose`.
    """
    verb = style("Would bring" if report.dry_run else "Brought", bold=True)
    echo(f"{verb} {report.service} to {report.after}")
    echo(style("\nAnswers:", bold=True))
    answers: list[Row] = []
    for one in report.answers:
        doubt = ("(doubtful)", "yellow") if one.doubtful else ("", "")
        answers.append(((one.name, ""), (str(one.value), ""), doubt, (evidence_of(one), "dim")))
    if not print_table(answers):
        for (name, _), (value, _), (doubtful, _), (evidence, _) in answers:
            marked = f"  {style(doubtful, fg='yellow')}" if doubtful else ""
            echo(f"  {name}: {value}{marked}  {style(evidence, dim=True)}")
    echo(style("\nFiles:", bold=True))
    _print_files(report.files)
    _print_account(report.account, verbose=verbose)
    _print_by_hand(report.todo, verbose=verbose)
    print_list("Code that does not meet the standard yet:", report.debt)
    if report.unsettled:
        echo(f"\nThe code is not formatted, and its debt not listed: {report.unsettled}")
    if report.locked:
        echo(f"\n{report.locked}")
    print_doubts(report.notes, report.skipped)
    if report.message:
        echo(f"\n{report.message}")
    if report.unlocked:
        echo(style(f"\nIt cannot be locked yet: {report.unlocked}", fg="red"))
    if report.modernized:
        echo()
        print_modernized(report.modernized, steps=False)
    print_list("Next:", report.next_steps)


def _print_by_hand(todo: "list[Todo]", *, verbose: bool) -> None:
    if todo:
        echo(style("\nBy hand:", bold=True))
    for concern, title in CONCERNS.items():
        held = [one for one in todo if one.concern == concern]
        shown = [one for one in held if one.how or verbose]
        if held:
            echo(f"  {title}:")
        for one in shown:
            echo(f"    {': '.join(filter(None, (place_of(one), one.why, one.how)))}")
        if left := len(held) - len(shown):
            echo(f"    comments without a place in the standard's files: {left} (--verbose)")


def _print_account(account: "list[Said]", *, verbose: bool) -> None:
    if not account:
        return
    echo(style("\nHow it runs:", bold=True))
    echo(f"  {count_account(account)}" + ("" if verbose else " (--verbose lists them)"))
    for one in account if verbose else ():
        named = style(f"{one.outcome:8}", dim=one.outcome == "standard")
        echo(f"  {named} {one.path}:{one.line} {one.said}: {one.how}")


def print_pins(ways: "list[Way]", python: str, builds: Sequence[str], *, applied: bool) -> None:
    """Say which pins stand in the way of a lock file, and what would do instead."""
    if not ways:
        built = f" but {', '.join(builds)}" if builds else ""
        echo(f"It locks, and all of it{built} comes as wheels for Python {python}.")
    for way in ways:
        where = f"pyproject.toml:{way.line}: {way.pin}"
        if way.instead:
            echo(f"{where}: {way.instead} {'stands there now' if applied else 'locks'}")
        elif way.source:
            echo(f"{where}: {way.source} comes as source only: --build {way.source} builds it")
            echo("  which runs its code, here and wherever the service is installed")
        else:
            lacking = f"no wheel of it works on Python {python}"
            reason = lacking if "wheel" in way.why else "no version of it goes with the rest"
            echo(f"{where}: {reason}: {way.why}")
    if any(way.instead for way in ways) and not applied:
        echo("These are the fewest changes; --apply makes them in a commit of their own.")


def print_explanation(report: UpdateReport, explanation: Explanation) -> None:
    """Show what both sides did to a file, what comes of it, and why."""
    file = explanation.file
    named = style(word_for(file.outcome), fg=COLOURS[file.outcome])
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
