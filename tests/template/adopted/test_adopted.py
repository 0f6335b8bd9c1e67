"""An adopted service: under the chassis its responses are the same, byte for byte, as without it.

Each application in `apps/` is copied, the template is rendered over it with `adopted: true`, and
it runs twice: bare, as `python -m uvicorn`, and as `python -m <package>.chassis serve`. Nothing is
installed for that: the tests run in the environment of a generated service, with copier and
websockets added.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import copier
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
TEMPLATE = ["copier.yml", "company.yml", "reserved.yml", "company_questions.yml", "template"]
PATIENCE = 60  # seconds until a condition that is never met is a failure
VARIES = {b"date"}


@dataclass(frozen=True)
class Case:
    """An application, the place of its code, and the requests to it."""

    package_path: str
    app: str
    route: str  # a label of its metrics
    requests: list[tuple[str, str, str]]  # method, path, body
    websockets: list[tuple[str, list[str]]] = field(default_factory=list)  # path, messages
    uvicorn: tuple[str, ...] = ()


NOWHERE = [("GET", "/nowhere", ""), ("DELETE", "/", ""), ("BREW", "/", "")]
DOCUMENT = [("GET", "/openapi.json", ""), ("GET", "/docs", "")]
CASES = {
    "flat": Case(
        "fruit",
        "main:app",
        "/stock/{fruit}",
        [
            ("GET", "/stock/apple", ""),
            ("HEAD", "/stock/apple", ""),
            ("POST", "/stock/apple", ""),
            ("GET", "/stock/apple?at_least=5", ""),
            ("GET", "/stock/apple?at_least=many", ""),
            ("GET", "/stock/pear", ""),
            ("GET", "/stock/apple/", ""),
            ("GET", "/broken", ""),
            *NOWHERE,
            *DOCUMENT,
        ],
    ),
    "factory": Case(
        "app",
        "app.factory:create_app",
        "/v1/hello",
        [("GET", "/v1/hello", ""), ("GET", "/v1/hello/", ""), *NOWHERE, *DOCUMENT],
        uvicorn=("--factory",),
    ),
    "bare": Case(
        "bare",
        "bare.asgi:app",
        "unmatched",
        [("POST", "/", "hello"), ("POST", "/", "x" * 100_000), ("GET", "/broken", ""), *NOWHERE],
        websockets=[("/", [])],
    ),
    "shop": Case(
        "src/shop",
        "shop.api:app",
        "/admin/users/{user_id}",
        [
            ("POST", "/orders", '{"amount": 3}'),
            ("POST", "/orders", '{"amount": 101}'),
            ("POST", "/orders", '{"amount": -1}'),
            ("POST", "/orders", '{"amount": "x"}'),
            ("POST", "/orders", '{"amount'),
            ("GET", "/orders", ""),
            ("GET", "/till", ""),
            ("GET", "/old", ""),
            ("GET", "/events", ""),
            ("GET", "/cut", ""),
            ("GET", "/broken", ""),
            ("GET", "/admin/users/7", ""),
            ("GET", "/admin/users/x", ""),
            ("GET", "/admin/nowhere", ""),
            ("GET", "/admin/openapi.json", ""),
            ("GET", "/pages/a", ""),
            ("GET", "/pages/", ""),
            *NOWHERE,
            *DOCUMENT,
        ],
        websockets=[
            ("/chat?name=ada", ["hello", "größer", "x" * 70_000, "bye"]),
            ("/chat", []),
            ("/nowhere", []),
            ("/till", []),
        ],
    ),
}


class Process:
    """A running application."""

    def __init__(self, folder: Path, case: Case, *command: str, **settings: str) -> None:
        source = folder / Path(case.package_path).parent
        self.port, self.management_port = free_port(), free_port()
        ports = {"PORT": str(self.port), "MANAGEMENT": str(self.management_port)}
        self.log = folder / f"{command[0]}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *(ports.get(part, part) for part in command)],
                cwd=folder,
                env=os.environ | {"PYTHONPATH": str(source)} | settings,
                stdout=log,
                stderr=log,
            )

    def wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"the service does not listen: {self.log.read_text()}")

    def response(self, method: str, path: str, body: str = "", *, port: int | None = None) -> bytes:
        """Return all bytes of the response except headers that vary."""
        content = body.encode()
        request = (
            f"{method} {path} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n"
            f"X-Request-ID: caller\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        received = b""
        with socket.create_connection(("127.0.0.1", port or self.port), PATIENCE) as connection:
            connection.sendall(request.encode() + content)
            while part := connection.recv(65536):
                received += part
        head, _, rest = received.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if line.split(b":")[0].lower() not in VARIES]
        return b"\r\n".join(lines) + b"\r\n\r\n" + rest

    def conversation(self, path: str, messages: list[str]) -> list[Any]:
        """Return all that a WebSocket sends."""
        messages_received: list[Any] = []
        try:
            with connect(
                f"ws://127.0.0.1:{self.port}{path}",
                subprotocols=["chat"],
                compression=None,
                open_timeout=PATIENCE,
            ) as websocket:
                messages_received += headers(websocket.response)
                for message in messages:
                    websocket.send(message)
                    messages_received.append(websocket.recv(PATIENCE))
        except InvalidStatus as refused:
            messages_received += [refused.response.status_code, *headers(refused.response)]
        except ConnectionClosed as closed:
            messages_received.append(closed.rcvd)
        return messages_received


def headers(response: Any) -> list[tuple[str, str]]:
    varies = {"date", "sec-websocket-accept", "x-request-id"}
    return [
        (name, value) for name, value in response.headers.raw_items() if name.lower() not in varies
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the template as it is in the work tree."""
    folder = tmp_path_factory.mktemp("template")
    for name in TEMPLATE:
        source = REPOSITORY / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    return folder


