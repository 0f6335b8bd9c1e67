"""The fleet's dashboard, validated against Grafana's schema by `nox -s chart`.

test_prometheus.py checks its queries with a real Prometheus.
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
    "DRYDOCK_CHART" not in os.environ, reason="nox -s chart fetches its schema"
)
DASHBOARD: dict[str, Any] = json.loads((REPOSITORY / "docs/fleet/dashboard.json").read_text())
PANELS = {panel["title"]: panel for panel in DASHBOARD["panels"]}


def validate(value: object, name: str) -> None:
    """Raise ValidationError if `value` does not match Grafana's type `name`."""
    jsonschema.validate(value, json.loads(parts.path(name).read_text("utf-8")))


def test_dashboard_matches_grafana_schema() -> None:
    validate(DASHBOARD, "Dashboard")


@pytest.mark.parametrize("title", PANELS)
def test_panel_options_match_grafana_schema(title: str) -> None:
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
def test_schema_rejects_invalid_dashboards(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate(wrong, "Dashboard")


def test_panels_have_descriptions_and_do_not_overlap() -> None:
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


def test_all_used_variables_are_defined() -> None:
    variables = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    assert set(re.findall(r"\$\{?(\w+)", json.dumps(DASHBOARD))) == variables | {"__all"}
