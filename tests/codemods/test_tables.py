"""Every rule has tables: at least eight rows of code that it changes, six that it leaves."""

from importlib import import_module
from pathlib import Path

import pytest
from drydock.codemods import all_rules

HERE = Path(__file__).parent
CHANGES = ("FIX", "MORE", "UNSAFE", "FIELDS", "MODULES")
"""Tables of code that a rule changes."""
REPORT_ONLY = {"chassis-configuration", "pydantic-types", "tools-settings"}
"""Rules that only report, in a table `REPORTED`: their mistakes cannot reach a service."""


def _tables() -> dict[str, dict[str, object]]:
    """Return the names that the test files of each rule define."""
    tables: dict[str, dict[str, object]] = {}
    for path in sorted(HERE.glob("*/test_*.py")):
        module = vars(import_module(f"tests.codemods.{path.parent.name}.{path.stem}"))
        tables.setdefault(str(module.get("RULE", "")), {}).update(module)
    return tables


TABLES = _tables()


@pytest.mark.parametrize("rule", [one.name for one in all_rules()])
def test_rule_has_enough_rows_of_changed_and_unchanged_code(rule: str) -> None:
    def rows(*names: str) -> int:
        tables = [TABLES[rule].get(name, {}) for name in names]
        return sum(len(table) for table in tables if isinstance(table, dict))

    if rule in REPORT_ONLY:
        assert rows(*CHANGES) == 0
    assert rows("REPORTED" if rule in REPORT_ONLY else "FIX", *CHANGES[1:]) >= 8
    assert rows("NOOP") >= 6
