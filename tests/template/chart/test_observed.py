"""Every query of the dashboard and every alert, under a real Prometheus, with real traffic."""

import re
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.template import matrix
from tests.template.chart import queries, support
from tests.template.chart.observed import Observed, finite, resolve
from tests.waiting import wait_for

TRAFFIC_SECONDS = 20
# Alerts that the traffic fires; for the others, the metrics that they compare exist.
IMPLIED = {
    "ErrorBudgetBurnsFast",
    "ErrorBudgetBurnsSlowly",
    "LatencyBudgetBurnsFast",
    "LatencyBudgetBurnsSlowly",
    "RequestsNearLimit",
    "ModelQueueNearLimit",
    "ModelDropsItems",
}
# Panels that must show more than zeros.
BUSY = {
    *("Instances", "Version", "Template release", "Failures, 1 h", "Slow responses, 1 h"),
    *("Rate by route", "Errors by route", "Duration", "Duration by route, 95 %"),
    *("Failures and the objective", "Slow responses and the objective"),
    *("Requests in progress", "Turned away", "CPU", "Memory", "File descriptors"),
    *("Batch size", "Time of the model", "Wait in the queue", "Queue", "Dropped"),
    "Failures of the server",
}


class Run:
    """A service that has served every kind of request, and since when."""

    def __init__(self, observed: Observed) -> None:
        self.observed = observed
        self.since = time.time()
        observed.traffic(TRAFFIC_SECONDS)
        self.job = observed.service.name


@pytest.fixture(scope="module", params=["local", "none", "triton"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("observed")
    port, management_port = support.free_ports(2)
    answers = {
        "inference": request.param,
        "service_port": port,
        "management_port": management_port,
    }
    service = support.generate(folder / "service", matrix.Variant("", answers))
    with Observed(service, folder) as observed:
        yield Run(observed)


def test_every_panel_shows_data(run: Run) -> None:
    expressions = list(queries.of_dashboard(run.observed.service))
    empty, zero = [], []
    for query in expressions:
        series = run.observed.history(resolve(query.expression, run.job), run.since)
        numbers = list(finite(series))
        if not numbers:
            empty.append(query)
        elif not any(numbers) and query.where.removeprefix("panel ") in BUSY:
            zero.append(query)

    assert len(expressions) >= 20
    assert (empty, zero) == ([], [])


def test_variables_have_values(run: Run) -> None:
    variables = queries.dashboard(run.observed.service)["templating"]["list"]
    for variable in (one for one in variables if one["type"] == "query"):
        expression = resolve(variable["query"]["query"], run.job)
        match = re.fullmatch(r"label_values\((.+), (\w+)\)", expression)
        assert match is not None
        series = run.observed.api("series", **{"match[]": match[1]})
        assert {one[match[2]] for one in series}, variable["name"]


def test_every_rule_is_evaluated(run: Run) -> None:
    rules = [rule for group in run.observed.api("rules")["groups"] for rule in group["rules"]]

    assert len(rules) > 25
    assert [rule for rule in rules if rule["health"] != "ok"] == []


def test_alerts_fire_on_real_metrics(run: Run) -> None:
    seen = set()
    for name, alert in run.observed.manifests.alerts.items():
        if any(True for _ in finite(run.observed.history(alert["expr"], run.since))):
            seen.add(name)
            continue
        # Nothing to alert on, but the compared value exists.
        compared = re.sub(r"(==|>)\s*[\d.]+\s*(or absent\(.+\))?\s*$", "", alert["expr"].strip())
        assert compared != alert["expr"].strip(), name
        numbers = finite(run.observed.history(compared, run.since))
        assert any(True for _ in numbers), f"{name}: the compared value does not exist"

    assert seen == IMPLIED & run.observed.manifests.alerts.keys()


def test_alertmanager_receives_the_alert(run: Run) -> None:
    def fired() -> list[dict[str, Any]]:
        alerts = run.observed.alerts()
        return [one for one in alerts if one["labels"]["alertname"] == "ErrorBudgetBurnsFast"]

    (alert,) = wait_for(fired, "the alert")

    assert alert["labels"]["severity"] == "critical"
    assert alert["labels"]["job"] == run.job
    assert alert["annotations"]["summary"] == f"{run.job} in shop fails too many requests"
    assert alert["annotations"]["runbook_url"].endswith("#errorbudgetburnsfast")


def test_vanished_service_fires_an_alert(run: Run) -> None:
    """The last test: it ends the service."""
    run.observed.running.terminate()
    alerts = run.observed.manifests.alerts

    for name in ("InstanceDown", "ServiceDown"):
        query = partial(run.observed.query, alerts[name]["expr"])
        (alert,) = wait_for(query, name)
        assert alert["metric"]["job"] == run.job
