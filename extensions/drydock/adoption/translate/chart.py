"""The values of the standard's chart with the settings of a service's own manifest.

Only a single workload with one container is carried over: of several, a person must choose. What
has no place in the values is listed in the account of the manifests.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from drydock.adoption.account import manifests
from drydock.adoption.facts import Files
from drydock.adoption.translate import Carried

PATH = "chart/values.yaml"
_SAME_KEYS = ("nodeSelector", "tolerations", "affinity", "volumes", "initContainers")
"""Keys of a pod that have the same name in the values."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Variables that the chart sets: ports and shutdown have their own values.
_OF_THE_CHART = re.compile(r"(?i)APP__(SERVER|MANAGEMENT|SHUTDOWN|PROFILES|CONFIG_DIR)(__.*)?")


def carry(theirs: str, files: Files) -> Carried:
    """Return the rendered values with the settings of the service's manifest."""
    workloads = [
        (path, document)
        for path, text in sorted(files.items())
        if manifests.is_of_service(path, text)
        for document in manifests.workloads(text)
    ]
    if len(workloads) != 1 or len(manifests.containers(workloads[0][1])) != 1:
        return Carried(theirs)
    path, document = workloads[0]
    standard, text, rules = yaml.safe_load(theirs), theirs, []
    for key, value in _values(document, standard, _config_maps(files)):
        text = _with(text, key, value)
        rules.append(f"{key} of {path}")
    return Carried(text, tuple(rules))


def _config_maps(files: Files) -> dict[str, dict[str, Any]]:
    """Return the entries of each ConfigMap in the manifests; none if two have one name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, text in files.items():
        if not path.endswith((".yml", ".yaml")) or "{{" in text or "ConfigMap" not in text:
            continue
        try:
            documents = [one for one in yaml.safe_load_all(text) if isinstance(one, dict)]
        except (yaml.YAMLError, ValueError, RecursionError):
            continue
        for document in documents:
            name = manifests.at(document, "metadata").get("name")
            if document.get("kind") == "ConfigMap" and isinstance(name, str):
                found.setdefault(name, []).append(manifests.at(document, "data"))
    return {name: entries[0] for name, entries in found.items() if len(entries) == 1}


def _values(
    document: Mapping[str, Any],
    standard: Mapping[str, Any],
    config_maps: Mapping[str, Mapping[str, Any]],
) -> Iterator[tuple[str, Any]]:
    spec, pod = manifests.at(document, "spec"), manifests.pod(document)
    (container,) = manifests.containers(document)
    variables = dict(_of_config_maps(container, config_maps))
    secret_keys: dict[str, dict[str, str]] = {}
    secrets: list[str] = []
    for entry in manifests.items(container, "env"):
        name, secret = str(entry.get("name")), manifests.at(entry, "valueFrom", "secretKeyRef")
        if not _VARIABLE.fullmatch(name) or _OF_THE_CHART.fullmatch(name):
            continue
        reference = manifests.at(entry, "valueFrom", "configMapKeyRef")
        named = config_maps.get(str(reference.get("name")), {})
        variables.pop(name, None)
        if "value" in entry:
            variables[name] = _text(entry["value"])
        elif (key := str(reference.get("key"))) in named:
            variables[name] = _text(named[key])
        elif {"name", "key"} <= secret.keys() and not secret.get("optional"):
            secret_keys[name] = {"secret": str(secret["name"]), "key": str(secret["key"])}
    for entry in manifests.items(container, "envFrom"):
        secret = manifests.at(entry, "secretRef")
        if "name" in secret and not entry.get("prefix") and not secret.get("optional"):
            secrets.append(str(secret["name"]))
    if isinstance(replicas := spec.get("replicas"), int):
        yield "replicas", replicas
        if replicas > 0:
            yield "autoscaling", _at_least(replicas, standard["autoscaling"])
    yield from ((key, value) for key, value in (
        ("env", variables), ("secrets", secrets), ("secretEnv", secret_keys)) if value)  # fmt: skip
    if resources := manifests.at(container, "resources"):
        own = {part: manifests.at(resources, part) for part in ("requests", "limits")}
        yield "resources", {part: standard["resources"][part] | own[part] for part in own}
    yield from ((key, pod[key]) for key in _SAME_KEYS if pod.get(key))
    if mounts := container.get("volumeMounts"):
        yield "volumeMounts", mounts


def _of_config_maps(
    container: Mapping[str, Any], config_maps: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Yield the variables that a container takes from whole ConfigMaps of the service.

    A Secret that comes later can replace them, so that they are uncertain.
    """
    entries = list(manifests.items(container, "envFrom"))
    for number, entry in enumerate(entries):
        if any("secretRef" in later for later in entries[number + 1 :]):
            continue
        name = str(manifests.at(entry, "configMapRef").get("name"))
        for variable, value in config_maps.get(name, {}).items() if not entry.get("prefix") else ():
            if _VARIABLE.fullmatch(str(variable)) and not _OF_THE_CHART.fullmatch(str(variable)):
                yield str(variable), _text(value)


def _at_least(replicas: int, autoscaling: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chart's autoscaling, which is on, with at least this number of pods."""
    most = max(replicas, autoscaling["maxReplicas"])
    return {**autoscaling, "minReplicas": replicas, "maxReplicas": most}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _with(text: str, key: str, value: Any) -> str:
    """Return the values with a top-level key set to another value."""
    written = yaml.safe_dump({key: value}, sort_keys=False, width=1000, allow_unicode=True)
    return re.sub(rf"(?m)^{key}:.*\n(?:[ -].*\n)*", lambda _: written, text, count=1)
