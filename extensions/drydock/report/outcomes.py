"""What came of a command: the one model that texts, Markdown and JSON are made of."""

import posixpath
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drydock.errors import BadInput
from drydock.report.files import FileReport

if TYPE_CHECKING:  # what reads a service takes longer to import than an update to report
    from drydock.adoption.derive import Derived
    from drydock.adoption.translate import Entry as Said
    from drydock.adoption.translate import Todo
    from drydock.report.modernized import ModernizeReport


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
    """What may be answered; empty: anything that fits the type."""
    default: Any
    """The default, or the Jinja expression that makes it from other answers."""
    since: str
    """The first release that asks it."""


@dataclass(frozen=True)
class Explanation:
    """How one file was merged; a text is None where there is no such file."""

    file: FileReport
    base: str | None
    ours: str | None
    theirs: str | None
    result: str | None


class _Merged:
    """What every report of merged files tells."""

    files: list[FileReport]

    @property
    def conflicts(self) -> list[FileReport]:
        """The files that a person must decide."""
        return [file for file in self.files if file.outcome == "conflict"]

    @property
    def exit_code(self) -> int:
        """1 when conflicts are left, else 0."""
        return 1 if self.conflicts else 0


@dataclass
class UpdateReport(_Merged):
    """What an update changed, or would."""

    service: str
    template: str
    before: str
    after: str
    dry_run: bool
    files: list[FileReport] = field(default_factory=list)
    skipped: tuple[str, ...] = ()
    """Tasks and migrations of the template that were not run."""
    invalid_answers: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """Recorded answers that are no longer allowed, and what stands there now."""
    answers: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """Answers that are others than recorded, or new: before and now."""
    must: list[str] = field(default_factory=list)
    """What the changelog says is to be done by hand."""
    notes: list[str] = field(default_factory=list)
    message: str = ""
    """What the template says after an update."""
    branch: str = ""
    """The branch that it is committed on, or will be once conflicts are resolved; empty: none."""
    continued: bool = False
    """Whether that branch was there before, so that git alone takes the commit back."""
    explanation: Explanation | None = None
    """Of the file that was asked for."""
    rules: list[str] = field(default_factory=list)
    """The rules of `drydock modernize` that these releases ask for."""

    def of(self, path: str) -> FileReport:
        """Return what is said of the file at `path`; raise BadInput if that is nothing."""
        for file in self.files:
            if file.path == posixpath.normpath(path):
                return file
        raise BadInput(f"{path}: the update from {self.before} to {self.after} leaves it alone")

    @property
    def doubts(self) -> list[str]:
        """What was decided for the user, or not done."""
        answers = [
            f"answer {name}: {was!r} is no longer allowed, now {now!r}"
            for name, (was, now) in self.invalid_answers.items()
        ]
        return [*answers, *self.notes]

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
        more = [f"carry the code along: drydock modernize --since {self.before}"] * bool(self.rules)
        if self.branch:
            undo = "git reset --hard HEAD~" if self.continued else "drydock update --abort"
            steps = ["look at it: git show", "run the tests, then merge it"]
            return [*steps, *more, f"or undo it: {undo}"]
        return [
            "look at it: git diff --staged",
            f"run the tests, then: git commit -m 'Update to {self.after}'",
            *more,
            "or undo it: drydock update --abort",
        ]


@dataclass
class RetrofitReport(_Merged):
    """What a retrofit made of a service, or would."""

    service: str
    template: str
    after: str
    dry_run: bool
    answers: "list[Derived]"
    files: list[FileReport]
    origins: dict[str, str]
    """Where files came from, by their path: a release, or a commit and path of an ancestor."""
    todo: "list[Todo]"
    account: "list[Said]" = field(default_factory=list)
    """What became of each thing that the service said about how it runs."""
    locked: str = ""
    """How many versions of the old lock file were kept; empty: there was none."""
    unlocked: str = ""
    """Why there is no lock file, without which no image is built; empty: there is."""
    locks_by: str = ""
    """The command that may make it lock."""
    branch: str = ""
    """The branch that it is committed on; empty: it is not."""
    before: str = ""
    """The commit that the service was at."""
    debt: list[str] = field(default_factory=list)
    """What of the code was formatted, and what it does not meet, a line each."""
    modernized: "ModernizeReport | None" = None
    """What of the code was carried to the libraries of today; None: that was not wanted."""
    unsettled: str = ""
    """Why that is not known yet, and what to do about it; empty: it is."""
    notes: list[str] = field(default_factory=list)
    """What was decided for the user, or may be wrong."""
    skipped: tuple[str, ...] = ()
    """Tasks and migrations of the template that were not run."""
    message: str = ""
    """What the template says."""

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
            "run nox, then merge it with its commits, of which .git-blame-ignore-revs may name one",
            "or undo it: drydock retrofit --abort",
        ]
