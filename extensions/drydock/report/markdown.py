"""The report of an update or retrofit as Markdown, for a pull request."""

from collections.abc import Iterable, Iterator, Mapping

from drydock.merging.results import FileReport
from drydock.report.modernized import modernized_to_markdown
from drydock.report.outcomes import RetrofitReport, UpdateReport
from drydock.report.wording import (
    CONCERNS,
    cell,
    count_account,
    count_outcomes,
    evidence_of,
    place_of,
    word_for,
)


def to_markdown(report: UpdateReport | RetrofitReport) -> str:
    """Return the report as Markdown."""
    if isinstance(report, UpdateReport):
        return "\n".join(_update_lines(report))
    return "\n".join(_retrofit_lines(report))


def _update_lines(report: UpdateReport) -> Iterator[str]:
    if not report.files:
        yield f"Nothing to do: the service is at `{report.after}`."
        return
    does, would, what = {
        "release": ("Updates", "update", f"the template from `{report.before}` to"),
        "answers": ("Applies", "apply", "the answers at"),
        "address": ("Records", "record", "the new address of the template at"),
    }[report.changes]
    yield f"{f'Would {would}' if report.dry_run else does} {what} `{report.after}`."
    if report.moved_from:
        yield from ("", f"The template is now at `{report.template}`, was `{report.moved_from}`.")
    if report.must:
        yield from ("", "## You must", "")
        yield from (f"- [ ] {item}" for item in report.must)
    conflicts = [f"- [ ] `{file.path}`: {file.reason}" for file in report.conflicts]
    if conflicts:
        yield from ("", "## Conflicts", "", *conflicts)
    yield from _notes(report.doubts, report.skipped, report.message)
    yield from _files(report.files, {})


def _retrofit_lines(report: RetrofitReport) -> Iterator[str]:
    yield from ("## Answers", "", "| question | answer | evidence |", "|---|---|---|")
    for answer in report.answers:
        doubt = " (doubtful)" if answer.doubtful else ""
        yield f"| {answer.name} | `{answer.value}`{doubt} | {cell(evidence_of(answer))} |"
    yield from _files(report.files, report.origins)
    if report.account:
        yield from ("", "## How it runs", "", f"{count_account(report.account)}.", "")
        yield from ("| where | instruction | | |", "|---|---|---|---|")
        for entry in report.account:
            place, instruction = f"{entry.path}:{entry.line}", cell(entry.said)
            yield f"| {place} | `{instruction}` | {entry.outcome} | {cell(entry.how)} |"
    if report.debt:
        yield from ("", "## Code that does not meet the standard yet", "")
        yield from (f"- {line}" for line in report.debt)
    if report.todo:
        yield from ("", "## By hand")
        for concern, title in CONCERNS.items():
            if items := [item for item in report.todo if item.concern == concern]:
                yield from ("", f"### {title}", "")
                yield from (
                    f"- [ ] `{place_of(item)}`: {item.why}. {item.how}".rstrip() for item in items
                )
    yield from _notes(report.notes, report.skipped, report.message)
    if report.modernized:
        yield from ("", "# The code", "", modernized_to_markdown(report.modernized))


def _files(files: list[FileReport], origins: Mapping[str, str]) -> Iterator[str]:
    yield from ("", "## Files", "", count_outcomes(files), "", "| file | | why |", "|---|---|---|")
    for file in files:
        origin = f"; copied from {origins[file.path]}" if origins.get(file.path) else ""
        yield f"| {file.path} | {word_for(file.outcome)} | {cell(file.reason + origin)} |"


def _notes(notes: Iterable[str], skipped: Iterable[str], message: str) -> Iterator[str]:
    doubts = [*notes, *(f"not run: {line}" for line in skipped)]
    if doubts:
        yield from ("", "## Notes", "")
        yield from (f"- {line}" for line in doubts)
    if message:
        yield from ("", "## From the template", "", message)
