"""Edits of different things merge in every format, and wrong merges are noticed."""

import pytest

from tests.merging.formats import drawn
from tests.merging.formats.properties import catches
from tests.merging.formats.wrong import trust

PROPERTIES = drawn.properties()


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * each.slow) for name, each in PROPERTIES.items()],
)
def test_property_holds(name: str) -> None:
    PROPERTIES[name].check_examples()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "wrong"), [(name, wrong) for name, each in PROPERTIES.items() for wrong in each.wrong]
)
def test_property_catches_wrong_merge(
    name: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(monkeypatch)
    PROPERTIES[name].wrong[wrong](monkeypatch)
    assert catches(PROPERTIES[name].check, PROPERTIES[name].drawn)
