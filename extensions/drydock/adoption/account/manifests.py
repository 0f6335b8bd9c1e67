"""Kubernetes manifests: where the standard's chart has each of their settings.

The manifests stay as they are; the account is for teams that move to the chart. The settings of a
single workload are carried over to the chart's values by `translate/chart.py`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from drydock.adoption.facts.kubernetes import is_used
from drydock.adoption.translate import Entry
from drydock.documents.places import line_of

_WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet"}
_STAYS = "the manifest stays; in the standard's chart: "
# https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
_OF_CONTAINER = {
    "resources": "resources in chart/values.yaml",
    "volumeMounts": "volumeMounts in chart/values.yaml",
    "livenessProbe": "/livez on the management port",
    "readinessProbe": "/readyz on the management port",
    "startupProbe": "/startupz on the management port",
    "ports": "the answers service_port and management_port",
    "command": "the image's command starts the service",
    "args": "the image's command starts the service",
}
_OF_POD = {
    "volumes": "volumes in chart/values.yaml",
    "nodeSelector": "nodeSelector in chart/values.yaml",
    "tolerations": "tolerations in chart/values.yaml",
    "affinity": "affinity in chart/values.yaml",
    "initContainers": "initContainers in chart/values.yaml",
    "serviceAccountName": "serviceAccount in chart/values.yaml",
}
_NO_PLACE = "nothing in chart/values.yaml sets it; see chart/templates"
_KNOWN = {"name", "image", "imagePullPolicy", "env", "envFrom"}
ASIDE = re.compile(r"(^|/)(tests?|docs|node_modules|examples?)/")
"""Folders whose files do not run the service."""


def is_manifest(path: str, text: str) -> bool:
    """Tell whether a file is a manifest of pods, and no template of one."""
    is_yaml = path.endswith((".yml", ".yaml")) and "{{" not in text
    return is_yaml and bool(re.search(r"(?m)^kind:\s*(Deployment|StatefulSet|DaemonSet)\b", text))


def find(path: str, text: str) -> Iterator[Entry]:
    """Yield each setting of a manifest's pods, with its place in the standard's chart."""
    for document in workloads(text):
        yield from _workload(path, text, document)


def is_of_service(path: str, text: str) -> bool:
    """Tell whether a file is a manifest of the service's pods, outside tests, docs and examples."""
    return is_manifest(path, text) and not ASIDE.search(path)


def workloads(text: str) -> Iterator[dict[str, Any]]:
    """Yield the documents of a manifest that run pods of the service."""
    try:
        documents = [found for found in yaml.safe_load_all(text) if isinstance(found, dict)]
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    for document in documents:
        images = [str(container.get("image")) for container in containers(document)]
        if document.get("kind") in _WORKLOADS and not (images and all(map(is_used, images))):
            yield document


def pod(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the spec of a workload's pods."""
    return at(document, "spec", "template", "spec")


def containers(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the containers of a workload's pods."""
    return list(items(pod(document), "containers"))


def _workload(path: str, text: str, document: dict[str, Any]) -> Iterator[Entry]:
    spec, pod_spec = at(document, "spec"), pod(document)

    def carried(setting: str, how: str, *names: str, value: str | None = None) -> Entry:
        line = line_of(path, text, *names, value=value) or line_of(path, text, *names)
        return Entry(path, max(line, 1), setting, "carried", f"{_STAYS}{how}")

    if "replicas" in spec:
        how = "replicas in chart/values.yaml, and minReplicas of its autoscaling, which is on"
        if spec["replicas"] == 0:
            how = "replicas in chart/values.yaml; set autoscaling.enabled there to false"
        yield carried(f"replicas: {spec['replicas']}", how, "spec", "replicas")
    yield from (carried(key, how, key) for key, how in _OF_POD.items() if key in pod_spec)
    for key in sorted(pod_spec.keys() - _OF_POD.keys() - {"containers"}):
        yield carried(key, _NO_PLACE, key)
    for container in containers(document):
        yield from (
            carried(key, how, key) for key, how in _OF_CONTAINER.items() if key in container
        )
        for key in sorted(container.keys() - _OF_CONTAINER.keys() - _KNOWN):
            yield carried(key, _NO_PLACE, key)
        for variable in items(container, "env"):
            how = "env in chart/values.yaml"
            source = at(variable, "valueFrom")
            if source and "secretKeyRef" not in source:
                how = "chart/values.yaml takes only text (env) and Secrets (secretEnv)"
            elif source:
                how = "secretEnv in chart/values.yaml"
            name = str(variable.get("name"))
            yield carried(f"env {name}", how, "env", "name", value=name)
        for reference in items(container, "envFrom"):
            kind = "secretRef" if "secretRef" in reference else "configMapRef"
            how = "secrets in chart/values.yaml"
            if kind == "configMapRef":
                how = "env in chart/values.yaml, entry by entry"
            name = str(at(reference, kind).get("name"))
            yield carried(f"envFrom {name}", how, kind, "name", value=name)


def at(data: Any, *names: str) -> dict[str, Any]:
    """Return the entries with a text as key in the mapping at these keys; none if there is none."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    entries = data.items() if isinstance(data, dict) else ()
    return {key: value for key, value in entries if isinstance(key, str)}


def items(data: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """Yield the mappings in the list `name`."""
    entries = data.get(name)
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            yield at(entry)
