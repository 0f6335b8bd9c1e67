"""The fleet's dashboard, held to what Grafana says that a dashboard is: `nox -s chart` runs it.

Its queries are held to a real Prometheus in test_prometheus.py.
"""

import json
import os
import re
from typing import Any

import jsonschema
import pytest

from tests.template.chart import parts
from tests.template.matrix import REPOSITORY

pytestmark = pytest.mark.skipif(
    "DRYDOCK_CHART" not in os.environ, reason="its schema is one of the parts of nox -s chart"
)
DASHBOARD: dict[str, Any] = json.loads((REPOSITORY / "docs/fleet/dashboard.json").read_text())
PANELS = {panel["title"]: panel for panel in DASHBOARD["panels"]}


def validate(value: object, name: str) -> None:
    """Raise ValidationError where Grafana's type of that name does not allow a value."""
    jsonschema.validate(value, json.loads(parts.path(name).read_text("utf-8")))


def test_grafana_takes_the_dashboard() -> None:
    validate(DASHBOARD, "Dashboard")


@pytest.mark.parametrize("title", PANELS)
def test_grafana_takes_the_options_of_each_panel(title: str) -> None:
    panel = PANELS[title]
    validate(panel["options"], f"{panel['type']}.Options")
    if custom := panel["fieldConfig"]["defaults"].get("custom"):
        validate(custom, f"{panel['type']}.FieldConfig")


@pytest.mark.parametrize(
    "wrong",
    [
        DASHBOARD | {"panel": []},
        DASHBOARD | {"schemaVersion": "39"},
        DASHBOARD | {"panels": [DASHBOARD["panels"][0] | {"gridPos": {"x": 0, "width": 6}}]},
    ],
)
def test_a_mistake_in_the_dashboard_is_found(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate(wrong, "Dashboard")


def test_panels_do_not_overlap_and_say_what_they_show() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS.values():
        place = panel["gridPos"]
        cells = {
            (place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
        assert panel["description"].endswith(".")
    assert len(PANELS) == len(DASHBOARD["panels"])


def test_each_variable_is_there() -> None:
    variables = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    assert set(re.findall(r"\$\{?(\w+)", json.dumps(DASHBOARD))) == variables | {"__all"}
