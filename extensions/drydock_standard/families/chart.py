"""What deploys the service: a Helm chart, or plain manifests.

Templates of a chart are no YAML before Helm has rendered them, which takes Helm; so they are read
as text, line by line. What comes from a value is followed into values.yaml.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from drydock_standard.check import Check, at, code, skip
from drydock_standard.repository import Repository, Unusable, is_aside, table

NAME = "Chart"
ORDER = 5
_MOST = 200  # charts of one repository that are looked at
_WORKLOAD = re.compile(r"^kind: [\"']?(Deployment|StatefulSet|DaemonSet|Rollout)\b", re.MULTILINE)
_MONITOR = re.compile(
    r"^kind: [\"']?(ServiceMonitor|PodMonitor)\b|prometheus\.io/scrape", re.MULTILINE
)
_VALUE = re.compile(r"\{\{-?\s*\.Values\.([\w.]+)\s*(?:\|\s*(?:int|quote|toString)\s*)?-?\}\}")


@dataclass(frozen=True)
class _Deployed:
    """A file with a workload in it, as text, and the values that its chart has for it."""

    path: str
    text: str
    values: dict[str, Any]

    def filled(self, text: str) -> str | None:
        """Return what stands in a template's line; None where only Helm can tell."""
        if said := _VALUE.fullmatch(text):
            *names, last = said[1].split(".")
            text = str(table(self.values, *names).get(last, "{{"))
        return None if "{{" in text else text.strip("\"'")


def _manifests(repository: Repository) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path and text of what is deployed, with the values of its chart."""
    charts = [path.rpartition("/")[0] for path in repository.named(r"Chart\.ya?ml")][:_MOST]
    values: dict[str, dict[str, Any]] = {}
    for chart in charts:
        try:
            values[chart] = table(repository.yaml(f"{chart}/values.yaml".lstrip("/")))
        except Unusable:
            values[chart] = {}
    for path in repository.named(r".*\.(ya?ml|tpl)"):
        text = repository.text(path) or ""
        if (
            is_aside(path)
            or path.startswith(".github/")
            or ("kind:" not in text and "prometheus.io/scrape" not in text)
        ):
            continue
        inside = [
            one for one in charts if path.startswith(f"{one}/templates/" if one else "templates/")
        ]
        if inside:
            yield path, text, values[max(inside, key=len)]
        elif "apiVersion:" in text:
            yield path, text, {}


def _workloads(repository: Repository) -> list[_Deployed]:
    found = [_Deployed(*one) for one in _manifests(repository) if _WORKLOAD.search(one[1])]
    return found or skip("there is no chart or manifest that starts it")


class Probes(Check):
    """Kubernetes is told when the service is alive and when it is ready.

    Without a readiness probe a pod gets requests before it can answer them, on each rollout;
    without a liveness probe one that hangs is never restarted.

    Fix: give the container `livenessProbe` and `readinessProbe`, as the template's chart does.

    Since v1.5.0.
    """

    code = "DM501"

    def find(self, repository: Repository) -> Iterator[str]:
        for one in _workloads(repository):
            missing = [
                probe for probe in ("livenessProbe", "readinessProbe") if probe not in one.text
            ]
            if missing:
                yield f"{at(one.path)} has no {' and no '.join(map(code, missing))}"


class Ports(Check):
    """Every port that probes and services name is a port of the container.

    A name that no port has is noticed when no pod becomes ready. Numbers need no declaration, so
    they are not looked at.

    Fix: name the port under `ports` of the container, or ask one that is there.

    Since v1.5.0.
    """

    code = "DM502"

    def find(self, repository: Repository) -> Iterator[str]:
        for one in _workloads(repository):
            ports = _container_ports(one)
            if ports is None:
                continue
            for line, port in _asked(one):
                if not port.isdecimal() and port not in ports:
                    yield _none(one.path, line, port, ports)
        yield from _of_services(repository)


def _none(path: str, line: int, port: str, ports: set[str]) -> str:
    return (
        f"{at(path, line)}: no port is called {code(port)}, only {code(', '.join(sorted(ports)))}"
    )


def _of_services(repository: Repository) -> Iterator[str]:
    """Yield the target ports of services that no container beside them has."""
    known: dict[str, set[str] | None] = {}
    for one in _workloads(repository):
        folder, ports = one.path.rpartition("/")[0], _container_ports(one)
        before = known.get(folder, set())
        known[folder] = None if ports is None or before is None else before | ports
    for path, text, values in _manifests(repository):
        ports = known.get(path.rpartition("/")[0])
        if ports is None or not re.search(r"(?m)^kind: [\"']?Service\b", text):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            said = re.match(r"\s*(?:- )?targetPort:\s*(.+?)\s*(?:#.*)?$", line)
            port = _Deployed(path, text, values).filled(said[1]) if said else None
            if port and not port.isdecimal() and port not in ports:
                yield _none(path, number, port, ports)


def _container_ports(one: _Deployed) -> set[str] | None:
    """Return the names of the container's ports; None where only Helm can tell."""
    found: set[str] = set()
    lines = one.text.splitlines()
    for number, line in enumerate(lines):
        if not re.match(r"\s*(?:- )?containerPort:", line):
            continue
        for near in lines[max(0, number - 2) : number + 3]:
            if named := re.match(r"\s*(?:- )?name:\s*(.+?)\s*$", near):
                found.add(one.filled(named[1]) or "")
    return None if not found or "" in found else found


