"""A release repeats no check that passed for the same files, and trusts none of other files."""

import contextlib
from pathlib import Path

import pytest

from tests.support import git, write
from tools.proof import CI, EVERY, is_proved, proving


def commit(repository: Path, message: str) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", message)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, {".gitignore": ".nox/\n", "file": "1\n"})
    commit(tmp_path, "Begin")
    return tmp_path


def prove(repository: Path, *, passed: bool = True) -> None:
    with proving(repository, CI) as proof:
        proof.passed = passed


def test_check_that_passed_counts_for_the_same_files_in_any_commit(repository: Path) -> None:
    prove(repository)
    commit(repository, "The same files")

    assert is_proved(repository, CI)
    assert not is_proved(repository, EVERY)


def test_check_does_not_count_while_the_files_differ(repository: Path) -> None:
    prove(repository)
    write(repository, {"file": "2\n"})
    assert not is_proved(repository, CI)
    commit(repository, "Others")
    assert not is_proved(repository, CI)
    write(repository, {"file": "1\n"})
    commit(repository, "As they were")
    assert is_proved(repository, CI)


def test_failed_check_does_not_count(repository: Path) -> None:
    prove(repository, passed=False)
    with contextlib.suppress(RuntimeError), proving(repository, CI) as proof:
        proof.passed = True
        raise RuntimeError

    assert not is_proved(repository, CI)


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_check_with_uncommitted_changes_does_not_count(repository: Path, when: str) -> None:
    if when == "before":
        write(repository, {"file": "2\n"})
    with proving(repository, CI) as proof:
        write(repository, {"file": "2\n"})
        proof.passed = True
    git(repository, "checkout", "--quiet", "file")

    assert not is_proved(repository, CI)
    commit(repository, "Others")
    assert not is_proved(repository, CI)
