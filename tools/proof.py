"""Record which checks passed for which state of the repository, so that a release skips them.

A proof refers to a tree: the hash of all files, with nothing uncommitted before or after the check.
CI runs this with only Python.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ALL = CI, EVERY, UPDATES = ("ci", "every variant", "updates of the releases between")


def tree(repository: Path) -> str | None:
    """Return the hash of all files; None if anything is uncommitted."""
    if _git(repository, "status", "--porcelain"):
        return None
    return _git(repository, "rev-parse", "HEAD^{tree}")


class Proof:
    """One run of a check."""

    passed = False


@contextmanager
def proving(repository: Path, what: str) -> Iterator[Proof]:
    """Record that `what` passed for the current files, if the body sets `passed`."""
    before = tree(repository)
    proof = Proof()
    yield proof
    if proof.passed and before and before == tree(repository):
        file = _file(repository)
        file.parent.mkdir(exist_ok=True)
        with file.open("a", encoding="utf-8") as proofs:
            proofs.write(f"{before} {what}\n")


def is_proved(repository: Path, what: str) -> bool:
    """Return whether `what` passed for exactly these files."""
    file = _file(repository)
    known = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    now = tree(repository)
    return now is not None and f"{now} {what}" in known


def _git(repository: Path, *arguments: str) -> str:
    return subprocess.check_output(["git", *arguments], cwd=repository, text=True).strip()


def _file(repository: Path) -> Path:
    return repository / ".nox" / "proved"
