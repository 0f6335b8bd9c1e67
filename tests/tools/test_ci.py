"""Continuous integration runs everything, says what took how long, and ends with what failed."""

import sys

from tools import ci


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_all_that_pass_end_with_their_times_and_the_words_of_pytest() -> None:
    said: list[str] = []
    code = ci.run(
        {"unit": python("print('== 3 passed in 0.1s ==')"), "lint": python("print('clean')")},
        said.append,
    )

    assert code == 0
    *_, one, other, words = said
    assert {one.split()[0], other.split()[0]} == {"unit:", "lint:"}
    assert "passed after" in one
    assert words == "== 3 passed in 0.1s =="


def test_what_fails_keeps_nothing_from_running_and_its_last_lines_come_last() -> None:
    said: list[str] = []
    failing = "[print(f'line {n}') for n in range(1000)]; print('== 1 failed in 2s =='); exit(3)"
    code = ci.run(
        {"unit": python(failing), **{f"later {n}": python("print('ran')") for n in range(3)}},
        said.append,
    )

    assert code == 1
    assert sum("ran" in text for text in said) == 3
    assert any(text.startswith("unit: failed with 3 after ") for text in said)
    lines = said[-1].splitlines()
    assert lines[-2:] == ["line 999", "== 1 failed in 2s =="]
    assert len(lines) == ci.LAST_LINES
    assert any("line 0\n" in text for text in said), "the whole log is there, too"


def test_of_several_that_fail_the_first_to_do_so_is_the_last_to_be_told() -> None:
    said: list[str] = []
    slow = "import time; time.sleep(1); print('slow'); exit(1)"
    ci.run({"slow": python(slow), "quick": python("print('quick'); exit(1)")}, said.append)

    assert said[-1] == "quick"


def test_what_did_not_start_fails() -> None:
    said: list[str] = []

    assert ci.run({"unit": ["/there/is/no/such/nox"]}, said.append) == 1
    assert "No such file" in said[-1]


def test_every_session_that_proves_something_takes_part() -> None:
    import noxfile

    others = {"constraints", "corpus", "coverage", "newest", "properties", "picture", "release"}
    others |= {"rehearsal", "rules", "schemas", "tags"}
    sessions = {name for name, value in vars(noxfile).items() if hasattr(value, "tags")}

    assert {name for name, *_ in ci.SESSIONS} == sessions - others
