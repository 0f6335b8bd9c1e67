"""The result of `drydock modernize`, and how it is shown."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from difflib import unified_diff
from typing import Any

from typer import echo, style

from drydock.codemods.finding import Finding
from drydock.report.terminal import print_list
from drydock.report.wording import place_of

_TITLES = {
    "changed": ("Changed", "Would change"),
    "unsafe": ("Changed, please check", "Unsafe, changed only with --unsafe"),
    "left": ("By hand", "By hand"),
}


@dataclass(frozen=True)
class Change:
    """The texts of one file; `before` is None if it is new."""

    path: str
    before: str | None
    after: str

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        old = f"a/{self.path}" if self.before is not None else "/dev/null"
        before = (self.before or "").splitlines(keepends=True)
        after = self.after.splitlines(keepends=True)
        return "".join(unified_diff(before, after, old, f"b/{self.path}"))


@dataclass(frozen=True)
class ModernizeReport:
    """What a modernization changed or would change."""

    service: str
    dry_run: bool
    unsafe: bool
    """Whether unsafe changes were made, too."""
    files: list[Change]
    findings: list[Finding]
    """Sorted by file and line; lines are those after the change."""

    @property
    def next_steps(self) -> list[str]:
        """What the user does now."""
        if self.dry_run or not self.files:
            return []
        return [
            "look at it: git diff",
            "run the tests, then commit it",
            "or undo it: git checkout -- .",
        ]

    def of(self, certainty: str) -> list[Finding]:
        """Return the findings of one certainty."""
        return [finding for finding in self.findings if finding.certainty == certainty]

    def title_of(self, certainty: str) -> str:
        """Return the heading of the findings of one certainty."""
        done, would = _TITLES[certainty]
        is_done = not self.dry_run and (certainty != "unsafe" or self.unsafe)
        return done if is_done else would


def print_modernized(report: ModernizeReport, *, diff: bool = False, steps: bool = True) -> None:
    """Print what was changed, what is unsafe, and what is left to do by hand, with file and line.

    With `steps`, print the next steps, too.
    """
    if not report.findings and not report.files:
        echo(f"Nothing to do: {report.service} is up to date.")
        return
    verb = "Would change" if report.dry_run else "Changed"
    count = len(report.files)
    echo(f"{style(verb, bold=True)} {count} file{'s' * (count != 1)} of {report.service}")
    for certainty in _TITLES:
        lines = [_line(finding) for finding in report.of(certainty)]
        print_list(f"{report.title_of(certainty)}:", lines)
    if diff and report.files:
        echo("\n" + "\n".join(change.diff for change in report.files), nl=False)
    print_list("Next:", report.next_steps if steps else [])


def modernized_to_json(report: ModernizeReport) -> str:
    """Return the report as JSON."""
    data = modernized_data(report) | {"exit_code": 0, "next_steps": report.next_steps}
    return json.dumps(data, indent=2)


def modernized_data(report: ModernizeReport) -> dict[str, Any]:
    """Return the report as a dictionary, with the diff of each file."""
    return asdict(report) | {
        "files": [{"path": change.path, "diff": change.diff} for change in report.files]
    }


def modernized_to_markdown(report: ModernizeReport, *, diff: bool = False) -> str:
    """Return the report as Markdown, for a pull request."""
    return "\n".join(_markdown(report, diff=diff))


def _markdown(report: ModernizeReport, *, diff: bool) -> Iterator[str]:
    if not report.findings and not report.files:
        yield "Nothing to do: the code is up to date."
        return
    changed = report.of("changed")
    if counts := Counter(finding.rule for finding in changed):
        yield from (f"## {report.title_of('changed')}", "", "| rule | places |", "|---|---|")
        yield from (f"| {rule} | {count} |" for rule, count in sorted(counts.items()))
        yield from ("", "<details><summary>Each place</summary>", "")
        yield from (f"- `{place_of(finding)}`: {finding.what}" for finding in changed)
        yield from ("", "</details>", "")
    for certainty in ("unsafe", "left"):
        if findings := report.of(certainty):
            yield from (f"## {report.title_of(certainty)}", "")
            yield from (
                f"- [ ] `{place_of(finding)}`: {_described(finding)}" for finding in findings
            )
            yield ""
    if diff and report.files:
        yield from ("## Diff", "", "```diff", *(change.diff for change in report.files), "```")


def _line(finding: Finding) -> str:
    return f"{place_of(finding)}: {_described(finding)}" + (
        f" [{finding.rule}]" if finding.rule else ""
    )


def _described(finding: Finding) -> str:
    return ": ".join(filter(None, (finding.what, finding.how)))
