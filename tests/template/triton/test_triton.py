"""A generated service calls a real Triton server that has its example model.

Other models misbehave: the service is configured to call them instead.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, Self

import pytest

from tests.support import missing
from tests.template import matrix
from tests.template.triton import server
from tests.waiting import wait_for

pytestmark = pytest.mark.triton

UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home
FLOWERS = [[5.1, 3.5, 1.4, 0.2], [5.9, 2.8, 4.3, 1.3], [6.5, 3.0, 5.8, 2.2]]
START = "        responses = []"
# Misbehaving models, each an edited copy of the example.
MODELS = {
    "narrow": ("config.pbtxt", "dims: [ 4 ]", "dims: [ 3 ]"),
    "slow": ("1/model.py", START, f"        __import__('time').sleep(0.5)\n{START}"),
    "broken": ("1/model.py", START, "        raise ValueError('no idea')"),
}


@dataclass(frozen=True)
class Response:
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    json: Any


class Service:
    """A running service, which ends with the `with` block."""

    def __init__(self, folder: Path, run: Path, **settings: str) -> None:
        run.mkdir()
        self.log = run / "log"
        fixed = {
            "APP__CONFIG_DIR": str(folder / "config"),
            "APP__SERVER__PORT": "0",
            "APP__MANAGEMENT__PORT": "0",
            "APP__SHUTDOWN__DRAIN_SECONDS": "0",
            "APP__LOGGING__FORMAT": "json",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [folder / ".venv/bin/my-service", "serve"],
                cwd=run,
                env=os.environ | fixed | settings,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for(lambda: self.lines("serving"), "the start", self.process, self.log)
        (serving,) = self.lines("serving")
        self.port, self.management_port = serving["port"], serving["management_port"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Return the log lines of an event."""
        complete = self.log.read_text().rpartition("\n")[0]
        lines = [json.loads(line) for line in complete.splitlines()]
        return [line for line in lines if line["event"] == event]

    def predict(self, flower: list[float] | None = None) -> Response:
        """Request the species of a flower."""
        names = ("sepal_length", "sepal_width", "petal_length", "petal_width")
        body = json.dumps(dict(zip(names, flower or FLOWERS[0], strict=True)))
        return self._request(self.port, "POST", "/api/v1/predict", body)

    def readiness(self) -> Response:
        """Return the response of `/readyz`."""
        return self._request(self.management_port, "GET", "/readyz")

    def wait_until_ready(self) -> None:
        """Wait until the service is ready."""
        ready = lambda: self.readiness().status == 200  # noqa: E731
        wait_for(ready, "readiness", self.process, self.log)

    def _request(self, port: int, method: str, path: str, body: str | None = None) -> Response:
        connection = HTTPConnection("127.0.0.1", port, timeout=server.PATIENCE)
        headers = {"content-type": "application/json", "connection": "close"}
        connection.request(method, path, body, headers)
        response: HTTPResponse = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, names, json.loads(response.read()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a generated, installed service, with the other models next to its own."""
    if not server.available():
        missing("Triton is not installed: `nox -s triton` fetches it")
    folder = tmp_path_factory.mktemp("triton") / "service"
    matrix.render(matrix.REPOSITORY, folder, {"inference": "triton"})
    environment = os.environ | {"UV_CACHE_DIR": str(UV_CACHE), "UV_PYTHON": sys.executable}
    environment["UV_PROJECT_ENVIRONMENT"] = ".venv"  # not the session's
    subprocess.run(["uv", "sync", "--quiet", "--no-dev"], cwd=folder, env=environment, check=True)
    for name, (file, old, new) in MODELS.items():
        copy = folder / "models" / name
        shutil.copytree(folder / "models/iris", copy)
        replace(copy / "config.pbtxt", 'name: "iris"', f'name: "{name}"')
        replace(copy / file, old, new)
    shutil.copytree(folder / "models/slow", folder / "models/busy")
    replace(folder / "models/busy/config.pbtxt", 'name: "slow"', 'name: "busy"')
    replace(folder / "models/busy/config.pbtxt", "max_queue_size: 256", "max_queue_size: 1")
    return folder


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def of(models: Path, folder: Path) -> server.Server:
    """Return a server with these models, on unused ports."""
    with socket.create_server(("", 0)) as one, socket.create_server(("", 0)) as other:
        ports = one.getsockname()[1], other.getsockname()[1]
    return server.Server(models, folder, *ports)


@pytest.fixture(scope="module")
def triton(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    """Return a server with all models."""
    triton = of(folder / "models", tmp_path_factory.mktemp("server") / "run")
    triton.start()
    yield triton
    triton.kill()


@pytest.fixture
def mortal(folder: Path, tmp_path: Path) -> Iterator[server.Server]:
    """Return a server for tests that start and kill it; with two models only, it is quick."""
    for name in ("iris", "slow"):
        shutil.copytree(folder / "models" / name, tmp_path / "models" / name)
    mortal = of(tmp_path / "models", tmp_path / "server")
    yield mortal
    mortal.kill()


Serve = Callable[..., Service]


@pytest.fixture(params=["grpc", "http"])
def serve(request: pytest.FixtureRequest, folder: Path, tmp_path: Path) -> Serve:
    """Return a function that starts the service with a model of the server, and settings."""

    def serve(triton: server.Server, model: str = "iris", **settings: object) -> Service:
        settings |= {"url": triton.urls[request.param], "model": model}
        named = {f"APP__TRITON__{name.upper()}": str(value) for name, value in settings.items()}
        return Service(folder, tmp_path / "run", **named)

    return serve


@pytest.mark.parts
def test_predictions_equal_those_of_the_local_model(
    serve: Serve, triton: server.Server, folder: Path, tmp_path: Path
) -> None:
    matrix.render(matrix.REPOSITORY, tmp_path / "local", {"inference": "local"})
    code = (
        "import json; from my_service.model import IrisClassifier as Model; "
        f"model = Model(); model.load(); print(json.dumps(model.predict({FLOWERS})))"
    )
    local = subprocess.run(
        [folder / ".venv/bin/python", "-c", code],
        env={"PYTHONPATH": str(tmp_path / "local/src")},
        capture_output=True,
        check=True,
    )

    with serve(triton) as service:
        service.wait_until_ready()
        responses = [service.predict(flower) for flower in FLOWERS]

    for (species, probability), response in zip(json.loads(local.stdout), responses, strict=True):
        expected = {"species": species, "probability": pytest.approx(probability, abs=1e-6)}
        assert (response.status, response.json) == (200, expected)


def test_wrong_shape_is_a_bad_request(serve: Serve, triton: server.Server) -> None:
    with serve(triton, "narrow") as service:
        service.wait_until_ready()
        response = service.predict()

    assert response.status == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json["detail"].startswith("unexpected shape for input 'measurements'")


def test_slow_model_times_out_at_the_deadline(serve: Serve, triton: server.Server) -> None:
    with serve(triton, "slow", deadline_seconds=0.3) as service:
        service.wait_until_ready()
        response = service.predict()

    assert (response.status, response.json["detail"]) == (504, "The model did not answer in time.")
    assert service.lines("unhandled exception") == []


def test_failing_model_is_a_server_error(serve: Serve, triton: server.Server) -> None:
    with serve(triton, "broken") as service:
        service.wait_until_ready()
        response = service.predict()
        wait_for(
            lambda: service.lines("unhandled exception"),
            "the log line",
            service.process,
            service.log,
        )

    (line,) = service.lines("unhandled exception")
    assert (response.status, response.json["title"]) == (500, "Internal Server Error")
    assert "no idea" not in json.dumps(response.json)
    assert "ValueError: no idea" in line["exception"]
    assert line["request_id"] == response.json["request_id"]


def test_service_without_its_model_is_not_ready(serve: Serve, triton: server.Server) -> None:
    with serve(triton, "missing") as service:
        readiness = service.readiness()
        response = service.predict()

    assert readiness.status == 503
    assert "missing is not ready on the server" in readiness.json["checks"]["model"]
    assert (response.status, response.headers["retry-after"]) == (503, "1")


def test_overloaded_server_refuses_requests(serve: Serve, triton: server.Server) -> None:
    with serve(triton, "busy") as service, ThreadPoolExecutor(16) as clients:
        service.wait_until_ready()
        responses = list(clients.map(lambda _: service.predict(), range(16)))

    assert {response.status for response in responses} == {200, 503}
    refused = [response for response in responses if response.status == 503]
    assert all(response.headers["retry-after"] == "1" for response in refused)
    lines = service.lines("the model is not available")
    assert "Exceeds maximum queue size" in lines[0]["error"]


def test_server_can_start_late_and_be_restarted(serve: Serve, mortal: server.Server) -> None:
    with serve(mortal, connect_seconds=0.2) as service:
        assert service.readiness().status == 503
        mortal.start()
        service.wait_until_ready()
        assert service.predict().status == 200

        mortal.kill()

        response = service.predict()
        readiness = service.readiness()
        assert (response.status, response.headers["retry-after"]) == (503, "1")
        assert response.json["detail"] == "The model is not available."
        assert readiness.status == 503
        assert "onnect" in readiness.json["checks"]["model"]

        mortal.start()

        service.wait_until_ready()
        assert service.predict().status == 200
        service.process.terminate()
        assert service.process.wait(server.PATIENCE) == 0


def test_request_lost_with_the_server_gets_a_response(serve: Serve, mortal: server.Server) -> None:
    mortal.start()
    with serve(mortal, "slow") as service, ThreadPoolExecutor(1) as client:
        service.wait_until_ready()
        sent = client.submit(service.predict)
        time.sleep(0.2)  # the model takes half a second
        mortal.kill()
        response = sent.result()

    assert (response.status, response.headers["retry-after"]) == (503, "1")
