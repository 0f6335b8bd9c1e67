"""The service under test, and how to run it in real processes."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.template.fake_triton import FakeTriton

HERE = Path(__file__).parent
EXAMPLES = HERE / "examples"

SERVICE = Path(os.environ["DRYDOCK_SERVICE"]).resolve()
ANSWERS = yaml.safe_load((SERVICE / ".copier-answers.yml").read_text(encoding="utf-8"))
PACKAGE: str = ANSWERS["package_path"].split("/")[-1]
SOURCE_ROOT = (SERVICE / ANSWERS["package_path"]).parent
INFERENCE: bool = ANSWERS["inference"] == "local"
TRITON: bool = ANSWERS["inference"] == "triton"
ADOPTED: bool = ANSWERS["adopted"]
CONFIG_SERVER: bool = ANSWERS.get("config_server", False)
TRACING: bool = ANSWERS.get("tracing", False)

T = TypeVar("T")
PATIENCE = 60  # seconds until a condition that is never met is a failure


def wait_for(condition: Callable[[], T], what: str) -> T:
    """Wait until `condition` returns something true; return it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {PATIENCE} s")


def free_ports() -> tuple[int, int]:
    """Return two unused ports."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def status_of(port: int, path: str) -> int | None:
    """Return the status of a GET request, or None if nothing listens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except ConnectionError:
        return None
    finally:
        connection.close()


class Response(NamedTuple):
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def command(app: str, *arguments: str) -> list[str]:
    """Return the command line of the service with another application."""
    return [sys.executable, str(HERE / "launch.py"), PACKAGE, app, *arguments]


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of a process with only these settings."""
    foreign = ("APP__", "OTEL_")
    own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    own.pop("PYTHONDONTWRITEBYTECODE", None)  # startup takes three times as long without it
    own["PYTHONPATH"] = os.pathsep.join([str(SOURCE_ROOT), str(EXAMPLES)])
    return own | model_settings() | settings


@cache
def triton() -> FakeTriton:
    """Return the fake Triton server of a service that calls one."""
    return FakeTriton()


def model_settings() -> dict[str, str]:
    """Return the settings that a service with a model needs to start."""
    if INFERENCE:
        return {"APP__INFERENCE__MODEL": "models:Echo"}
    if TRITON:
        return {"APP__TRITON__URL": triton().url, "APP__TRITON__MODEL": "echo"}
    return {}


def run(app: str, *arguments: str, folder: Path, **settings: str) -> Any:
    """Run the command of the service to its end."""
    return subprocess.run(
        command(app, *arguments),
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Server:
    """A process that serves an application of `examples/`."""

    def __init__(self, folder: Path, app: str, *arguments: str, **settings: str) -> None:
        defaults = {
            "APP__SERVER__PORT": "0",
            "APP__MANAGEMENT__PORT": "0",
            "APP__SHUTDOWN__DRAIN_SECONDS": "0",
            "APP__LOGGING__FORMAT": "json",
        }
        self.output, self.errors = folder / "output", folder / "errors"
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                command(app, "serve", *arguments),
                cwd=folder,
                env=environment(**defaults | settings),
                stdout=output,
                stderr=errors,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.wait()

    def text(self) -> str:
        """Return the complete lines that the process wrote."""
        return self.output.read_text("utf-8").rpartition("\n")[0]

    def lines(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the log lines that have all these values."""
        entries = [json.loads(line) for line in self.text().split("\n") if line]
        return [entry for entry in entries if wanted.items() <= entry.items()]

    def line(self, **wanted: Any) -> dict[str, Any]:
        """Wait for the log line that has all these values; return it."""
        return wait_for(lambda: self.lines(**wanted), f"the log line {wanted}")[0]

    @property
    def port(self) -> int:
        """The port of the API."""
        return self._serving()["port"]

    @property
    def management_port(self) -> int:
        """The port of health and metrics."""
        return self._serving()["management_port"]

    def _serving(self) -> dict[str, Any]:
        def serving() -> list[dict[str, Any]]:
            assert self.process.poll() is None, self.text() + self.errors.read_text()
            return self.lines(event="serving")

        return wait_for(serving, "the start")[0]

    def request(
        self,
        path: str,
        method: str = "GET",
        *,
        management: bool = False,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response:
        """Send one request on a new connection."""
        port = self.management_port if management else self.port
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Response(response.status, names, response.read())
        finally:
            connection.close()

    def ready(self) -> Response:
        """Return the response of `/readyz`."""
        return self.request("/readyz", management=True)

    def wait_until_ready(self) -> None:
        """Wait until the service is ready."""

        def ready() -> bool:
            try:
                return self.ready().status == 200
            except ConnectionError:
                return False

        wait_for(ready, "readiness")

    def stop(self, number: int) -> int:
        """Send a signal; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def samples(self, name: str, **labels: str) -> dict[tuple[str, ...], float]:
        """Return the samples of a metric by the values of their labels."""
        text = self.request("/metrics", management=True).body.decode()
        return {
            tuple(sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        }
