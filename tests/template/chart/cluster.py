"""A fake API server, which stores what Helm sends and runs nothing.

It reports for each Deployment whether its pods would become ready. It has no schemas, no admission
and no controllers: it shows what Helm does, not what Kubernetes would do.
"""

import base64
import copy
import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.template.chart.support import Manifest

# The kinds of the chart, by API group.
KINDS = {
    "v1": {
        "configmaps": "ConfigMap",
        "pods": "Pod",
        "secrets": "Secret",
        "serviceaccounts": "ServiceAccount",
        "services": "Service",
    },
    "apps/v1": {"deployments": "Deployment", "replicasets": "ReplicaSet"},
    "autoscaling/v2": {"horizontalpodautoscalers": "HorizontalPodAutoscaler"},
    "networking.k8s.io/v1": {"ingresses": "Ingress", "networkpolicies": "NetworkPolicy"},
    "policy/v1": {"poddisruptionbudgets": "PodDisruptionBudget"},
    "monitoring.coreos.com/v1": {
        "prometheusrules": "PrometheusRule",
        "servicemonitors": "ServiceMonitor",
    },
}
PATH = re.compile(
    r"/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+/v\w+))/namespaces/(?P<namespace>[^/]+)"
    r"/(?P<resource>[a-z]+)(?:/(?P<name>[^/]+))?"
)
PROTOBUF = b"k8s\0"
Key = tuple[str, str]


class Cluster:
    """The stored objects by resource and name, and every write request."""

    def __init__(self, comes_up: Callable[[Manifest], bool]) -> None:
        self.objects: dict[Key, Manifest] = {}
        self.written: list[tuple[str, str, Manifest]] = []
        self.comes_up = comes_up
        self.lock = threading.Lock()
        self.closed = threading.Event()
        self._versions = itertools.count(1)

    def put(self, resource: str, manifest: Manifest) -> Manifest:
        """Store an object with a unique resource version, as the server does."""
        version = str(next(self._versions))
        key = resource, manifest["metadata"]["name"]
        before = self.objects.get(key, {"metadata": {"uid": f"uid-{version}", "generation": 0}})
        generation = before["metadata"]["generation"] + (before.get("spec") != manifest.get("spec"))
        manifest["metadata"] |= {
            "namespace": "shop",
            "uid": before["metadata"]["uid"],
            "generation": generation,
            "resourceVersion": version,
            "creationTimestamp": "2026-01-01T00:00:00Z",
        }
        if resource == "deployments":
            self._answer_for(manifest)
        if "status" in manifest:
            manifest["status"]["observedGeneration"] = generation
        if resource == "services":
            manifest["spec"].setdefault("clusterIP", "10.0.0.1")
        self.objects[key] = manifest
        return manifest

    def _answer_for(self, deployment: Manifest) -> None:
        deployment["spec"].setdefault("replicas", 1)
        pods = deployment["spec"]["replicas"]
        ready = pods if self.comes_up(deployment) else 0
        deployment["status"] = {
            "replicas": pods,
            "updatedReplicas": pods,
            "readyReplicas": ready,
            "availableReplicas": ready,
            "conditions": [
                {"type": "Available", "status": str(ready == pods)},
                {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"},
            ],
        }
        owner = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "name": deployment["metadata"]["name"],
            "uid": deployment["metadata"]["uid"],
            "controller": True,
        }
        template = copy.deepcopy(deployment["spec"]["template"])
        metadata = {
            "name": f"{owner['name']}-pods",
            "labels": template["metadata"]["labels"],
            "ownerReferences": [owner],
        }
        spec = {"replicas": pods, "selector": deployment["spec"]["selector"], "template": template}
        replicas = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata}
        status = {"replicas": pods, "readyReplicas": ready, "availableReplicas": ready}
        self.put("replicasets", replicas | {"spec": spec, "status": status})

    @property
    def deployment(self) -> Manifest:
        """The only Deployment, in its current state."""
        (found,) = (one for (kind, _), one in self.objects.items() if kind == "deployments")
        return found


def merged(target: Any, patch: Any) -> Any:
    """Return an object after a strategic merge patch, which merges lists of named items."""
    if isinstance(target, dict) and isinstance(patch, dict):
        result = dict(target)
        for key, value in patch.items():
            if value is None:
                result.pop(key, None)
            elif not key.startswith("$"):
                result[key] = merged(target.get(key), value)
        return result
    if isinstance(target, list) and isinstance(patch, list) and _named(target) and _named(patch):
        items = {item["name"]: item for item in target}
        for item in patch:
            if item.get("$patch") == "delete":
                items.pop(item["name"], None)
            else:
                items[item["name"]] = merged(items.get(item["name"]), item)
        return list(items.values())
    return patch


def _named(items: list[Any]) -> bool:
    return all(isinstance(item, dict) and "name" in item for item in items)


def _resources(version: str) -> Manifest:
    verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]
    found = [
        {"name": name, "singularName": "", "namespaced": True, "kind": kind, "verbs": verbs}
        for name, kind in KINDS[version].items()
    ]
    return {"kind": "APIResourceList", "groupVersion": version, "resources": found}


