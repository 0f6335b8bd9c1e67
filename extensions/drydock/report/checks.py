"""How far a service holds to the standard: as text, Markdown and JSON."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from drydock_standard.check import code
from drydock_standard.run import Result, Status
from typer import echo, style

from drydock.report.terminal import print_list
from drydock.report.wording import cell

_SHOWN: dict[Status, tuple[str, str]] = {
    "failed": ("✗", "red"),
    "waived": ("-", "yellow"),
    "skipped": ("-", "bright_black"),
    "passed": ("✓", "green"),
}


_MOST = 10  # services that are named


@dataclass(frozen=True)
class CheckReport:
    """What the checks found in a service."""

    service: str
    results: list[Result]
    services: list[str]
    """The folders in it that are services of their own, which the checks were not run on."""

    @property
    def failed(self) -> list[Result]:
        """The checks that failed, musts first."""
        levels = ("must", "should", "could")
        failed = [one for one in self.results if one.status == "failed"]
        return sorted(failed, key=lambda one: levels.index(one.level))

    @property
    def exit_code(self) -> int:
        """1 when a must failed, else 0."""
        return 1 if any(one.level == "must" for one in self.failed) else 0

    @property
    def summary(self) -> str:
        """How many checks came out how, and how many of those that failed are musts."""
        count = Counter(one.status for one in self.results)
        counts = {status: f"{count[status]} {status}" for status in _SHOWN if count[status]}
        if musts := sum(one.level == "must" for one in self.failed):
            counts["failed"] += f" ({musts} must{'s' if musts > 1 else ''})"
        return ", ".join(counts.values())


def print_checks(report: CheckReport, *, verbose: bool = False) -> None:
    """Say what failed and how to fix it; `verbose`: what passed, and why the rest was skipped."""
    for one in report.results:
        if one.status in ("passed", "skipped") and not verbose:
            continue
        sign, colour = _SHOWN[one.status]
        level = f" ({one.level})" if one.status == "failed" else ""
        echo(f"{style(f'{sign} {one.code}', fg=colour, bold=True)} {one.name}{level}")
        lines = [f"{one.status}: {one.message}"] if one.status in ("skipped", "waived") else []
        for line in lines or one.message.splitlines():
            if line:
                echo(f"    {_plain(line)}")
    echo(f"{report.service}: {report.summary}")
    if not verbose and any(one.status == "skipped" for one in report.results):
        echo("--verbose says what passed, and why checks were skipped")
    print_list("Next:", list(_next(report)))


def _next(report: CheckReport) -> Iterator[str]:
    if report.exit_code:
        yield "fix the musts, or waive one: docs/checks.md"
    for folder in report.services[:_MOST]:
        yield f"drydock check {shlex.quote(f'{report.service}/{folder}')}, a service of its own"
    if more := len(report.services[_MOST:]):
        yield f"and so for {more} more"


def _listed(folders: Sequence[str]) -> str:
    more = [f"{len(folders) - _MOST} more"] if len(folders) > _MOST else []
    return ", ".join([*map(code, folders[:_MOST]), *more])


def _plain(markdown: str) -> str:
    return re.sub(r"`([^`]*)`", r"\1", markdown)


def checks_to_json(report: CheckReport) -> str:
    """Return the report for machines."""
    shown = {"service": report.service, "exit_code": report.exit_code, "services": report.services}
    return json.dumps(shown | {"checks": [asdict(one) for one in report.results]}, indent=2)


def checks_to_markdown(report: CheckReport) -> str:
    """Return the report for a pull request."""
    return "\n".join(_lines(report))


def _lines(report: CheckReport) -> Iterator[str]:
    yield f"## The standard: {report.summary}"
    for one in report.failed:
        named = f"[{one.code}]({one.url})" if one.url else one.code
        yield from ("", f"### {named} ({one.level}): {one.name}", "", one.message)
    if report.services:
        yield from ("", f"In it are services of their own: {_listed(report.services)}.")
    others = [one for one in report.results if one.status in ("waived", "skipped")]
    if others:
        yield from ("", "| check | | why |", "|---|---|---|")
    for one in others:
        yield f"| {one.code} {one.name} | {one.status} | {cell(one.message)} |"
