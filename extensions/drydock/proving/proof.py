"""The result of `drydock prove`, and the verdict that follows from it."""

from dataclasses import dataclass, field
from typing import Literal

from drydock.proving.comparing import Difference
from drydock.proving.own_tests import TestRun
from drydock.proving.serving import Run

Outcome = Literal["same", "differs as intended", "differs", "not proved"]


@dataclass(frozen=True)
class Finding:
    """A place where responses of an operation differ, with the first request that showed it."""

    difference: Difference
    request: str
    times: int = 1
    intended: str = ""
    """Why the difference is intended; empty if it is not."""
    also: tuple[str, ...] = ()
    """Other places with the same reason."""


@dataclass
class Row:
    """The result for one operation."""

    operation: str
    requests: int = 0
    succeeded: int = 0
    """How many of them succeeded before the change."""
    unstable: int = 0
    """How many had another status in the second run of *before*; they prove nothing."""
    found: list[Finding] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)
    """Places that differ between both runs of *before*, and are ignored."""
    broken: list[str] = field(default_factory=list)
    """What the API document no longer promises."""
    problem: str = ""
    """Why it was not tried, or never succeeded."""
    is_operation: bool = True
    """Whether it is an operation of the API document, or else another path."""

    @property
    def outcome(self) -> Outcome:
        """The outcome for the operation."""
        if self.broken or any(not finding.intended for finding in self.found):
            return "differs"
        if self.is_operation and not self.succeeded:
            return "not proved"
        return "differs as intended" if self.found else "same"


@dataclass
class SideReport:
    """How one side was run."""

    ref: str
    commit: str
    python: str = ""
    source: str = ""
    """The file that the installed versions come from."""
    changed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    command: str = ""
    runs: list[Run] = field(default_factory=list)
    tests: TestRun = field(default_factory=TestRun)


@dataclass
class Proof:
    """The result of `drydock prove`."""

    service: str
    before: SideReport
    after: SideReport
    rows: list[Row] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    """Differences beyond single operations: the start, the service's tests, the shutdown."""
    unproved: str = ""
    """Why nothing was proved; empty if something was."""
    holds: list[str] = field(default_factory=list)
    """How both sides were isolated, and how not."""
    notes: list[str] = field(default_factory=list)

    @property
    def differing(self) -> list[Row]:
        """The operations that differ in ways that are not intended."""
        return [row for row in self.rows if row.outcome == "differs"]

    @property
    def not_proved(self) -> list[Row]:
        """The operations without a result."""
        return [row for row in self.rows if row.outcome == "not proved"]

    @property
    def exit_code(self) -> int:
        """0 if all differences are intended, 1 if others exist, 2 if it is not proved."""
        if self.differences or self.differing:
            return 1
        return 2 if self.unproved or self.not_proved else 0

    @property
    def verdict(self) -> str:
        """The verdict in one sentence."""
        if self.exit_code == 1:
            count = len(self.differing)
            parts = [f"{count} of {len(self.rows)} differ"] if count else []
            return f"It behaves differently: {'; '.join([*parts, *self.differences])}"
        if self.unproved:
            return f"It could not be proved: {self.unproved}"
        if self.not_proved:
            names = ", ".join(row.operation for row in self.not_proved)
            return f"It could not be proved for all operations: no successful request for {names}"
        intended = sum(row.outcome == "differs as intended" for row in self.rows)
        exception = f", {intended} of {len(self.rows)} differ as intended" if intended else ""
        return f"It behaves as before{exception}"


def own_test_regressions(before: TestRun, after: TestRun) -> list[str]:
    """Return how the results of the service's own tests became worse."""
    if before.problem:
        return []
    if after.problem:
        return [f"its own tests after the change: {after.problem}"] if before.ends else []
    passed = [name for name, end in before.ends.items() if end == "passed"]
    missing = [name for name in passed if name not in after.ends]
    broken = [name for name in passed if after.ends.get(name) in {"failed", "error"}]
    skipped = [name for name in passed if after.ends.get(name) == "skipped"]
    return [
        f"its own tests {change}: {_listed(names)}"
        for names, change in (
            (broken, "now failing"), (missing, "no longer run"), (skipped, "now skipped")
        )
        if names
    ]  # fmt: skip


def shutdown_regressions(before: Run, after: Run) -> list[str]:
    """Return how the shutdown on SIGTERM became worse."""
    parts = []
    if before.ended_well and not after.ended_well:
        change = "must be killed" if after.code is None else f"exits with {after.code}"
        parts.append(f"on SIGTERM it {change}; before, it exited with {before.code}")
    if after.last_errors and not before.last_errors:
        parts.append(f"on SIGTERM it logs an error: {after.last_errors[0][:200]}")
    return parts


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
