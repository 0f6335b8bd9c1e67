"""Shared by the tests of the chassis rules: a service that has a chassis."""

from drydock.codemods.run import run

from tests.codemods.support import assert_fixed, assert_left, files_of

ADOPTED = {".copier-answers.yml": "_commit: v1.5.0\npackage_path: shop\n"}
APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"


def assert_removed(rule: str, before: str, after: str) -> None:
    """Check a row of `FIX`: applied only if the rule is named and the service has a chassis."""
    files = {**ADOPTED, "service.py": before}
    assert_fixed(rule, files, {"service.py": after})
    outcome = run(files_of(files), None, unsafe=False)
    findings = [one for one in outcome.findings if one.rule == rule]
    assert {(one.certainty, one.how) for one in findings} == {
        ("left", f"drydock modernize --rule {rule}")
    }
    assert_left(rule, before)


def assert_kept(rule: str, text: str, why: str) -> None:
    """Check a row of `NOOP` in a service with a chassis."""
    assert_left(rule, {**ADOPTED, "service.py": text}, why)