def _asked(one: _Deployed) -> Iterator[tuple[int, str]]:
    """Yield line and port of each probe."""
    lines = one.text.splitlines()
    for number, line in enumerate(lines):
        if not re.match(r"\s*(httpGet|tcpSocket):\s*$", line):
            continue
        indent = len(line) - len(line.lstrip())
        for inner, below in enumerate(lines[number + 1 :], number + 2):
            if below.strip() and len(below) - len(below.lstrip()) <= indent:
                break
            said = re.match(r"\s*port:\s*(.+?)\s*(?:#.*)?$", below)
            if said and (port := one.filled(said[1])):
                yield inner, port


class SameContract(Check):
    """Chart, image and answers name the same port.

    Where they differ, a reader of one is misled about the others, and an update of the template
    goes by the answer.

    Fix: change the answer by `drydock update --data service_port=8080`, not the files one by one.

    Since v1.5.0.
    """

    code = "DS503"

    def find(self, repository: Repository) -> Iterator[str]:
        if not repository.has_chassis:
            skip("this template did not make the service")
        try:
            values = repository.yaml("chart/values.yaml")
        except Unusable:
            skip("there is no chart of the template")
        for answer, section in (("service_port", "server"), ("management_port", "management")):
            port = table(values, "config", section).get("port")
            expected = repository.answers.get(answer)
            if isinstance(port, int) and isinstance(expected, int) and port != expected:
                yield (
                    f"{at('chart/values.yaml')}: {code(f'config.{section}.port: {port}')}, but the "
                    f"answer {code(answer)} is {expected}"
                )


class Monitored(Check):
    """Prometheus is told to read the metrics.

    Metrics that nobody reads alert nobody.

    Fix: add a ServiceMonitor or a PodMonitor, as the template's chart has.

    Since v1.5.0.
    """

    code = "DS504"

    def find(self, repository: Repository) -> Iterator[str]:
        found = _workloads(repository)
        if not any(_MONITOR.search(text) for _, text, _ in _manifests(repository)):
            values = list(repository.named(r"values.*\.ya?ml"))
            if not any(_MONITOR.search(repository.text(path) or "") for path in values):
                yield f"{at(found[0].path)}: no ServiceMonitor, PodMonitor or scrape annotation"


class PinnedRelease(Check):
    """What is deployed has a version.

    A pod that starts with `latest` runs whatever was pushed last; two pods of one deployment may
    run two versions.

    Fix: deploy a tag of the release, or a digest.

    Since v1.5.0.
    """

    code = "DS505"

    def find(self, repository: Repository) -> Iterator[str]:
        _workloads(repository)
        files = [*repository.named(r"values.*\.ya?ml"), *(one[0] for one in _manifests(repository))]
        for path in dict.fromkeys(files):
            for number, line in enumerate(repository.lines(path), 1):
                if re.match(
                    r"\s*(?:- )?(?:tag|image):\s*[\"']?(?:\S+:)?latest[\"']?\s*(#.*)?$", line
                ):
                    yield f"{at(path, number)}: {code(line.strip())}"
