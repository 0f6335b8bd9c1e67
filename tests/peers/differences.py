"""A pytest plugin for Copier's own tests: those that `differences.yml` names fail, all others pass.

It is imported without this repository's packages, where `tests` is Copier's.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = Path(__file__).with_suffix(".yml")


@dataclass(frozen=True)
class Difference:
    """What both do where they differ, and the tests of Copier's that fail for it."""

    copier: str
    drydock: str
    tests: tuple[str, ...]


def read() -> list[Difference]:
    """Return the differences that are on purpose."""
    known = yaml.safe_load(FILE.read_text(encoding="utf-8"))["differences"]
    return [Difference(one["copier"], one["drydock"], tuple(one["tests"])) for one in known]


def made_with() -> str:
    """Return the release of Copier that the list was made with."""
    return str(yaml.safe_load(FILE.read_text(encoding="utf-8"))["made_with"])


def table() -> str:
    """Return the differences as a table in Markdown."""
    lines = [f"| {one.copier} | {one.drydock} |" for one in read()]
    return "\n".join(["| `copier update` | `drydock update` |", "|---|---|", *lines, ""])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expect listed tests to fail, and all others to pass, whatever Copier's authors expect.

    A listed test that is not among those of its file is an error.
    """
    reasons = {name: one.drydock for one in read() for name in one.tests}
    files, found = set(), set()
    for item in items:
        name = item.nodeid.removeprefix("tests/")
        files.add(name.partition("::")[0])
        item.own_markers[:] = [mark for mark in item.own_markers if mark.name != "xfail"]
        for key in {name, name.partition("[")[0]} & reasons.keys():
            item.add_marker(pytest.mark.xfail(reason=reasons[key], strict=True))
            found.add(key)
    gone = [name for name in reasons if name not in found and name.partition("::")[0] in files]
    if gone and not config.getoption("keyword"):
        raise pytest.UsageError(f"{FILE.name} names tests that Copier has not: {', '.join(gone)}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how often each difference was met."""
    expected = [report.wasxfail for report in terminalreporter.stats.get("xfailed", [])]
    for reason in sorted(set(expected)):
        terminalreporter.write_line(f"{expected.count(reason):4} differ: drydock {reason}")
