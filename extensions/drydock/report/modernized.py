"""What came of `drydock modernize`: the model, and how it is shown."""

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
    "unsafe": ("Changed, and to be checked", "Unsafe, changed by --unsafe only"),
    "left": ("By hand", "By hand"),
}


@dataclass(frozen=True)
class Change:
    """The texts of one file; `before` is None where it is new."""

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
    """What a modernization changed, or would."""

    service: str
    dry_run: bool
    unsafe: bool
    """Whether what is unsafe was changed, too."""
    files: list[Change]
    findings: list[Finding]
    """By file and line, of the file as it is now."""

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
        return [one for one in self.findings if one.certainty == certainty]

    def title_of(self, certainty: str) -> str:
        """Return what stands above the findings of one certainty."""
        done, would = _TITLES[certainty]
        is_done = not self.dry_run and (certainty != "unsafe" or self.unsafe)
        return done if is_done else would


def print_modernized(report: ModernizeReport, *, diff: bool = False, steps: bool = True) -> None:
    """Say what was changed, what is unsafe, and what is left to do by hand, with file and line.

    `steps`: what the user does next, too.
    """
    if not report.findings and not report.files:
        echo(f"Nothing to do: {report.service} is up to date.")
        return
    verb = "Would change" if report.dry_run else "Changed"
    count = len(report.files)
    echo(f"{style(verb, bold=True)} {count} file{'s' * (count != 1)} of {report.service}")
    for certainty in _TITLES:
        print_list(f"{report.title_of(certainty)}:", [_line(one) for one in report.of(certainty)])
    if diff and report.files:
        echo("\n" + "\n".join(one.diff for one in report.files), nl=False)
    print_list("Next:", report.next_steps if steps else [])


def modernized_to_json(report: ModernizeReport) -> str:
    """Return the report for machines."""
    about = modernized_data(report) | {"exit_code": 0, "next_steps": report.next_steps}
    return json.dumps(about, indent=2)


def modernized_data(report: ModernizeReport) -> dict[str, Any]:
    """Return the report as data: each file with its change."""
    return asdict(report) | {
        "files": [{"path": one.path, "diff": one.diff} for one in report.files]
    }


def modernized_to_markdown(report: ModernizeReport, *, diff: bool = False) -> str:
    """Return the report for a pull request."""
    return "\n".join(_markdown(report, diff=diff))


def _markdown(report: ModernizeReport, *, diff: bool) -> Iterator[str]:
    if not report.findings and not report.files:
        yield "Nothing to do: the code is up to date."
        return
    if counts := Counter(one.rule for one in report.of("changed")):
        yield from (f"## {report.title_of('changed')}", "", "| rule | places |", "|---|---|")
        yield from (f"| {rule} | {count} |" for rule, count in sorted(counts.items()))
        yield from ("", "<details><summary>Each place</summary>", "")
        yield from (f"- `{place_of(one)}`: {one.what}" for one in report.of("changed"))
        yield from ("", "</details>", "")
    for certainty in ("unsafe", "left"):
        if found := report.of(certainty):
            yield from (f"## {report.title_of(certainty)}", "")
            yield from (f"- [ ] `{place_of(one)}`: {_described(one)}" for one in found)
            yield ""
    if diff and report.files:
        yield from ("## Diff", "", "```diff", *(one.diff for one in report.files), "```")


def _line(finding: Finding) -> str:
    return f"{place_of(finding)}: {_described(finding)}" + (
        f" [{finding.rule}]" if finding.rule else ""
    )


def _described(finding: Finding) -> str:
    return ": ".join(filter(None, (finding.what, finding.how)))
