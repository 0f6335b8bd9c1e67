"""The metrics, alerts and dashboard of a fleet, checked with a real Prometheus."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from drydock.fleet import metrics

from tests.fleet.test_page import RECORDS
from tests.template.chart import parts
from tests.template.matrix import REPOSITORY

ALERTS = REPOSITORY / "docs/fleet/alerts.yaml"
DASHBOARD = REPOSITORY / "docs/fleet/dashboard.json"
UPDATE = {
    "date": "2026-11-28T11:00:00+00:00", "kind": "update", "service": "tulip", "error": "",
    "owner": "team-a", "wave": 1, "conflicts": [{"path": "Dockerfile"}],
}  # fmt: skip
METRICS = metrics.render([*RECORDS, UPDATE])


def promtool(*arguments: str | Path, stdin: str = "") -> str:
    done = subprocess.run(
        [parts.path("promtool"), *arguments], input=stdin, text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_metrics_show_the_newest_records_of_each_service() -> None:
    lines = METRICS.splitlines()

    labels = 'service="tulip",owner="team-a",wave="1"'
    assert f"drydock_fleet_releases_behind{{{labels}}} 2" in lines
    assert f"drydock_fleet_behind_seconds{{{labels}}} 1728000" in lines
    assert f"drydock_fleet_forecast_conflicts{{{labels}}} 1" in lines
    assert f"drydock_fleet_update_failed{{{labels}}} 1.0" in lines
    assert 'drydock_fleet_failed{service="gone",owner="team-b",wave="1"} 1.0' in lines
    assert not [line for line in lines if "releases_behind" in line and "gone" in line]


@pytest.mark.fleet
def test_prometheus_accepts_the_metrics() -> None:
    assert promtool("check", "metrics", stdin=METRICS) == ""


@pytest.mark.parts
@pytest.mark.fleet
def test_prometheus_accepts_the_alert_rules() -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", ALERTS)


@pytest.mark.fleet
def test_alerts_fire_after_their_delay_and_on_failed_updates(tmp_path: Path) -> None:
    day = 86400
    cases = {
        "rule_files": [str(ALERTS)],
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {
                        "series": f'drydock_fleet_behind_seconds{{service="{name}",owner="o"}}',
                        "values": f"{seconds}x80",
                    }
                    for name, seconds in (("late", 31 * day), ("well", 29 * day))
                ]
                + [
                    {
                        "series": f'drydock_fleet_update_failed{{service="{name}",owner="o"}}',
                        "values": f"{value}x80",
                    }
                    for name, value in (("late", 1), ("well", 0))
                ],
                "alert_rule_test": [
                    {
                        "eval_time": when,
                        "alertname": name,
                        "exp_alerts": [
                            {"exp_labels": {"severity": "warning", "service": "late", "owner": "o"}}
                        ]
                        if when == "70m"
                        else [],
                    }
                    for name in ("FleetServiceBehind", "FleetUpdateFailed")
                    for when in ("30m", "70m")
                ],
            }
        ],
    }
    # The wording of the alerts is not tested, so that it can change.
    rules = yaml.safe_load(ALERTS.read_text())
    for rule in rules["groups"][0]["rules"]:
        assert rule.pop("annotations")["summary"].count("{{ $labels.service }}") == 1
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules))
    cases["rule_files"] = ["rules.yaml"]
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump(cases))

    promtool("test", "rules", tmp_path / "cases.yaml")


@pytest.mark.fleet
def test_each_dashboard_query_returns_data(tmp_path: Path) -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    queries = [
        target["expr"].replace("$owner", ".*")
        for panel in dashboard["panels"]
        for target in panel["targets"]
    ]
    series = [line.rpartition(" ") for line in METRICS.splitlines() if line[0] != "#"]
    cases = {
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": name, "values": f"{float(value):.0f}x5"} for name, _, value in series
                ],
                "promql_expr_test": [
                    # Any value will do.
                    {
                        "expr": f"count(({query})) > bool 0",
                        "eval_time": "3m",
                        "exp_samples": [{"labels": "{}", "value": 1}],
                    }
                    for query in queries
                ],
            }
        ],
    }
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump(cases))

    promtool("test", "rules", tmp_path / "cases.yaml")
    assert len(queries) == len(dashboard["panels"])
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
