"""Effects that values of the chart must have.

Each effect yields its findings, one line each.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from tests.template.chart import support
from tests.template.chart.support import Generated, Manifest, Manifests

DIGEST = "sha256:" + "0123456789abcdef" * 4
BEHAVIOR = {"scaleDown": {"stabilizationWindowSeconds": 600}}
QUEUE = {"autoscaling": {"behavior": BEHAVIOR}}
INGRESS = {"enabled": True, "host": "shop.example.com"}
ROUTE = {
    "enabled": True,
    "gateway": "public",
    "gatewayNamespace": "gateways",
    "host": "shop.example.com",
}
# A rollout fails later than the last moment at which a pod can still become ready.
PULLING_SECONDS = 300

Effect = Callable[[Generated, str], Iterator[str]]


def _of_namespace(name: str) -> Manifest:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def _callers(manifests: Manifests) -> list[Manifest]:
    """Return the peers that may call the API, except `helm test`."""
    (rule,) = (
        rule
        for rule in manifests.kind("NetworkPolicy")["spec"]["ingress"]
        if rule["ports"] == [{"port": "http"}]
    )
    return [peer for peer in rule["from"] if "test" not in str(peer)]


def _refused(service: Generated, version: str, message: str, **options: Any) -> Iterator[str]:
    """Yield if Helm accepts values that it must refuse, or refuses them with another message."""
    release, values = options.get("release", "shop"), options.get("values", {})
    done = support.helm("template", release, service.chart, version=version, values=values)
    if not done.returncode:
        yield f"{release}, {values} is taken"
    elif message not in done.stderr:
        yield f"{release}, {values}: {done.stderr}"


def _differences(what: str, found: object, expected: object) -> Iterator[str]:
    if found != expected:
        yield f"{what}: {found} instead of {expected}"


def _resources(service: Generated) -> Manifest:
    """Return the resources in the chart's values."""
    text = (service.chart / "values.yaml").read_text(encoding="utf-8")
    resources: Manifest = yaml.safe_load(text)["resources"]
    return resources


def image_by_digest(service: Generated, version: str) -> Iterator[str]:
    values = {"image": {"repository": "shop/it", "tag": "1.2", "digest": DIGEST}}
    manifests = support.manifests(service, values, version=version)
    (test,) = (one for one in manifests if one["kind"] == "Pod")
    for container in (manifests.container, test["spec"]["containers"][0]):
        yield from _differences("the image", container["image"], f"shop/it:1.2@{DIGEST}")


