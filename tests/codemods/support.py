"""What the twin test of a rule is made of: tables of texts, before and after."""

import ast
from collections.abc import Mapping
from textwrap import dedent

from drydock.codemods.finding import Finding
from drydock.codemods.run import Outcome, run

Files = str | Mapping[str, str]
"""The files of a service by their path; a text alone is `service.py`."""


def files_of(given: Files) -> dict[str, str]:
    """Return files by their path, without the indentation that they have in a table."""
    files = {"service.py": given} if isinstance(given, str) else given
    return {path: dedent(text).lstrip("\n") for path, text in files.items()}


def apply(rule: str, given: Files, *, unsafe: bool = False) -> Outcome:
    """Apply one rule to a service."""
    return run(files_of(given), [rule], unsafe=unsafe)


def assert_fixed(rule: str, before: Files, after: Files, *, unsafe: bool = False) -> None:
    """Hold a rule to a row of `FIX`: this comes out, is valid Python, and stays as it is."""
    files, wanted = files_of(before), files_of(after)
    outcome = apply(rule, files, unsafe=unsafe)
    made = files | outcome.texts
    assert {path: made.get(path) for path in wanted} == wanted
    assert made.keys() - files.keys() <= wanted.keys()
    assert made != files
    assert [one for one in outcome.findings if one.certainty != "left"]
    for path, text in made.items():
        if path.endswith(".py"):
            ast.parse(text)
    assert apply(rule, made, unsafe=unsafe).texts == {}


def assert_left(rule: str, files: Files, why: str = "") -> list[Finding]:
    """Hold a rule to a row of `NOOP`: nothing is changed, and `why` is told; empty: nothing is."""
    outcome = apply(rule, files)
    assert outcome.texts == {}
    told = [one for one in outcome.findings if one.certainty != "changed"]
    assert told == outcome.findings
    if why:
        assert any(why in f"{one.what}: {one.how}" for one in told), told
    else:
        assert told == []
    return told
