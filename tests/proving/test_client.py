"""The client returns what a service responds, whatever that is, and within bounded time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from drydock.proving import client
from drydock.proving.messages import Request, Response

GET = Request("", "route", "GET", "/")
Respond = Callable[[socket.socket], None]


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Callable[[Respond, Request], Response]]:
    """Return a function that sends a request to a server with a given response."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def send(respond: Respond, request: Request = GET) -> Response:
            def serve() -> None:
                connection, _ = server.accept()
                with connection, suppress(BrokenPipeError, ConnectionResetError):
                    connection.recv(65536)
                    respond(connection)

            thread = threading.Thread(target=serve)
            thread.start()
            try:
                return client.send(path, request)
            finally:
                thread.join()

        yield send


def text(*parts: bytes) -> Respond:
    return lambda connection: connection.sendall(b"".join(parts))


def test_response_is_returned_unchanged(exchange: Callable[[Respond, Request], Response]) -> None:
    response = text(b"HTTP/1.1 201 Created\r\nX-A: b\r\nContent-Length: 2\r\n\r\nhi")
    assert exchange(response, GET) == Response(201, (("X-A", "b"), ("Content-Length", "2")), b"hi")


def test_long_body_is_truncated(
    exchange: Callable[[Respond, Request], Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "LARGEST", 10)
    response = text(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", b"x" * 99)
    assert exchange(response, GET).body == b"x" * 10


def test_endless_body_times_out(
    exchange: Callable[[Respond, Request], Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT", 0.3)

    def stream(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for _ in range(200):
            connection.sendall(b"data: still here\n\n")
            time.sleep(0.05)

    assert exchange(stream, GET).failure.startswith("no complete response within")


@pytest.mark.parametrize(
    "response",
    [b"", b"not HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz"],
)
def test_invalid_response_is_a_failure(
    exchange: Callable[[Respond, Request], Response], response: bytes
) -> None:
    assert exchange(text(response), GET).failure == "the connection was closed without a response"


def test_invalid_header_value_is_a_failure(tmp_path: Path) -> None:
    request = Request("", "valid", "GET", "/", (("Authorization", "Bearer a\r\nb"),))
    assert client.send(tmp_path / "none", request).failure == client.UNSENDABLE
