"""Checks of the manifests, alone and against the running service.

Each check yields its findings, one line each, so that a test can show which check catches a broken
chart.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.template.chart import support
from tests.template.chart.support import Manifest, Manifests, Running

LONGEST_NAME = 63  # of a DNS label, which the name of a Service is
LABEL = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
LABELS = {"name", "instance", "version", "managed-by"}


def names(manifests: Manifests) -> Iterator[str]:
    """Yield invalid names and labels."""
    for manifest in manifests:
        metadata, kind = manifest["metadata"], manifest["kind"]
        if not re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", metadata["name"]):
            yield f"{kind}: {metadata['name']} is not a valid name"
        if len(metadata["name"]) > LONGEST_NAME:
            yield f"{kind}: its name has {len(metadata['name'])} characters"
        for key, value in metadata["labels"].items():
            if not (isinstance(value, str) and LABEL.fullmatch(value)):
                yield f"{kind}: {value!r} is not a valid value of the label {key}"
        missing = {f"app.kubernetes.io/{name}" for name in LABELS} - metadata["labels"].keys()
        if missing and kind != "Pod":
            yield f"{kind}: it lacks {sorted(missing)}"


def restricted(manifests: Manifests) -> Iterator[str]:
    """Yield violations of the Pod Security Standard "restricted", and of the design."""
    pods = [("the service", manifests.pod["spec"])]
    if "ephemeral-storage" not in manifests.container["resources"].get("requests", {}):
        yield "the service has no requests of ephemeral-storage"
    pods += [("the test", manifest["spec"]) for manifest in manifests if manifest["kind"] == "Pod"]
    for name, pod in pods:
        security = pod.get("securityContext", {})
        if security.get("runAsNonRoot") is not True or not security.get("runAsUser"):
            yield f"{name} may run as root"
        if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{name} has no seccomp profile"
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{name} gets a token of its service account"
        if any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
            yield f"{name} is in namespaces of the node"
        for container in [*pod.get("initContainers", []), *pod["containers"]]:
            security = container.get("securityContext", {})
            if security.get("allowPrivilegeEscalation") is not False:
                yield f"{name} may gain privileges"
            if security.get("capabilities") != {"drop": ["ALL"]}:
                yield f"{name} has capabilities"
            if security.get("readOnlyRootFilesystem") is not True:
                yield f"{name} may write to its image"
            resources = container.get("resources", {})
            wanted = {("requests", "cpu"), ("requests", "memory"), ("limits", "memory")}
            for part, resource in sorted(wanted):
                if resource not in resources.get(part, {}):
                    yield f"{name} has no {part} of {resource}"
    if manifests.kind("ServiceAccount").get("automountServiceAccountToken") is not False:
        yield "the service account gives tokens away"
    writable = {
        mount["mountPath"]
        for mount in manifests.container["volumeMounts"]
        if not mount.get("readOnly")
    }
    if "/tmp" not in writable:
        yield "the service has no /tmp to write to"


def wiring(manifests: Manifests) -> Iterator[str]:
    """Yield references and selectors that do not match their target."""
    deployment, labels = manifests.kind("Deployment"), manifests.pod["metadata"]["labels"]
    selectors = {
        "Deployment": deployment["spec"]["selector"]["matchLabels"],
        **{
            f"Service for {ports}": service["spec"]["selector"]
            for ports, service in manifests.services.items()
        },
        "PodDisruptionBudget": _labels(manifests, "PodDisruptionBudget", "selector"),
        "NetworkPolicy": _labels(manifests, "NetworkPolicy", "podSelector"),
    }
    others = [manifest for manifest in manifests if manifest["kind"] == "Pod"]
    for kind, selector in selectors.items():
        if selector is None:
            continue
        if not _selects(selector, labels):
            yield f"{kind}: {selector} selects none of the pods"
        for other in others:
            if _selects(selector, other["metadata"]["labels"]):
                yield f"{kind}: {selector} selects {other['metadata']['name']} too"
    for constraint in manifests.pod["spec"].get("topologySpreadConstraints", []):
        if not _selects(constraint["labelSelector"]["matchLabels"], labels):
            yield f"the spread over {constraint['topologyKey']} counts none of the pods"
    yield from _references(manifests)
    for mount in manifests.container["volumeMounts"]:
        if mount["name"] not in {volume["name"] for volume in manifests.pod["spec"]["volumes"]}:
            yield f"there is no volume {mount['name']}"


def _references(manifests: Manifests) -> Iterator[str]:
    service = manifests.services["http"]
    account = manifests.pod["spec"]["serviceAccountName"]
    if account != manifests.kind("ServiceAccount")["metadata"]["name"]:
        yield f"there is no service account {account}"
    if "HorizontalPodAutoscaler" in manifests.kinds():
        target = manifests.kind("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"]
        if target != manifests.kind("Deployment")["metadata"]["name"]:
            yield f"there is no Deployment {target}"
    if "Ingress" in manifests.kinds():
        for rule in manifests.kind("Ingress")["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                if backend["name"] != service["metadata"]["name"]:
                    yield f"Ingress: there is no Service {backend['name']}"
                if backend["port"]["name"] not in service_ports(manifests):
                    yield f"Ingress: the Service has no port {backend['port']['name']}"
    if "HTTPRoute" in manifests.kinds():
        (rule,) = manifests.kind("HTTPRoute")["spec"]["rules"]
        (backend,) = rule["backendRefs"]
        if (backend["name"], backend["port"]) != (
            service["metadata"]["name"],
            service["spec"]["ports"][0]["port"],
        ):
            yield f"HTTPRoute: there is no Service {backend['name']} with port {backend['port']}"
    for pod in (manifest for manifest in manifests if manifest["kind"] == "Pod"):
        (url,) = (word for word in pod["spec"]["containers"][0]["command"] if "://" in word[:8])
        http = next(port for port in service["spec"]["ports"] if port["name"] == "http")
        if url != f"http://{service['metadata']['name']}:{http['port']}/":
            yield f"the test requests {url}, which is not the Service"


def _labels(manifests: Manifests, kind: str, key: str) -> dict[str, str] | None:
    if kind not in manifests.kinds():
        return None
    labels: dict[str, str] = manifests.kind(kind)["spec"][key]["matchLabels"]
    return labels


def _selects(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return selector.items() <= labels.items()


def service_ports(manifests: Manifests) -> dict[str, int | None]:
    """Return the container's port behind each port of the Services."""
    return {
        port["name"]: manifests.ports.get(port["targetPort"])
        for service in manifests.services.values()
        for port in service["spec"]["ports"]
    }


