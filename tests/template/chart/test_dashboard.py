"""The dashboard: Grafana's schema, and the content of each panel."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.template import matrix
from tests.template.chart import parts, queries, support

INFERENCE = ["none", "local", "triton"]


@pytest.fixture(scope="module", params=INFERENCE)
def dashboard(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    variant = matrix.Variant("", {"inference": request.param})
    service = support.generate(tmp_path_factory.mktemp("dashboard") / "service", variant)
    return queries.dashboard(service)


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def schema(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(parts.path(name).read_text(encoding="utf-8"))
    return content


def test_dashboard_matches_grafanas_schema(dashboard: dict[str, Any]) -> None:
    jsonschema.validate(dashboard, schema("Dashboard"))
    for panel in panels(dashboard):
        jsonschema.validate(panel["options"], schema(f"{panel['type']}.Options"))
        if panel["type"] == "timeseries":
            custom = panel["fieldConfig"]["defaults"]["custom"]
            jsonschema.validate(custom, schema("timeseries.FieldConfig"))


def test_schema_is_strict(dashboard: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(dashboard | {"panel": []}, schema("Dashboard"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(dashboard | {"schemaVersion": "39"}, schema("Dashboard"))


def test_panels_are_distinct_and_do_not_overlap(dashboard: dict[str, Any]) -> None:
    everything = dashboard["panels"]
    assert len({panel["id"] for panel in everything}) == len(everything)
    assert len({panel["title"] for panel in everything}) == len(everything)
    taken: set[tuple[int, int]] = set()
    for panel in everything:
        place = panel["gridPos"]
        cells = {
            (place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
    for panel in panels(dashboard):
        assert panel["description"].endswith(".")
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references) > 0


def test_dashboard_has_the_expected_panels(dashboard: dict[str, Any]) -> None:
    titles = {panel["title"] for panel in dashboard["panels"]}
    variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}

    assert {"Template release", "Rate by route", "Errors by route", "Duration"} <= titles
    assert ("Model" in titles) is ("Queue" in titles)
    assert variables.keys() == {"datasource", "job", "namespace", "instance"}
    assert variables["job"]["query"] == dashboard["title"] == "my-service"
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(dashboard)))
    assert used <= variables.keys() | {"__rate_interval", "__all"}


@pytest.mark.parametrize("name", ["a", matrix.EDGES["longest name"]["service_name"]])
def test_dashboard_uid_is_valid(tmp_path: Path, name: str) -> None:
    service = support.generate(tmp_path / "one", matrix.Variant("", {"service_name": name}))
    other = support.generate(
        tmp_path / "two", matrix.Variant("", {"service_name": name[:-1] + "z"})
    )

    ids = [queries.dashboard(one)["uid"] for one in (service, other)]

    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", one) for one in ids)
    assert ids[0] != ids[1]


def test_chart_includes_the_dashboard_unchanged(
    service: support.Generated, manifests: support.Manifests
) -> None:
    (content,) = manifests.config_map("-dashboard").values()

    assert json.loads(content) == queries.dashboard(service)
