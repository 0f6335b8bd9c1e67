"""The verdict follows from the results, and is shown with its reasons."""

import json

import pytest
from drydock.proving.comparing import Difference
from drydock.proving.own_tests import TestRun
from drydock.proving.proof import (
    Finding,
    Proof,
    Row,
    SideReport,
    own_test_regressions,
    shutdown_regressions,
)
from drydock.proving.serving import Run
from drydock.report.proved import print_proof, proof_to_json, proof_to_markdown

OTHER = Difference("body", "$.price", "1", "2")
SAME = Row("GET /same", requests=3, succeeded=3)
INTENDED = Row(
    "GET /intended",
    3,
    3,
    found=[Finding(OTHER, "GET /intended?q=1", 2, "it is intended", ("$.a",))],
)
DIFFERS = Row("GET /other", 3, 3, found=[Finding(OTHER, "GET /other")])
BROKEN = Row("GET /broken", 3, 3, broken=["parameter q became required"])
NEVER = Row("GET /never", 3, 0, problem="never succeeded: 3 times 403")
PATH = Row("GET /nowhere", 1, 0, is_operation=False)


def proof(*rows: Row, **more: object) -> Proof:
    sides = SideReport("main", "a" * 40), SideReport("HEAD", "b" * 40)
    return Proof("/shop", *sides, rows=list(rows), **more)  # type: ignore[arg-type]


VERDICTS = [
    (proof(SAME, PATH), 0, "It behaves as before"),
    (proof(SAME, INTENDED), 0, "It behaves as before, 1 of 2 differ as intended"),
    (proof(SAME, DIFFERS, INTENDED), 1, "It behaves differently: 1 of 3 differ"),
    (proof(BROKEN), 1, "It behaves differently: 1 of 1 differ"),
    (
        proof(SAME, NEVER),
        2,
        "It could not be proved for all operations: no successful request for GET /never",
    ),
    (proof(NEVER, DIFFERS), 1, "It behaves differently: 1 of 2 differ"),
    (proof(SAME, differences=["a test fails"]), 1, "It behaves differently: a test fails"),
    (proof(unproved="it hides"), 2, "It could not be proved: it hides"),
]


@pytest.mark.parametrize(("found", "code", "verdict"), VERDICTS)
def test_verdict_follows_from_the_results(found: Proof, code: int, verdict: str) -> None:
    assert (found.exit_code, found.verdict) == (code, verdict)


@pytest.mark.parametrize(
    ("before", "after", "differences"),
    [
        ({"a": "passed"}, {"a": "passed", "b": "failed"}, []),
        ({"a": "failed"}, {"a": "error"}, []),
        ({"a": "passed"}, {"a": "failed"}, ["its own tests now failing: a"]),
        ({"a": "passed"}, {"a": "error"}, ["its own tests now failing: a"]),
        ({"a": "passed"}, {}, ["its own tests no longer run: a"]),
        ({"a": "passed"}, {"a": "skipped"}, ["its own tests now skipped: a"]),
    ],
)
def test_test_that_no_longer_passes_is_a_difference(
    before: dict[str, str], after: dict[str, str], differences: list[str]
) -> None:
    assert own_test_regressions(TestRun(before), TestRun(after)) == differences  # type: ignore[arg-type]


def test_tests_that_can_no_longer_run_are_a_difference() -> None:
    failed = TestRun(problem="pytest failed: no")
    assert own_test_regressions(TestRun({"a": "passed"}), failed) == [
        "its own tests after the change: pytest failed: no"
    ]
    assert own_test_regressions(TestRun(problem="none"), failed) == []


@pytest.mark.parametrize(
    ("before", "after", "differences"),
    [
        (Run(code=-15), Run(code=0), []),
        (Run(code=0), Run(code=143), []),
        (Run(code=1), Run(code=None), []),
        (Run(code=0), Run(code=3), ["on SIGTERM it exits with 3; before, it exited with 0"]),
        (
            Run(code=-15),
            Run(code=None),
            ["on SIGTERM it must be killed; before, it exited with -15"],
        ),
        (
            Run(code=0),
            Run(code=0, last_errors=["ERROR x"]),
            ["on SIGTERM it logs an error: ERROR x"],
        ),
    ],
)
def test_worse_shutdown_is_a_difference(before: Run, after: Run, differences: list[str]) -> None:
    assert shutdown_regressions(before, after) == differences


def test_markdown_has_every_operation_with_its_reasons() -> None:
    lines = proof_to_markdown(proof(SAME, INTENDED, DIFFERS, NEVER, PATH)).splitlines()
    assert lines[0] == "**It behaves differently: 1 of 5 differ**"
    assert "| `GET /same` | same | 3, 3 with success |  |" in lines
    assert (
        "| `GET /intended` | differs as intended | 3, 3 with success | intended, it is intended: "
        "body $.price: 1 -> 2; GET /intended?q=1, 2 times, also $.a |"
    ) in lines
    assert "| `GET /nowhere` | same | 1 |  |" in lines


def test_terminal_shows_only_operations_that_differ(capsys: pytest.CaptureFixture[str]) -> None:
    print_proof(proof(SAME, DIFFERS, NEVER))
    output = capsys.readouterr().out
    assert "GET /same" not in output
    assert "GET /other: differs\n    body $.price: 1 -> 2; GET /other\n" in output
    assert "GET /never: not proved\n    never succeeded: 3 times 403\n" in output
    assert "1 of 3 behave the same (--verbose lists them)" in output
    print_proof(proof(SAME), verbose=True)
    assert "GET /same: same" in capsys.readouterr().out


def test_json_has_everything() -> None:
    found = json.loads(proof_to_json(proof(DIFFERS)))
    assert (found["exit_code"], found["verdict"]) == (1, "It behaves differently: 1 of 1 differ")
    assert found["rows"][0]["outcome"] == "differs"
    assert found["rows"][0]["found"][0]["difference"]["after"] == "2"
