"""Values do what they are for, by both Helms."""

import pytest

from tests.template.chart import effects, parts, support


@pytest.mark.parametrize("version", list(parts.HELM_WHEELS))
@pytest.mark.parametrize("effect", effects.EFFECTS)
def test_a_value_does_what_it_is_for(service: support.Generated, effect: str, version: str) -> None:
    assert list(effects.EFFECTS[effect](service, version)) == []
