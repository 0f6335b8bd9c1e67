"""Broken charts are detected: each mistake here names the check that must find it."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import jsonschema
import kubernetes_validate
import pytest

from tests.template.chart import checks, effects, parts, queries, support, test_alerts

DEPLOYMENT = "chart/templates/deployment.yaml"
HELPERS = "chart/templates/_helpers.tpl"
MONITOR = "chart/templates/servicemonitor.yaml"
POLICY = "chart/templates/networkpolicy.yaml"
SERVICE = "chart/templates/service.yaml"
HPA = "chart/templates/hpa.yaml"
SCALED = "chart/templates/scaledobject.yaml"
BUDGET = "chart/templates/pdb.yaml"
ROUTE = "chart/templates/httproute.yaml"
PODS = "chart/templates/podmonitor.yaml"
ALERTS = "chart/alerts/service.yaml"
DASHBOARD = "chart/dashboards/service.json"


@pytest.fixture(scope="module")
def running(
    service: support.Generated,
    manifests: support.Manifests,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[support.Running]:
    """A service that runs as the intact chart specifies."""
    folder = tmp_path_factory.mktemp("running")
    with support.Running(service, manifests, folder) as running:
        running.wait_until_ready()
        support.request(manifests.ports["http"], "/nowhere")
        yield running


# --- Checks that find mistakes ---

Finder = Callable[[support.Generated, support.Running, Path], list[str]]


def by_manifests(broken: support.Generated, _: support.Running, __: Path) -> list[str]:
    found = support.manifests(broken)
    return [*checks.names(found), *checks.restricted(found), *checks.wiring(found)]


def by_effect(name: str) -> Finder:
    """Return the findings of a value's effect."""

    def find(broken: support.Generated, _: support.Running, __: Path) -> list[str]:
        try:
            return list(effects.EFFECTS[name](broken, "helm3"))
        except (AssertionError, KeyError) as error:  # it is not rendered, or empty
            return [f"{type(error).__name__}: {error}"]

    return find


def by_contract(broken: support.Generated, running: support.Running, _: Path) -> list[str]:
    return list(checks.contract(support.manifests(broken), running))


def by_start(broken: support.Generated, _: support.Running, folder: Path) -> list[str]:
    """Start the service with the broken chart's configuration."""
    manifests = support.manifests(broken)
    try:
        return list(checks.configuration(manifests, support.Running(broken, manifests, folder)))
    except AssertionError as error:
        return [str(error)]


def by_queries(broken: support.Generated, running: support.Running, _: Path) -> list[str]:
    manifests = support.manifests(broken)
    text = support.request(running.serving()["management_port"], "/metrics").text
    metrics = queries.exposed(text) | queries.recorded(manifests)
    expressions = [*queries.of_rules(manifests), *queries.of_dashboard(broken)]
    return list(queries.unknown(expressions, metrics))


def by_promtool(broken: support.Generated, _: support.Running, folder: Path) -> list[str]:
    test_alerts.write_rules(support.manifests(broken), folder)
    names = [cases.name for cases in test_alerts.CASES]
    done = test_alerts.promtool("test", "rules", *names, folder=folder)
    return [done.stdout + done.stderr] if done.returncode else []


def by_kubernetes(broken: support.Generated, _: support.Running, __: Path) -> list[str]:
    found = []
    for manifest in support.manifests(broken):
        if manifest["apiVersion"] not in support.CUSTOM:
            for version in ("1.27", "1.37"):
                try:
                    kubernetes_validate.validate(manifest, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    found.append(str(error))
                except kubernetes_validate.SchemaNotFoundError:
                    found.append(f"{version} has no {manifest['apiVersion']}")
    return found


def by_operator(broken: support.Generated, _: support.Running, __: Path) -> list[str]:
    spec = support.manifests(broken).kind("ServiceMonitor")["spec"]
    schema = json.loads(parts.path("ServiceMonitor").read_text(encoding="utf-8"))
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(spec)]


