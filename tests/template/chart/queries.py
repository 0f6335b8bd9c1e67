"""Checks the queries of alerts and dashboard against the existing metrics."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.template.chart.support import Generated, Manifests

TARGET_LABELS = {"namespace", "job", "instance"}
METRIC = re.compile(r"\b([a-z_][a-z0-9_:]*)\{([^}]*)\}")
GROUPING = re.compile(r"\b(?:by|on|without|ignoring) \(([^)]*)\)")


class Query(NamedTuple):
    """An expression, and its place."""

    where: str
    expression: str


def of_rules(manifests: Manifests) -> Iterator[Query]:
    """Yield the expressions of recordings and alerts."""
    for group in manifests.rules["groups"]:
        for rule in group["rules"]:
            yield Query(rule.get("alert") or rule["record"], rule["expr"])


def of_dashboard(service: Generated) -> Iterator[Query]:
    """Yield the queries of the panels."""
    for panel in dashboard(service)["panels"]:
        for target in panel.get("targets", []):
            yield Query(f"panel {panel['title']}", target["expr"])


def dashboard(service: Generated) -> dict[str, Any]:
    """Return the dashboard in a chart."""
    text = (service.chart / "dashboards/service.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def unknown(queries: Iterable[Query], metrics: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield each metric or label in a query that does not exist.

    `metrics` are the labels of each metric, without those of the target.
    """
    for where, expression in queries:
        labels = set(TARGET_LABELS)
        for metric, matchers in METRIC.findall(expression):
            if metric not in metrics:
                yield f"{where}: there is no metric {metric}"
                continue
            labels |= metrics[metric]
            for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers):
                if label not in metrics[metric] | TARGET_LABELS:
                    yield f"{where}: {metric} has no label {label}"
            if not {"namespace", "job"} <= set(re.findall(r"(\w+)\s*(?:=~|=)", matchers)):
                yield f"{where}: {metric} of other services is counted in"
        for group in GROUPING.findall(expression):
            for label in re.findall(r"\w+", group):
                if label not in labels:
                    yield f"{where}: nothing has the label {label}"


def exposed(text: str) -> dict[str, set[str]]:
    """Return the labels of each metric that a service exposes."""
    found: dict[str, set[str]] = {"up": set()}
    for name, labels in re.findall(r"^([a-zA-Z_:]\w*)(?:\{(.*)\})? ", text, re.MULTILINE):
        found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    return found


def recorded(manifests: Manifests) -> dict[str, set[str]]:
    """Return the metrics that the rules record, which only keep labels of the target."""
    return {
        rule["record"]: set()
        for group in manifests.rules["groups"]
        for rule in group["rules"]
        if "record" in rule
    }
