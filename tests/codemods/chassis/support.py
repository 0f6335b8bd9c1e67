"""What the twin tests of the chassis' rules have in common: a service that has a chassis."""

from drydock.codemods.run import run

from tests.codemods.support import assert_fixed, assert_left, files_of

ADOPTED = {".copier-answers.yml": "_commit: v1.5.0\npackage_path: shop\n"}
APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"


def assert_removed(rule: str, before: str, after: str) -> None:
    """Hold a rule to a row of `FIX`: done by its name alone, and only beside a chassis."""
    files = {**ADOPTED, "service.py": before}
    assert_fixed(rule, files, {"service.py": after})
    outcome = run(files_of(files), None, unsafe=False)
    told = [one for one in outcome.findings if one.rule == rule]
    assert {(one.certainty, one.how) for one in told} == {
        ("left", f"drydock modernize --rule {rule}")
    }
    assert_left(rule, before)


def assert_kept(rule: str, text: str, why: str) -> None:
    """Hold a rule to a row of `NOOP` in a service with a chassis."""
    assert_left(rule, {**ADOPTED, "service.py": text}, why)
