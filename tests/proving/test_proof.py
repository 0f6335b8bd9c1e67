"""The verdict follows from what was found, and is shown with its reasons."""

import json

import pytest
from drydock.proving.comparing import Difference
from drydock.proving.own_tests import TestRun
from drydock.proving.proof import Found, Proof, Row, SideReport, judged_end, judged_tests
from drydock.proving.serving import Run
from drydock.report.proved import print_proof, proof_to_json, proof_to_markdown

OTHER = Difference("body", "$.price", "1", "2")
SAME = Row("GET /same", requests=3, succeeded=3)
MEANT = Row("GET /meant", 3, 3, found=[Found(OTHER, "GET /meant?q=1", 2, "it is meant", ("$.a",))])
DIFFERS = Row("GET /other", 3, 3, found=[Found(OTHER, "GET /other")])
BROKEN = Row("GET /broken", 3, 3, broken=["parameter q became required"])
NEVER = Row("GET /never", 3, 0, problem="never with success: 3 times 403")
PATH = Row("GET /nowhere", 1, 0, is_operation=False)


def proof(*rows: Row, **more: object) -> Proof:
    sides = SideReport("main", "a" * 40), SideReport("HEAD", "b" * 40)
    return Proof("/shop", *sides, rows=list(rows), **more)  # type: ignore[arg-type]


VERDICTS = [
    (proof(SAME, PATH), 0, "It behaves as before"),
    (proof(SAME, MEANT), 0, "It behaves as before, 1 of 2 otherwise as intended"),
    (proof(SAME, DIFFERS, MEANT), 1, "It behaves differently: 1 of 3 differ"),
    (proof(BROKEN), 1, "It behaves differently: 1 of 1 differ"),
    (
        proof(SAME, NEVER),
        2,
        "It could not be proved of all operations: never with success: GET /never",
    ),
    (proof(NEVER, DIFFERS), 1, "It behaves differently: 1 of 2 differ"),
    (proof(SAME, differences=["a test fails"]), 1, "It behaves differently: a test fails"),
    (proof(unproved="it hides"), 2, "It could not be proved: it hides"),
]


@pytest.mark.parametrize(("found", "code", "verdict"), VERDICTS)
def test_the_verdict_follows_from_what_was_found(found: Proof, code: int, verdict: str) -> None:
    assert (found.exit_code, found.verdict) == (code, verdict)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": "passed"}, {"a": "passed", "b": "failed"}, []),
        ({"a": "failed"}, {"a": "error"}, []),
        ({"a": "passed"}, {"a": "failed"}, ["its own tests: a failed now"]),
        ({"a": "passed"}, {"a": "error"}, ["its own tests: a failed now"]),
        ({"a": "passed"}, {}, ["its own tests: a are not run any more"]),
        ({"a": "passed"}, {"a": "skipped"}, ["its own tests: a are skipped now"]),
    ],
)
def test_a_test_that_no_longer_passes_counts(
    before: dict[str, str], after: dict[str, str], told: list[str]
) -> None:
    assert judged_tests(TestRun(before), TestRun(after)) == told  # type: ignore[arg-type]


def test_tests_that_cannot_be_run_any_more_count() -> None:
    gone = TestRun(problem="pytest failed: no")
    assert judged_tests(TestRun({"a": "passed"}), gone) == ["its own tests: pytest failed: no"]
    assert judged_tests(TestRun(problem="it has none"), gone) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (Run(code=-15), Run(code=0), []),
        (Run(code=0), Run(code=143), []),
        (Run(code=1), Run(code=None), []),
        (Run(code=0), Run(code=3), ["on SIGTERM it ends with 3, was 0"]),
        (Run(code=-15), Run(code=None), ["on SIGTERM it has to be killed, was -15"]),
        (
            Run(code=0),
            Run(code=0, last_errors=["ERROR x"]),
            ["on SIGTERM it logs an error: ERROR x"],
        ),
    ],
)
def test_a_worse_end_counts(before: Run, after: Run, told: list[str]) -> None:
    assert judged_end(before, after) == told


def test_a_pull_request_gets_each_operation_with_its_reasons() -> None:
    lines = proof_to_markdown(proof(SAME, MEANT, DIFFERS, NEVER, PATH)).splitlines()
    assert lines[0] == "**It behaves differently: 1 of 5 differ**"
    assert "| `GET /same` | same | 3, 3 with success |  |" in lines
    assert (
        "| `GET /meant` | differs as intended | 3, 3 with success | intended, it is meant: "
        "body $.price: 1 -> 2; GET /meant?q=1, 2 times, also $.a |"
    ) in lines
    assert "| `GET /nowhere` | same | 1 |  |" in lines


def test_a_terminal_gets_what_is_not_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    print_proof(proof(SAME, DIFFERS, NEVER))
    said = capsys.readouterr().out
    assert "GET /same" not in said
    assert "GET /other: differs\n    body $.price: 1 -> 2; GET /other\n" in said
    assert "GET /never: not proved\n    never with success: 3 times 403\n" in said
    assert "1 of 3 behave the same (--verbose lists them)" in said
    print_proof(proof(SAME), verbose=True)
    assert "GET /same: same" in capsys.readouterr().out


def test_machines_get_everything() -> None:
    found = json.loads(proof_to_json(proof(DIFFERS)))
    assert (found["exit_code"], found["verdict"]) == (1, "It behaves differently: 1 of 1 differ")
    assert found["rows"][0]["outcome"] == "differs"
    assert found["rows"][0]["found"][0]["difference"]["after"] == "2"
