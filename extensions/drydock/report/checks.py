"""The results of the standard's checks, as text, Markdown and JSON."""

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
    """The results of the checks of a service."""

    service: str
    results: list[Result]
    services: list[str]
    """Folders in it that are separate services, which were not checked."""

    @property
    def failed(self) -> list[Result]:
        """The checks that failed, musts first."""
        levels = ("must", "should", "could")
        failed = [result for result in self.results if result.status == "failed"]
        return sorted(failed, key=lambda result: levels.index(result.level))

    @property
    def exit_code(self) -> int:
        """1 when a must failed, else 0."""
        return 1 if any(result.level == "must" for result in self.failed) else 0

    @property
    def summary(self) -> str:
        """How many checks have each status, and how many of the failed ones are musts."""
        count = Counter(result.status for result in self.results)
        counts = {status: f"{count[status]} {status}" for status in _SHOWN if count[status]}
        if musts := sum(result.level == "must" for result in self.failed):
            counts["failed"] += f" ({musts} must{'s' if musts > 1 else ''})"
        return ", ".join(counts.values())


def print_checks(report: CheckReport, *, verbose: bool = False) -> None:
    """Print failed checks with their fix; with `verbose`, passed and skipped ones, too."""
    for result in report.results:
        if result.status in ("passed", "skipped") and not verbose:
            continue
        sign, colour = _SHOWN[result.status]
        level = f" ({result.level})" if result.status == "failed" else ""
        echo(f"{style(f'{sign} {result.code}', fg=colour, bold=True)} {result.name}{level}")
        is_one_line = result.status in ("skipped", "waived")
        lines = [f"{result.status}: {result.message}"] if is_one_line else []
        for line in lines or result.message.splitlines():
            if line:
                echo(f"    {_plain(line)}")
    echo(f"{report.service}: {report.summary}")
    if not verbose and any(result.status == "skipped" for result in report.results):
        echo("--verbose also lists passed checks, and why checks were skipped")
    print_list("Next:", list(_next(report)))


def _next(report: CheckReport) -> Iterator[str]:
    if report.exit_code:
        yield "fix the musts, or waive them: docs/checks.md"
    for folder in report.services[:_MOST]:
        yield f"drydock check {shlex.quote(f'{report.service}/{folder}')}, a separate service"
    if more := len(report.services[_MOST:]):
        yield f"and {more} more"


def _listed(folders: Sequence[str]) -> str:
    more = [f"{len(folders) - _MOST} more"] if len(folders) > _MOST else []
    return ", ".join([*map(code, folders[:_MOST]), *more])


def _plain(markdown: str) -> str:
    return re.sub(r"`([^`]*)`", r"\1", markdown)


def checks_to_json(report: CheckReport) -> str:
    """Return the report for machines."""
    shown = {"service": report.service, "exit_code": report.exit_code, "services": report.services}
    return json.dumps(shown | {"checks": [asdict(item) for item in report.results]}, indent=2)


def checks_to_markdown(report: CheckReport) -> str:
    """Return the report for a pull request."""
    return "\n".join(_lines(report))


def _lines(report: CheckReport) -> Iterator[str]:
    yield f"## The standard: {report.summary}"
    for result in report.failed:
        linked = f"[{result.code}]({result.url})" if result.url else result.code
        yield from ("", f"### {linked} ({result.level}): {result.name}", "", result.message)
    if report.services:
        yield from ("", f"Separate services in it, not checked: {_listed(report.services)}.")
    others = [result for result in report.results if result.status in ("waived", "skipped")]
    if others:
        yield from ("", "| check | | why |", "|---|---|---|")
    for result in others:
        yield f"| {result.code} {result.name} | {result.status} | {cell(result.message)} |"
