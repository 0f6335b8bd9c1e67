"""Every rule is held to tables: at least eight rows of what it does, six of what it leaves."""

from importlib import import_module
from pathlib import Path

import pytest
from drydock.codemods import all_rules

HERE = Path(__file__).parent
DONE = ("FIX", "MORE", "UNSAFE", "FIELDS", "MODULES")
"""What a rule changes."""
ONLY_TELL = {"chassis-configuration", "pydantic-types", "tools-settings"}
"""Rules that change nothing, so that no mistake of them reaches a service: `TOLD`."""


def _tables() -> dict[str, dict[str, object]]:
    """Return what the twin test files of each rule define."""
    found: dict[str, dict[str, object]] = {}
    for path in sorted(HERE.glob("*/test_*.py")):
        twin = vars(import_module(f"tests.codemods.{path.parent.name}.{path.stem}"))
        found.setdefault(str(twin.get("RULE", "")), {}).update(twin)
    return found


TABLES = _tables()


@pytest.mark.parametrize("rule", [one.name for one in all_rules()])
def test_a_rule_has_rows_of_what_it_does_and_of_what_it_leaves(rule: str) -> None:
    def rows(*names: str) -> int:
        found = [TABLES[rule].get(name, {}) for name in names]
        return sum(len(table) for table in found if isinstance(table, dict))

    if rule in ONLY_TELL:
        assert rows(*DONE) == 0
    assert rows("TOLD" if rule in ONLY_TELL else "FIX", *DONE[1:]) >= 8
    assert rows("NOOP") >= 6