def contract(manifests: Manifests, running: Running) -> Iterator[str]:
    """Yield differences between the manifests and the running service."""
    yield from listeners(manifests, running)
    yield from probes(manifests, running)
    yield from scraping(manifests)
    yield from network(manifests)
    yield from configuration(manifests, running)


def _request(port: int, path: str) -> support.Response:
    try:
        return support.request(port, path)
    except ConnectionError:
        return support.Response(0, {}, "")


def listeners(manifests: Manifests, running: Running) -> Iterator[str]:
    """Yield ports of the container on which the service does not listen."""
    serving = running.serving()
    actual = {"http": serving["port"], "management": serving["management_port"]}
    if sorted(manifests.services) != sorted(actual):
        yield f"the Services are for {sorted(manifests.services)}, each port needs its own"
    if manifests.ports != actual:
        yield f"the container has the ports {manifests.ports}, the service listens on {actual}"
    for name, port in service_ports(manifests).items():
        if port is None:
            yield f"Service: its port {name} leads to no port of the container"
            continue
        response = _request(port, "/livez")
        if (response.status == 200) is not (name == "management"):
            yield f"Service: its port {name} leads to another listener"
        if name == "http" and "x-request-id" not in response.headers:
            yield f"Service: its port {name} does not lead to the API"


