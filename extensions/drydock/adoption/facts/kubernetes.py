"""Kubernetes manifests, Helm charts and compose files: names and ports."""

import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import yaml

from drydock.adoption.facts import HINTS, IMPLIES, Fact, Files
from drydock.adoption.facts.image import is_of_another
from drydock.documents.places import line_of

_PORT_KEYS = ("containerPort", "targetPort")
_COMPOSE = re.compile(r"(^|/)(docker-)?compose[\w.-]*\.ya?ml$")


# Images of databases and other software that a service uses; they say nothing about the service.
_USED = re.compile(
    r"(^|/)(postgres(ql)?|postgis|mysql|mariadb|mongo(db)?|redis|valkey|rabbitmq|kafka|zookeeper|minio"
    r"|elasticsearch|opensearch|memcached|nats|nginx|traefik|caddy|node|grafana|prometheus)\b[^/]*$"
)
_GENERIC = {
    "app", "web", "api", "backend", "server", "service", "test", "tests", "main", "worker",
    "frontend", "nginx", "proxy", "ui",
}  # fmt: skip


_JOB = re.compile(r"celery|flower|(^|[-_])(worker|beat)s?($|[-_])")
"""Services of compose files that run the service's code, but do not serve it."""


def is_used(image: str) -> bool:
    """Tell whether an image is software that a service uses, such as a database."""
    return bool(_USED.search(image))


def find(files: Files) -> Iterator[Fact]:
    """Yield the facts in manifests, charts and compose files."""
    for path, text in sorted(files.items()):
        if not path.endswith((".yml", ".yaml")) or "{{" in text:
            continue
        try:
            documents = [d for d in yaml.safe_load_all(text) if isinstance(d, dict)]
        except (yaml.YAMLError, ValueError, RecursionError):
            continue
        for document in documents:
            with suppress(RecursionError):  # an alias can contain itself
                yield from list(_document(path, files, document))


def _document(path: str, files: Files, document: dict[str, Any]) -> Iterator[Fact]:
    text = files[path]
    if _COMPOSE.search(path):
        yield from _compose(path, files, document)
    elif {"apiVersion", "kind"} <= document.keys():
        yield from _manifest(path, text, document)
    elif path.endswith("Chart.yaml"):
        yield from _chart(path, text, document)
    elif path.endswith("/values.yaml"):
        yield from _values(path, text, document)


def _compose(path: str, files: Files, document: dict[str, Any]) -> Iterator[Fact]:
    text = files[path]
    services = document.get("services")
    for name, service in services.items() if isinstance(services, dict) else ():
        if not isinstance(service, dict) or "build" not in service or _JOB.search(str(name)):
            continue
        if not _builds_another(path, service["build"], files):
            if name not in _GENERIC:
                line = line_of(path, text, "services", str(name))
                yield Fact("service_name", str(name), path, line, HINTS)
            ports = service.get("ports")
            for mapping in ports if isinstance(ports, list) else ():
                port = str(mapping).rpartition(":")[2].partition("/")[0]
                if port.isdecimal():
                    names = ("services", str(name), "ports")
                    line = line_of(path, text, *names, value=str(mapping))
                    yield Fact("service_port", port, path, line, IMPLIES)


def _builds_another(path: str, build: Any, files: Files) -> bool:
    """Tell whether a service of a compose file is built from something else than the service."""
    context, name = build, "Dockerfile"
    if isinstance(build, dict):
        context, name = build.get("context", "."), build.get("dockerfile", name)
    if not isinstance(context, str) or not isinstance(name, str) or "$" in context + name:
        return False
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), context))
    dockerfile = posixpath.normpath(posixpath.join(folder, name))
    if dockerfile in files:
        return is_of_another(files[dockerfile])
    return folder != "." and not any(other.startswith(f"{folder}/") for other in files)


def _manifest(path: str, text: str, document: dict[str, Any]) -> Iterator[Fact]:
    kind, metadata = document["kind"], document.get("metadata")
    images = list(_texts(document, "image"))
    if not isinstance(kind, str) or not isinstance(metadata, dict):
        return
    if images and all(map(is_used, images)):
        return
    if kind in {"Deployment", "StatefulSet"} and isinstance(metadata.get("name"), str):
        name = metadata["name"]
        line = line_of(path, text, "metadata", "name", value=name)
        yield Fact("service_name", name, path, line, IMPLIES)
    if kind in {"Deployment", "StatefulSet", "Service"}:
        yield Fact("manifest", kind, path, line_of(path, text, "kind", value=str(kind)), IMPLIES)
        for key in _PORT_KEYS:
            for port in _numbers(document, key):
                line = line_of(path, text, key, value=str(port))
                yield Fact("service_port", str(port), path, line, IMPLIES)


def _values(path: str, text: str, document: dict[str, Any]) -> Iterator[Fact]:
    service = document.get("service")
    for key in ("containerPort", "targetPort", "internalPort", "port"):
        if isinstance(service, dict) and type(service.get(key)) is int:
            line = line_of(path, text, "service", key)
            yield Fact("service_port", str(service[key]), path, line, HINTS)
            return


def _chart(path: str, text: str, document: dict[str, Any]) -> Iterator[Fact]:
    for key, about in (("name", "service_name"), ("description", "description")):
        if isinstance(value := document.get(key), str) and not value.startswith("A Helm chart"):
            yield Fact(about, value.strip(), path, line_of(path, text, key), IMPLIES)


def _texts(data: Any, key: str) -> Iterator[str]:
    if isinstance(data, dict):
        if isinstance(data.get(key), str):
            yield data[key]
        data = list(data.values())
    if isinstance(data, list):
        for item in data:
            yield from _texts(item, key)


def _numbers(data: Any, key: str) -> Iterator[int]:
    if isinstance(data, dict):
        if type(data.get(key)) is int:  # no bool
            yield data[key]
        data = list(data.values())
    if isinstance(data, list):
        for item in data:
            yield from _numbers(item, key)
