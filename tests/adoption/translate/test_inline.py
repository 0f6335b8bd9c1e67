"""Values are written as TOML on one line."""

import tomllib
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from drydock.adoption.translate import inline

VALUES: dict[str, Any] = {
    "a table": {"a": 1, "b c": [True, "x"], "\u00e9": {"d": 1.5}},
    "dates and times": [date(2026, 1, 2), time(3, 4), datetime(2026, 1, 2, 3, 4, tzinfo=UTC)],
    "numbers": [1, 1e300, float("inf"), -float("inf")],
    "characters": ["\u00e9", '\U0001f338 \x7f "\\', "a\tb"],
    "a key": {"\U0001f338": 1},
}


@pytest.mark.parametrize("case", VALUES)
def test_value_is_read_as_before(case: str) -> None:
    value = VALUES[case]
    assert tomllib.loads(f"x = {inline(value)}") == {"x": value}
