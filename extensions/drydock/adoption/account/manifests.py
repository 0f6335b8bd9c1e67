"""Kubernetes manifests: what they say of a service's pods, and where the standard's chart has it.

The manifests stay as they are; whoever goes over to the chart finds here what belongs where.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from drydock.adoption.translate import Entry
from drydock.documents.places import line_of

_WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet"}
_STAYS = "the manifest stays; in the standard's chart "
# https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
_OF_CONTAINER = {
    "resources": "it is resources of chart/values.yaml",
    "volumeMounts": "it is volumeMounts of chart/values.yaml",
    "livenessProbe": "it is /livez of the management port",
    "readinessProbe": "it is /readyz of the management port",
    "startupProbe": "it is /startupz of the management port",
    "ports": "the ports are the answers service_port and management_port",
    "command": "the image's command starts the service",
    "args": "the image's command starts the service",
}
_OF_POD = {
    "volumes": "it is volumes of chart/values.yaml",
    "nodeSelector": "it is nodeSelector of chart/values.yaml",
    "tolerations": "it is tolerations of chart/values.yaml",
    "affinity": "it is affinity of chart/values.yaml",
    "initContainers": "it is initContainers of chart/values.yaml",
    "serviceAccountName": "it is serviceAccount of chart/values.yaml",
}


def is_manifest(path: str, text: str) -> bool:
    """Tell whether a file is a manifest of pods that can be read as it stands."""
    named = path.endswith((".yml", ".yaml")) and "{{" not in text
    return named and bool(re.search(r"(?m)^kind:\s*(Deployment|StatefulSet|DaemonSet)\b", text))


def find(path: str, text: str) -> Iterator[Entry]:
    """Yield what a manifest says of its pods, each with its place in the standard's chart."""
    try:
        documents = [one for one in yaml.safe_load_all(text) if isinstance(one, dict)]
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    for document in documents:
        if document.get("kind") in _WORKLOADS:
            yield from _workload(path, text, document)


def _workload(path: str, text: str, document: dict[str, Any]) -> Iterator[Entry]:
    spec = _at(document, "spec")
    pod = _at(spec, "template", "spec")

    def carried(said: str, how: str, *names: str, value: str | None = None) -> Entry:
        line = line_of(path, text, *names, value=value) or line_of(path, text, *names)
        return Entry(path, max(line, 1), said, "carried", f"{_STAYS}{how}")

    if "replicas" in spec:
        how = "it is replicas of chart/values.yaml"
        yield carried(f"replicas: {spec['replicas']}", how, "spec", "replicas")
    yield from (carried(key, how, key) for key, how in _OF_POD.items() if key in pod)
    containers = pod.get("containers")
    for container in containers if isinstance(containers, list) else ():
        if not isinstance(container, dict):
            continue
        yield from (
            carried(key, how, key) for key, how in _OF_CONTAINER.items() if key in container
        )
        for one in _items(container, "env"):
            how = "it is env of chart/values.yaml"
            if "secretKeyRef" in _at(one, "valueFrom"):
                how = "it is secretEnv of chart/values.yaml"
            name = str(one.get("name"))
            yield carried(f"env {name}", how, "env", "name", value=name)
        for one in _items(container, "envFrom"):
            source = "secretRef" if "secretRef" in one else "configMapRef"
            where = "secrets" if source == "secretRef" else "env, entry by entry,"
            name = str(_at(one, source).get("name"))
            how = f"it is {where} of chart/values.yaml"
            yield carried(f"envFrom {name}", how, source, "name", value=name)


def _at(data: Any, *names: str) -> dict[str, Any]:
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _items(data: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    held = data.get(name)
    yield from (one for one in (held if isinstance(held, list) else ()) if isinstance(one, dict))
