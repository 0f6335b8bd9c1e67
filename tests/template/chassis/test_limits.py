"""What exceeds a limit is refused quickly; the rest is served as if there were no limits."""

import signal
import socket
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from itertools import repeat
from typing import Any

import pytest
from websockets.sync.client import connect

from . import support

Launch = Callable[..., support.Server]

PROBLEM = "application/problem+json"


class Limited:
    """A service with limits, and its clients."""

    def __init__(self, server: support.Server) -> None:
        self.server = server
        self.clients = ThreadPoolExecutor(16)

    def begin(self, path: str) -> "Future[support.Answer]":
        """Send a request, and do not wait for the response."""
        return self.clients.submit(self.server.request, path)

    def in_progress(self) -> int:
        """Return how many requests have no complete response."""
        return int(self.server.samples("http_server_requests_in_progress")[()])

    def open(self) -> None:
        """End the waiting requests."""
        (self.server.output.parent / "open").touch()

    def post(self, path: str, pieces: list[bytes], *, chunked: bool) -> support.Response:
        """Send a whole body before reading the response."""
        length = {} if chunked else {"content-length": str(sum(map(len, pieces)))}
        headers = {"content-type": "application/json"} | length
        with closing(self.connect()) as connection:
            connection.request("POST", path, iter(pieces), headers, encode_chunked=chunked)
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return support.Response(response.status, names, response.read())

    def connect(self) -> HTTPConnection:
        """Return a connection, which the test must close."""
        return HTTPConnection("127.0.0.1", self.server.port, timeout=support.PATIENCE)


@pytest.fixture
def start(launch: Launch) -> Iterator[Callable[..., Limited]]:
    started = []

    def start(app: str = "limited:app", **limits: Any) -> Limited:
        settings = {"APP__LIMITS__ENABLED": "true"} | {
            f"APP__LIMITS__{key.upper()}": str(value) for key, value in limits.items()
        }
        server = launch(app, **settings)
        server.wait_until_ready()
        started.append(Limited(server))
        return started[-1]

    yield start
    for limited in started:
        limited.open()
        limited.clients.shutdown(cancel_futures=True)


def test_excess_request_is_turned_away_at_once(start: Callable[..., Limited]) -> None:
    limited = start(max_requests=2)
    waiting = [limited.begin("/wait"), limited.begin("/wait/thread")]
    support.wait_for(lambda: limited.in_progress() == 2, "two requests in progress")

    refused = limited.server.request("/ok")  # while the others still wait

    assert refused.status == 503
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["content-type"] == PROBLEM
    assert refused.json()["request_id"] == refused.headers["x-request-id"]
    assert limited.server.ready().status == 200
    assert limited.server.samples("http_server_requests_limit") == {(): 2}
    limited.open()
    assert [future.result().status for future in waiting] == [200, 200]
    assert limited.server.request("/ok").status == 200


def test_turned_away_requests_share_a_line_and_are_all_counted(
    start: Callable[..., Limited],
) -> None:
    limited = start(max_requests=1)
    waiting = limited.begin("/wait")
    support.wait_for(lambda: limited.in_progress() == 1, "a request in progress")

    refused = [limited.server.request("/ok") for _ in range(50)]

    def reports() -> list[Any]:
        return limited.server.lines(event="requests turned away", level="warning", limit=1)

    support.wait_for(lambda: sum(line["count"] for line in reports()) == 50, "the reports")
    assert not any("request_id" in line for line in reports())
    lines = limited.server.lines(event="request", status=503, path="/ok")
    assert len(lines) == len(reports())
    assert lines[0]["request_id"] == refused[0].headers["x-request-id"]
    assert len({response.json()["request_id"] for response in refused}) == 50
    counts = limited.server.samples("http_server_request_duration_seconds_count", status="503")
    assert counts == {("GET", "unmatched", "503"): 50}
    limited.open()
    waiting.result()


@pytest.mark.parametrize("path", ["/wait", "/wait/thread", "/stubborn"])
def test_late_response_gets_504(start: Callable[..., Limited], path: str) -> None:
    limited = start(max_seconds=0.3)

    response = limited.server.request(path)

    assert response.status == 504
    assert response.headers["content-type"] == PROBLEM
    assert response.json()["detail"] == "There was no answer within 0.3 s."
    line = limited.server.line(event="request", path=path)
    assert (line["status"], line["request_id"]) == (504, response.headers["x-request-id"])
    durations = limited.server.samples("http_server_request_duration_seconds_count", status="504")
    assert durations == {("GET", path, "504"): 1}
    assert limited.server.request("/ok").status == 200


