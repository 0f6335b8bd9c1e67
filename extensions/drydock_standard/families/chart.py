"""How the service is deployed: by a Helm chart or by plain manifests.

The templates of a chart are not YAML until Helm has rendered them, so they are read as text, line
by line. References to values are looked up in values.yaml.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from drydock_standard.check import Check, at, code, skip
from drydock_standard.repository import Repository, Unusable, is_auxiliary, table

NAME = "Chart"
ORDER = 5
_MOST_CHARTS = 200  # that are read in one repository
_WORKLOAD = re.compile(r"^kind: [\"']?(Deployment|StatefulSet|DaemonSet|Rollout)\b", re.MULTILINE)
_MONITOR = re.compile(
    r"^kind: [\"']?(ServiceMonitor|PodMonitor)\b|prometheus\.io/scrape", re.MULTILINE
)
_VALUE = re.compile(r"\{\{-?\s*\.Values\.([\w.]+)\s*(?:\|\s*(?:int|quote|toString)\s*)?-?\}\}")


@dataclass(frozen=True)
class _Manifest:
    """A deployed manifest as text, and the values of its chart."""

    path: str
    text: str
    values: dict[str, Any]

    def filled(self, text: str) -> str | None:
        """Return a template expression with its value; None if only Helm can evaluate it."""
        if match := _VALUE.fullmatch(text):
            *names, last = match[1].split(".")
            text = str(table(self.values, *names).get(last, "{{"))
        return None if "{{" in text else text.strip("\"'")


def _manifests(repository: Repository) -> Iterator[_Manifest]:
    """Yield the manifests that deploy something."""
    charts = [path.rpartition("/")[0] for path in repository.named(r"Chart\.ya?ml")][:_MOST_CHARTS]
    values: dict[str, dict[str, Any]] = {}
    for chart in charts:
        try:
            values[chart] = table(repository.yaml(f"{chart}/values.yaml".lstrip("/")))
        except Unusable:
            values[chart] = {}
    for path in repository.named(r".*\.(ya?ml|tpl)"):
        text = repository.text(path) or ""
        if (
            is_auxiliary(path)
            or path.startswith(".github/")
            or ("kind:" not in text and "prometheus.io/scrape" not in text)
        ):
            continue
        owners = [chart for chart in charts if path.startswith(f"{chart}/templates/".lstrip("/"))]
        if owners:
            yield _Manifest(path, text, values[max(owners, key=len)])
        elif "apiVersion:" in text:
            yield _Manifest(path, text, {})


def _workloads(repository: Repository) -> list[_Manifest]:
    workloads = [item for item in _manifests(repository) if _WORKLOAD.search(item.text)]
    return workloads or skip("no chart or manifest deploys the service")


class Probes(Check):
    """The container has liveness and readiness probes.

    Without a readiness probe, a pod receives requests before it can serve them, at each rollout.
    Without a liveness probe, a pod that hangs is never restarted.

    Fix: give the container a `livenessProbe` and a `readinessProbe`, as in the template's chart.

    Since v1.5.0.
    """

    code = "DM501"

    def find(self, repository: Repository) -> Iterator[str]:
        for workload in _workloads(repository):
            probes = ("livenessProbe", "readinessProbe")
            missing = [code(probe) for probe in probes if probe not in workload.text]
            if missing:
                yield f"{at(workload.path)} has no {' and no '.join(missing)}"


class Ports(Check):
    """Probes and Services refer to existing ports of the container.

    A port name that does not exist is noticed only when no pod becomes ready. Port numbers need no
    declaration and are not checked.

    Fix: declare the port under `ports` of the container, or name a port that is declared there.

    Since v1.5.0.
    """

    code = "DM502"

    def find(self, repository: Repository) -> Iterator[str]:
        for workload in _workloads(repository):
            ports = _container_ports(workload)
            if ports is None:
                continue
            for line, port in _probe_ports(workload):
                if not port.isdecimal() and port not in ports:
                    yield _unknown_port(workload.path, line, port, ports)
        yield from _unknown_target_ports(repository)


def _unknown_port(path: str, line: int, port: str, ports: set[str]) -> str:
    return f"{at(path, line)}: no port is named {code(port)}, only {code(', '.join(sorted(ports)))}"


def _unknown_target_ports(repository: Repository) -> Iterator[str]:
    """Yield the target ports of Services that no container in the same directory has."""
    known: dict[str, set[str] | None] = {}
    for workload in _workloads(repository):
        folder, ports = workload.path.rpartition("/")[0], _container_ports(workload)
        before = known.get(folder, set())
        known[folder] = None if ports is None or before is None else before | ports
    for manifest in _manifests(repository):
        ports = known.get(manifest.path.rpartition("/")[0])
        if ports is None or not re.search(r"(?m)^kind: [\"']?Service\b", manifest.text):
            continue
        for number, line in enumerate(manifest.text.splitlines(), 1):
            match = re.match(r"\s*(?:- )?targetPort:\s*(.+?)\s*(?:#.*)?$", line)
            port = manifest.filled(match[1]) if match else None
            if port and not port.isdecimal() and port not in ports:
                yield _unknown_port(manifest.path, number, port, ports)


def _container_ports(workload: _Manifest) -> set[str] | None:
    """Return the names of the container's ports; None if only Helm can evaluate them."""
    names: set[str] = set()
    lines = workload.text.splitlines()
    for number, line in enumerate(lines):
        if not re.match(r"\s*(?:- )?containerPort:", line):
            continue
        for near in lines[max(0, number - 2) : number + 3]:
            if match := re.match(r"\s*(?:- )?name:\s*(.+?)\s*$", near):
                names.add(workload.filled(match[1]) or "")
    return None if not names or "" in names else names