def service_account_annotations(service: Generated, version: str) -> Iterator[str]:
    annotations = {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/shop"}
    values = {"serviceAccount": {"annotations": annotations}}
    account = support.manifests(service, values, version=version).kind("ServiceAccount")
    yield from _differences("annotations", account["metadata"].get("annotations"), annotations)


def init_containers(service: Generated, version: str) -> Iterator[str]:
    """Image, limits and restrictions default to the service's."""
    own = {"name": "migrate", "command": ["migrate"], "securityContext": {"runAsUser": 5}}
    other = {"name": "wait", "image": "busybox:1"}
    manifests = support.manifests(service, {"initContainers": [own, other]}, version=version)
    first, second = manifests.pod["spec"].get("initContainers", [{}, {}])
    container = manifests.container
    yield from _differences("its image", first.get("image"), container["image"])
    yield from _differences("its command", first.get("command"), ["migrate"])
    yield from _differences("the other's image", second.get("image"), "busybox:1")
    for one in (first, second):
        yield from _differences("resources", one.get("resources"), _resources(service))
    yield from _differences("security", second.get("securityContext"), container["securityContext"])
    expected = container["securityContext"] | {"runAsUser": 5}
    yield from _differences("its security", first.get("securityContext"), expected)


def environment_from_a_secret(service: Generated, version: str) -> Iterator[str]:
    values = {"secretEnv": {"APP__PASSWORD": {"secret": "database", "key": "password"}}}
    entries = support.manifests(service, values, version=version).container["env"]
    expected = {"secretKeyRef": {"name": "database", "key": "password"}}
    found = {entry["name"]: entry.get("valueFrom") for entry in entries}
    yield from _differences("APP__PASSWORD", found.get("APP__PASSWORD"), expected)


def secret_volume(service: Generated, version: str) -> Iterator[str]:
    volume = {"name": "keys", "secret": {"secretName": "keys"}}
    mount = {"name": "keys", "mountPath": "/keys", "readOnly": True}
    values = {"volumes": [volume], "volumeMounts": [mount]}
    manifests = support.manifests(service, values, version=version)
    if volume not in manifests.pod["spec"]["volumes"]:
        yield "there is no volume"
    if mount not in manifests.container["volumeMounts"]:
        yield "it is not mounted"


def startup_covers_the_model(service: Generated, version: str) -> Iterator[str]:
    values = {"startupSeconds": 60, "modelSeconds": 900, "minReadySeconds": 15}
    manifests = support.manifests(service, values, version=version)
    probe, deployment = manifests.container["startupProbe"], manifests.kind("Deployment")["spec"]
    seconds = probe["periodSeconds"] * probe["failureThreshold"]
    if not 60 + 900 <= seconds <= 60 + 900 + probe["periodSeconds"]:
        yield f"a start may take {seconds} s instead of 960"
    yield from _differences("minReadySeconds", deployment.get("minReadySeconds"), 15)
    least = 60 + 900 + 15 + PULLING_SECONDS
    if deployment.get("progressDeadlineSeconds", 600) < least:
        yield f"the rollout fails before {least} s"


def short_startup_keeps_kubernetes_deadline(service: Generated, version: str) -> Iterator[str]:
    values = {"startupSeconds": 20, "modelSeconds": 0}
    deployment = support.manifests(service, values, version=version).kind("Deployment")["spec"]
    yield from _differences("the deadline", deployment["progressDeadlineSeconds"], 600)


def behavior_of_autoscaling(service: Generated, version: str) -> Iterator[str]:
    values = {"autoscaling": {"behavior": BEHAVIOR}}
    scaler = support.manifests(service, values, version=version).kind("HorizontalPodAutoscaler")
    yield from _differences("behavior", scaler["spec"].get("behavior"), BEHAVIOR)


def queue_scaling_by_adapter(service: Generated, version: str) -> Iterator[str]:
    values = QUEUE | {"queueScaling": {"by": "adapter", "length": 4}}
    scaler = support.manifests(service, values, version=version).kind("HorizontalPodAutoscaler")
    metrics = {
        metric["type"]: metric[metric["type"].lower()] for metric in scaler["spec"]["metrics"]
    }
    yield from _differences("metrics", sorted(metrics), ["Pods", "Resource"])
    expected = {
        "metric": {"name": "inference_queue_length"},
        "target": {"type": "AverageValue", "averageValue": "4"},
    }
    yield from _differences("the queue", metrics.get("Pods"), expected)


def queue_scaling_by_keda(service: Generated, version: str) -> Iterator[str]:
    values = QUEUE | {"queueScaling": {"by": "keda", "length": 4}}
    manifests = support.manifests(service, values, version=version)
    if "HorizontalPodAutoscaler" in manifests.kinds():
        yield "two autoscalers disagree"
    if "ScaledObject" not in manifests.kinds():
        yield "there is no ScaledObject"
        return
    spec = manifests.kind("ScaledObject")["spec"]
    name = manifests.kind("Deployment")["metadata"]["name"]
    yield from _differences("target", spec["scaleTargetRef"], {"name": name})
    yield from _differences("pods", (spec["minReplicaCount"], spec["maxReplicaCount"]), (2, 6))
    found = spec["advanced"]["horizontalPodAutoscalerConfig"].get("behavior")
    yield from _differences("behavior", found, BEHAVIOR)
    triggers = {trigger["type"]: trigger for trigger in spec["triggers"]}
    yield from _differences("triggers", sorted(triggers), ["cpu", "prometheus"])
    yield from _differences("CPU", triggers["cpu"]["metadata"], {"value": "70"})
    queue = triggers["prometheus"]["metadata"]
    yield from _differences("the queue", queue["threshold"], "4")
    selector = f'namespace="{support.NAMESPACE}", job="{service.name}"'
    expected = f"sum(inference_queue_length{{{selector}}})"
    yield from _differences("the query", queue["query"], expected)


def no_autoscaler_without_autoscaling(service: Generated, version: str) -> Iterator[str]:
    values = {"autoscaling": {"enabled": False}, "queueScaling": {"by": "keda"}}
    kinds = support.manifests(service, values, version=version).kinds()
    if found := kinds & {"HorizontalPodAutoscaler", "ScaledObject"}:
        yield f"there is {found}"


def only_pod_is_kept(service: Generated, version: str) -> Iterator[str]:
    alone: list[Mapping[str, Any]] = [
        {"autoscaling": {"enabled": False}, "replicas": 1},
        {"autoscaling": {"minReplicas": 1}},
    ]
    for values in alone:
        budget = support.manifests(service, values, version=version).kind("PodDisruptionBudget")
        found = {key: budget["spec"].get(key) for key in ("minAvailable", "maxUnavailable")}
        yield from _differences("budget", found, {"minAvailable": 1, "maxUnavailable": None})
    budget = support.manifests(service, version=version).kind("PodDisruptionBudget")
    yield from _differences("budget of two", budget["spec"].get("maxUnavailable"), 1)


def unready_pods_do_not_block_draining(service: Generated, version: str) -> Iterator[str]:
    for kubernetes, expected in (("1.26.0", None), ("1.27.0", "AlwaysAllow")):
        manifests = support.manifests(service, version=version, kubernetes=kubernetes)
        found = manifests.kind("PodDisruptionBudget")["spec"].get("unhealthyPodEvictionPolicy")
        yield from _differences(f"eviction in {kubernetes}", found, expected)


def only_named_peers_may_call(service: Generated, version: str) -> Iterator[str]:
    yield from _differences("callers", _callers(support.manifests(service, version=version)), [])
    pods = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "cart"}}}
    values = {"networkPolicy": {"callers": ["frontend", pods]}}
    callers = _callers(support.manifests(service, values, version=version))
    yield from _differences("callers", callers, [_of_namespace("frontend"), pods])


