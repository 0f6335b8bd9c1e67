"""The base class of checks: its results, and that an exception in one check harms no other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from drydock_standard import check as module
from drydock_standard.check import Check, code, skip
from drydock_standard.families import classes, modules
from drydock_standard.repository import Repository


class Sample(Check):
    """This holds for {this}.

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


def run_sample(*findings: str, error: Exception | None = None) -> tuple[str | None, str]:
    """Return the sample's message, and its docstring as repo-review shows it."""
    sample = Sample()
    sample.findings, sample.error = findings, error
    message = sample.check(Repository(Path("/nonexistent")))
    return message, (sample.__doc__ or "").format(self=sample, name=sample.code)


def test_check_without_findings_passes() -> None:
    assert run_sample() == ("", "This holds for {this}")


def test_findings_are_followed_by_the_fix() -> None:
    assert run_sample("a", "b")[0] == "- a\n- b\n\nFix: do it."


def test_findings_beyond_ten_are_only_counted() -> None:
    message = run_sample(*map(str, range(12)))[0] or ""
    assert message.splitlines()[9:11] == ["- 9", "- and 2 more"]


def test_reason_of_skip_is_in_the_docstring_that_repo_review_shows() -> None:
    assert run_sample("skip") == (None, "This holds for {this} (there is no {x})")


@pytest.mark.parametrize("error", [ValueError("<b>`x`\n"), RecursionError(), KeyError("a")])
def test_exception_in_a_check_fails_that_check(error: Exception) -> None:
    message = run_sample("a", error=error)[0] or ""
    assert message.startswith("The check itself failed, so its result is unknown")
    assert "\n" not in message


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
def test_content_of_a_repository_is_not_markup_in_a_report(value: object, shown: str) -> None:
    assert code(value) == shown


@pytest.mark.parametrize("check", classes().values(), ids=str)
def test_every_check_documents_rule_reason_fix_and_release(check: type[Check]) -> None:
    assert re.fullmatch(r"D[MSC]\d{3}", check.code)
    assert check.summary()
    assert not check.summary().startswith("Fix")
    assert check.why()
    assert check.fix()
    assert re.fullmatch(r"v\d+\.\d+\.\d+", check.since())


def test_check_numbers_are_unique_and_start_with_the_order_of_the_family() -> None:
    numbers = [code[2:] for code in classes()]
    assert len(numbers) == len(set(numbers))
    assert {(check.family, check.code[2]) for check in classes().values()} == {
        (name, str(module.ORDER)) for name, module in modules().items()
    }


def test_first_letters_of_a_code_give_the_level() -> None:
    assert module.LEVELS == {"DM": "must", "DS": "should", "DC": "could"}
    assert Sample.level() == "must"
