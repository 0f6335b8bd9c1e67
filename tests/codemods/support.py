"""Helpers for the tests of rules: tables of files, before and after."""

import ast
from collections.abc import Mapping
from textwrap import dedent

from drydock.codemods.finding import Finding
from drydock.codemods.run import Outcome, run

Files = str | Mapping[str, str]
"""The files of a service by their path; a single text is `service.py`."""


def files_of(files: Files) -> dict[str, str]:
    """Return files by their path, without the indentation of the table."""
    by_path = {"service.py": files} if isinstance(files, str) else files
    return {path: dedent(text).lstrip("\n") for path, text in by_path.items()}


def apply(rule: str, files: Files, *, unsafe: bool = False) -> Outcome:
    """Apply one rule to a service."""
    return run(files_of(files), [rule], unsafe=unsafe)


def assert_fixed(rule: str, before: Files, after: Files, *, unsafe: bool = False) -> None:
    """Check a row of `FIX`: the result is `after`, valid Python, and unchanged by a second run."""
    files, wanted = files_of(before), files_of(after)
    outcome = apply(rule, files, unsafe=unsafe)
    migrated = files | outcome.texts
    assert {path: migrated.get(path) for path in wanted} == wanted
    assert migrated.keys() - files.keys() <= wanted.keys()
    assert migrated != files
    assert [one for one in outcome.findings if one.certainty != "left"]
    for path, text in migrated.items():
        if path.endswith(".py"):
            ast.parse(text)
    assert apply(rule, migrated, unsafe=unsafe).texts == {}


def assert_left(rule: str, files: Files, why: str = "") -> list[Finding]:
    """Check a row of `NOOP`: nothing changes; `why` is reported, or nothing if it is empty."""
    outcome = apply(rule, files)
    assert outcome.texts == {}
    findings = [one for one in outcome.findings if one.certainty != "changed"]
    assert findings == outcome.findings
    if why:
        assert any(why in f"{one.what}: {one.how}" for one in findings), findings
    else:
        assert findings == []
    return findings
