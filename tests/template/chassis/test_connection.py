"""Slow, greedy or hostile peers on their connections: the others are served."""

import asyncio
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from chassis import sources
from chassis.connection import Bounds, Config, Connection
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from . import support
from .support import Server, wait_for

Launch = Callable[..., Server]
Respond = Callable[[Connection, Receive, Send], Awaitable[None]]

GET = b"GET /ok HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /raw HTTP/1.1\r\nHost: x\r\n"
MEGABYTE = 1 << 20


def connect(server: Server) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), support.PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def response(connection: socket.socket) -> tuple[int, bytes]:
    """Return status and body of the next response."""
    reader = HTTPResponse(connection)
    reader.begin()
    return reader.status, reader.read()


def deliver(server: Server, *pieces: bytes) -> tuple[int, bytes]:
    """Send pieces, each in its own packet; return the response."""
    with connect(server) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.05)
        return response(connection)


def exchange(library: str, respond: Respond, request: bytes) -> bytes:
    """Return all bytes that a client receives; errors in the event loop fail the test."""
    failures: list[dict[str, Any]] = []
    state = ServerState()

    async def app(_: Scope, receive: Receive, send: Send) -> None:
        (connection,) = state.connections
        await respond(connection, receive, send)

    async def exchange_bytes() -> bytes:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: failures.append(context))
        config = Config(app, Bounds(sources.load().settings), lifespan="off", log_config=None)
        config.load()
        listener = await loop.create_server(lambda: Connection(config, state, {}), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
        writer.write(request)
        received = await asyncio.wait_for(reader.read(), support.PATIENCE)
        writer.close()
        listener.close()
        return received

    with asyncio.Runner(loop_factory=pytest.importorskip(library).new_event_loop) as runner:
        received = runner.run(exchange_bytes())
    assert not failures
    return received


def memory(server: Server) -> int:
    """Return the resident memory of a process in bytes."""
    pages = Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def closed(connection: socket.socket) -> bool:
    """Return whether the server has closed a connection that has no unread data."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


# What a peer sends first, what it then repeats without end, and the status that it gets.
ENDLESS = {
    "lines": (GET, b"X-Line: 0123456789\r\n", 431),
    "value": (GET + b"X-Value: ", b"0123456789", 431),
    "url": (b"GET /", b"0123456789", 414),
    "trailers": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n",
        b"X-Trailer: 0123456789\r\n",
        431,
    ),
    "trailer": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Trailer: ",
        b"0123456789",
        431,
    ),
}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux' /proc")
@pytest.mark.parametrize("what", ENDLESS)
def test_endless_headers_do_not_fill_memory(launch: Launch, what: str) -> None:
    beginning, piece, status = ENDLESS[what]
    server = launch()
    server.wait_until_ready()
    before = memory(server)

    with connect(server) as connection:
        connection.sendall(beginning)
        try:
            for _ in range(100):
                connection.sendall(piece * (MEGABYTE // len(piece)))
        except OSError:
            pass  # the server has closed the connection
        assert response(connection)[0] == status
        assert memory(server) < before + 20 * MEGABYTE

    assert server.request("/ok").status == 200
    assert server.samples("http_server_connections_refused_total", reason="head")


def test_size_and_number_of_headers_are_limited(server: Server) -> None:
    long = b"X-Long: " + 60_000 * b"x" + b"\r\n"

    assert deliver(server, GET + long + b"\r\n")[0] == 200
    assert deliver(server, GET + long, long + b"\r\n")[0] == 431
    assert deliver(server, GET + long + long + b"\r\n")[0] == 431
    assert deliver(server, GET + 200 * b"X-Many: x\r\n" + b"\r\n")[0] == 200
    assert deliver(server, GET + 300 * b"X-Many: x\r\n" + b"\r\n")[0] == 431
    assert deliver(server, b"GET /ok?" + 60_000 * b"x" + b" HTTP/1.1\r\nHost: x\r\n\r\n")[0] == 200
    assert deliver(server, b"GET /ok?" + 70_000 * b"x" + b" HTTP/1.1\r\nHost: x\r\n\r\n")[0] == 414


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux' TCP_INFO")
def test_response_is_one_packet(server: Server) -> None:
    with connect(server) as connection:
        for number in (1, 2, 3):
            connection.sendall(GET + b"\r\n")

            assert response(connection) == (200, b'"ok"')
            information = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
            (packets_with_data,) = struct.unpack_from("I", information, 152)
            assert packets_with_data == number


def test_head_of_a_stream_is_sent_before_its_body(launch: Launch) -> None:
    server = launch("limited:app")
    server.wait_until_ready()
    with connect(server) as connection:
        connection.sendall(b"GET /late HTTP/1.1\r\nHost: x\r\n\r\n")

        reader = HTTPResponse(connection)
        reader.begin()
        assert reader.status == 200
        (server.output.parent / "open").touch()
        assert reader.read() == b"late"


def test_expect_100_continue_gets_continue(server: Server) -> None:
    with connect(server) as connection:
        connection.sendall(POST + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")

        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"body")
        assert response(connection) == (200, b"body")


@pytest.mark.parametrize("library", ["asyncio", "uvloop"])
def test_head_response_is_sent_before_the_connection_closes(library: str) -> None:
    async def respond(connection: Connection, _: Receive, send: Send) -> None:
        connection.loop.call_soon(connection.check, connection.loop.time() + 3600)
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    received = exchange(library, respond, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")

    assert received.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("library", ["asyncio", "uvloop"])
def test_refusal_follows_earlier_responses(library: str) -> None:
    async def respond(connection: Connection, receive: Receive, _: Send) -> None:
        connection.loop.call_soon(connection.refuse, "body", 408, "Too slow.")
        await receive()

    request = POST + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n"

    interim, _, refusal = exchange(library, respond, request).partition(b"\r\n\r\n")
    assert interim == b"HTTP/1.1 100 Continue"
    assert refusal.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("library", ["asyncio", "uvloop"])
def test_response_to_a_vanished_client_is_not_a_failure(library: str) -> None:
    async def respond(connection: Connection, receive: Receive, send: Send) -> None:
        connection.loop.call_soon(connection.transport.abort)
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 200})
        while (await receive())["type"] != "http.disconnect":
            pass

    assert exchange(library, respond, GET + b"\r\n") == b""


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_body_pieces_can_be_memoryviews(kind: Callable[[bytes], Any]) -> None:
    pieces = [kind(b"ab"), kind(b"cd"), kind(b"ef")]

    async def respond(_connection: Connection, _receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"6")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})

    received = exchange("asyncio", respond, GET + b"Connection: close\r\n\r\n")

    assert received.endswith(b"\r\n\r\nabcdef")
    assert [bytes(piece) for piece in pieces] == [b"ab", b"cd", b"ef"]


@pytest.mark.parametrize("size", [1, 16_383, 16_384, 1_000_000])
def test_body_of_any_size_arrives_completely(server: Server, size: int) -> None:
    body = size * b"x"

    assert server.request("/raw", "POST", body=body).body == body


def test_body_does_not_count_as_headers(server: Server) -> None:
    body = MEGABYTE * b"x"
    chunk = b"%x\r\n%s\r\n" % (len(body), body)
    lines = b"Transfer-Encoding: chunked\r\n\r\n"

    assert deliver(server, POST + b"Content-Length: %d\r\n\r\n" % len(body), body) == (
        200,
        body,
    )
    assert deliver(server, POST + lines, chunk, chunk, b"0\r\n\r\n") == (200, 2 * body)


@pytest.mark.skipif(support.ADOPTED, reason="an adopted service has no such limits")
def test_late_head_is_refused(launch: Launch) -> None:
    server = launch(APP__LIMITS__HEADER_SECONDS="1")
    server.wait_until_ready()
    with connect(server) as silent, connect(server) as slow, connect(server) as kept:
        slow.sendall(b"GET /ok HTTP/1.1\r\nHo")
        kept.sendall(GET + b"\r\n")
        assert response(kept)[0] == 200

        assert response(slow)[0] == 408
        assert silent.recv(1) == b""  # without a request there is no response

        kept.sendall(GET)  # a later request has no more time
        assert response(kept)[0] == 408


@pytest.mark.skipif(support.ADOPTED, reason="an adopted service has no such limits")
def test_half_sent_bodies_leave_room_for_others(launch: Launch) -> None:
    server = launch(APP__LIMITS__MAX_REQUESTS="20", APP__LIMITS__BODY_SECONDS="600")
    server.wait_until_ready()
    with ExitStack() as stack:
        for _ in range(50):
            connection = stack.enter_context(connect(server))
            connection.sendall(POST + b"Content-Length: 1000\r\n\r\nbegun")
        wait_for(
            lambda: server.samples("http_server_connections_refused_total", reason="body"),
            "refused connections",
        )

        assert [server.request("/ok").status for _ in range(20)] == [200] * 20


@pytest.mark.skipif(support.ADOPTED, reason="an adopted service has no such limits")
def test_stalled_body_is_refused(launch: Launch) -> None:
    server = launch(APP__LIMITS__BODY_SECONDS="1", APP__LIMITS__MIN_BODY_BYTES_PER_SECOND="1000")
    server.wait_until_ready()
    head = POST + b"Content-Length: 10000\r\n\r\n"
    with connect(server) as stalled, connect(server) as steady:
        stalled.sendall(head + 100 * b"x")
        steady.sendall(head)
        for _ in range(5):
            steady.sendall(2000 * b"x")
            time.sleep(0.5)

        assert response(steady) == (200, 10_000 * b"x")
        assert response(stalled)[0] == 408


@pytest.mark.skipif(support.ADOPTED, reason="an adopted service has no such limits")
def test_slow_body_is_accepted_without_a_limit(launch: Launch) -> None:
    server = launch(APP__LIMITS__HEADER_SECONDS="0.5", APP__LIMITS__BODY_SECONDS="0")
    server.wait_until_ready()

    pieces = 30 * [b"x"]

    assert deliver(server, POST + b"Content-Length: 30\r\n\r\n", *pieces) == (200, 30 * b"x")


def test_idle_connection_is_closed(launch: Launch) -> None:
    server = launch("limited:app", APP__SERVER__KEEP_ALIVE_SECONDS="1")
    server.wait_until_ready()
    with connect(server) as idle, connect(server) as busy:
        busy.sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        idle.sendall(GET + b"\r\n")
        assert response(idle)[0] == 200

        assert idle.recv(1) == b""

        (server.output.parent / "open").touch()
        assert response(busy)[0] == 200


@pytest.mark.skipif(support.ADOPTED, reason="an adopted service has no such limits")
def test_half_open_connections_are_closed_for_others(launch: Launch) -> None:
    server = launch(APP__LIMITS__MAX_CONNECTIONS="100", APP__LIMITS__HEADER_SECONDS="600")
    server.wait_until_ready()
    with ExitStack() as stack:
        opened = [stack.enter_context(connect(server)) for _ in range(100)]
        for connection in opened:
            connection.sendall(b"GET /ok HT")
        with connect(server) as kept:
            for _ in range(5):
                kept.sendall(GET + b"\r\n")
                assert response(kept)[0] == 200
                opened += [stack.enter_context(connect(server)) for _ in range(20)]
                assert server.request("/ok").status == 200

        assert 100 <= sum(map(closed, opened)) < 200
        assert closed(opened[0])


def test_connection_that_is_one_too_many_learns_when_to_come_back(launch: Launch) -> None:
    server = launch(APP__LIMITS__ENABLED="true", APP__LIMITS__MAX_CONNECTIONS="3")
    server.wait_until_ready()
    with ExitStack() as stack:
        for _ in range(3):
            busy = stack.enter_context(connect(server))
            busy.sendall(b"GET /slow?seconds=600 HTTP/1.1\r\nHost: x\r\n\r\n")
        in_progress = "http_server_requests_in_progress"
        wait_for(lambda: server.samples(in_progress)[()] == 3, "requests in progress")

        with connect(server) as connection:
            reader = HTTPResponse(connection)
            reader.begin()

        assert reader.status == 503
        assert reader.headers["Retry-After"] == "1"


@pytest.mark.parametrize("protocol", [b"h2c", b"foo/2", b"h2c, foo", b"TLS/1.0"])
@pytest.mark.parametrize("cut", [1000, 12, 60, 130])
def test_upgrade_to_another_protocol_is_ignored(server: Server, protocol: bytes, cut: int) -> None:
    body = b'{"amount": 3}'
    request = b"POST /orders HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\n"
    request += b"Upgrade: " + protocol + b"\r\nContent-Type: application/json\r\n"
    request += b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    with connect(server) as connection:
        for piece in (request[:cut], request[cut:] + request):
            connection.sendall(piece)
            time.sleep(0.05)

        received = b""
        while received.count(b'{"amount":3,"notes":{}}') < 2:
            piece = connection.recv(65536)
            assert piece, received
            received += piece
        assert received.count(b"HTTP/1.1 201 Created") == 2


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\n",
        b"HTTP/1.1\r\nHost: x\r\nConnection: close\r\nConnection: Upgrade\r\n",
        b"HTTP/1.0\r\nHost: x\r\nConnection: Upgrade\r\n",
        b"HTTP/1.0\r\nConnection: Upgrade\r\n",
    ],
)
def test_request_that_offers_an_upgrade_and_closes_gets_its_response(
    server: Server, head: bytes
) -> None:
    request = b"POST /raw %sUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello" % head
    with connect(server) as connection:
        connection.sendall(request)

        received = b"".join(iter(lambda: connection.recv(65536), b""))

    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"\r\n\r\nhello")


def test_upgrade_is_ignored_whichever_connection_header_offers_it(server: Server) -> None:
    offer = b"Connection: Upgrade\r\nConnection: keep-alive\r\nUpgrade: h2c\r\n"
    request = POST + offer + b"Content-Length: 5\r\n\r\nhello"

    assert deliver(server, request) == (200, b"hello")


def test_request_with_a_body_is_no_websocket(server: Server) -> None:
    offer = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    request = POST + offer + key

    assert deliver(server, request + b"Content-Length: 5\r\n\r\nhello") == (200, b"hello")
    chunked = b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    assert deliver(server, request + chunked) == (200, b"hello")


def upload(server: Server, head: bytes, size: int) -> tuple[int, bytes]:
    """Send all of a body before reading the response, as many clients do."""
    with connect(server) as connection:
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % size)
        connection.sendall(bytes(size))
        return response(connection)


@pytest.mark.parametrize(
    "head",
    [
        b"POST /nothing HTTP/1.0\r\n",
        b"POST /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n",
    ],
)
def test_client_that_still_sends_gets_the_response_before_the_connection_closes(
    server: Server, head: bytes
) -> None:
    """Like a 401 of a middleware, which does not wait for the body."""
    assert upload(server, head, 5 * MEGABYTE)[0] == 404
    assert not server.lines(level="error")


@pytest.mark.skipif(sys.platform != "linux", reason="the metric is there on Linux only")
def test_few_connections_wait_for_clients_that_never_send_their_body(launch: Launch) -> None:
    server = launch()
    server.wait_until_ready()
    before = server.samples("process_open_fds")[()]
    with ExitStack() as stack:
        for _ in range(200):
            connection = stack.enter_context(connect(server))
            connection.sendall(b"POST /nothing HTTP/1.0\r\nContent-Length: 9\r\n\r\n")
            assert response(connection)[0] == 404

        assert server.samples("process_open_fds")[()] < before + 100
    assert not server.lines(level="error")


def test_client_that_still_sends_gets_the_response_while_the_service_drains(
    launch: Launch,
) -> None:
    server = launch(APP__SHUTDOWN__DRAIN_SECONDS="600", APP__SHUTDOWN__DEADLINE_SECONDS="900")
    server.wait_until_ready()
    server.process.send_signal(signal.SIGTERM)
    server.line(event="draining")

    for _ in range(3):
        head = b"POST /nothing HTTP/1.1\r\nHost: x\r\n"
        assert upload(server, head, 5 * MEGABYTE)[0] == 404
    assert server.stop(signal.SIGTERM) == 0
    assert not server.lines(level="error")


def test_invalid_request_gets_400(server: Server) -> None:
    assert deliver(server, b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n")[0] == 400
    assert deliver(server, b"SSH-2.0-OpenSSH\r\n\r\n")[0] == 400
    assert deliver(server, POST + b"Content-Length: " + 5000 * b"9" + b"\r\n\r\n")[0] == 400
    assert deliver(server, POST + b"Content-Length: " + 5000 * b"0" + b"\r\n\r\n")[0] == 400
    assert server.request("/ok").status == 200


@pytest.mark.skipif(support.ADOPTED, reason="an adopted service does not require it")
def test_request_needs_exactly_one_host(server: Server) -> None:
    assert deliver(server, b"GET /ok HTTP/1.1\r\n\r\n")[0] == 400
    assert deliver(server, GET + b"Host: y\r\n\r\n")[0] == 400
    assert deliver(server, b"GET /ok HTTP/1.0\r\n\r\n")[0] == 200


@pytest.mark.skipif(not support.ADOPTED, reason="only adopted services keep it")
def test_adopted_service_responds_as_before(launch: Launch) -> None:
    server = launch(APP__LIMITS__HEADER_SECONDS="0.1")
    server.wait_until_ready()

    assert deliver(server, b"GET /ok HTTP/1.1\r\n\r\n")[0] == 200
    assert deliver(server, GET, *20 * [b"X: y\r\n"], b"\r\n")[0] == 200


def test_refusal_is_a_problem(server: Server) -> None:
    with connect(server) as connection:
        connection.sendall(GET + 300 * b"X-Many: x\r\n" + b"\r\n")
        reader = HTTPResponse(connection)
        reader.begin()

        kind = "text/plain; charset=utf-8" if support.ADOPTED else "application/problem+json"
        assert reader.getheader("content-type") == kind
        assert b"A request has at most 256 headers." in reader.read()
        assert reader.getheader("connection") == "close"
    assert server.line(event="connections refused", head=1)