def ingress_controller_may_call(service: Generated, version: str) -> Iterator[str]:
    values = {"ingress": INGRESS, "ingressController": {"namespace": "edge"}}
    callers = _callers(support.manifests(service, values, version=version))
    yield from _differences("callers", callers, [_of_namespace("edge")])


def only_cluster_dns_is_reachable(service: Generated, version: str) -> Iterator[str]:
    for dns in ([_of_namespace("openshift-dns")], None):
        values = {"dns": dns} if dns else {}
        manifests = support.manifests(service, values, version=version)
        (rule,) = manifests.kind("NetworkPolicy")["spec"]["egress"]
        if not rule.get("to") or (dns and rule["to"] != dns):
            yield f"DNS is used at {rule.get('to', 'any address')}"


def gateway_route(service: Generated, version: str) -> Iterator[str]:
    manifests = support.manifests(service, {"httpRoute": ROUTE | {"path": "/api"}}, version=version)
    route = manifests.kind("HTTPRoute")["spec"]
    parent = {"name": "public", "namespace": "gateways"}
    yield from _differences("gateway", route["parentRefs"], [parent])
    yield from _differences("host", route["hostnames"], ["shop.example.com"])
    (match,) = route["rules"][0]["matches"]
    yield from _differences("path", match["path"], {"type": "PathPrefix", "value": "/api"})
    yield from _differences("callers", _callers(manifests), [_of_namespace("gateways")])


def pod_monitor(service: Generated, version: str) -> Iterator[str]:
    values = {"serviceMonitor": {"enabled": False}, "podMonitor": {"enabled": True}}
    manifests = support.manifests(service, values, version=version)
    monitor = manifests.kind("PodMonitor")["spec"]
    labels = manifests.pod["metadata"]["labels"]
    if not monitor["selector"]["matchLabels"].items() <= labels.items():
        yield "it selects none of the pods"
    (endpoint,) = monitor["podMetricsEndpoints"]
    if endpoint["port"] not in manifests.ports or endpoint["path"] != "/metrics":
        yield f"it scrapes {endpoint}"
    yield from _differences("the job", labels.get(monitor["jobLabel"]), service.name)
    twice = {"podMonitor": {"enabled": True}}
    yield from _refused(service, version, "each pod would be scraped twice", values=twice)


def disk_space_is_requested(service: Generated, version: str) -> Iterator[str]:
    limits = {"ephemeral-storage": "2Gi", "memory": "1Gi"}
    values = {"tmpSize": "1Gi", "resources": {"limits": limits}}
    resources = support.manifests(service, values, version=version).container["resources"]
    yield from _differences("room", resources["requests"].get("ephemeral-storage"), "1Gi")
    yield from _differences("limit", resources["limits"], limits)
    values = {"resources": {"requests": {"ephemeral-storage": "3Gi"}}}
    resources = support.manifests(service, values, version=version).container["resources"]
    yield from _differences("own room", resources["requests"]["ephemeral-storage"], "3Gi")


def ports_do_not_collide(service: Generated, version: str) -> Iterator[str]:
    port = {"port": 8123}
    values = {"config": {"server": port, "management": port}}
    message = "server.port and management.port have to differ"
    yield from _refused(service, version, message, values=values)
    # The port of a Service may equal the management port: each has its own Service.
    same = {"config": {"management": port}, "service": port}
    services = support.manifests(service, same, version=version).services
    found = [port["port"] for one in services.values() for port in one["spec"]["ports"]]
    yield from _differences("ports", found, [8123, 8123])


def release_names_are_valid_service_names(service: Generated, version: str) -> Iterator[str]:
    for release in ("9rel", "a.b"):
        message = f"release name {release}: a Service is named after it"
        yield from _refused(service, version, message, release=release)


EFFECTS: dict[str, Effect] = {
    effect.__name__.replace("_", " "): effect
    for effect in (
        image_by_digest,
        service_account_annotations,
        init_containers,
        environment_from_a_secret,
        secret_volume,
        startup_covers_the_model,
        short_startup_keeps_kubernetes_deadline,
        behavior_of_autoscaling,
        queue_scaling_by_adapter,
        queue_scaling_by_keda,
        no_autoscaler_without_autoscaling,
        only_pod_is_kept,
        unready_pods_do_not_block_draining,
        only_named_peers_may_call,
        ingress_controller_may_call,
        only_cluster_dns_is_reachable,
        gateway_route,
        pod_monitor,
        disk_space_is_requested,
        ports_do_not_collide,
        release_names_are_valid_service_names,
    )
}
