"""The values of the standard's chart with what a service's own manifest says of its pods.

Only where there is one workload of one container: of several it is for a person to say which holds.
What has no place in the values is listed where the manifests are accounted for.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from drydock.adoption.account import manifests
from drydock.adoption.facts import Files
from drydock.adoption.translate import Carried

PATH = "chart/values.yaml"
_AS_THEY_ARE = ("nodeSelector", "tolerations", "affinity", "volumes", "initContainers")
"""Keys of a pod that the values have under the same name."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What the chart sets itself: the ports and the shutdown have values of their own.
_OF_THE_CHART = re.compile(r"(?i)APP__(SERVER|MANAGEMENT|SHUTDOWN|PROFILES|CONFIG_DIR)(__.*)?")


def carry(theirs: str, files: Files) -> Carried:
    """Return the rendered values with variables, resources and more of the service's manifest."""
    found = [
        (path, document)
        for path, text in sorted(files.items())
        if manifests.is_of_service(path, text)
        for document in manifests.workloads(text)
    ]
    if len(found) != 1 or len(manifests.containers(found[0][1])) != 1:
        return Carried(theirs)
    path, document = found[0]
    standard, text, rules = yaml.safe_load(theirs), theirs, []
    for key, value in _values(document, standard):
        text = _with(text, key, value)
        rules.append(f"{key} of {path}")
    return Carried(text, tuple(rules))


def _values(document: Mapping[str, Any], standard: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    spec, pod = manifests.at(document, "spec"), manifests.pod(document)
    (container,) = manifests.containers(document)
    variables, secrets, named = {}, {}, []
    for one in manifests.items(container, "env"):
        name, secret = str(one.get("name")), manifests.at(one, "valueFrom", "secretKeyRef")
        if not _VARIABLE.fullmatch(name) or _OF_THE_CHART.fullmatch(name):
            continue
        if "value" in one:
            variables[name] = _text(one["value"])
        elif {"name", "key"} <= secret.keys() and not secret.get("optional"):
            secrets[name] = {"secret": str(secret["name"]), "key": str(secret["key"])}
    for one in manifests.items(container, "envFrom"):
        secret = manifests.at(one, "secretRef")
        if "name" in secret and not one.get("prefix") and not secret.get("optional"):
            named.append(str(secret["name"]))
    if isinstance(replicas := spec.get("replicas"), int):
        yield "replicas", replicas
        if replicas > 0:
            yield "autoscaling", _at_least(replicas, standard["autoscaling"])
    yield from ((key, value) for key, value in (
        ("env", variables), ("secrets", named), ("secretEnv", secrets)) if value)  # fmt: skip
    if resources := manifests.at(container, "resources"):
        own = {part: manifests.at(resources, part) for part in ("requests", "limits")}
        yield "resources", {part: standard["resources"][part] | own[part] for part in own}
    yield from ((key, pod[key]) for key in _AS_THEY_ARE if pod.get(key))
    if mounts := container.get("volumeMounts"):
        yield "volumeMounts", mounts


def _at_least(replicas: int, autoscaling: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chart's autoscaling, which is on, so that it never has fewer pods than these."""
    most = max(replicas, autoscaling["maxReplicas"])
    return {**autoscaling, "minReplicas": replicas, "maxReplicas": most}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _with(text: str, key: str, value: Any) -> str:
    """Return the values with another value of a key at the top."""
    written = yaml.safe_dump({key: value}, sort_keys=False, width=1000, allow_unicode=True)
    return re.sub(rf"(?m)^{key}:.*\n(?:[ -].*\n)*", lambda _: written, text, count=1)
