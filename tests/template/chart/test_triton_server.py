"""The Triton server that the chart can run for a service."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from tests.template import matrix
from tests.template.chart import parts, support, test_chart, test_values

OWN: dict[str, Any] = {
    "config": {"triton": {"url": "grpc://shop-triton:8001"}},
    "triton": {
        "enabled": True,
        "repository": "s3://models/iris",
        "env": {"AWS_DEFAULT_REGION": "eu-central-1"},
        "secrets": ["bucket"],
        "resources": {"limits": {"nvidia.com/gpu": 1}},
        "volumes": [{"name": "models", "persistentVolumeClaim": {"claimName": "models"}}],
        "volumeMounts": [{"name": "models", "mountPath": "/models", "readOnly": True}],
        "nodeSelector": {"kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
    },
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> support.Generated:
    variant = matrix.Variant("", {"service_name": "iris", "inference": "triton"})
    return support.generate(tmp_path_factory.mktemp("triton") / "service", variant)


@pytest.fixture(scope="module")
def server(service: support.Generated) -> dict[str, support.Manifest]:
    """Return the server's objects by kind."""
    manifests = support.manifests(service, OWN, release="shop")
    objects = [one for one in manifests if one["metadata"]["name"] == "shop-triton"]
    return {one["kind"]: one for one in objects}


def test_server_is_off_by_default(service: support.Generated) -> None:
    assert not [one for one in support.manifests(service) if "triton" in one["metadata"]["name"]]


def test_service_matches_the_documented_url(server: dict[str, support.Manifest]) -> None:
    ports = {port["name"]: port["port"] for port in server["Service"]["spec"]["ports"]}
    assert ports == {"http": 8000, "grpc": 8001}
    container = server["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    served = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert served == ports | {"metrics": 8002}
    assert "--model-repository=s3://models/iris" in container["args"]


@pytest.mark.parametrize(("startup", "deadline"), [(600, 900), (1800, 2100), (60, 600)])
def test_rollout_waits_for_models_to_load(
    service: support.Generated, startup: int, deadline: int
) -> None:
    values = {"triton": {"enabled": True, "startupSeconds": startup}}
    manifests = support.manifests(service, values, release="shop")
    (deployment,) = (
        manifest["spec"]
        for manifest in manifests
        if manifest["kind"] == "Deployment" and manifest["metadata"]["name"] == "shop-triton"
    )

    assert deployment["progressDeadlineSeconds"] == deadline


def test_selectors_of_server_and_service_are_disjoint(
    service: support.Generated, server: dict[str, support.Manifest]
) -> None:
    pods = server["Deployment"]["spec"]["template"]["metadata"]["labels"]
    manifests = support.manifests(service, OWN, release="shop")
    for one in manifests:
        selector = one.get("spec", {}).get("selector") or one.get("spec", {}).get("podSelector")
        if selector is None or one["apiVersion"] == support.MONITORING:
            continue
        labels = selector.get("matchLabels", selector)
        mine = one["metadata"]["name"] == "shop-triton"
        assert (labels.items() <= pods.items()) == mine, one["kind"]


def test_only_the_service_can_reach_the_server(
    service: support.Generated, server: dict[str, support.Manifest]
) -> None:
    manifests = support.manifests(service, OWN, release="shop")
    (pod,) = (
        one["spec"]["template"]["metadata"]["labels"]
        for one in manifests
        if one["kind"] == "Deployment" and one["metadata"]["name"] == "shop"
    )
    inference, metrics = server["NetworkPolicy"]["spec"]["ingress"]

    (client,) = inference["from"]
    assert client["podSelector"]["matchLabels"].items() <= pod.items()
    assert [port["port"] for port in metrics["ports"]] == ["metrics"]
    without = support.manifests(service, OWN | {"networkPolicy": {"enabled": False}})
    assert "NetworkPolicy" not in without.kinds()


@pytest.mark.parametrize("version", test_chart.KUBERNETES)
def test_objects_match_kubernetes_schema(server: dict[str, support.Manifest], version: str) -> None:
    for manifest in server.values():
        kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("version", parts.HELM_WHEELS)
def test_helm_lint_passes(service: support.Generated, version: str) -> None:
    done = support.helm("lint", "--strict", service.chart, version=version, values=OWN)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout


def test_scanner_finds_no_misconfiguration(
    server: dict[str, support.Manifest], tmp_path: Path
) -> None:
    found = support.scan(server.values(), tmp_path)

    assert {
        name: finding for name, finding in found.items() if name not in test_chart.ACCEPTED
    } == {}


def test_values_are_documented_and_schema_is_closed(service: support.Generated) -> None:
    test_values.test_readme_lists_every_value_with_its_default(service)
    test_values.test_schema_is_closed(service)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"triton": {"enabled": "yes"}},
        {"triton": {"image": "nvcr.io/nvidia/tritonserver"}},
        {"triton": {"replica": 2}},
        {"triton": {"resources": {"limits": {"memory": "4GB"}}}},
    ],
)
def test_invalid_values_are_refused(service: support.Generated, nonsense: dict[str, Any]) -> None:
    done = support.helm("template", "x", service.chart, values=nonsense)

    assert done.returncode != 0
    assert "triton" in done.stderr
