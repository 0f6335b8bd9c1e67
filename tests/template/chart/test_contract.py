"""The running service behaves as its manifests state, in every variant."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.template import matrix
from tests.template.chart import checks, queries, support
from tests.template.fake_triton import FakeTriton

VARIANTS = [
    *matrix.covering(2, {}, ("inference", "adopted", "config_server", "tracing")),
    matrix.Variant("longest name", matrix.EDGES["longest name"]),
    matrix.Variant("flat", matrix.LAYOUTS["flat"]),
]
# Not the defaults, so that the source of the service's values is visible.
VALUES: dict[str, Any] = {
    "config": {
        "logging": {"level": "DEBUG", "format": "json"},
        "shutdown": {"drain_seconds": 0.5, "deadline_seconds": 4.5},
        "limits": {"max_body_bytes": 10000000},
    },
    "env": {"APP__LOGGING__ACCESS": "false", "APP__LIMITS__MAX_SECONDS": "25"},
    "networkPolicy": {"callers": ["ingress"]},
    "ingress": {"enabled": True, "host": "shop.example.com"},
    "preStopSeconds": 2,
}


class Case:
    """A variant's manifests, and a process that runs accordingly."""

    def __init__(self, variant: matrix.Variant, folder: Path) -> None:
        port, management_port = support.free_ports(2)
        answers = {**variant.answers, "service_port": port, "management_port": management_port}
        variant = matrix.Variant(variant.name, answers, variant.adopted)
        self.service = support.generate(folder / "service", variant)
        self.triton = FakeTriton() if variant.answers.get("inference") == "triton" else None
        values = copy.deepcopy(VALUES)
        if self.triton:
            values["config"]["triton"] = {"url": self.triton.url}
        self.manifests = support.manifests(self.service, values)
        (folder / "run").mkdir()
        self.running = support.Running(self.service, self.manifests, folder / "run")


@pytest.fixture(scope="module", params=VARIANTS, ids=[variant.name for variant in VARIANTS])
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Case]:
    case = Case(request.param, tmp_path_factory.mktemp("contract"))
    with case.running:
        case.running.wait_until_ready()
        yield case
    if case.triton:
        case.triton.close()


def test_service_behaves_as_its_manifests_state(case: Case) -> None:
    assert list(checks.contract(case.manifests, case.running)) == []


def test_schema_has_the_keys_of_the_chassis(case: Case) -> None:
    schema = json.loads((case.service.chart / "values.schema.json").read_text(encoding="utf-8"))

    assert checks.json_schema_keys(schema) == checks.settings_keys(case.running)
    timeout = schema["properties"]["config"]["properties"]["health"]["properties"]
    assert (
        timeout["check_timeout_seconds"]["exclusiveMaximum"]
        == case.manifests.container["readinessProbe"]["timeoutSeconds"]
    )


def test_queries_use_existing_metrics(case: Case) -> None:
    port = case.manifests.ports
    for _ in range(2):
        support.request(port["http"], "/nowhere")
    metrics = queries.exposed(support.request(port["management"], "/metrics").text)
    metrics |= queries.recorded(case.manifests)
    expressions = [*queries.of_rules(case.manifests), *queries.of_dashboard(case.service)]

    assert len(expressions) >= 45  # the metrics of a service without a model
    assert list(queries.unknown(expressions, metrics)) == []
    buckets = re.findall(r'le="([\d.]+)"', support.request(port["management"], "/metrics").text)
    schema = json.loads((case.service.chart / "values.schema.json").read_text(encoding="utf-8"))
    latency = schema["properties"]["alerts"]["properties"]["latency"]["properties"]
    assert {str(float(bound)) for bound in latency["seconds"]["enum"]} <= set(buckets)


def test_service_ends_within_the_grace_period(case: Case) -> None:
    """The last test of a variant: it ends the service."""
    code, seconds = case.running.terminate()

    assert code == 0
    shutdown = VALUES["config"]["shutdown"]
    assert shutdown["drain_seconds"] <= seconds
    assert seconds < case.manifests.pod["spec"]["terminationGracePeriodSeconds"]
