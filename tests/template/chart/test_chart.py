"""The chart alone: real Helm, schemas of Kubernetes, a scanner, every part on and off."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tests.template import matrix
from tests.template.chart import checks, effects, parts, support

KUBERNETES = [f"1.{minor}" for minor in range(25, 38)]
HELMS = list(parts.HELM_WHEELS)
EVERYTHING: dict[str, Any] = {
    "image": {"tag": "1.2.3", "digest": effects.DIGEST, "pullSecrets": ["registry"]},
    "config": {"top_k": 3, "logging": {"level": "DEBUG"}},
    "profiles": ["production"],
    "env": {"APP__LOGGING__ACCESS": "false"},
    "secrets": ["credentials"],
    "autoscaling": {"behavior": effects.BEHAVIOR},
    "queueScaling": {"by": "keda"},
    "resources": {"limits": {"nvidia.com/gpu": 1}},
    "preStopSeconds": 3,
    "podAnnotations": {"example.com/note": "yes"},
    "podLabels": {"example.com/team": "iris"},
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "gpu", "operator": "Exists"}],
    "affinity": {"podAntiAffinity": {}},
    "volumes": [{"name": "weights", "emptyDir": {}}],
    "volumeMounts": [{"name": "weights", "mountPath": "/weights"}],
    "serviceAccount": {"annotations": {"example.com/role": "shop"}},
    "secretEnv": {"TOKEN": {"secret": "credentials", "key": "token"}},
    "initContainers": [{"name": "migrate", "command": ["migrate"]}],
    "minReadySeconds": 10,
    "service": {"annotations": {"example.com/note": "yes"}},
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "host": "shop.example.com",
        "tlsSecret": "shop-tls",
        "annotations": {"example.com/note": "yes"},
    },
    "httpRoute": effects.ROUTE,
    "networkPolicy": {
        "callers": ["ingress", {"podSelector": {"matchLabels": {"app": "cart"}}}],
        "egress": [{"ports": [{"port": 5432}], "to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}],
    },
    "monitoring": {"labels": {"release": "prometheus"}},
    "serviceMonitor": {"enabled": False},
    "podMonitor": {"enabled": True},
}
NOTHING: dict[str, Any] = {
    "autoscaling": {"enabled": False},
    "disruptionBudget": {"enabled": False},
    "networkPolicy": {"enabled": False},
    "serviceMonitor": {"enabled": False},
    "alerts": {"enabled": False},
    "dashboard": {"enabled": False},
}
VALUES = {"defaults": {}, "everything": EVERYTHING, "nothing": NOTHING}
ALWAYS = {"Deployment", "Service", "ServiceAccount", "ConfigMap", "Pod"}
# Findings of the scanner that are intended.
ACCEPTED = {
    "KSV-0011": "a limit of CPU would only make the service slow",
    "KSV-0110": "the namespace is that of the release",
    "KSV-0125": "the registry is the company's own",
}


@pytest.fixture(scope="session", params=VALUES)
def rendered(request: pytest.FixtureRequest, service: support.Generated) -> support.Manifests:
    return support.manifests(service, VALUES[request.param])


@pytest.mark.parametrize("version", HELMS)
@pytest.mark.parametrize("values", VALUES)
def test_helm_lint_passes(service: support.Generated, version: str, values: str) -> None:
    done = support.helm("lint", "--strict", service.chart, version=version, values=VALUES[values])

    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout


def test_both_helm_versions_render_the_same(service: support.Generated) -> None:
    def rendered_texts(version: str) -> list[str]:
        found = support.manifests(service, EVERYTHING, version=version)
        return sorted(yaml.safe_dump(manifest) for manifest in found)

    assert rendered_texts("helm3") == rendered_texts("helm4")


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("values", VALUES)
def test_every_object_matches_kubernetes_schema(
    service: support.Generated, values: str, version: str
) -> None:
    rendered = support.manifests(service, VALUES[values], kubernetes=f"{version}.0")

    checked = [one for one in rendered if one["apiVersion"] not in support.CUSTOM]
    for manifest in checked:
        kubernetes_validate.validate(manifest, version, strict=True)

    assert len(checked) >= len(ALWAYS)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("ServiceMonitor", "defaults"),
        ("PrometheusRule", "defaults"),
        ("PrometheusRule", "everything"),
        ("PodMonitor", "everything"),
        ("ScaledObject", "everything"),
        ("HTTPRoute", "everything"),
    ],
)
def test_custom_resources_match_their_schemas(
    service: support.Generated, kind: str, values: str
) -> None:
    manifest = support.manifests(service, VALUES[values]).kind(kind)
    schema = json.loads(parts.path(kind).read_text(encoding="utf-8"))

    jsonschema.validate(manifest["spec"], schema)
    assert manifest["apiVersion"] in support.CUSTOM
    if manifest["apiVersion"] == support.MONITORING:
        labels = VALUES[values].get("monitoring", {}).get("labels", {})
        assert labels.items() <= manifest["metadata"]["labels"].items()


def test_scanner_finds_no_misconfiguration(rendered: support.Manifests, tmp_path: Path) -> None:
    found = support.scan(rendered, tmp_path)

    assert {name: finding for name, finding in found.items() if name not in ACCEPTED} == {}


def test_names_labels_pods_and_references_are_consistent(rendered: support.Manifests) -> None:
    for check in (checks.names, checks.restricted, checks.wiring):
        assert list(check(rendered)) == []


@pytest.mark.parametrize("name", ["a", "on", matrix.EDGES["longest name"]["service_name"]])
@pytest.mark.parametrize("release", [None, "true", "r" * 53])
def test_long_and_short_names_work(tmp_path: Path, name: str, release: str | None) -> None:
    service = support.generate(tmp_path / "it", matrix.Variant("", {"service_name": name}))

    manifests = support.manifests(service, release=release, kubernetes=f"{KUBERNETES[0]}.0")

    for check in (checks.names, checks.wiring):
        assert list(check(manifests)) == []
    for manifest in manifests:
        if manifest["apiVersion"] not in support.CUSTOM:
            kubernetes_validate.validate(manifest, KUBERNETES[0], strict=True)
    lint = support.helm("lint", "--strict", service.chart)
    assert lint.returncode == 0, lint.stdout


def test_any_version_becomes_a_valid_label(broken: support.Generated) -> None:
    broken.edit("chart/Chart.yaml", "\nversion: 0.1.0", "\nversion: 1.2.3-rc.1+build." + "x" * 60)
    broken.edit("chart/Chart.yaml", "appVersion: 0.1.0", 'appVersion: "1.2.3+abc"')

    assert list(checks.names(support.manifests(broken))) == []


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"autoscaling": {"enabled": False}}, "HorizontalPodAutoscaler"),
        ({"disruptionBudget": {"enabled": False}}, "PodDisruptionBudget"),
        ({"networkPolicy": {"enabled": False}}, "NetworkPolicy"),
        ({"serviceMonitor": {"enabled": False}}, "ServiceMonitor"),
        ({"alerts": {"enabled": False}}, "PrometheusRule"),
        ({"ingress": {"enabled": True, "host": "a.example.com"}}, "Ingress"),
        ({"httpRoute": effects.ROUTE}, "HTTPRoute"),
    ],
)
def test_each_part_can_be_turned_on_and_off(
    service: support.Generated, manifests: support.Manifests, values: dict[str, Any], kind: str
) -> None:
    assert support.manifests(service, values).kinds() ^ manifests.kinds() == {kind}


def test_disabled_parts_are_not_rendered(service: support.Generated) -> None:
    nothing = support.manifests(service, NOTHING)

    assert nothing.kinds() == ALWAYS
    assert nothing.kind("Deployment")["spec"]["replicas"] == 2
    assert not any(one["metadata"]["name"].endswith("-dashboard") for one in nothing)


def test_autoscaling_alone_sets_the_number_of_pods(manifests: support.Manifests) -> None:
    assert "replicas" not in manifests.kind("Deployment")["spec"]


def test_changed_configuration_restarts_the_pods(
    service: support.Generated, manifests: support.Manifests
) -> None:
    changed = support.manifests(service, {"config": {"logging": {"level": "DEBUG"}}})
    other = support.manifests(service, {"service": {"port": 8080}})

    assert changed.pod["metadata"]["annotations"] != manifests.pod["metadata"]["annotations"]
    assert other.pod == manifests.pod


@pytest.mark.parametrize(
    ("drain", "deadline", "before", "grace"), [(5, 30, 0, 35), (0, 0.5, 0, 6), (20, 60.2, 4, 70)]
)
def test_grace_period_follows_the_deadline(
    service: support.Generated, drain: float, deadline: float, before: int, grace: int
) -> None:
    shutdown = {"drain_seconds": drain, "deadline_seconds": deadline}
    values = {"config": {"shutdown": shutdown}, "preStopSeconds": before}

    pod = support.manifests(service, values).pod["spec"]

    assert pod["terminationGracePeriodSeconds"] == grace
    sleep = {"preStop": {"exec": {"command": ["sleep", str(before)]}}}
    assert pod["containers"][0].get("lifecycle") == (sleep if before else None)


def test_configuration_is_mounted_unchanged(service: support.Generated) -> None:
    config = {"limits": {"max_body_bytes": 10000000}, "text": "007", "list": [1.5, "on", None]}

    manifests = support.manifests(service, {"config": config})

    mounted = yaml.safe_load(manifests.config_map("-config")["application-helm.yml"])
    assert config.items() <= mounted.items()


def test_own_alerts_and_dashboards_are_added_as_files(broken: support.Generated) -> None:
    rule = {"alert": "OutOfStock", "expr": "stock{$service} == 0"}
    groups = {"groups": [{"name": "own", "rules": [rule]}]}
    (broken.chart / "alerts/own.yaml").write_text(yaml.safe_dump(groups), encoding="utf-8")
    (broken.chart / "dashboards/own.json").write_text('{"title": "own"}\n', encoding="utf-8")

    manifests = support.manifests(broken)

    selector = f'namespace="{support.NAMESPACE}", job="{broken.name}"'
    assert manifests.alerts["OutOfStock"]["expr"] == f"stock{{{selector}}} == 0"
    assert len(manifests.alerts) > 5
    dashboards = manifests.config_map("-dashboard")
    assert json.loads(dashboards[f"{broken.name}-own.json"]) == {"title": "own"}
    assert len(dashboards) == 2
