"""Far more requests than the service accepts: some are served well, the rest refused at once."""

import json
import select
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPResponse

import pytest

from . import support

Launch = Callable[..., support.Server]

CLIENTS, REQUESTS_EACH, TAKEN = 300, 5, 20
REQUEST = b"GET /ok HTTP/1.1\r\nhost: test\r\n\r\n"


@pytest.fixture
def full(launch: Launch) -> Iterator[support.Server]:
    """Return a service at its limit of requests that has already turned one away."""
    server = launch(
        "crowded:app", APP__LIMITS__ENABLED="true", APP__LIMITS__MAX_REQUESTS=str(TAKEN)
    )
    server.wait_until_ready()
    with filled(server):
        assert server.request("/ok").status == 503
        yield server


@contextmanager
def filled(server: support.Server) -> Iterator[None]:
    """Fill the service with waiting requests; they get responses at the end."""
    with ExitStack() as stack:
        waiting = [stack.enter_context(closing(connect(server))) for _ in range(TAKEN)]
        for connection in waiting:
            connection.request("GET", "/wait")
        in_progress = "http_server_requests_in_progress"
        support.wait_for(lambda: server.samples(in_progress)[()] == TAKEN, "requests in progress")
        yield
        release(server)
        assert [connection.getresponse().status for connection in waiting] == [200] * TAKEN


def release(server: support.Server) -> None:
    """End the waiting requests."""
    (server.output.parent / "open").touch()


def connect(server: support.Server) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", server.port, timeout=support.PATIENCE)


def exchange(server: support.Server, request: bytes) -> bytes:
    """Send bytes; return all that is received until the connection closes."""
    with socket.create_connection(("127.0.0.1", server.port), support.PATIENCE) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


def test_repeated_requests_are_turned_away_with_a_full_response(full: support.Server) -> None:
    ids = set()
    with closing(connect(full)) as connection:
        for number in range(10):
            sent = {"x-request-id": f"mine-{number}"} if number % 2 else {}
            connection.request("GET", "/ok", headers=sent)
            response = connection.getresponse()
            problem = json.loads(response.read())

            assert response.status == problem["status"] == 503
            assert response.headers["content-type"] == "application/problem+json"
            assert response.headers["retry-after"] == "1"
            assert response.headers["date"]
            assert response.headers.get_all("x-request-id") == [problem["request_id"]]
            assert sent.get("x-request-id", problem["request_id"]) == problem["request_id"]
            ids.add(problem["request_id"])
    assert len(ids) == 10


def test_connection_is_served_once_there_is_room(full: support.Server) -> None:
    with closing(connect(full)) as connection:

        def status() -> int:
            connection.request("POST", "/raw", b"x" * 100_000)
            response = connection.getresponse()
            response.read()
            return response.status

        assert [status() for _ in range(3)] == [503] * 3  # the bodies have not been read

        release(full)

        support.wait_for(lambda: status() == 200, "a response of the application")


def test_cross_origin_page_can_read_the_refusal(full: support.Server) -> None:
    origin = {"origin": "https://page.example"}

    responses = [full.request("/ok", headers=origin) for _ in range(3)]

    for response in responses:
        assert response.status == 503
        assert response.headers["access-control-allow-origin"] == origin["origin"]


@pytest.mark.parametrize("ending", [b"HTTP/1.0\r\n\r\n", b"HTTP/1.1\r\nconnection: close\r\n\r\n"])
def test_connection_close_client_sees_the_end(full: support.Server, ending: bytes) -> None:
    for _ in range(3):
        head, _, body = exchange(
            full, b"GET /ok " + ending.replace(b"\r\n", b"\r\nhost: test\r\n", 1)
        ).partition(b"\r\n\r\n")

        assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert b"\r\nconnection: close" in head
        assert json.loads(body)["status"] == 503


def test_client_that_still_sends_gets_the_refusal_before_the_connection_closes(
    full: support.Server,
) -> None:
    head = b"POST /ok HTTP/1.1\r\nhost: test\r\nconnection: close\r\n"
    body = bytes(5_000_000)

    received = exchange(full, head + b"content-length: %d\r\n\r\n" % len(body) + body)

    assert received.startswith(b"HTTP/1.1 503 ")


def test_response_to_head_has_no_body(full: support.Server) -> None:
    for _ in range(3):
        received = exchange(full, b"HEAD /ok HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")

        assert received.startswith(b"HTTP/1.1 503 ")
        assert received.endswith(b"\r\n\r\n")


def test_pipelined_requests_get_responses_in_order(full: support.Server) -> None:
    last = REQUEST.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")

    received = exchange(full, REQUEST * 4 + last)

    assert received.count(b"HTTP/1.1 503 Service Unavailable\r\n") == 5


def test_other_clients_go_before_one_that_was_turned_away(full: support.Server) -> None:
    address = ("127.0.0.1", full.port)

    def other_is_first() -> bool:
        with socket.create_connection(address) as again, socket.create_connection(address) as other:
            again.sendall(REQUEST)
            again.recv(65536)
            again.sendall(REQUEST)
            other.sendall(REQUEST)
            other.recv(65536)
            return not select.select([again], [], [], 0)[0]

    # If this test stalls once, the second request of `again` can be as late as the other one.
    assert any(other_is_first() for _ in range(10))


def test_many_clients_get_responses_and_are_counted(launch: Launch) -> None:
    server = launch(
        "crowded:app", APP__LIMITS__ENABLED="true", APP__LIMITS__MAX_REQUESTS=str(TAKEN)
    )
    server.wait_until_ready()

    def statuses(connection: HTTPConnection) -> list[int]:
        def status() -> int:
            connection.request("GET", "/ok")
            response: HTTPResponse = connection.getresponse()
            response.read()
            return response.status

        return [status() for _ in range(REQUESTS_EACH)]

    with ExitStack() as stack, ThreadPoolExecutor(CLIENTS) as threads:
        with filled(server):
            crowd = [stack.enter_context(closing(connect(server))) for _ in range(CLIENTS)]
            refused = Counter(status for own in threads.map(statuses, crowd) for status in own)
        assert refused == {503: CLIENTS * REQUESTS_EACH}

        def counted() -> bool:
            counts = server.samples("http_server_request_duration_seconds_count", status="503")
            reports = server.lines(event="requests turned away", limit=TAKEN)
            reported = sum(line["count"] for line in reports)
            return counts == {("GET", "unmatched", "503"): refused[503]} and (
                reported == refused[503]
            )

        support.wait_for(counted, "the count of all who were turned away")
        assert server.samples("http_server_requests_in_progress") == {(): 0}
        assert set(statuses(crowd[0])) == {200}


def test_turning_many_away_does_not_trigger_garbage_collection(full: support.Server) -> None:
    def looks() -> float:
        return full.samples("python_gc_collections_total", generation="0")[("0",)]

    address = ("127.0.0.1", full.port)
    with ExitStack() as stack:
        crowd = [
            stack.enter_context(socket.create_connection(address, support.PATIENCE))
            for _ in range(CLIENTS)
        ]
        before = looks()
        for _ in range(20):
            for connection in crowd:
                connection.sendall(REQUEST)
            for connection in crowd:
                assert connection.recv(65536).startswith(b"HTTP/1.1 503 ")
        assert looks() <= before + 1
