"""A check: what it says, and that a fault in it harms no other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from drydock_standard import check as module
from drydock_standard.check import Check, code, skip
from drydock_standard.families import classes, modules
from drydock_standard.repository import Repository


class Sample(Check):
    """It holds {this}.

    Because.

    Fix: do it.

    Since v1.5.0.
    """

    code = "DM999"
    family = "sample"
    findings: tuple[str, ...] = ()
    error: Exception | None = None

    def find(self, repository: Repository) -> Iterator[str]:
        yield from self.findings
        if self.error:
            raise self.error
        if self.findings == ("skip",):
            skip("there is no {x}")


def of(*findings: str, error: Exception | None = None) -> tuple[str | None, str]:
    """Return what the sample says, and how repo-review shows it."""
    sample = Sample()
    sample.findings, sample.error = findings, error
    said = sample.check(Repository(Path("/nonexistent")))
    return said, (sample.__doc__ or "").format(self=sample, name=sample.code)


def test_nothing_found_is_a_pass() -> None:
    assert of() == ("", "It holds {this}")


def test_findings_come_with_how_to_fix_them() -> None:
    assert of("a", "b")[0] == "- a\n- b\n\nFix: do it."


def test_many_findings_are_counted() -> None:
    said = of(*map(str, range(12)))[0] or ""
    assert said.splitlines()[9:11] == ["- 9", "- and 2 more"]


def test_a_skip_says_why_where_repo_review_shows_it() -> None:
    assert of("skip") == (None, "It holds {this} (there is no {x})")


@pytest.mark.parametrize("error", [ValueError("<b>`x`\n"), RecursionError(), KeyError("a")])
def test_a_fault_is_a_failure_of_that_check(error: Exception) -> None:
    said = of("a", error=error)[0] or ""
    assert said.startswith("This check itself failed, so it proves nothing")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a`b", "`a'b`"),
        ("a\n\x1b[31mb", "`a  [31mb`"),
        ("<script>", "`<script>`"),
        ("", "(empty)"),
        ("x" * 200, f"`{'x' * 120}…`"),
        (3, "`3`"),
    ],
)
def test_what_a_repository_says_means_nothing_in_a_report(value: object, shown: str) -> None:
    assert code(value) == shown


@pytest.mark.parametrize("check", classes().values(), ids=str)
def test_each_check_says_what_holds_why_how_to_fix_it_and_since_when(check: type[Check]) -> None:
    assert re.fullmatch(r"D[MSC]\d{3}", check.code)
    assert check.summary()
    assert not check.summary().startswith("Fix")
    assert check.why()
    assert check.fix()
    assert re.fullmatch(r"v\d+\.\d+\.\d+", check.since())


def test_numbers_are_unique_and_those_of_a_family_lie_together() -> None:
    numbers = [code[2:] for code in classes()]
    assert len(numbers) == len(set(numbers))
    assert {(check.family, check.code[2]) for check in classes().values()} == {
        (name, str(module.ORDER)) for name, module in modules().items()
    }


def test_levels_are_those_of_the_letters() -> None:
    assert module.LEVELS == {"DM": "must", "DS": "should", "DC": "could"}
    assert Sample.level() == "must"
