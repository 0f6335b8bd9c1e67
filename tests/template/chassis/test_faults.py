"""Faults around a service, with real sockets: it serves what it can, and recovers."""

import asyncio
import signal
import socket
from collections import Counter
from collections.abc import Callable, Coroutine
from http import HTTPMethod
from typing import Any

import pytest
import yaml
from chassis.identity import APP
from hypothesis import given

from . import support

Launch = Callable[..., support.Server]

LIMITS = {"APP__LIMITS__ENABLED": "true"}
GROWTH = 64_000_000  # bytes of memory: room for the allocator, not for a queue


async def send(port: int, request: bytes) -> tuple[int, bytes]:
    """Send a request on a new connection; return status and head of the response."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        response = await reader.read()
        return int(response.split(b" ", 2)[1]), response.partition(b"\r\n\r\n")[0]
    finally:
        writer.close()


def get(path: str, method: str = "GET") -> bytes:
    """Return a request that asks to close the connection."""
    return f"{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n".encode()


def within_patience(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a client; a hang is a failure."""
    return asyncio.run(asyncio.wait_for(work, support.PATIENCE * 2))


def memory(server: support.Server) -> float:
    """Return the resident memory of the process in bytes."""
    return server.samples("process_resident_memory_bytes")[()]


@pytest.mark.inference
def test_fivefold_overload_is_survived(launch: Launch) -> None:
    # 20 ms for a batch of at most 2: 100 a second.
    server = launch(
        "asking:app",
        APP__INFERENCE__MODEL="asking:Steady",
        APP__INFERENCE__MAX_BATCH_SIZE="2",
        APP__INFERENCE__MAX_QUEUE_LENGTH="10",
        APP__INFERENCE__INLINE_BELOW_SECONDS="0",
    )
    server.wait_until_ready()
    assert server.request("/ask?item=0").status == 200
    before, port = memory(server), server.port
    lengths = []

    async def overload() -> list[tuple[int, bytes]]:
        sent = []
        for number in range(100):  # open-loop: 500 a second, whatever the responses
            sent += [asyncio.create_task(send(port, get("/ask?item=0"))) for _ in range(5)]
            await asyncio.sleep(0.01)
            if number % 20 == 0:
                samples = await asyncio.to_thread(server.samples, "inference_queue_length")
                lengths.append(samples[()])
        return await asyncio.gather(*sent)

    responses = within_patience(overload())

    statuses = Counter(status for status, _ in responses)
    assert set(statuses) == {200, 503}
    assert all(b"\r\nretry-after: 1" in head for status, head in responses if status == 503)
    assert max(lengths) <= 10
    dropped = server.samples("inference_dropped_total", reason="queue_full")
    assert dropped == {("queue_full",): statuses[503]}
    assert memory(server) - before < GROWTH
    assert server.request("/ask?item=1").status == 200


def test_slow_peers_do_not_delay_others(launch: Launch) -> None:
    server = launch("limited:app", **LIMITS)
    server.wait_until_ready()
    server.request("/ok")
    before, slow = memory(server), []
    for _ in range(50):
        reader = socket.create_connection(("127.0.0.1", server.port))
        reader.sendall(get("/large"))  # and never read
        writer = socket.create_connection(("127.0.0.1", server.port))
        writer.sendall(b"POST /raw HTTP/1.1\r\nhost: test\r\ncontent-length: 1000\r\n\r\nx")
        beginner = socket.create_connection(("127.0.0.1", server.port))
        beginner.sendall(b"GET /ok HT")
        slow += [reader, writer, beginner]
    support.wait_for(
        lambda: server.samples("http_server_requests_in_progress")[()] == 100,
        "all requests in progress",
    )

    assert [server.request("/ok").status for _ in range(20)] == [200] * 20

    assert memory(server) - before < GROWTH
    for connection in slow:
        connection.close()
    support.wait_for(
        lambda: server.samples("http_server_requests_in_progress")[()] == 0,
        "no request in progress",
    )


def test_slow_writers_are_disconnected(launch: Launch) -> None:
    server = launch("limited:app", **LIMITS, APP__LIMITS__MAX_SECONDS="0.3")
    server.wait_until_ready()

    head = b"POST /raw HTTP/1.1\r\nhost: test\r\ncontent-length: 1000\r\n\r\nx"
    status, response = within_patience(send(server.port, head))

    assert status == 504
    assert b"\r\nconnection: close" in response


def test_large_bodies_do_not_fill_memory(launch: Launch) -> None:
    server = launch("limited:app", **LIMITS)
    server.wait_until_ready()
    server.request("/ok")
    before, port = memory(server), server.port

    async def upload(head: bytes) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /raw HTTP/1.1\r\nhost: test\r\n" + head)
        with_size = b"f4240\r\n" if b"chunked" in head else b""
        for _ in range(100):
            writer.write(with_size + bytes(1_000_000) + (b"\r\n" if with_size else b""))
            await writer.drain()
        writer.write(b"0\r\n\r\n" if with_size else b"")
        status = int((await reader.read()).split(b" ", 2)[1])
        writer.close()
        return status

    async def uploads() -> list[int]:
        heads = [b"content-length: 100000000\r\n\r\n", b"transfer-encoding: chunked\r\n\r\n"]
        return await asyncio.gather(*(upload(head) for head in heads))

    assert within_patience(uploads()) == [413, 413]
    assert memory(server) - before < GROWTH