def test_late_handler_is_cancelled(start: Callable[..., Limited]) -> None:
    limited = start(max_seconds=0.3)

    limited.server.request("/wait")

    assert limited.server.line(event="cancelled")
    assert not limited.server.lines(level="error")


def test_late_requests_end_at_their_own_deadlines(start: Callable[..., Limited]) -> None:
    limited = start(max_seconds=0.5)

    late = [limited.begin("/wait") for _ in range(8)]

    assert [future.result().status for future in late] == [504] * 8
    support.wait_for(lambda: limited.in_progress() == 0, "the end of all requests")


def test_started_response_has_no_deadline(start: Callable[..., Limited]) -> None:
    limited = start(max_seconds=3)
    with closing(limited.connect()) as connection:
        connection.request("GET", "/stream")
        response = connection.getresponse()
        assert limited.server.request("/wait").status == 504  # so the limit has passed, too

        limited.open()

        assert response.read() == b"begun, ended"


def test_websockets_are_not_limited(start: Callable[..., Limited]) -> None:
    limited = start(max_requests=1, max_seconds=0.3, max_body_bytes=10)
    waiting = limited.begin("/stream")
    support.wait_for(lambda: limited.in_progress() == 1, "a request in progress")

    with connect(f"ws://127.0.0.1:{limited.server.port}/echo") as websocket:
        assert limited.server.request("/ok").status == 503
        websocket.send("x" * 100)
        assert websocket.recv() == "x" * 100

    limited.open()
    waiting.result()


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", ["/json", "/raw"])
def test_body_up_to_the_limit_is_accepted(
    start: Callable[..., Limited], path: str, *, chunked: bool
) -> None:
    limited = start(max_body_bytes=1000)
    fits = [b'"', *[b"x" * 10] * 99, b"12345678", b'"']

    assert limited.post(path, fits, chunked=chunked).status == 200
    response = limited.post(path, [*fits, b" "], chunked=chunked)

    assert response.status == 413
    assert response.headers["content-type"] == PROBLEM
    assert response.headers["connection"] == "close"
    assert response.json()["detail"] == "A body has at most 1000 bytes."
    assert not limited.server.lines(level="error")
    support.wait_for(lambda: limited.in_progress() == 0, "the end of both requests")


@pytest.mark.parametrize("chunked", [False, True])
def test_bare_asgi_application_is_limited(start: Callable[..., Limited], *, chunked: bool) -> None:
    limited = start("limited:plain", max_body_bytes=10)

    assert limited.post("/", [b"x" * 10], chunked=chunked).body == b"10"
    assert limited.post("/", [b"x" * 11], chunked=chunked).status == 413
    assert not limited.server.lines(level="error")


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", ["/json", "/raw"])
def test_client_sending_100_megabytes_first_sees_the_response(
    start: Callable[..., Limited], path: str, *, chunked: bool
) -> None:
    limited = start()

    assert limited.post(path, [bytes(1_000_000)] * 100, chunked=chunked).status == 413


def test_endless_body_is_cut_off(start: Callable[..., Limited]) -> None:
    limited = start()
    piece = b"%x\r\n%s\r\n" % (100_000, bytes(100_000))

    with socket.create_connection(("127.0.0.1", limited.server.port)) as connection:
        connection.sendall(
            b"POST /raw HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        with pytest.raises(ConnectionError):
            deque(map(connection.sendall, repeat(piece)), maxlen=0)

    assert limited.server.line(event="request", path="/raw")["status"] == 413


def test_zero_means_no_limit(start: Callable[..., Limited]) -> None:
    limited = start(max_requests=0, max_seconds=0, max_body_bytes=0)
    waiting = [limited.begin("/wait") for _ in range(8)]
    support.wait_for(lambda: limited.in_progress() == 8, "eight requests in progress")

    assert limited.post("/raw", [bytes(1_000_000)] * 20, chunked=True).body == b"20000000"
    limited.open()
    assert [future.result().status for future in waiting] == [200] * 8


def test_adopted_service_keeps_its_contract(launch: Launch) -> None:
    server = launch("limited:app", APP__LIMITS__MAX_BODY_BYTES="10")
    server.wait_until_ready()

    response = server.request("/raw", "POST", body=bytes(100))

    assert response.status == (200 if support.ADOPTED else 413)


def test_late_requests_do_not_block_process_exit(start: Callable[..., Limited]) -> None:
    limited = start(max_seconds=0.3)
    late = [limited.begin("/wait"), limited.begin("/stubborn")]
    support.wait_for(lambda: limited.in_progress() == 2, "two requests in progress")

    assert limited.server.stop(signal.SIGTERM) == 0
    assert [future.result().status for future in late] == [504, 504]
