"""Continuous integration runs all sessions, prints their times, and ends with the failure."""

import sys

from tools import ci


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_successful_run_ends_with_times_and_the_summary_of_pytest() -> None:
    output: list[str] = []
    code = ci.run(
        {"unit": python("print('== 3 passed in 0.1s ==')"), "lint": python("print('clean')")},
        output.append,
    )

    assert code == 0
    *_, first, second, summary = output
    assert {first.split()[0], second.split()[0]} == {"unit:", "lint:"}
    assert "passed after" in first
    assert summary == "== 3 passed in 0.1s =="


def test_failed_session_does_not_stop_others_and_its_last_lines_end_the_output() -> None:
    output: list[str] = []
    failing = "[print(f'line {n}') for n in range(1000)]; print('== 1 failed in 2s =='); exit(3)"
    code = ci.run(
        {"unit": python(failing), **{f"later {n}": python("print('ran')") for n in range(3)}},
        output.append,
    )

    assert code == 1
    assert sum("ran" in text for text in output) == 3
    assert any(text.startswith("unit: failed with 3 after ") for text in output)
    lines = output[-1].splitlines()
    assert lines[-2:] == ["line 999", "== 1 failed in 2s =="]
    assert len(lines) == ci.LAST_LINES
    assert any("line 0\n" in text for text in output), "the whole log is printed, too"


def test_first_failed_session_is_reported_last() -> None:
    output: list[str] = []
    slow = "import time; time.sleep(1); print('slow'); exit(1)"
    ci.run({"slow": python(slow), "quick": python("print('quick'); exit(1)")}, output.append)

    assert output[-1] == "quick"


def test_command_that_does_not_start_fails() -> None:
    output: list[str] = []

    assert ci.run({"unit": ["/there/is/no/such/nox"]}, output.append) == 1
    assert "No such file" in output[-1]


def test_every_session_with_tests_is_part_of_ci() -> None:
    import noxfile

    others = {"constraints", "corpus", "coverage", "newest", "properties", "picture", "release"}
    others |= {"rehearsal", "rules", "schemas", "tags"}
    sessions = {name for name, value in vars(noxfile).items() if hasattr(value, "tags")}

    assert {name for name, *_ in ci.SESSIONS} == sessions - others
