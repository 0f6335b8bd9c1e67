"""What was found out about a service before and after a change, and what follows from it."""

from dataclasses import dataclass, field
from typing import Literal

from drydock.proving.comparing import Difference
from drydock.proving.own_tests import TestRun
from drydock.proving.serving import Run

Outcome = Literal["same", "differs as intended", "differs", "not proved"]


@dataclass(frozen=True)
class Found:
    """A place where the responses of one operation differ, as the first request showed it."""

    difference: Difference
    request: str
    times: int = 1
    intended: str = ""
    """Why it is meant; empty: nothing foretold it."""
    also: tuple[str, ...] = ()
    """Other places that differ for the same reason."""


@dataclass
class Row:
    """What holds of one operation."""

    operation: str
    requests: int = 0
    succeeded: int = 0
    """How many of them did before what they asked for."""
    unstable: int = 0
    """How many got another status when *before* was started once more: they prove nothing."""
    found: list[Found] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)
    """What differs between two runs of the service as it was, and is set aside."""
    broken: list[str] = field(default_factory=list)
    """What the API document no longer promises."""
    problem: str = ""
    """Why it could not be asked, or never with success."""
    is_operation: bool = True
    """Whether the API document has it; else it is another path that was tried."""

    @property
    def outcome(self) -> Outcome:
        """What follows for the operation."""
        if self.broken or any(not one.intended for one in self.found):
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
    """What says which versions were installed."""
    changed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    command: str = ""
    runs: list[Run] = field(default_factory=list)
    tests: TestRun = field(default_factory=TestRun)


@dataclass
class Proof:
    """What `drydock prove` found out."""

    service: str
    before: SideReport
    after: SideReport
    rows: list[Row] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    """What differs beyond single operations: it does not start, a test fails, it does not end."""
    unproved: str = ""
    """Why nothing can be said at all; empty: something can."""
    holds: list[str] = field(default_factory=list)
    """What the two were kept from while they ran, and what not."""
    notes: list[str] = field(default_factory=list)

    @property
    def differing(self) -> list[Row]:
        """The operations that differ, and not as intended."""
        return [row for row in self.rows if row.outcome == "differs"]

    @property
    def not_proved(self) -> list[Row]:
        """The operations of which nothing is known."""
        return [row for row in self.rows if row.outcome == "not proved"]

    @property
    def exit_code(self) -> int:
        """0 equal but for what is intended, 1 different, 2 not proved."""
        if self.differences or self.differing:
            return 1
        return 2 if self.unproved or self.not_proved else 0

    @property
    def verdict(self) -> str:
        """The verdict in one sentence."""
        if self.exit_code == 1:
            many = len(self.differing)
            parts = [f"{many} of {len(self.rows)} differ"] if many else []
            return f"It behaves differently: {'; '.join([*parts, *self.differences])}"
        if self.unproved:
            return f"It could not be proved: {self.unproved}"
        if self.not_proved:
            named = ", ".join(row.operation for row in self.not_proved)
            return f"It could not be proved of all operations: never with success: {named}"
        meant = sum(row.outcome == "differs as intended" for row in self.rows)
        but = f", {meant} of {len(self.rows)} otherwise as intended" if meant else ""
        return f"It behaves as before{but}"


def judged_tests(before: TestRun, after: TestRun) -> list[str]:
    """Return what the service's own tests say against the change."""
    if before.problem:
        return []
    if after.problem:
        return [f"its own tests: {after.problem}"] if before.ends else []
    passed = [name for name, end in before.ends.items() if end == "passed"]
    gone = [name for name in passed if name not in after.ends]
    broken = [name for name in passed if after.ends.get(name) in {"failed", "error"}]
    skipped = [name for name in passed if after.ends.get(name) == "skipped"]
    return [
        f"its own tests: {_named(names)} {what}"
        for names, what in (
            (broken, "failed now"), (gone, "are not run any more"), (skipped, "are skipped now")
        )
        if names
    ]  # fmt: skip


def judged_end(before: Run, after: Run) -> list[str]:
    """Return how the end on SIGTERM is worse than it was."""
    parts = []
    if before.ended_well and not after.ended_well:
        how = "has to be killed" if after.code is None else f"ends with {after.code}"
        parts.append(f"on SIGTERM it {how}, was {before.code}")
    if after.last_errors and not before.last_errors:
        parts.append(f"on SIGTERM it logs an error: {after.last_errors[0][:200]}")
    return parts


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