def test_liveness_fails_when_the_event_loop_is_blocked(launch: Launch) -> None:
    server = launch("limited:app")
    server.wait_until_ready()
    assert server.request("/livez", management=True).status == 200
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(get("/block"))

        def silent() -> bool:
            with socket.create_connection(("127.0.0.1", server.management_port)) as probe:
                probe.settimeout(1)  # as a kubelet does
                probe.sendall(get("/livez"))
                try:
                    return not probe.recv(1)
                except TimeoutError:
                    return True

        support.wait_for(silent, "a failed liveness probe")
        (server.output.parent / "open").touch()
        client.settimeout(support.PATIENCE)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")

    assert server.request("/livez", management=True).status == 200


def test_many_paths_and_methods_make_few_series(launch: Launch) -> None:
    server = launch("limited:app")
    server.wait_until_ready()
    port = server.port

    async def ask_every(fourth: int) -> set[int]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        statuses = set()
        methods = [*HTTPMethod, "PROPFIND", "MKCOL", "LOCK", "REPORT", "PURGE"]
        for number in range(fourth, 10_000, 4):
            method = methods[number % len(methods)]
            if method == "CONNECT":
                continue
            writer.write(f"{method} /{number} HTTP/1.1\r\nhost: test\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            statuses.add(int(head.split(b" ", 2)[1]))
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            if method != "HEAD":
                await reader.readexactly(int(length))
        writer.close()
        return statuses

    async def ask_all() -> set[int]:
        return set().union(*await asyncio.gather(*map(ask_every, range(4))))

    assert within_patience(ask_all()) == {404}
    series = server.samples("http_server_request_duration_seconds_count", route="unmatched")
    assert {method for method, _, _ in series} <= {*METHODS, "OTHER"}
    assert len(series) == len(METHODS) + 1


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.mark.inference
def test_shutdown_under_load_loses_no_accepted_request(launch: Launch) -> None:
    server = launch(
        "asking:app",
        APP__INFERENCE__MODEL="asking:Steady",
        APP__INFERENCE__MAX_BATCH_SIZE="4",
        APP__INFERENCE__MAX_QUEUE_LENGTH="16",
        APP__INFERENCE__INLINE_BELOW_SECONDS="0",
        APP__SHUTDOWN__DRAIN_SECONDS="1",
        **LIMITS,
    )
    server.wait_until_ready()
    port = server.port
    never_read = socket.create_connection(("127.0.0.1", port))
    never_read.sendall(get("/ask?item=slow"))
    half_sent = socket.create_connection(("127.0.0.1", port))
    half_sent.sendall(b"POST /ask HTTP/1.1\r\nhost: test\r\n")

    async def client() -> Counter[object]:
        """Send requests until the port is closed; record their results."""
        outcomes: Counter[object] = Counter()
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                return outcomes
            writer.write(get("/ask?item=0"))
            try:
                response = await reader.read()
            except ConnectionResetError:
                response = b""  # it was in the backlog when the port closed: not accepted
            outcomes[response.split(b" ", 2)[1] if response else "not accepted"] += 1
            writer.close()

    async def fire() -> Counter[object]:
        clients = [asyncio.create_task(client()) for _ in range(60)]
        await asyncio.sleep(1)
        server.process.send_signal(signal.SIGTERM)
        return sum(await asyncio.gather(*clients), Counter())

    outcomes = within_patience(fire())

    assert server.process.wait(support.PATIENCE) == 0
    assert set(outcomes) <= {b"200", b"503", "not accepted"}
    logged = Counter(line["status"] for line in server.lines(event="request"))
    assert logged[200] == outcomes[b"200"] + 1  # the one that never read
    assert not server.lines(level="error")
    never_read.close()
    half_sent.close()


@pytest.mark.skipif(support.ADOPTED, reason="the API of an adopted service is its own")
def test_api_responds_to_every_request_as_documented(launch: Launch) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    config = yaml.safe_load((support.SERVICE / "config/application.yml").read_text("utf-8"))
    settings = {"APP__CONFIG_DIR": str(support.SERVICE / "config")}
    if support.INFERENCE:
        settings["APP__INFERENCE__MODEL"] = config["inference"]["model"]
    server = launch(APP, **settings)
    server.wait_until_ready()
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{server.port}/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations()]
    assert operations

    for operation in operations:
        for mode in schemathesis.GenerationMode:

            @given(case=operation.as_strategy(generation_mode=mode))
            def documented(case: Any) -> None:
                # Pydantic accepts `true` as a number, which is the service's own decision.
                lax = [schemathesis.checks.negative_data_rejection]
                response = case.call_and_validate(excluded_checks=lax)
                if response.status_code >= 400:
                    assert response.headers["content-type"] == ["application/problem+json"]

            documented()

    assert not server.lines(level="error")
