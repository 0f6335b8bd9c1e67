"""Settings of a service's only manifest become values of the standard's chart."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from drydock.adoption.translate.chart import carry
from jinja2 import Environment

from tests.adoption.account.test_manifests import TEXT

FOLDER = Path(__file__).parents[3] / "template/{% if helm %}chart{% endif %}"
ANSWERS: dict[str, Any] = {
    "service_name": "pricing", "service_port": 8080, "management_port": 9000, "inference": "none",
    "company_registry": "registry.example.com", "company_monitoring_labels": {"release": "p"},
    "company_monitoring_namespace": "monitoring", "company_ingress_namespace": "ingress",
}  # fmt: skip


def rendered(name: str) -> str:
    environment = Environment(trim_blocks=True, keep_trailing_newline=True, autoescape=False)
    environment.filters["to_json"] = json.dumps
    return environment.from_string((FOLDER / f"{name}.jinja").read_text()).render(ANSWERS)


STANDARD = rendered("values.yaml")
DATABASE = "kind: StatefulSet\nspec: {template: {spec: {containers: [{image: postgres:16}]}}}\n"


def values(*manifests: str) -> tuple[Any, tuple[str, ...]]:
    carried = carry(STANDARD, {f"k8s/{n}.yaml": text for n, text in enumerate(manifests)})
    return yaml.safe_load(carried.text), carried.rules


def test_only_workload_of_the_service_is_carried_over() -> None:
    found, rules = values(TEXT, DATABASE)
    old = yaml.safe_load(STANDARD)
    changed = {key: value for key, value in found.items() if value != old[key]}
    assert changed == {
        "replicas": 3,
        "autoscaling": old["autoscaling"] | {"minReplicas": 3},
        "env": {"LEVEL": "high"},
        "secrets": ["tokens"],
        "secretEnv": {"PASSWORD": {"secret": "db", "key": "password"}},
        "resources": {"requests": old["resources"]["requests"], "limits": {"memory": "1Gi"}},
        "nodeSelector": {"disk": "fast"},
    }
    assert found.keys() == old.keys()
    assert len(rules) == len(changed)
    assert carry(STANDARD, {"k8s.yaml": TEXT}).text.count("#") == STANDARD.count("#")


@pytest.mark.parametrize(
    ("replicas", "least", "most"), [(1, 1, 6), (6, 6, 6), (9, 9, 9), (0, 2, 6)]
)
def test_autoscaling_never_has_fewer_pods_than_the_manifest(
    replicas: int, least: int, most: int
) -> None:
    validate = pytest.importorskip("jsonschema").validate
    found, _ = values(TEXT.replace("replicas: 3", f"replicas: {replicas}"))
    assert found["replicas"] == replicas
    scaling = found["autoscaling"]
    assert (scaling["minReplicas"], scaling["maxReplicas"]) == (least, most)
    validate(found, json.loads(rendered("values.schema.json")))


def test_settings_that_the_chart_rejects_are_not_carried_over() -> None:
    validate = pytest.importorskip("jsonschema").validate
    more = (
        "          env:\n            - {name: APP__SERVER__PORT, value: '1'}\n"
        "            - {name: a.b, value: c}\n            - {name: FLAG, value: true}\n"
        "            - {name: NUMBER, value: 1.50}\n"
        "            - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}\n"
        "            - name: MAYBE\n"
        "              valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}\n"
    )
    found, _ = values(TEXT.replace("          env:\n", more))
    assert found["env"] == {"FLAG": "true", "NUMBER": "1.5", "LEVEL": "high"}
    assert found["secretEnv"].keys() == {"PASSWORD"}
    validate(found, json.loads(rendered("values.schema.json")))


@pytest.mark.parametrize(
    "manifests",
    [
        (TEXT, TEXT),
        (TEXT.replace("containers:\n", "containers:\n        - name: sidecar\n"),),
        (DATABASE,),
        ("kind: Deployment\n",),
        ("kind: Deployment\nspec: [\n",),
        (TEXT.replace("pricing", "{{ name }}"),),
        (),
    ],
)
def test_values_stay_without_exactly_one_workload(manifests: tuple[str, ...]) -> None:
    assert carry(STANDARD, {f"{n}.yaml": one for n, one in enumerate(manifests)}).text == STANDARD


SETTINGS = "kind: ConfigMap\nmetadata: {name: settings}\ndata: {LEVEL: low, RATE: '2', my.key: x}\n"


@pytest.mark.parametrize(
    ("container", "config_maps", "variables"),
    [
        ("envFrom: [{configMapRef: {name: settings}}]", [SETTINGS], {"LEVEL": "low", "RATE": "2"}),
        (
            "envFrom: [{configMapRef: {name: settings}}], env: [{name: RATE, value: 3}]",
            [SETTINGS],
            {"LEVEL": "low", "RATE": "3"},
        ),
        (
            "env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: my.key}}}]",
            [SETTINGS],
            {"A": "x"},
        ),
        ("envFrom: [{configMapRef: {name: settings}, prefix: X_}]", [SETTINGS], {}),
        ("envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: a}}]", [SETTINGS], {}),
        ("envFrom: [{configMapRef: {name: settings}}]", [SETTINGS, SETTINGS], {}),
        ("envFrom: [{configMapRef: {name: other}}]", [SETTINGS], {}),
    ],
)
def test_variables_of_config_maps_are_carried_over(
    container: str, config_maps: list[str], variables: dict[str, str]
) -> None:
    workload = "kind: Deployment\nspec: {template: {spec: {containers: [{image: shop, %s}]}}}\n"
    found, _ = values(workload % container, *config_maps)
    assert found["env"] == {**yaml.safe_load(STANDARD)["env"], **variables}
