"""The service's configuration files, and the ports in them."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

import yaml

from drydock.adoption.facts import IMPLIES, SAYS, SHOWN, Fact, Files, listed
from drydock.documents.formats import toml
from drydock.documents.places import places

_READERS: dict[str, Callable[[str], Any]] = {
    ".yml": yaml.safe_load,
    ".yaml": yaml.safe_load,
    ".json": json.loads,
    ".toml": toml.data,
}
_NAMED = re.compile(r"config|settings?|application|default|properties", re.IGNORECASE)
_ASIDE = {"tests", "test", "docs", "node_modules", "templates", "k8s", "deploy", "helm"}
_TOOLS = re.compile(
    r"^\.|pre-commit|mkdocs|codecov|renovate|package(-lock)?\.json|[jt]sconfig|docker-compose"
)
_OF_ANOTHER_TOOL = re.compile(
    r".+config\.json|appsettings(\..+)?\.json|.+\.config\.ya?ml"
    r"|(.*[-_.])?(otel|collector|prometheus|grafana|loki|promtail|tempo|alertmanager|vector)"
    r"([-_.].*)?\.(ya?ml|json|toml)"
)
"""Settings of other programs, unless the service's code names the file."""
_VARIABLE = re.compile(r"(?m)^(?:export\s+)?(?P<name>\w+)=[\"']?(?P<value>[^\"'\n]*)")
_DOTENV = re.compile(r"^\.env(\.[\w.-]*)?$")
_MONITORING = re.compile(r"prom(etheus)?|metrics?|monitoring|management|actuator", re.IGNORECASE)
_OTHER_SERVICES = re.compile(
    r"redis|postgres|mysql|mongo|kafka|rabbit|amqp|smtp|mail|database|db|elastic|proxy|triton|grpc"
    r"|remote|client|upstream|jaeger|otlp|statsd|ldap|ftp|broker|cache|queue|debug",
    re.IGNORECASE,
)


def find(files: Files) -> Iterator[Fact]:
    """Yield each configuration file with its keys, and the ports among them."""
    for path, text in sorted(files.items()):
        name = PurePosixPath(path).name
        if _DOTENV.match(name):
            variables = list(_VARIABLE.finditer(text))
            pairs = [(found["name"], found["value"]) for found in variables]
            lines = {
                found["name"]: text.count("\n", 0, found.start()) + 1
                for found in reversed(variables)
            }
        elif not _is_settings(path, files):
            continue
        elif reader := _READERS.get(PurePosixPath(name).suffix):
            pairs = _read(reader, text)
            lines = {".".join(place.names): place.line for place in reversed(places(path, text))}
        else:
            continue
        # An object of Kubernetes, or of a tool like k3d, configures no service.
        if pairs and not {"apiVersion", "kind"} <= {key for key, _ in pairs}:
            yield Fact("configuration", _summary([key for key, _ in pairs]), path, 0, SAYS)
            for key, value in pairs:
                yield from _port(path, lines.get(key, 0), key, value)


def _summary(keys: list[str]) -> str:
    """Return the keys as one line; if there are many, their sections, the largest first."""
    sections = Counter(key.partition(".")[0] for key in keys)
    if len(keys) <= SHOWN or len(sections) == len(keys):
        return listed(keys)
    largest = [section for section, _ in sections.most_common()]
    return f"{listed(largest)}; {len(keys)} in all"


def _is_settings(path: str, files: Files) -> bool:
    """Tell whether a file holds the service's settings, not those of an editor or another tool."""
    *folders, name = PurePosixPath(path).parts
    if _ASIDE & set(folders) or any(folder.startswith(".") for folder in folders):
        return False
    if _OF_ANOTHER_TOOL.fullmatch(name) and not any(
        name in text for other, text in files.items() if other.endswith(".py")
    ):
        return False
    return bool(_NAMED.search(path)) and not _TOOLS.search(name)


def _read(reader: Callable[[str], Any], text: str) -> list[tuple[str, Any]]:
    try:
        return list(_flat(reader(text)))
    except (ValueError, yaml.YAMLError, RecursionError):  # an alias can contain itself
        return []


def _flat(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items() if isinstance(data, dict) else ():
        inside = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict):
            yield from _flat(value, inside)
        else:
            yield inside, value


def _port(path: str, line: int, key: str, value: Any) -> Iterator[Fact]:
    owner, _, last = re.sub(r"[-_]", ".", key).rpartition(".")
    if not re.fullmatch(r"(\w*[a-z])?port", last, re.IGNORECASE) or not str(value).isdecimal():
        return
    words = f"{owner}.{last}"
    if _MONITORING.search(words):
        yield Fact("metrics_port", str(value), path, line, SAYS)
    elif not _OTHER_SERVICES.search(words):
        yield Fact("service_port", str(value), path, line, IMPLIES)
