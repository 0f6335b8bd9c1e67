"""Each request has an id; a caller's is taken whole or not at all."""

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


async def tell(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the id that the application sees."""
    if scope["type"] == "http":
        await PlainTextResponse(Request(scope).state.request_id)(scope, receive, send)


def around(app: Any) -> RequestMiddleware:
    """Put the chassis' middleware around an application, and nothing else."""
    errors, metrics = ErrorResponses(app, problem_json=True), RequestMetrics([])
    return RequestMiddleware(
        app, app, Limits(), errors=errors, metrics=metrics, access_log=AccessLog()
    )


client = TestClient(around(tell))


def ask(headers: list[tuple[bytes, bytes]]) -> str:
    answer = client.get("/", headers=headers)
    assert answer.headers.get_list("x-request-id") == [answer.text]
    return answer.text


@pytest.mark.parametrize(
    "given", ["a", "7f9c-1", "A" * 128, "01HV:x/y+z=@~._-", "00000000-0000-0000-0000-000000000000"]
)
def test_an_id_of_the_caller_is_taken(given: str) -> None:
    assert ask([(b"x-request-id", given.encode())]) == given


@pytest.mark.parametrize(
    "given",
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
def test_another_id_is_replaced(given: bytes) -> None:
    assert MADE.fullmatch(ask([(b"x-request-id", given)]))


def test_without_an_id_each_request_gets_a_new_one() -> None:
    assert ask([]) != ask([])
    assert MADE.fullmatch(ask([]))


@pytest.mark.parametrize("given", [TRACEPARENT, f"01-{TRACE}-00f067aa0ba902b7-00-later"])
def test_a_trace_names_the_request(given: str) -> None:
    assert ask([(b"traceparent", given.encode())]) == TRACE


@pytest.mark.parametrize(
    "given",
    [
        TRACE,
        TRACEPARENT.upper(),
        TRACEPARENT + "0",
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-00f067aa0ba902b7-01",
    ],
)
def test_a_trace_that_is_none_is_ignored(given: str) -> None:
    """What W3C Trace Context calls invalid must not join unrelated requests."""
    answer = ask([(b"traceparent", given.encode())])
    assert answer not in given
    assert MADE.fullmatch(answer)


def test_the_id_wins_over_the_trace() -> None:
    both = [(b"traceparent", TRACEPARENT.encode()), (b"x-request-id", b"mine")]

    assert ask(both) == "mine"
    assert ask([(b"traceparent", TRACEPARENT.encode()), (b"x-request-id", b"a b")]) == TRACE


@given(st.binary(max_size=140))
@example(b"id\r\nset-cookie: x")
@example(b"id\x00")
@example(b"id\x1b[2J")
@example("id\u2028".encode())
def test_whatever_comes_is_taken_whole_or_not_at_all(given: bytes) -> None:
    seen: list[Any] = []
    sent: list[Any] = []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        seen.append(scope["state"]["request_id"])
        await send({"type": "http.response.start", "status": 200})

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"x-request-id", given)]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    asyncio.run(around(app)(scope, None, send))  # type: ignore[arg-type]

    (name,) = seen
    assert name.encode() == given or MADE.fullmatch(name)
    assert set(name) <= set(ACCEPTED)
    assert sent[0]["headers"] == [(b"x-request-id", name.encode())]


def test_an_id_that_the_application_gave_stays() -> None:
    async def own(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("", headers={"X-Request-ID": "own"})(scope, receive, send)

    answer = TestClient(around(own)).get("/", headers={"x-request-id": "given"})

    assert answer.headers.get_list("x-request-id") == ["own"]


def test_the_whole_service_names_its_requests(build: Build) -> None:
    service = build(tell)

    answer = TestClient(service.app).get("/", headers={"x-request-id": "mine"})

    assert answer.text == answer.headers["x-request-id"] == "mine"


def test_lines_of_a_websocket_have_the_id_of_its_handshake(server: Server) -> None:
    headers = {"x-request-id": "socket-1"}
    with connect(f"ws://127.0.0.1:{server.port}/echo", additional_headers=headers) as socket:
        socket.send("hello")
        assert socket.recv() == "hello"

    assert server.line(event="accepted", request_id="socket-1")


def test_a_thread_knows_the_id(server: Server) -> None:
    server.request("/three-lines?mark=thread", headers={"x-request-id": "thread-1"})
    server.line(event="request", request_id="thread-1")

    assert len(server.lines(event="line", request_id="thread-1")) == 6
