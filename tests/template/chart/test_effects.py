"""Values have their effects, with both versions of Helm."""

import pytest

from tests.template.chart import effects, parts, support


@pytest.mark.parametrize("version", list(parts.HELM_WHEELS))
@pytest.mark.parametrize("effect", effects.EFFECTS)
def test_value_has_its_documented_effect(
    service: support.Generated, effect: str, version: str
) -> None:
    assert list(effects.EFFECTS[effect](service, version)) == []
