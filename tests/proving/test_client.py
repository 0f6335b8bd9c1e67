"""Requests come back with what a service says, whatever that is, and within bounded time."""

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
Say = Callable[[socket.socket], None]


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Callable[[Say, Request], Response]]:
    """Return what sends a request to a server that says something."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def ask(say: Say, request: Request = GET) -> Response:
            def serve() -> None:
                connection, _ = server.accept()
                with connection, suppress(BrokenPipeError, ConnectionResetError):
                    connection.recv(65536)
                    say(connection)

            thread = threading.Thread(target=serve)
            thread.start()
            try:
                return client.send(path, request)
            finally:
                thread.join()

        yield ask


def text(*parts: bytes) -> Say:
    return lambda connection: connection.sendall(b"".join(parts))


def test_a_response_is_told_as_it_is(told: Callable[[Say, Request], Response]) -> None:
    said = text(b"HTTP/1.1 201 Created\r\nX-A: b\r\nContent-Length: 2\r\n\r\nhi")
    assert told(said, GET) == Response(201, (("X-A", "b"), ("Content-Length", "2")), b"hi")


def test_a_long_body_is_read_in_part(
    told: Callable[[Say, Request], Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "LARGEST", 10)
    said = text(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", b"x" * 99)
    assert told(said, GET).body == b"x" * 10


def test_a_body_that_never_ends_is_given_up(
    told: Callable[[Say, Request], Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PATIENCE", 0.3)

    def stream(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for _ in range(200):
            connection.sendall(b"data: still here\n\n")
            time.sleep(0.05)

    assert told(stream, GET).failure.startswith("no whole response within")


@pytest.mark.parametrize(
    "said",
    [b"", b"nothing of HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz"],
)
def test_what_is_no_response_is_told(told: Callable[[Say, Request], Response], said: bytes) -> None:
    assert told(text(said), GET).failure == "the connection was closed without a response"


def test_a_value_that_fits_in_no_header_is_told(tmp_path: Path) -> None:
    request = Request("", "valid", "GET", "/", (("Authorization", "Bearer a\r\nb"),))
    assert client.send(tmp_path / "none", request).failure == client.UNSENDABLE
