"""A pytest plugin for Copier's own tests: those in `differences.yml` must fail, all others pass.

It is imported without this repository's packages; there, `tests` is Copier's.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = Path(__file__).with_suffix(".yml")


@dataclass(frozen=True)
class Difference:
    """An intended difference, and Copier's tests that fail because of it."""

    copier: str
    drydock: str
    tests: tuple[str, ...]


def read() -> list[Difference]:
    """Return the intended differences."""
    items = yaml.safe_load(FILE.read_text(encoding="utf-8"))["differences"]
    return [Difference(item["copier"], item["drydock"], tuple(item["tests"])) for item in items]


def made_with() -> str:
    """Return the release of Copier that the list was written for."""
    return str(yaml.safe_load(FILE.read_text(encoding="utf-8"))["made_with"])


def table() -> str:
    """Return the differences as a Markdown table."""
    lines = [f"| {item.copier} | {item.drydock} |" for item in read()]
    return "\n".join(["| `copier update` | `drydock update` |", "|---|---|", *lines, ""])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expect listed tests to fail and all others to pass, whatever Copier's authors expect.

    A listed test that its file no longer contains is an error.
    """
    reasons = {name: difference.drydock for difference in read() for name in difference.tests}
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
        raise pytest.UsageError(f"{FILE.name} lists tests that do not exist: {', '.join(gone)}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how many tests failed because of each difference."""
    expected = [report.wasxfail for report in terminalreporter.stats.get("xfailed", [])]
    for reason in sorted(set(expected)):
        terminalreporter.write_line(f"{expected.count(reason):4} differ: drydock {reason}")
