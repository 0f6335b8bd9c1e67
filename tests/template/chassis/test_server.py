"""A real process: its ports, and an end that loses no request."""

import signal
import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from chassis import server as chassis_server
from chassis.identity import SERVICE
from chassis.sources import load

from . import support
from .support import Server, wait_for

Launch = Callable[..., Server]


def in_background(function: Callable[[], Any]) -> Callable[[], Any]:
    """Run a function in a thread; return what waits for its result."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(function()), daemon=True)
    thread.start()

    def result() -> Any:
        thread.join(support.PATIENCE)
        return results[0]

    return result


class HTTP(HTTPConnection):
    """A connection that a `with` closes."""

    def __init__(self, server: Server) -> None:
        super().__init__("127.0.0.1", server.port, timeout=support.PATIENCE)

    def __enter__(self) -> "HTTP":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PausingClient(threading.Thread):
    """Keeps its connection between requests until a response closes it; then it connects anew."""

    def __init__(self, server: Server, pause: float) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.pause = pause
        self.answered = 0
        self.lost: list[object] = []

    def run(self) -> None:
        connection = HTTP(self.server)
        while True:
            try:
                connection.request("GET", "/ok")
                answer = connection.getresponse()
                answer.read()
            except ConnectionRefusedError:
                return  # the service has ended: nothing was sent
            except (OSError, HTTPException) as error:
                self.lost.append(error)
                return
            self.answered += 1
            time.sleep(self.pause)


class Caller(threading.Thread):
    """Sends requests on one connection for as long as a load balancer would."""

    def __init__(self, server: Server, wanted: threading.Event) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.wanted = wanted
        self.sent = 0
        self.lost: list[object] = []

    def run(self) -> None:
        with HTTP(self.server) as connection:
            while self.wanted.is_set():
                self.sent += 1
                try:
                    connection.request("GET", f"/slow?seconds={0.01 * (self.sent % 4)}")
                    answer = connection.getresponse()
                    body = answer.read()
                    if (answer.status, body) != (200, b'"slow"'):
                        self.lost.append((answer.status, body))
                except OSError as error:
                    self.lost.append(error)
                    connection.close()


def test_a_sigterm_under_load_loses_no_request(launch: Launch) -> None:
    """Callers go on until readiness says no; each request that was sent is answered."""
    server = launch(APP__SHUTDOWN__DRAIN_SECONDS="3")
    server.wait_until_ready()
    wanted = threading.Event()
    wanted.set()
    callers = [Caller(server, wanted) for _ in range(8)]
    for caller in callers:
        caller.start()
    wait_for(lambda: all(caller.sent > 10 for caller in callers), "load")
    long_one = in_background(lambda: server.request("/slow?seconds=4"))
    server.line(event="slow begins", level="info")

    server.process.send_signal(signal.SIGTERM)
    wait_for(lambda: server.ready().status == 503, "draining")
    before = sum(caller.sent for caller in callers)
    wait_for(lambda: sum(caller.sent for caller in callers) > before + 16, "more load")
    wanted.clear()
    for caller in callers:
        caller.join(support.PATIENCE)

    assert long_one().status == 200
    assert server.process.wait(support.PATIENCE) == 0
    assert [caller.lost for caller in callers] == [[]] * 8


@pytest.mark.parametrize("drain", ["0", "1"])
def test_a_sigterm_resets_no_client_that_pauses(launch: Launch, drain: str) -> None:
    """Idle connections are told to close by a response, while the port still accepts others."""
    server = launch(APP__SHUTDOWN__DRAIN_SECONDS=drain, APP__SHUTDOWN__IDLE_SECONDS="10")
    server.wait_until_ready()
    clients = [PausingClient(server, pause=0.05 * number) for number in range(30)]
    for client in clients:
        client.start()
    wait_for(lambda: all(client.answered > 1 for client in clients), "requests")

    assert server.stop(signal.SIGTERM) == 0

    for client in clients:
        client.join(support.PATIENCE)
    assert [client.lost for client in clients] == [[]] * 30


def test_readiness_turns_at_once_and_requests_go_on(launch: Launch) -> None:
    server = launch(APP__SHUTDOWN__DRAIN_SECONDS="600", APP__SHUTDOWN__DEADLINE_SECONDS="900")
    server.wait_until_ready()
    server.process.send_signal(signal.SIGTERM)
    server.line(event="draining")

    answer = server.ready()
    assert answer.status == 503
    assert answer.json()["checks"]["service"] == "draining"
    assert server.request("/livez", management=True).status == 200
    assert server.request("/ok").status == 200
    # Callers that keep their connections are sent elsewhere.
    wait_for(lambda: server.request("/ok").headers.get("connection") == "close", "farewell")

    assert server.stop(signal.SIGTERM) == 0  # a second signal does not wait any longer


def test_ctrl_c_does_not_drain(launch: Launch) -> None:
    server = launch(APP__SHUTDOWN__DRAIN_SECONDS="600", APP__SHUTDOWN__DEADLINE_SECONDS="900")
    server.wait_until_ready()
    answer = in_background(lambda: server.request("/slow?seconds=0.5"))
    server.line(event="slow begins")

    assert server.stop(signal.SIGINT) == 0
    assert answer().status == 200


def test_who_insists_does_not_wait_for_requests(launch: Launch) -> None:
    server = launch(APP__SHUTDOWN__DEADLINE_SECONDS="900")
    server.wait_until_ready()
    with HTTP(server) as connection:
        connection.request("GET", "/slow?seconds=600")
        server.line(event="slow begins")

        server.process.send_signal(signal.SIGINT)
        server.line(event="Shutting down")
        assert server.stop(signal.SIGINT) == 0


def test_a_request_beyond_the_deadline_is_cut_off(launch: Launch) -> None:
    """What then remains of the time is for the end of the application."""
    server = launch(APP__SHUTDOWN__DEADLINE_SECONDS="2")
    server.wait_until_ready()
    with HTTP(server) as connection:
        connection.request("GET", "/slow?seconds=600")
        server.line(event="slow begins")

        assert server.stop(signal.SIGTERM) == 0
    assert server.lines(event="shut down")
    assert not server.lines(event="the deadline has passed")


def test_a_thread_that_nothing_can_stop_does_not_hold_the_end_up(launch: Launch) -> None:
    server = launch(APP__SHUTDOWN__DEADLINE_SECONDS="1")
    server.wait_until_ready()
    with HTTP(server) as connection:
        connection.request("GET", "/stuck?seconds=600")
        server.line(event="stuck begins")

        assert server.stop(signal.SIGTERM) == 0


def test_an_application_that_does_not_end_does_not_hold_the_end_up(launch: Launch) -> None:
    server = launch("everything:endless", APP__SHUTDOWN__DEADLINE_SECONDS="1")
    server.wait_until_ready()

    assert server.stop(signal.SIGTERM) == 0
    assert server.lines(event="stuck at the end")


@pytest.mark.inference
def test_a_model_that_still_loads_does_not_hold_the_end_up(launch: Launch) -> None:
    server = launch(APP__INFERENCE__MODEL="models:Stuck", APP__SHUTDOWN__DEADLINE_SECONDS="1")
    server.line(event="started up")

    assert server.stop(signal.SIGTERM) == 0


def test_the_start_is_told_in_one_line(server: Server) -> None:
    """Both listeners together, and not by uvicorn, which does not know that they are one."""
    assert len(server.lines(event="serving")) == 1
    assert not [line for line in server.lines() if "server process" in line["event"]]


def test_port_0_takes_a_free_one(server: Server) -> None:
    assert server.port != server.management_port
    assert server.request("/ok").status == 200
    assert server.request("/livez").status == 404
    assert server.request("/ok", management=True).status == 404


@pytest.mark.parametrize("key", ["server", "management"])
def test_a_port_that_is_taken_is_told(key: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = load({"server.port": 0, "management.port": 0, f"{key}.port": port}).settings

        with pytest.raises(chassis_server.ListenError) as error:
            chassis_server.run(settings)

    assert str(error.value) == f"cannot listen on 0.0.0.0:{port}: Address already in use"


@pytest.mark.parametrize("host", ["256.1.1.1", "no such host", "a..b", "x" * 300])
def test_a_host_that_is_none_is_told(host: str) -> None:
    with pytest.raises(chassis_server.ListenError) as error:
        chassis_server.run(load({"server.host": host, "server.port": 0}).settings)

    assert str(error.value).startswith(f"cannot listen on {host}:0: ")
    assert "\n" not in str(error.value)


def test_a_port_for_both_listeners_is_one_line(tmp_path: Path) -> None:
    port, _ = support.free_ports()
    settings = {"APP__SERVER__PORT": str(port), "APP__MANAGEMENT__PORT": str(port)}

    ended = support.run("everything:app", "serve", folder=tmp_path, **settings)

    expected = f"{SERVICE}: cannot listen on 0.0.0.0:{port}: Address already in use\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", expected)


def test_options_name_the_ports(launch: Launch) -> None:
    port, management_port = support.free_ports()
    server = launch("bare:app", "--port", str(port), "--management-port", str(management_port))

    server.wait_until_ready()
    assert (server.port, server.management_port) == (port, management_port)
    assert server.request("/").body == b"bare"
    assert server.stop(signal.SIGTERM) == 0


def test_a_body_that_looks_like_such_a_request_stays_what_it_is(server: Server) -> None:
    body = b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), support.PATIENCE) as connection:
        head = b"POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head % len(body))
        time.sleep(0.05)
        connection.sendall(body)
        answer = HTTPResponse(connection)
        answer.begin()

        assert answer.read() == body