def probes(manifests: Manifests, running: Running) -> Iterator[str]:
    """Yield probes that would fail, and probes of the wrong path."""
    meant = {"startupProbe": "/startupz", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
    for name, path in meant.items():
        if name not in manifests.container:
            yield f"there is no {name}"
            continue
        request = manifests.container[name]["httpGet"]
        port = manifests.ports.get(request["port"])
        if port is None:
            yield f"{name}: the container has no port {request['port']}"
        elif _request(port, request["path"]).status != 200:
            yield f"{name}: {request['path']} on port {request['port']} does not return 200"
        elif request["path"] != path:
            yield f"{name}: it requests {request['path']} instead of {path}"
    seconds = float(running.settings()["health.check_timeout_seconds"][0])
    if manifests.container.get("readinessProbe", {}).get("timeoutSeconds", 1) <= seconds:
        yield "readinessProbe: it times out before a check of the service"


def scraping(manifests: Manifests) -> Iterator[str]:
    """Yield why Prometheus would not find the metrics, or find them under another job."""
    if "ServiceMonitor" not in manifests.kinds():
        return
    monitor = manifests.kind("ServiceMonitor")["spec"]
    selected = [
        ports
        for ports, service in manifests.services.items()
        if _selects(monitor["selector"]["matchLabels"], service["metadata"]["labels"])
    ]
    if selected != ["management"]:
        yield f"ServiceMonitor: it selects the Services for {selected}"
        return
    labels = manifests.services["management"]["metadata"]["labels"]
    (endpoint,) = monitor["endpoints"]
    port = service_ports(manifests).get(endpoint["port"])
    if port is None:
        yield f"ServiceMonitor: the Service has no port {endpoint['port']}"
        return
    response = _request(port, endpoint["path"])
    job = re.search(r'^service_build_info\{.*service="([^"]+)"', response.text, re.MULTILINE)
    if response.status != 200 or job is None:
        yield f"ServiceMonitor: {endpoint['path']} on port {endpoint['port']} gives no metrics"
    elif labels.get(monitor.get("jobLabel")) != job[1]:
        yield f"ServiceMonitor: the job is not {job[1]}, as the service calls itself"


def network(manifests: Manifests) -> Iterator[str]:
    """Yield traffic that the network policy wrongly allows or blocks."""
    if "NetworkPolicy" not in manifests.kinds():
        return
    policy = manifests.kind("NetworkPolicy")["spec"]
    if set(policy["policyTypes"]) != {"Ingress", "Egress"}:
        yield f"NetworkPolicy: it is about {policy['policyTypes']} only"
    peers: dict[str, list[Any]] = {}
    for rule in policy["ingress"]:
        for port in rule.get("ports", [{"port": "any port"}]):
            peers.setdefault(port["port"], []).extend(rule.get("from", ["anybody"]))
    if peers.keys() != manifests.ports.keys():
        yield f"NetworkPolicy: it allows {sorted(peers)}, not {sorted(manifests.ports)}"
    if "anybody" in [peer for allowed in peers.values() for peer in allowed]:
        yield "NetworkPolicy: it allows any peer"
    if {"podSelector": {}} in peers.get("http", []):
        yield "NetworkPolicy: the whole namespace can call it"
    tests = [one["metadata"]["labels"] for one in manifests if one["kind"] == "Pod"]
    own = [peer["podSelector"].get("matchLabels", {}) for peer in peers.get("http", [])
           if peer.keys() == {"podSelector"}]  # fmt: skip
    if not all(any(_selects(selector, labels) for selector in own) for labels in tests):
        yield "NetworkPolicy: `helm test` cannot call it"
    management = [list(peer) for peer in peers.get("management", [])]
    if management != [["namespaceSelector"]]:
        yield "NetworkPolicy: others than Prometheus' namespace can read the metrics"
    dns = {(port["port"], port["protocol"]) for rule in policy["egress"] for port in rule["ports"]}
    if not {(53, "UDP"), (53, "TCP")} <= dns:
        yield "NetworkPolicy: the service cannot reach DNS"
    if any((53, "UDP") in {(port["port"], port["protocol"]) for port in rule["ports"]}
           and not rule.get("to") for rule in policy["egress"]):  # fmt: skip
        yield "NetworkPolicy: any address is allowed as DNS"


def configuration(manifests: Manifests, running: Running) -> Iterator[str]:
    """Yield configuration of the manifests that the service does not use."""
    settings = running.settings()
    (text,) = manifests.config_map("-config").values()
    for key, value in support.flatten(yaml.safe_load(text)).items():
        printed, source = settings.get(key, ("", "nothing"))
        if not source.endswith("application-helm.yml"):
            yield f"config.{key}: the service takes it from {source}"
        elif yaml.safe_load(printed) != value:
            yield f"config.{key}: the service takes {printed} for {value}"
    for name in manifests.environment.keys() - {"APP__CONFIG_DIR", "APP__PROFILES"}:
        key = name.removeprefix("APP__").lower().replace("__", ".")
        if name.startswith("APP__") and settings.get(key, ("", ""))[1] != name:
            yield f"{name}: the service has no such setting"
    grace = manifests.pod["spec"]["terminationGracePeriodSeconds"]
    sleep = manifests.container.get("lifecycle", {}).get("preStop", {}).get("exec", {})
    before = float(sleep.get("command", ["sleep", "0"])[-1])
    deadline = float(settings["shutdown.deadline_seconds"][0])
    if grace <= before + deadline:
        yield f"it is killed after {grace} s, and needs {before:g} + {deadline:g}"


def json_schema_keys(schema: Manifest) -> dict[str, set[str]]:
    """Return the keys of each section of the configuration in a schema of values."""
    sections = schema["properties"]["config"]["properties"]
    return {
        name: set(section["properties"])
        for name, section in sections.items()
        if "properties" in section
    }


SETTINGS = """
import json
from importlib import import_module
from pydantic import BaseModel
settings = import_module("{module}.settings").ChassisSettings
print(json.dumps({{
    name: sorted(field.annotation.model_fields)
    for name, field in settings.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
}}))
"""


def settings_keys(running: Running) -> dict[str, set[str]]:
    """Return the keys of each section in the service's chassis."""
    output = running.run(code=SETTINGS.format(module=running.module))
    return {name: set(keys) for name, keys in json.loads(output).items()}
