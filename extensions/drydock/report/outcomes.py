"""The results of commands: the model that text, Markdown and JSON are written from."""

import posixpath
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from drydock.errors import BadInput
from drydock.merging.results import Explanation, FileReport

if TYPE_CHECKING:  # importing these takes longer than reporting an update
    from drydock.adoption.derive import Derived
    from drydock.adoption.pins import Obstacle
    from drydock.adoption.translate import Entry as Instruction
    from drydock.adoption.translate import Todo
    from drydock.report.modernized import ModernizeReport


Change = Literal["release", "answers", "address"]


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
    """The allowed answers; empty if any value of the type is allowed."""
    default: Any
    """The default, or the Jinja expression that computes it from other answers."""
    since: str
    """The first release that asks it."""


class _Merged:
    """What all reports of merged files share."""

    files: list[FileReport]

    @property
    def conflicts(self) -> list[FileReport]:
        """The files with conflicts."""
        return [file for file in self.files if file.outcome == "conflict"]

    @property
    def exit_code(self) -> int:
        """1 when conflicts are left, else 0."""
        return 1 if self.conflicts else 0


@dataclass
class UpdateReport(_Merged):
    """What an update changed or would change."""

    service: str
    template: str
    before: str
    after: str
    dry_run: bool
    files: list[FileReport] = field(default_factory=list)
    skipped: tuple[str, ...] = ()
    """Tasks and migrations of the template that were not run."""
    invalid_answers: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """Recorded answers that are no longer valid, and the values used instead."""
    answers: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """New and changed answers: the recorded value (None if new) and the current one."""
    must: list[str] = field(default_factory=list)
    """What the changelog requires the team to do."""
    notes: list[str] = field(default_factory=list)
    message: str = ""
    """The template's message after an update."""
    branch: str = ""
    """The branch of the commit, or of the one after conflicts are resolved; empty if none."""
    continued: bool = False
    """Whether that branch existed before, so that `git reset` undoes the commit."""
    explanation: Explanation | None = None
    """The explanation of the file that --explain names."""
    rules: list[str] = field(default_factory=list)
    """The rules of `drydock modernize` that these releases require."""
    moved_from: str = ""
    """The address of the template that was recorded, if it changes; else empty."""

    def of(self, path: str) -> FileReport:
        """Return the report of the file at `path`; raise BadInput if there is none."""
        for file in self.files:
            if file.path == posixpath.normpath(path):
                return file
        raise BadInput(f"{path}: not changed by the update from {self.before} to {self.after}")

    @property
    def doubts(self) -> list[str]:
        """What was decided for the user or not done."""
        answers = [
            f"{name}: {was!r} is no longer valid; using {now!r}"
            for name, (was, now) in self.invalid_answers.items()
        ]
        return [*answers, *self.notes]

    @property
    def changes(self) -> Change:
        """What the update changes foremost: the release, answers, or the template's address."""
        if self.before != self.after:
            return "release"
        return "address" if self.moved_from and not self.answers else "answers"

    @property
    def subject(self) -> str:
        """The subject of the commit."""
        subjects = {
            "release": f"Update the template to {self.after}",
            "answers": f"Apply the answers at {self.after}",
            "address": f"Record the new address of the template at {self.after}",
        }
        return subjects[self.changes]

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
        more = [f"migrate the code: drydock modernize --since {self.before}"] * bool(self.rules)
        if self.branch:
            undo = "git reset --hard HEAD~" if self.continued else "drydock update --abort"
            steps = ["look at it: git show", "run the tests, then merge it"]
            return [*steps, *more, f"or undo it: {undo}"]
        subject = f"Update to {self.after}" if self.changes == "release" else self.subject
        return [
            "look at it: git diff --staged",
            f"run the tests, then: git commit -m '{subject}'",
            *more,
            "or undo it: drydock update --abort",
        ]


@dataclass
class RetrofitReport(_Merged):
    """What a retrofit changed or would change."""

    service: str
    template: str
    after: str
    dry_run: bool
    answers: "list[Derived]"
    files: list[FileReport]
    origins: dict[str, str]
    """The origin of files by path: a release, or a commit and path of an ancestor."""
    todo: "list[Todo]"
    account: "list[Instruction]" = field(default_factory=list)
    """The outcome of each of the service's instructions on how it runs."""
    locked: str = ""
    """How many locked versions were kept; empty if there was no lock file."""
    unlocked: str = ""
    """Why there is no lock file, which the image needs; empty if there is one."""
    locks_by: str = ""
    """The command that may make it lock."""
    branch: str = ""
    """The branch of the commit; empty if nothing is committed."""
    before: str = ""
    """The commit that the service was at."""
    debt: list[str] = field(default_factory=list)
    """What was formatted, and what the code does not meet yet, one line each."""
    modernized: "ModernizeReport | None" = None
    """The result of --modernize; None without it."""
    unsettled: str = ""
    """Why `debt` is not known yet, and what to do about it; empty if it is known."""
    notes: list[str] = field(default_factory=list)
    """What was decided for the user or may be wrong."""
    skipped: tuple[str, ...] = ()
    """Tasks and migrations of the template that were not run."""
    message: str = ""
    """The template's message."""

    @property
    def next_steps(self) -> list[str]:
        """What the user does now."""
        if self.dry_run:
            return []
        first = ["resolve the conflicts, git add each file, then git commit"]
        if not self.conflicts:
            shown = f"git log --patch --reverse {self.before[:12]}.."
            first = [f"look at it: {shown if self.branch else 'git diff --staged'}"]
        if self.unlocked:
            first.append(f"make it lock: {self.locks_by}")
        return [
            *first,
            "run nox, then merge it without squashing: .git-blame-ignore-revs may name its commits",
            "or undo it: drydock retrofit --abort",
        ]


@dataclass(frozen=True)
class PinsReport:
    """The pins of an adopted service that prevent a lock file."""

    obstacles: "list[Obstacle]"
    python: str
    """The version that the service has to be installed on."""
    builds: tuple[str, ...]
    """Packages without wheels that can be built from source."""
    applied: bool
    """Whether the changes were made, not only found."""

    @property
    def changes(self) -> dict[str, str]:
        """What each pin is replaced with, of those that have a replacement."""
        return {one.pin: one.replacement for one in self.obstacles if one.replacement}

    @property
    def exit_code(self) -> int:
        """1 when pins still prevent a lock file, else 0."""
        left = [one for one in self.obstacles if not (self.applied and one.replacement)]
        return 1 if left else 0