def by_grafana(broken: support.Generated, _: support.Running, __: Path) -> list[str]:
    schema = json.loads(parts.path("Dashboard").read_text(encoding="utf-8"))
    errors = jsonschema.Draft7Validator(schema).iter_errors(queries.dashboard(broken))
    return [f"{error.message}{[one.message for one in error.context or ()]}" for error in errors]


def by_helm(broken: support.Generated, _: support.Running, __: Path) -> list[str]:
    done = support.helm("lint", "--strict", broken.chart)
    return [done.stdout + done.stderr] if done.returncode else []


def by_scanner(broken: support.Generated, _: support.Running, folder: Path) -> list[str]:
    rendered = support.helm("template", "x", broken.chart).stdout
    (folder / "scanned").mkdir()
    (folder / "scanned/all.yaml").write_text(rendered, encoding="utf-8")
    command = [str(parts.path("trivy")), "config", "--quiet", "--skip-check-update", "--cache-dir"]
    done = subprocess.run(
        [*command, str(folder / "cache"), "--format", "json", str(folder / "scanned")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    (result,) = json.loads(done.stdout)["Results"]
    return [fault["ID"] + fault["Message"] for fault in result["Misconfigurations"]]


class Mistake(NamedTuple):
    """One edit, the check that finds it, and the finding."""

    file: str
    old: str
    new: str
    finder: Finder
    finding: str


MISTAKES = {
    "port of the container": Mistake(
        DEPLOYMENT, "containerPort: {{ .Values.config.server.port }}", "containerPort: 8123",
        by_contract, "the service listens on",
    ),
    "port name in the Service": Mistake(
        SERVICE, "targetPort: http\n", "targetPort: htpp\n", by_contract,
        "its port http leads to no port of the container",
    ),
    "ports of the Service exchanged": Mistake(
        SERVICE, "targetPort: management", "targetPort: http", by_contract,
        "its port management leads to another listener",
    ),
    "path of the readiness probe": Mistake(
        DEPLOYMENT, "path: /readyz", "path: /health", by_contract, "/health on port management",
    ),
    "readiness probe of the liveness path": Mistake(
        DEPLOYMENT, "path: /readyz", "path: /livez", by_contract, "instead of /readyz",
    ),
    "readiness probe with a short timeout": Mistake(
        DEPLOYMENT, "timeoutSeconds: 3", "timeoutSeconds: 1", by_contract, "times out before",
    ),
    "resources": Mistake(
        DEPLOYMENT, "{{- toYaml (merge (deepCopy .Values.resources) $disk) | nindent 12 }}",
        "requests: {}", by_manifests, "no limits of memory",
    ),
    "token of the pod": Mistake(
        DEPLOYMENT, "automountServiceAccountToken: false", "automountServiceAccountToken: true",
        by_manifests, "gets a token",
    ),
    "writable image": Mistake(
        HELPERS, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false",
        by_scanner, "KSV-0014",
    ),
    "root": Mistake(HELPERS, "runAsNonRoot: true", "runAsNonRoot: false", by_manifests, "root"),
    "key that Kubernetes does not know": Mistake(
        HELPERS, "readOnlyRootFilesystem", "readOnlyRootFileSystem", by_kubernetes,
        "readOnlyRootFileSystem",
    ),
    "version that Kubernetes has removed": Mistake(
        HPA, "autoscaling/v2\n", "autoscaling/v2beta2\n", by_kubernetes,
        "1.37 has no autoscaling/v2beta2",
    ),
    "selector of the budget": Mistake(
        BUDGET, '{{- include "service.selector" . | nindent 6 }}',
        "app: {{ .Chart.Name }}", by_manifests, "PodDisruptionBudget",
    ),
    "test that gets the service's requests": Mistake(
        HELPERS, "{{ .Chart.Name }}-test\n", "{{ .Chart.Name }}\n", by_manifests,
        "selects my-service-test too",
    ),
    "grace period": Mistake(
        DEPLOYMENT, "{{ add .Values.preStopSeconds (ceil $shutdown.deadline_seconds) 5 }}", "30",
        by_contract, "it is killed after 30 s",
    ),
    "name in the environment": Mistake(
        DEPLOYMENT, "            - name: APP__PROFILES",
        "            - name: APP__LOGING__LEVEL\n              value: INFO\n"
        "            - name: APP__PROFILES",
        by_contract, "APP__LOGING__LEVEL: the service has no such setting",
    ),
    "key of the configuration": Mistake(
        "chart/values.yaml", "config:\n", "config:\n  limitz: {}\n", by_start,
        "limitz: unknown key; did you mean limits?",
    ),
    "key of a section, by the schema": Mistake(
        "chart/values.yaml", "drain_seconds: 5", "drain_seconds: 5\n    drian: 5", by_helm, "drian",
    ),
    "profile": Mistake(
        DEPLOYMENT, 'append .Values.profiles "helm"', "append .Values.profiles", by_helm, "append",
    ),
    "name of the mounted file": Mistake(
        DEPLOYMENT, "/application-helm.yml", "/application-chart.yml", by_start, "no such file",
    ),
    "port of the ServiceMonitor": Mistake(
        MONITOR, "port: management", "port: metrics", by_contract, "has no port metrics",
    ),
    "path of the metrics": Mistake(
        MONITOR, "path: /metrics", "path: /prometheus", by_contract, "gives no metrics",
    ),
    "job": Mistake(
        MONITOR, "jobLabel: app.kubernetes.io/name", "jobLabel: app.kubernetes.io/version",
        by_contract, "the job is not my-service",
    ),
    "key that the operator does not know": Mistake(
        MONITOR, "interval:", "every:", by_operator, "'every' was unexpected",
    ),
    "port of the network policy": Mistake(
        POLICY, "- port: http\n", "- port: web\n", by_contract, "it allows",
    ),
    "metrics open to all": Mistake(
        POLICY, "management\n      from:\n        - namespaceSelector:",
        "management\n      from:\n        - podSelector: {}\n          namespaceSelector:",
        by_contract, "others than Prometheus",
    ),
    "no DNS": Mistake(POLICY, "protocol: UDP", "protocol: SCTP", by_contract, "cannot reach DNS"),
    "management port on the Service of the API": Mistake(
        SERVICE, "---\n# Health", "    - name: management\n      port: 9000\n"
        "      targetPort: management\n---\n# Health", by_contract, "the Services are for",
    ),
    "whole namespace": Mistake(
        POLICY, "        # `helm test`\n", "        - podSelector: {}\n", by_contract,
        "the whole namespace can call it",
    ),
    "test that is blocked": Mistake(
        POLICY, '{{- include "service.testSelector" . | nindent 14 }}', "app: test", by_contract,
        "`helm test` cannot call it",
    ),
    "DNS at any address": Mistake(
        POLICY, "      to:\n        {{- toYaml .Values.dns | nindent 8 }}\n", "", by_contract,
        "any address is allowed as DNS",
    ),
    "fixed addresses of DNS": Mistake(
        POLICY, "{{- toYaml .Values.dns | nindent 8 }}", "- ipBlock: {cidr: 10.0.0.10/32}",
        by_effect("only cluster dns is reachable"), "DNS is used at",
    ),
    "callers that are not allowed": Mistake(
        POLICY, "range .Values.networkPolicy.callers", "range list",
        by_effect("only named peers may call"), "callers",
    ),
    "ingress controller that is blocked": Mistake(
        POLICY, "if .Values.ingress.enabled", "if false",
        by_effect("ingress controller may call"), "callers",
    ),
    "gateway that is blocked": Mistake(
        POLICY, "if .Values.httpRoute.enabled", "if false", by_effect("gateway route"),
        "callers",
    ),
    "digest": Mistake(
        HELPERS, "@{{ . }}", "", by_effect("image by digest"), "the image",
    ),
    "annotations of the account": Mistake(
        "chart/templates/serviceaccount.yaml", ".Values.serviceAccount.annotations",
        ".Values.podAnnotations", by_effect("service account annotations"), "annotations",
    ),
    "init containers": Mistake(
        DEPLOYMENT, "with .Values.initContainers", "with list", by_effect("init containers"),
        "its image",
    ),
    "init container with the rights of its image": Mistake(
        DEPLOYMENT, ' "securityContext" (include "service.containerSecurity" $ | fromYaml)', "",
        by_effect("init containers"), "security",
    ),
    "secret in the environment": Mistake(
        DEPLOYMENT, "key: {{ $from.key | quote }}", "key: {{ $name }}",
        by_effect("environment from a secret"), "APP__PASSWORD",
    ),
    "volumes": Mistake(
        DEPLOYMENT, "with .Values.volumes }}", "with list }}", by_effect("secret volume"),
        "there is no volume",
    ),
    "startup without the model": Mistake(
        DEPLOYMENT, "div (add .Values.startupSeconds (.Values.modelSeconds | default 0) 1) 2",
        "div (add .Values.startupSeconds 1) 2", by_effect("startup covers the model"),
        "a start may take",
    ),
    "startup that ends before the model is loaded": Mistake(
        DEPLOYMENT, "path: /startupz", "path: /livez", by_contract, "instead of /startupz",
    ),
    "time to be ready": Mistake(
        DEPLOYMENT, "  minReadySeconds: {{ .Values.minReadySeconds }}\n", "",
        by_effect("startup covers the model"), "minReadySeconds",
    ),
    "rollout that fails early": Mistake(
        DEPLOYMENT, "(.Values.modelSeconds | default 0) .Values.minReadySeconds",
        ".Values.minReadySeconds", by_effect("startup covers the model"), "fails before",
    ),
    "rollout that fails at once": Mistake(
        DEPLOYMENT, "max 600 (add", "min 600 (add",
        by_effect("short startup keeps kubernetes deadline"), "the deadline",
    ),
    "behavior": Mistake(
        HPA, "behavior:\n    {{- toYaml . | nindent 4 }}", "behavior: {}",
        by_effect("behavior of autoscaling"), "behavior",
    ),
    "metric of the queue": Mistake(
        SCALED, "name: inference_queue_length", "name: queue_length",
        by_effect("queue scaling by adapter"), "the queue",
    ),
    "two autoscalers": Mistake(
        HPA, 'if ne $by "keda"', "if true", by_effect("queue scaling by keda"), "two autoscalers",
    ),
    "KEDA's behavior": Mistake(
        SCALED, "behavior:\n        {{- toYaml . | nindent 8 }}", "behavior: {}",
        by_effect("queue scaling by keda"), "behavior",
    ),
    "query of all services' queues": Mistake(
        SCALED, "{namespace={{ .Release.Namespace | quote }}, job={{ .Chart.Name | quote }}}", "",
        by_effect("queue scaling by keda"), "the query",
    ),
    "KEDA without autoscaling": Mistake(
        SCALED, "and .Values.autoscaling.enabled (eq", "and true (eq",
        by_effect("no autoscaler without autoscaling"), "ScaledObject",
    ),
    "budget that evicts the only pod": Mistake(
        BUDGET, 'le (int (include "service.fewest" .)) 1', "false",
        by_effect("only pod is kept"), "budget",
    ),
    "budget that counts the wrong pods": Mistake(
        HELPERS, "{{ .Values.autoscaling.minReplicas }}{{ else }}",
        "{{ .Values.replicas }}{{ else }}", by_effect("only pod is kept"), "budget",
    ),
    "broken pods that block draining": Mistake(
        BUDGET, "AlwaysAllow", "IfHealthyBudget", by_effect("unready pods do not block draining"),
        "eviction in 1.27",
    ),
    "key that an old Kubernetes does not know": Mistake(
        BUDGET, ">=1.27-0", ">=1.25-0", by_effect("unready pods do not block draining"),
        "eviction in 1.26",
    ),
    "host of the route": Mistake(
        ROUTE, "- {{ .Values.httpRoute.host | quote }}", "- {{ .Values.ingress.host | quote }}",
        by_effect("gateway route"), "host",
    ),
    "port of the monitor of pods": Mistake(
        PODS, "port: management", "port: metrics", by_effect("pod monitor"), "it scrapes",
    ),
    "pods that are scraped twice": Mistake(
        PODS, "if .Values.serviceMonitor.enabled", "if false", by_effect("pod monitor"),
        "is taken",
    ),
    "disk space for /tmp": Mistake(
        DEPLOYMENT, '"ephemeral-storage" .Values.tmpSize', '"memory" .Values.tmpSize',
        by_manifests, "no requests of ephemeral-storage",
    ),
    "disk space that a service sets itself": Mistake(
        DEPLOYMENT, "merge (deepCopy .Values.resources) $disk",
        "mergeOverwrite (deepCopy .Values.resources) $disk",
        by_effect("disk space is requested"), "own room",
    ),
    "ports that collide": Mistake(
        DEPLOYMENT, "eq (int .Values.config.server.port) (int .Values.config.management.port)",
        "false", by_effect("ports do not collide"), "is taken",
    ),
    "names that are invalid for a Service": Mistake(
        DEPLOYMENT, 'not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" .Release.Name)', "false",
        by_effect("release names are valid service names"), "9rel, {} is taken",
    ),
    "metric in an alert": Mistake(
        ALERTS, "process_open_fds{", "process_open_files{", by_queries,
        "FileDescriptorsNearLimit: there is no metric process_open_files",
    ),
    "label in an alert": Mistake(
        ALERTS, 'status=~"5.."', 'code=~"5.."', by_queries, "has no label code",
    ),
    "alert about other services": Mistake(
        ALERTS, "expr: up{$service} == 0", "expr: up{} == 0", by_queries, "other services",
    ),
    "speed of the budget": Mistake(
        ALERTS, "job:http_slow:ratio_5m{$service} > 14.4", "job:http_slow:ratio_5m{$service} > 144",
        by_promtool, "LatencyBudgetBurnsFast",
    ),
    "failures that count twice": Mistake(
        ALERTS, 'status!~"5.."}[5m])\n          )\n          -', '}[5m])\n          )\n          -',
        by_promtool, "LatencyBudgetBurnsFast",
    ),
    "zeros left out": Mistake(
        ALERTS, '=~"5.."}[5m])\n          )\n          or 0 * job:http_requests:rate5m{$service}',
        '=~"5.."}[5m])\n          )', by_promtool, "ErrorBudgetBurnsFast",
    ),
    "alert that waits too long": Mistake(
        ALERTS, "for: 2m", "for: 20m", by_promtool, "ServiceDown",
    ),
    "metric in a panel": Mistake(
        DASHBOARD, "process_resident_memory_bytes", "process_memory_bytes", by_queries,
        "panel Memory: there is no metric",
    ),
    "key that Grafana does not know": Mistake(
        DASHBOARD, '"schemaVersion": 39', '"schemaVersion": 39, "variables": []', by_grafana,
        "variables",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_detected(
    broken: support.Generated, running: support.Running, tmp_path: Path, name: str
) -> None:
    mistake = MISTAKES[name]
    broken.edit(mistake.file, mistake.old, mistake.new)

    found = mistake.finder(broken, running, tmp_path)

    assert any(mistake.finding in finding for finding in found), found


@pytest.mark.parametrize(
    "finder",
    [
        by_manifests,
        by_contract,
        by_start,
        by_queries,
        by_kubernetes,
        by_operator,
        by_grafana,
        by_helm,
    ],
    ids=lambda finder: finder.__name__,
)
def test_intact_chart_has_no_findings(
    broken: support.Generated, running: support.Running, tmp_path: Path, finder: Finder
) -> None:
    assert finder(broken, running, tmp_path) == []


def test_missing_checksum_is_detected(broken: support.Generated) -> None:
    line = "        checksum/config: {{ toYaml .Values.config | sha256sum }}\n"
    broken.edit(DEPLOYMENT, line, "")

    changed = support.manifests(broken, {"config": {"logging": {"level": "DEBUG"}}})

    assert changed.pod == support.manifests(broken).pod  # so its test would fail
