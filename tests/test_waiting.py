"""Tests wait for a process, but not after its end or the time limit."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import wait_for


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def ended(log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", "raise SystemExit('no template')"], stderr=file
        )
    process.wait()
    return process


def refuse() -> bool:
    raise ConnectionRefusedError


def test_first_true_result_is_returned() -> None:
    results = iter([0, "", "there"])

    assert wait_for(lambda: next(results), "a result") == "there"


def test_ended_process_fails_immediately_with_the_end_of_its_log(
    ended: "subprocess.Popen[bytes]", log: Path
) -> None:
    with pytest.raises(AssertionError, match=r"the start: .* ended with 1\n(.*\n)*no template"):
        wait_for(refuse, "the start", ended, log, seconds=3600)


def test_result_of_an_ended_process_counts(ended: "subprocess.Popen[bytes]") -> None:
    assert wait_for(lambda: True, "the result", ended)


def test_time_limit_fails_with_the_end_of_the_log(log: Path) -> None:
    log.write_text("still loading")

    with pytest.raises(AssertionError, match=r"the start did not happen within 0\.01 s\nstill"):
        wait_for(refuse, "the start", log=log, seconds=0.01)
