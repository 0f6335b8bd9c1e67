"""The values: documented, and refused if invalid."""

import copy
import json
import re
from typing import Any

import pytest
import yaml

from tests.template.chart import effects, parts, support

HELMS = list(parts.HELM_WHEELS)
NONSENSE: dict[str, dict[str, Any]] = {
    "unknown value": {"replicaCount": 3},
    "unknown value in a section": {"image": {"tags": "1"}},
    "text for a number": {"replicas": "two"},
    "negative replicas": {"replicas": -1},
    "maximum below the minimum": {"autoscaling": {"minReplicas": 7}},
    "share of zero": {"autoscaling": {"cpuPercent": 0}},
    "tag that YAML takes for a number": {"image": {"tag": 1.1}},
    "tag with a blank": {"image": {"tag": "1 2"}},
    "empty repository": {"image": {"repository": ""}},
    "digest of another length": {"image": {"digest": "sha256:abc"}},
    "digest in the tag": {"image": {"tag": f"1@{effects.DIGEST}"}},
    "pull policy": {"image": {"pullPolicy": "Sometimes"}},
    "memory with an unknown unit": {"resources": {"limits": {"memory": "512MB"}}},
    "no limit of memory": {"resources": {"limits": {"memory": None}}},
    "no requests": {"resources": {"requests": None}},
    "privileged port": {"config": {"server": {"port": 80}}},
    "port 0": {"config": {"management": {"port": 0}}},
    "port as text": {"config": {"server": {"port": "8000"}}},
    "dotted key": {"config": {"server.port": 8000}},
    "unknown key of the chassis": {"config": {"logging": {"levle": "INFO"}}},
    "level": {"config": {"logging": {"level": "LOUD"}}},
    "deadline before drain": {"config": {"shutdown": {"drain_seconds": 60}}},
    "negative drain": {"config": {"shutdown": {"drain_seconds": -1}}},
    "check longer than its probe": {"config": {"health": {"check_timeout_seconds": 5}}},
    "port in the environment": {"env": {"APP__SERVER__PORT": "1"}},
    "shutdown in the environment": {"env": {"app__shutdown": "{}"}},
    "number in the environment": {"env": {"APP__LIMITS__MAX_BODY_BYTES": 10000000}},
    "invalid name of a variable": {"env": {"A-B": "1"}},
    "the chart's own profile": {"profiles": ["helm"]},
    "secret with upper case": {"secrets": ["MySecret"]},
    "secret twice": {"secrets": ["a", "a"]},
    "label that selects": {"podLabels": {"app.kubernetes.io/name": "other"}},
    "ingress without a host": {"ingress": {"enabled": True}},
    "host with a scheme": {"ingress": {"host": "https://shop.example.com"}},
    "caller that is not a namespace": {"networkPolicy": {"callers": ["Ingress Nginx"]}},
    "caller that matches every pod": {"networkPolicy": {"callers": [{}]}},
    "caller with an unknown key": {"networkPolicy": {"callers": [{"namespace": "frontend"}]}},
    "no peers for DNS": {"dns": []},
    "route without a gateway": {"httpRoute": effects.ROUTE | {"gateway": ""}},
    "variable without a key": {"secretEnv": {"A": {"secret": "a"}}},
    "variable with an invalid name": {"secretEnv": {"A-B": {"secret": "a", "key": "b"}}},
    "init container without a name": {"initContainers": [{"image": "a:1"}]},
    "unknown scaler": {"queueScaling": {"by": "magic"}},
    "negative time to be ready": {"minReadySeconds": -1},
    "interval": {"serviceMonitor": {"interval": "often"}},
    "objective that never fires": {"alerts": {"availability": 0.9}},
    "objective that allows nothing": {"alerts": {"availability": 1}},
    "objective in percent": {"alerts": {"latency": {"target": 99}}},
    "seconds without a bucket": {"alerts": {"latency": {"seconds": 0.3}}},
    "budget of nothing": {"disruptionBudget": {"maxUnavailable": 0}},
    "budget of everything and more": {"disruptionBudget": {"maxUnavailable": "120%"}},
    "removed section": {"config": None},
}


@pytest.mark.parametrize("version", HELMS)
@pytest.mark.parametrize("nonsense", NONSENSE)
def test_invalid_values_are_refused(
    service: support.Generated, nonsense: str, version: str
) -> None:
    values = NONSENSE[nonsense]

    done = support.helm("template", "x", service.chart, version=version, values=values)

    assert done.returncode != 0
    assert next(iter(values)) in done.stderr, "the message does not name the value"


@pytest.mark.parametrize("name", ["share", "gpu", "no CPU", "percent"])
def test_unusual_valid_values_are_accepted(service: support.Generated, name: str) -> None:
    cases: dict[str, dict[str, Any]] = {
        "share": {"config": {"own": {"any.thing": [1]}}, "own": {"a": {"b": 1}}},
        "gpu": {"resources": {"limits": {"nvidia.com/gpu": 1, "memory": "1.5Gi"}}},
        "no CPU": {"env": {"HTTPS_PROXY": "http://proxy:3128", "APP__LOGGING__LEVEL": "DEBUG"}},
        "percent": {"disruptionBudget": {"maxUnavailable": "25%"}, "global": {"a": 1}},
    }

    support.manifests(service, cases[name])


def test_schema_is_closed(service: support.Generated) -> None:
    """An unknown key is refused in each section, except in those that are open."""
    schema = json.loads((service.chart / "values.schema.json").read_text(encoding="utf-8"))
    free = {
        "config", "global", "affinity", "own", "requests", "limits", "behavior",
    }  # fmt: skip

    def sections(part: dict[str, Any], name: str) -> list[str]:
        found = []
        if part.get("type") == "object" and name not in free:
            found = [] if "additionalProperties" in part else [name]
        for key, below in part.get("properties", {}).items():
            found += sections(below, key)
        return found

    assert sections(schema, "") == []


def test_readme_lists_every_value_with_its_default(service: support.Generated) -> None:
    text = (service.chart / "README.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| `([\w.]+)` \| (.*?) ?\| .+ \|$", text, re.MULTILINE))
    assert documented.pop("config") == ""  # a section, of which some keys are listed
    assert documented.pop("dns") == ""  # listed in words
    # Keys of the configuration that the values do not set.
    own = {key for key, default in documented.items() if not default}
    assert own == {"config.server.trusted_proxies", "config.server.root_path"}
    documented = {key: default for key, default in documented.items() if default}

    defaults = yaml.safe_load((service.chart / "values.yaml").read_text(encoding="utf-8"))
    # Another line in a section would conflict with adjacent values that a service has set.
    schema = json.loads((service.chart / "values.schema.json").read_text(encoding="utf-8"))
    for section, key in (("image", "digest"), ("autoscaling", "behavior")):
        assert key not in defaults[section]
        defaults[section][key] = schema["properties"][section]["properties"][key]["default"]
    assert defaults.pop("dns")
    labels = defaults["dashboard"].pop("labels")  # listed as a whole
    flat = support.flatten(copy.deepcopy(defaults)) | {"dashboard.labels": labels}

    assert {key: yaml.safe_load(default.strip("`")) for key, default in documented.items()} == flat
