"""A chart, its rendered manifests, and its service."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple, Self

import yaml

from tests.template import matrix, variants
from tests.template.chart import parts
from tests.waiting import PATIENCE_SECONDS, wait_for

NAMESPACE = "shop"
MONITORING = "monitoring.coreos.com/v1"
# Of operators: Kubernetes' own schemas do not contain these.
CUSTOM = {MONITORING, "gateway.networking.k8s.io/v1", "keda.sh/v1alpha1"}

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Generated:
    """A generated service."""

    folder: Path
    answers: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.answers["service_name"])

    @property
    def chart(self) -> Path:
        return self.folder / "chart"

    def copy(self, folder: Path) -> "Generated":
        """Return a copy, for a test to break."""
        shutil.copytree(self.folder, folder)
        return Generated(folder, self.answers)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that occurs once in a file."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} has {old!r} {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")


def generate(folder: Path, variant: matrix.Variant) -> Generated:
    """Render a variant; an adopted service gets an application."""
    answers = variant.render(folder).answers
    if variant.adopted:
        variants.add_own_files(folder, answers)
    return Generated(folder, answers)


def helm(
    *arguments: str | Path, version: str = "helm3", values: Mapping[str, Any] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Helm, with `values` as its last values file."""
    command = [str(parts.path(version)), *map(str, arguments)]
    return subprocess.run(
        [*command, "--values", "-"] if values else command,
        input=json.dumps(values) if values else None,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def manifests(
    service: Generated,
    values: Mapping[str, Any] | None = None,
    *,
    version: str = "helm3",
    release: str | None = None,
    kubernetes: str | None = None,
) -> "Manifests":
    """Return the output of `helm template` for the service's chart."""
    arguments = ["template", release or service.name, str(service.chart), "--namespace", NAMESPACE]
    arguments += ["--kube-version", kubernetes] if kubernetes else []
    done = helm(*arguments, version=version, values=values)
    assert not done.returncode, done.stderr
    return Manifests([doc for doc in yaml.safe_load_all(done.stdout) if doc])


def scan(manifests: Iterable[Manifest], folder: Path) -> dict[str, str]:
    """Return a scanner's findings in manifests, by rule."""
    scanned = folder / "manifests"
    scanned.mkdir()
    (scanned / "all.yaml").write_text(yaml.safe_dump_all(manifests), encoding="utf-8")
    done = subprocess.run(
        [
            *(parts.path("trivy"), "config", "--quiet", "--skip-check-update", "--format", "json"),
            *("--cache-dir", folder / "cache", scanned),
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    (result,) = json.loads(done.stdout)["Results"]
    assert result["MisconfSummary"]["Successes"] > 40  # proof that it has scanned
    return {fault["ID"]: fault["Message"] for fault in result.get("Misconfigurations", [])}


def _is_of_service(manifest: Manifest) -> bool:
    """Return whether an object is the service's, not the Triton server's."""
    return not manifest["metadata"]["labels"]["app.kubernetes.io/name"].endswith("-triton")


class Manifests(list[Manifest]):
    """Kubernetes objects of one release."""

    def kind(self, kind: str) -> Manifest:
        """Return the only object of a kind."""
        (found,) = (manifest for manifest in self if manifest["kind"] == kind)
        return found

    @property
    def services(self) -> dict[str, Manifest]:
        """The Services of the service, by the names of their ports."""
        return {
            "+".join(port["name"] for port in manifest["spec"]["ports"]): manifest
            for manifest in self
            if manifest["kind"] == "Service" and _is_of_service(manifest)
        }

    def kinds(self) -> set[str]:
        return {manifest["kind"] for manifest in self}

    @property
    def pod(self) -> Manifest:
        """The template of the service's pods."""
        template: Manifest = self.kind("Deployment")["spec"]["template"]
        return template

    @property
    def container(self) -> Manifest:
        (container,) = self.pod["spec"]["containers"]
        assert isinstance(container, dict)
        return container

    @property
    def environment(self) -> dict[str, str]:
        return {
            entry["name"]: entry["value"] for entry in self.container["env"] if "value" in entry
        }

    @property
    def ports(self) -> dict[str, int]:
        """The ports of the container by name."""
        return {port["name"]: port["containerPort"] for port in self.container["ports"]}

    def config_map(self, suffix: str) -> dict[str, str]:
        (found,) = (
            manifest["data"]
            for manifest in self
            if manifest["kind"] == "ConfigMap" and manifest["metadata"]["name"].endswith(suffix)
        )
        assert isinstance(found, dict)
        return found

    @property
    def rules(self) -> Manifest:
        """The rules as a file for Prometheus."""
        rules: Manifest = self.kind("PrometheusRule")["spec"]
        return rules

    @property
    def alerts(self) -> dict[str, Manifest]:
        return {
            rule["alert"]: rule
            for group in self.rules["groups"]
            for rule in group["rules"]
            if "alert" in rule
        }


class Response(NamedTuple):
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    text: str


def request(
    port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> Response:
    """Send one request on a new connection."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, names, response.read().decode())
    finally:
        connection.close()


def free_ports(number: int) -> list[int]:
    """Return unused ports."""
    sockets = [socket.socket() for _ in range(number)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Running:
    """A service as its Deployment starts it, but without a container.

    It only gets the environment of the manifest, and the ConfigMap's file next to the configuration
    files of the image, where the manifest mounts it.
    """

    def __init__(self, service: Generated, manifests: Manifests, folder: Path) -> None:
        self.service = service
        self.folder = folder
        mounted = {mount["name"]: mount for mount in manifests.container["volumeMounts"]}
        image_folder = manifests.environment["APP__CONFIG_DIR"]
        config = folder / "config"
        if (service.folder / "config").exists():
            shutil.copytree(service.folder / "config", config)
        config.mkdir(exist_ok=True)
        mount = mounted["config"]
        assert Path(mount["mountPath"]).parent == Path(image_folder)
        content = manifests.config_map("-config")[mount["subPath"]]
        (config / Path(mount["mountPath"]).name).write_text(content, encoding="utf-8")
        package_path = str(service.answers["package_path"])
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str((service.folder / package_path).parent),
            **manifests.environment,
            "APP__CONFIG_DIR": str(config),
        }
        self.module = f"{Path(package_path).name}.chassis"
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str) -> list[str]:
        return [str(parts.path("python")), "-m", self.module, *arguments]

    def run(self, *arguments: str, code: str | None = None) -> str:
        """Run the service's command, or Python code in its environment, to the end."""
        python = [str(parts.path("python")), "-c", code or ""]
        done = subprocess.run(
            python if code else self.command(*arguments), cwd=self.folder, env=self.environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert not done.returncode, done.stderr
        return done.stdout

    def settings(self) -> dict[str, tuple[str, str]]:
        """Return each setting's value and source, as `config` prints them."""
        lines = re.findall(r"^(\S+?): (.*?) +# (.*)$", self.run("config"), re.MULTILINE)
        return {key: (value, source) for key, value, source in lines}

    def __enter__(self) -> Self:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command("serve"), cwd=self.folder, env=self.environment,
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def serving(self) -> dict[str, Any]:
        """Return this process's log line that names the ports."""

        def found() -> dict[str, Any] | None:
            text = self.log.read_text(encoding="utf-8")
            lines = [line for line in text.split("\n")[:-1] if '"event": "serving"' in line]
            return json.loads(lines[0]) if lines else None

        line = wait_for(found, "the start", self.process, self.log)
        assert line is not None
        return line

    def wait_until_ready(self) -> None:
        port = self.serving()["management_port"]
        ready = lambda: request(port, "/readyz").status == 200  # noqa: E731
        wait_for(ready, "readiness", self.process, self.log)

    def terminate(self) -> tuple[int, float]:
        """Send SIGTERM; return the exit code and how long the end took."""
        assert self.process is not None
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS), time.monotonic() - start


def flatten(tree: Mapping[str, Any], path: Sequence[str] = ()) -> dict[str, Any]:
    """Return the leaves of nested sections under dotted keys."""
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            flat |= flatten(value, [*path, key])
        else:
            flat[".".join([*path, key])] = value
    return flat
