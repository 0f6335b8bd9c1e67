"""Edits of different things merge in every format, whatever they are; what is wrong is noticed."""

import pytest

from tests.merging.formats import drawn
from tests.merging.formats.properties import catches
from tests.merging.formats.wrong import trust

PROPERTIES = drawn.properties()


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * each.slow) for name, each in PROPERTIES.items()],
)
def test_it_holds_that(name: str) -> None:
    PROPERTIES[name].hold()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        pytest.param(name, wrong, marks=[pytest.mark.slow] * each.slow_to_catch)
        for name, each in PROPERTIES.items()
        for wrong in each.wrong
    ],
)
def test_what_is_wrong_is_caught(name: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    trust(monkeypatch)
    PROPERTIES[name].wrong[wrong](monkeypatch)
    assert catches(PROPERTIES[name].check, PROPERTIES[name].drawn)