def _discovery(path: str) -> Manifest | None:
    if path == "/version":
        return {"major": "1", "minor": "37", "gitVersion": "v1.37.0"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        groups = []
        for version in KINDS:
            if "/" in version:
                one = {"groupVersion": version, "version": version.partition("/")[2]}
                name = version.partition("/")[0]
                groups.append({"name": name, "versions": [one], "preferredVersion": one})
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    version = path.removeprefix("/apis/").removeprefix("/api/")
    return _resources(version) if version in KINDS else None


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the length-delimited fields of a protobuf message: texts and messages."""
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        field, kind = divmod(number(), 8)
        length = number()
        if kind == 2:
            yield field, message[at : at + length]
            at += length


def _secret(message: bytes) -> Manifest:
    """Return the Secret in which Helm stores a release, which it sends as protobuf."""
    secret = next(value for field, value in _fields(message) if field == 2)
    parts: dict[int, list[bytes]] = {}
    for field, value in _fields(secret):
        parts.setdefault(field, []).append(value)
    data = dict(_entry(value) for value in parts.get(2, []))
    meta = list(_fields(parts[1][0]))
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": next(value.decode() for field, value in meta if field == 1),
            "labels": {
                key: value.decode()
                for key, value in (_entry(part) for field, part in meta if field == 11)
            },
        },
        "data": {key: base64.b64encode(value).decode() for key, value in data.items()},
        "type": parts[3][0].decode(),
    }


def _entry(message: bytes) -> tuple[str, bytes]:
    entry = dict(_fields(message))
    return entry[1].decode(), entry.get(2, b"")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cluster: Cluster

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if found := _discovery(url.path):
            return self._send(200, found)
        match = PATH.fullmatch(url.path)
        if match is None:
            return self._absent()
        if match["name"]:
            with self.cluster.lock:
                one = self.cluster.objects.get((match["resource"], match["name"]))
                return self._send(200, one) if one else self._absent()
        if "sendInitialEvents" in query:  # as older servers respond, so that Helm requests lists
            status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 422}
            return self._send(422, status | {"reason": "Invalid"})
        if "watch" in query:
            return self._watch()
        version = match["core"] or match["group"]
        with self.cluster.lock:
            return self._send(
                200,
                {
                    "kind": f"{KINDS[version][match['resource']]}List",
                    "apiVersion": version,
                    "metadata": {"resourceVersion": str(next(self.cluster._versions))},
                    "items": list(self._selected(match["resource"], query)),
                },
            )

    def _selected(self, resource: str, query: dict[str, str]) -> Iterator[Manifest]:
        wanted = dict(part.split("=", 1) for part in query.get("labelSelector", "").split(",")
                      if "=" in part and "!=" not in part)  # fmt: skip
        for (kind, name), one in self.cluster.objects.items():
            labels = one["metadata"].get("labels", {})
            field = query.get("fieldSelector", f"metadata.name={name}")
            if kind == resource and wanted.items() <= labels.items() and field.endswith(f"={name}"):
                yield one

    def _watch(self) -> None:
        """Report no change: the client requests a new list when this ends."""
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        self.cluster.closed.wait(1.2)

    def do_POST(self) -> None:
        match = PATH.fullmatch(urlsplit(self.path).path)
        if match is None:
            return self._absent()
        manifest = self._body()
        with self.cluster.lock:
            if (match["resource"], manifest["metadata"]["name"]) in self.cluster.objects:
                return self._send(409, {"kind": "Status", "status": "Failure", "code": 409,
                                        "reason": "AlreadyExists"})  # fmt: skip
            self._record(match["resource"], manifest)
            return self._send(201, self.cluster.put(match["resource"], manifest))

    def do_PATCH(self) -> None:
        match = PATH.fullmatch(urlsplit(self.path).path)
        if match is None:
            return self._absent()
        patch = self._body()
        key = match["resource"], match["name"]
        with self.cluster.lock:
            self._record(match["resource"], patch)
            whole = "apply-patch" in self.headers["content-type"]
            before = self.cluster.objects.get(key, {})
            after = patch if whole else merged(before, patch)
            return self._send(200, self.cluster.put(match["resource"], copy.deepcopy(after)))

    def do_PUT(self) -> None:
        match = PATH.fullmatch(urlsplit(self.path).path)
        if match is None:
            return self._absent()
        manifest = self._body()
        with self.cluster.lock:
            self._record(match["resource"], manifest)
            return self._send(200, self.cluster.put(match["resource"], manifest))

    def do_DELETE(self) -> None:
        match = PATH.fullmatch(urlsplit(self.path).path)
        self.rfile.read(int(self.headers.get("content-length", 0)))
        with self.cluster.lock:
            if match:
                self.cluster.objects.pop((match["resource"], match["name"]), None)
                self._record(match["resource"], {"metadata": {"name": match["name"]}})
        return self._send(200, {"kind": "Status", "apiVersion": "v1", "status": "Success"})

    def _record(self, resource: str, manifest: Manifest) -> None:
        self.cluster.written.append((self.command, resource, copy.deepcopy(manifest)))

    def _body(self) -> Manifest:
        text = self.rfile.read(int(self.headers.get("content-length", 0)))
        if text.startswith(PROTOBUF):
            return _secret(text.removeprefix(PROTOBUF))
        read: Manifest = yaml.safe_load(text) or {}
        return read

    def _absent(self) -> None:
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404}
        self._send(404, status | {"reason": "NotFound", "message": f"no {self.path}"})

    def _send(self, code: int, content: Manifest) -> None:
        text = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@contextmanager
def running(folder: Path, comes_up: Callable[[Manifest], bool]) -> Iterator[tuple[Cluster, Path]]:
    """Serve an empty cluster; yield it, and the kubeconfig for it."""
    cluster = Cluster(comes_up)
    handler = type("Handler", (_Handler,), {"cluster": cluster})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    file = folder / "kubeconfig"
    address = f"http://127.0.0.1:{server.server_address[1]}"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "it", "cluster": {"server": address}}],
        "contexts": [{"name": "it", "context": {"cluster": "it", "namespace": "shop"}}],
        "current-context": "it",
    }
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    try:
        yield cluster, file
    finally:
        cluster.closed.set()
        server.shutdown()
        server.server_close()
        thread.join()