def _probe_ports(workload: _Manifest) -> Iterator[tuple[int, str]]:
    """Yield line and port of each probe."""
    lines = workload.text.splitlines()
    for number, line in enumerate(lines):
        if not re.match(r"\s*(httpGet|tcpSocket):\s*$", line):
            continue
        indent = len(line) - len(line.lstrip())
        for inner, below in enumerate(lines[number + 1 :], number + 2):
            if below.strip() and len(below) - len(below.lstrip()) <= indent:
                break
            match = re.match(r"\s*port:\s*(.+?)\s*(?:#.*)?$", below)
            if match and (port := workload.filled(match[1])):
                yield inner, port


class SameContract(Check):
    """The chart and the recorded answers have the same ports.

    If they differ, each misleads readers about the other, and an update of the template follows the
    answers.

    Fix: change the answer with `drydock update --data service_port=8080`, instead of editing the
    files one by one.

    Since v1.5.0.
    """

    code = "DS503"

    def find(self, repository: Repository) -> Iterator[str]:
        if not repository.has_chassis:
            skip("the service does not use this template")
        try:
            values = repository.yaml("chart/values.yaml")
        except Unusable:
            skip("the template's chart is missing or not valid")
        for answer, section in (("service_port", "server"), ("management_port", "management")):
            port = table(values, "config", section).get("port")
            expected = repository.answers.get(answer)
            if isinstance(port, int) and isinstance(expected, int) and port != expected:
                yield (
                    f"{at('chart/values.yaml')}: {code(f'config.{section}.port: {port}')}, but the "
                    f"answer {code(answer)} is {expected}"
                )


class Monitored(Check):
    """Prometheus is configured to scrape the metrics.

    Metrics that nothing collects raise no alert.

    Fix: add a ServiceMonitor or a PodMonitor, as in the template's chart.

    Since v1.5.0.
    """

    code = "DS504"

    def find(self, repository: Repository) -> Iterator[str]:
        workloads = _workloads(repository)
        if not any(_MONITOR.search(manifest.text) for manifest in _manifests(repository)):
            values = list(repository.named(r"values.*\.ya?ml"))
            if not any(_MONITOR.search(repository.text(path) or "") for path in values):
                yield f"{at(workloads[0].path)}: no ServiceMonitor, PodMonitor or scrape annotation"


class PinnedRelease(Check):
    """The deployed image is pinned to a version.

    A pod with the tag `latest` runs whatever was pushed last; two pods of one deployment can run
    different versions.

    Fix: deploy a release tag or a digest.

    Since v1.5.0.
    """

    code = "DS505"

    def find(self, repository: Repository) -> Iterator[str]:
        _workloads(repository)
        manifests = [manifest.path for manifest in _manifests(repository)]
        for path in dict.fromkeys([*repository.named(r"values.*\.ya?ml"), *manifests]):
            for number, line in enumerate(repository.lines(path), 1):
                if re.match(
                    r"\s*(?:- )?(?:tag|image):\s*[\"']?(?:\S+:)?latest[\"']?\s*(#.*)?$", line
                ):
                    yield f"{at(path, number)}: {code(line.strip())}"