@pytest.fixture(scope="module", params=CASES)
def adopted(
    request: pytest.FixtureRequest, template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Case, Path, Process, Process]]:
    """Run an application twice: bare, and under the chassis."""
    case = CASES[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copytree(HERE / "apps" / request.param, folder, dirs_exist_ok=True)
    copier.run_copy(
        str(template),
        folder,
        data={
            "service_name": request.param,
            "package_path": case.package_path,
            "app": case.app,
            "inference": "none",
            "adopted": True,
        },
        defaults=True,
        overwrite=True,
        quiet=True,
    )
    bare = Process(folder, case, "uvicorn", case.app, "--port", "PORT", *case.uvicorn)
    package = Path(case.package_path).name
    chassis = Process(
        folder,
        case,
        *(f"{package}.chassis", "serve", "--port", "PORT", "--management-port", "MANAGEMENT"),
        APP__SHUTDOWN__DRAIN_SECONDS="0",
    )
    try:
        bare.wait_until_it_listens()
        chassis.wait_until_it_listens()
        yield case, folder, bare, chassis
    finally:
        for process in (bare.process, chassis.process):
            process.kill()
            process.wait()


Adopted = tuple[Case, Path, Process, Process]


def test_adoption_changes_no_file_of_the_service(
    adopted: Adopted, request: pytest.FixtureRequest
) -> None:
    _, folder, _, _ = adopted
    name = request.node.callspec.params["adopted"]
    files = [file for file in (HERE / "apps" / name).rglob("*") if file.suffix in (".py", ".yml")]

    assert files
    for file in files:
        assert (folder / file.relative_to(HERE / "apps" / name)).read_bytes() == file.read_bytes()


def test_responses_stay_the_same(adopted: Adopted) -> None:
    case, _, bare, chassis = adopted

    for method, path, body in case.requests:
        expected = bare.response(method, path, body)
        response = chassis.response(method, path, body)
        if b"\r\nx-request-id:" not in expected.lower():
            response = re.sub(rb"\r\nx-request-id: caller(?=\r\n)", b"", response, count=1)
        assert response == expected, f"{method} {path} {body[:20]}"


def test_websocket_conversations_stay_the_same(adopted: Adopted) -> None:
    case, _, bare, chassis = adopted
    if not case.websockets:
        pytest.skip("it has no WebSockets")

    for path, messages in case.websockets:
        expected = bare.conversation(path, messages)
        assert expected
        assert chassis.conversation(path, messages) == expected, path


def test_health_and_metrics_are_served(adopted: Adopted) -> None:
    case, _, _, chassis = adopted
    for method, path, body in case.requests:
        chassis.response(method, path, body)

    def manage(path: str) -> bytes:
        return chassis.response("GET", path, port=chassis.management_port)

    assert manage("/livez").startswith(b"HTTP/1.1 200 ")
    assert manage("/readyz").startswith(b"HTTP/1.1 200 ")
    assert f'route="{case.route}"'.encode() in manage("/metrics")


def test_sigterm_ends_the_service_with_0(adopted: Adopted) -> None:
    _, _, _, chassis = adopted
    chassis.process.send_signal(signal.SIGTERM)

    assert chassis.process.wait(PATIENCE) == 0, chassis.log.read_text()
