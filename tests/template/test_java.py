"""The Java client in a service's README, run by a real JDK against the service."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import missing
from tests.template import matrix
from tests.waiting import PATIENCE_SECONDS, wait_for

pytestmark = pytest.mark.java

UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home


@dataclass(frozen=True)
class Service:
    """A running service that handles one request at a time, and a folder with the client."""

    folder: Path
    port: int
    log: Path

    def call(self, measurements: dict[str, float]) -> "subprocess.Popen[str]":
        """Start the README's program."""
        return subprocess.Popen(
            ["java", "Predict.java", json.dumps(measurements)],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def request_lines(self) -> list[dict[str, Any]]:
        """Return the log lines of requests."""
        complete = self.log.read_text().rpartition("\n")[0]
        lines = [json.loads(line) for line in complete.splitlines()]
        return [line for line in lines if line["event"] == "request"]

    def occupy(self) -> socket.socket:
        """Begin a request that lasts as long as its connection."""
        connection = socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)
        connection.sendall(b"POST /api/v1/predict HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        return connection


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    if not shutil.which("javac"):
        missing("no JDK is installed: `nox -s java` installs it as root")
    folder = tmp_path_factory.mktemp("java") / "service"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]  # the client uses the port in the answers
    matrix.render(matrix.REPOSITORY, folder, {"service_name": "iris", "service_port": port})
    environment = os.environ | {"UV_CACHE_DIR": str(UV_CACHE), "UV_PYTHON": sys.executable}
    environment["UV_PROJECT_ENVIRONMENT"] = ".venv"  # not the session's
    subprocess.run(["uv", "sync", "--quiet", "--no-dev"], cwd=folder, env=environment, check=True)
    (example,) = re.findall(r"^```java\n(.+?)^```", (folder / "README.md").read_text(), re.M | re.S)
    (folder / "Predict.java").write_text(example)
    settings = {"APP__LIMITS__MAX_REQUESTS": "1", "APP__MANAGEMENT__PORT": "0"}
    # An occupying request may last until a JVM has started, on a busy machine.
    settings["APP__LIMITS__BODY_SECONDS"] = "0"
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [folder / ".venv/bin/iris", "serve"],
            cwd=folder,
            env=os.environ | settings | {"APP__LOGGING__FORMAT": "json"},
            stdout=log,
        )
    try:
        service = Service(folder, port, folder / "log")
        wait_for(lambda: '"serving"' in service.log.read_text(), "the start", process, service.log)
        yield service
    finally:
        process.kill()
        process.wait()


def iris(**other: float) -> dict[str, float]:
    sizes = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
    return sizes | other


def test_api_used_by_the_client_is_in_the_contract(service: Service) -> None:
    """The service's own contract test compares it with `docs/openapi.json`."""
    promised = json.loads((service.folder / "docs/openapi.json").read_text())
    schemas = promised["components"]["schemas"]
    operation = promised["paths"]["/api/v1/predict"]["post"]

    assert "/api/v1/predict" in (service.folder / "Predict.java").read_text()
    assert set(schemas["Measurements"]["required"]) == set(iris())
    assert set(schemas["Prediction"]["required"]) == {"species", "probability"}
    assert "application/problem+json" in operation["responses"]["422"]["content"]


@pytest.mark.parts
def test_client_gets_a_prediction(service: Service) -> None:
    out, err = service.call(iris()).communicate(timeout=PATIENCE_SECONDS)

    assert json.loads(out)["species"] == "setosa", err
    assert err == ""


def test_client_prints_the_problem(service: Service) -> None:
    client = service.call(iris(petal_width=-1))
    out, err = client.communicate(timeout=PATIENCE_SECONDS)

    (line,) = [line for line in err.splitlines() if "IllegalStateException: " in line]
    problem = json.loads(line.partition("IllegalStateException: ")[2])
    assert (client.returncode, out) == (1, "")
    assert problem["status"] == 422
    assert [error["pointer"] for error in problem["errors"]] == ["/petal_width"]


def test_client_retries_when_the_service_is_busy(service: Service) -> None:
    before = len(service.request_lines())
    with service.occupy():
        client = service.call(iris())
        wait_for(lambda: len(service.request_lines()) > before, "the refusal", client)
    out, err = client.communicate(timeout=PATIENCE_SECONDS)

    refused, *_, served = [
        line for line in service.request_lines()[before:] if line["status"] != 499
    ]
    assert json.loads(out)["species"] == "setosa", err
    assert (refused["status"], served["status"]) == (503, 200)
    assert when(served) - when(refused) >= timedelta(seconds=1), "the response had Retry-After: 1"


def when(line: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(line["timestamp"])


def test_client_gives_up_if_the_service_stays_busy(service: Service) -> None:
    before = len(service.request_lines())
    with service.occupy():
        client = service.call(iris())
        _, err = client.communicate(timeout=PATIENCE_SECONDS)

    assert client.returncode == 1
    assert '"status":503' in err
    assert [line["status"] for line in service.request_lines()[before:]][:5] == [503] * 5
