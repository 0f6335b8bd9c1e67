"""A client that hangs up is noticed, and is not a failure; errors reach pages of other origins."""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cross_origin
import pytest
from chassis import request
from starlette.requests import ClientDisconnect

from . import support

Build = Callable[..., Any]
Launch = Callable[..., support.Server]

LIMITS = {"APP__LIMITS__ENABLED": "true"}
inference = pytest.mark.skipif(
    not (support.INFERENCE or support.TRITON), reason="the service has no model"
)


def seen_gone(build: Build, *, hangs_up: bool) -> list[bool]:
    """Return whether the client counted as gone before, during and after its response."""
    seen = []
    received: list[str] = []
    sent: list[Any] = []

    async def receive() -> Any:
        """Behave like uvicorn, which reports a disconnect once the response is sent."""
        if not received:
            received.append("the body")
            return {"type": "http.request"}
        if hangs_up or (sent and not sent[-1].get("more_body", True)):
            return {"type": "http.disconnect"}
        return await asyncio.Future()

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        asker = request.current.get()
        assert asker is not None
        seen.append(asker.gone())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"1", "more_body": True})
        seen.append(asker.gone())
        await send({"type": "http.response.body", "body": b"2", "more_body": False})
        seen.append(asker.gone())  # as in a background task

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    asyncio.run(build(app).app(scope, receive, send))
    return seen


@inference
def test_client_with_a_complete_response_has_not_hung_up(build: Build) -> None:
    assert seen_gone(build, hangs_up=False) == [False, False, False]


@inference
def test_client_gone_before_the_end_has_hung_up(build: Build) -> None:
    assert seen_gone(build, hangs_up=True) == [True, True, False]


# --- A client that hangs up while it sends --------------------------------------------------------


@pytest.mark.parametrize("path", ["/json", "/raw"])
@pytest.mark.parametrize("head", ["content-length: 1000\r\n", "transfer-encoding: chunked\r\n"])
def test_client_gone_while_sending_is_a_499_and_one_line(
    launch: Launch, path: str, head: str
) -> None:
    server = launch("limited:app")
    server.wait_until_ready()
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        lines = f"POST {path} HTTP/1.1\r\nhost: test\r\nx-request-id: cut\r\n{head}"
        client.sendall(f"{lines}content-type: application/json\r\n\r\n".encode())
        client.sendall(b"1\r\n1\r\n" if "chunked" in head else b"1")
        support.wait_for(
            lambda: server.samples("http_server_requests_in_progress")[()] == 1, "the request"
        )

    line = server.line(event="request", path=path)

    assert (line["status"], line["level"]) == (499, "info")
    support.wait_for(lambda: server.samples("http_server_requests_in_progress")[()] == 0, "its end")
    assert server.lines(request_id="cut") == [line]
    counts = server.samples("http_server_request_duration_seconds_count", method="POST")
    assert {labels: count for labels, count in counts.items() if count} == {
        ("POST", path, "499"): 1
    }


def hang_up(build: Build, error: Exception) -> list[Any]:
    """Run an application that raises when its client hangs up; return what it sent."""
    sent: list[Any] = []

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        assert (await receive())["type"] == "http.request"
        assert (await receive())["type"] == "http.disconnect"
        raise error

    async def talk() -> None:
        messages: asyncio.Queue[Any] = asyncio.Queue()
        messages.put_nowait({"type": "http.request", "body": b"1", "more_body": True})
        messages.put_nowait({"type": "http.disconnect"})

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
        await build(app).app(scope, messages.get, send)

    asyncio.run(talk())
    return sent


def test_vanished_client_gets_no_response(build: Build, capsys: Any) -> None:
    assert hang_up(build, ClientDisconnect()) == []
    assert "Traceback" not in capsys.readouterr().out


def test_errors_after_a_hang_up_are_logged_but_not_counted_as_failures(
    build: Build, capsys: Any
) -> None:
    assert hang_up(build, ConnectionError("nobody there")) == []

    output = capsys.readouterr().out
    assert "nobody there" in output
    assert "error" not in output.partition("Traceback")[0].partition("failed")[0]


# --- Errors for pages of another origin -----------------------------------------------------------


@pytest.mark.parametrize("app", ["app", "around"])
def test_errors_have_cors_headers(launch: Launch, app: str) -> None:
    server = launch(
        f"cross_origin:{app}",
        APP__ERRORS__PROBLEM_JSON="true",
        APP__LIMITS__MAX_REQUESTS="1",
        APP__LIMITS__MAX_SECONDS="1.5",
        APP__LIMITS__MAX_BODY_BYTES="10",
        **LIMITS,
    )
    server.wait_until_ready()
    origin = {"origin": cross_origin.ORIGIN}

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(server.request, "/wait", headers=origin)
        support.wait_for(
            lambda: server.samples("http_server_requests_in_progress")[()] == 1, "the request"
        )
        busy = server.request("/ok", headers=origin)
    failed = server.request("/boom", headers=origin)
    large = server.request("/json", "POST", body=bytes(11), headers=origin)

    assert [busy.status, late.result().status, failed.status, large.status] == [503, 504, 500, 413]
    for response in (busy, late.result(), failed, large):
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["access-control-allow-origin"] == cross_origin.ORIGIN
        assert response.headers["access-control-allow-credentials"] == "true"
        assert response.headers["vary"] == "Origin"


def test_errors_for_a_foreign_origin_have_no_cors_headers(launch: Launch) -> None:
    server = launch("cross_origin:app", APP__ERRORS__PROBLEM_JSON="true")
    server.wait_until_ready()

    response = server.request("/boom", headers={"origin": "https://elsewhere.example"})

    assert response.status == 500
    assert "access-control-allow-origin" not in response.headers
