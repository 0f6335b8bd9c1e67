"""What is proved of which state of the repository, so that a release does not prove it twice.

A proof is of a tree: the hash of all files, with nothing uncommitted, neither before nor after.
CI runs this with nothing but Python.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ALL = CI, EVERY, UPDATES = ("ci", "every variant", "updates of the releases between")


def tree(repository: Path) -> str | None:
    """Return the hash of all files; None where something is not committed."""
    if _git(repository, "status", "--porcelain"):
        return None
    return _git(repository, "rev-parse", "HEAD^{tree}")


class Proof:
    """One run of what proves something."""

    passed = False


@contextmanager
def proving(repository: Path, what: str) -> Iterator[Proof]:
    """Record that `what` is proved of the files as they are, if the run says that it passed."""
    before = tree(repository)
    proof = Proof()
    yield proof
    if proof.passed and before and before == tree(repository):
        file = _file(repository)
        file.parent.mkdir(exist_ok=True)
        with file.open("a", encoding="utf-8") as proofs:
            proofs.write(f"{before} {what}\n")


def is_proved(repository: Path, what: str) -> bool:
    """Tell whether `what` passed for just these files."""
    file = _file(repository)
    known = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    now = tree(repository)
    return now is not None and f"{now} {what}" in known


def _git(repository: Path, *arguments: str) -> str:
    return subprocess.check_output(["git", *arguments], cwd=repository, text=True).strip()


def _file(repository: Path) -> Path:
    return repository / ".nox" / "proved"
