"""Each request has an id; a client's id is used unchanged or not at all."""

import asyncio
import re
import string
from collections.abc import Callable
from typing import Any

import pytest
from chassis.access_log import AccessLog
from chassis.errors import ErrorResponses
from chassis.metrics import RequestMetrics
from chassis.request import RequestMiddleware
from chassis.settings import Limits
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from websockets.sync.client import connect

from .support import Server

Build = Callable[..., Any]

MADE = re.compile(r"[0-9a-f]{32}")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
ACCEPTED = string.ascii_letters + string.digits + "._~:/+=@-"


async def show_id(scope: Any, receive: Any, send: Any) -> None:
    """Respond with the id that the application sees."""
    if scope["type"] == "http":
        await PlainTextResponse(Request(scope).state.request_id)(scope, receive, send)


def around(app: Any) -> RequestMiddleware:
    """Wrap an application in the chassis' middleware only."""
    errors, metrics = ErrorResponses(app, problem_json=True), RequestMetrics([])
    return RequestMiddleware(
        app, app, Limits(), errors=errors, metrics=metrics, access_log=AccessLog()
    )


client = TestClient(around(show_id))


def request(headers: list[tuple[bytes, bytes]]) -> str:
    response = client.get("/", headers=headers)
    assert response.headers.get_list("x-request-id") == [response.text]
    return response.text


@pytest.mark.parametrize(
    "value", ["a", "7f9c-1", "A" * 128, "01HV:x/y+z=@~._-", "00000000-0000-0000-0000-000000000000"]
)
def test_id_of_the_client_is_used(value: str) -> None:
    assert request([(b"x-request-id", value.encode())]) == value


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"two words",
        b"a\tb",
        b'"quoted"',
        b"{json}",
        b"caf\xc3\xa9",
        b"A" * 129,
        b"a,b",
        b"%0a",
    ],
)
def test_unacceptable_id_is_replaced(value: bytes) -> None:
    assert MADE.fullmatch(request([(b"x-request-id", value)]))


def test_request_without_id_gets_a_new_one() -> None:
    assert request([]) != request([])
    assert MADE.fullmatch(request([]))


@pytest.mark.parametrize("value", [TRACEPARENT, f"01-{TRACE}-00f067aa0ba902b7-00-later"])
def test_trace_id_is_used_as_request_id(value: str) -> None:
    assert request([(b"traceparent", value.encode())]) == TRACE


@pytest.mark.parametrize(
    "value",
    [
        TRACE,
        TRACEPARENT.upper(),
        TRACEPARENT + "0",
        TRACEPARENT + "-later",
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-00f067aa0ba902b7-01",
    ],
)
def test_invalid_trace_is_ignored(value: str) -> None:
    """What W3C Trace Context calls invalid must not join unrelated requests."""
    response = request([(b"traceparent", value.encode())])
    assert response not in value
    assert MADE.fullmatch(response)


def test_request_id_wins_over_trace_id() -> None:
    both = [(b"traceparent", TRACEPARENT.encode()), (b"x-request-id", b"mine")]

    assert request(both) == "mine"
    assert request([(b"traceparent", TRACEPARENT.encode()), (b"x-request-id", b"a b")]) == TRACE


@given(st.binary(max_size=140))
@example(b"id\r\nset-cookie: x")
@example(b"id\x00")
@example(b"id\x1b[2J")
@example("id\u2028".encode())
def test_any_id_is_used_completely_or_not_at_all(value: bytes) -> None:
    seen: list[Any] = []
    sent: list[Any] = []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        seen.append(scope["state"]["request_id"])
        await send({"type": "http.response.start", "status": 200})

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"x-request-id", value)]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    asyncio.run(around(app)(scope, None, send))  # type: ignore[arg-type]

    (name,) = seen
    assert name.encode() == value or MADE.fullmatch(name)
    assert set(name) <= set(ACCEPTED)
    assert sent[0]["headers"] == [(b"x-request-id", name.encode())]


def test_id_set_by_the_application_is_kept() -> None:
    async def own(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("", headers={"X-Request-ID": "own"})(scope, receive, send)

    response = TestClient(around(own)).get("/", headers={"x-request-id": "given"})

    assert response.headers.get_list("x-request-id") == ["own"]


def test_every_response_has_a_request_id(build: Build) -> None:
    service = build(show_id)

    response = TestClient(service.app).get("/", headers={"x-request-id": "mine"})

    assert response.text == response.headers["x-request-id"] == "mine"


def test_websocket_lines_have_the_id_of_the_handshake(server: Server) -> None:
    headers = {"x-request-id": "socket-1"}
    with connect(f"ws://127.0.0.1:{server.port}/echo", additional_headers=headers) as socket:
        socket.send("hello")
        assert socket.recv() == "hello"

    assert server.line(event="accepted", request_id="socket-1")


def test_worker_thread_sees_the_id(server: Server) -> None:
    server.request("/three-lines?mark=thread", headers={"x-request-id": "thread-1"})
    server.line(event="request", request_id="thread-1")

    assert len(server.lines(event="line", request_id="thread-1")) == 6
