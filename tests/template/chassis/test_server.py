"""A real process: its ports, and a shutdown that loses no request."""

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
    """Run a function in a thread; return a function that waits for its result."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(function()), daemon=True)
    thread.start()

    def result() -> Any:
        thread.join(support.PATIENCE)
        return results[0]

    return result


class HTTP(HTTPConnection):
    """A connection that closes at the end of a `with`."""

    def __init__(self, server: Server) -> None:
        super().__init__("127.0.0.1", server.port, timeout=support.PATIENCE)

    def __enter__(self) -> "HTTP":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PausingClient(threading.Thread):
    """Keeps its connection between requests until a response closes it, then reconnects."""

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
                response = connection.getresponse()
                response.read()
            except ConnectionRefusedError:
                return  # the service has ended: nothing was sent
            except (OSError, HTTPException) as error:
                self.lost.append(error)
                return
            self.answered += 1
            time.sleep(self.pause)


class SteadyClient(threading.Thread):
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
                    response = connection.getresponse()
                    body = response.read()
                    if (response.status, body) != (200, b'"slow"'):
                        self.lost.append((response.status, body))
                except OSError as error:
                    self.lost.append(error)
                    connection.close()


def test_sigterm_under_load_loses_no_request(launch: Launch) -> None:
    """Clients continue until readiness fails; each request that was sent gets a response."""
    server = launch(APP__SHUTDOWN__DRAIN_SECONDS="3")
    server.wait_until_ready()
    wanted = threading.Event()
    wanted.set()
    clients = [SteadyClient(server, wanted) for _ in range(8)]
    for client in clients:
        client.start()
    wait_for(lambda: all(client.sent > 10 for client in clients), "load")
    long_one = in_background(lambda: server.request("/slow?seconds=4"))
    server.line(event="slow begins", level="info")

    server.process.send_signal(signal.SIGTERM)
    wait_for(lambda: server.ready().status == 503, "draining")
    before = sum(client.sent for client in clients)
    wait_for(lambda: sum(client.sent for client in clients) > before + 16, "more load")
    wanted.clear()
    for client in clients:
        client.join(support.PATIENCE)

    assert long_one().status == 200
    assert server.process.wait(support.PATIENCE) == 0
    assert [client.lost for client in clients] == [[]] * 8


@pytest.mark.parametrize("drain", ["0", "1"])
def test_sigterm_resets_no_idle_client(launch: Launch, drain: str) -> None:
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


def test_readiness_fails_at_once_while_requests_continue(launch: Launch) -> None:
    server = launch(APP__SHUTDOWN__DRAIN_SECONDS="600", APP__SHUTDOWN__DEADLINE_SECONDS="900")
    server.wait_until_ready()
    server.process.send_signal(signal.SIGTERM)
    server.line(event="draining")

    response = server.ready()
    assert response.status == 503
    assert response.json()["checks"]["service"] == "draining"
    assert server.request("/livez", management=True).status == 200
    assert server.request("/ok").status == 200
    # Clients with kept connections have to reconnect, to another instance.
    wait_for(
        lambda: server.request("/ok").headers.get("connection") == "close", "a response that closes"
    )

    assert server.stop(signal.SIGTERM) == 0  # a second signal ends the waiting


def test_ctrl_c_does_not_drain(launch: Launch) -> None:
    server = launch(APP__SHUTDOWN__DRAIN_SECONDS="600", APP__SHUTDOWN__DEADLINE_SECONDS="900")
    server.wait_until_ready()
    response = in_background(lambda: server.request("/slow?seconds=0.5"))
    server.line(event="slow begins")

    assert server.stop(signal.SIGINT) == 0
    assert response().status == 200


def test_third_signal_does_not_wait_for_requests(launch: Launch) -> None:
    server = launch(APP__SHUTDOWN__DEADLINE_SECONDS="900")
    server.wait_until_ready()
    with HTTP(server) as connection:
        connection.request("GET", "/slow?seconds=600")
        server.line(event="slow begins")

        server.process.send_signal(signal.SIGINT)
        server.line(event="Shutting down")
        assert server.stop(signal.SIGINT) == 0


def test_request_beyond_the_deadline_is_cut_off(launch: Launch) -> None:
    """The remaining time is for the application's shutdown."""
    server = launch(APP__SHUTDOWN__DEADLINE_SECONDS="2")
    server.wait_until_ready()
    with HTTP(server) as connection:
        connection.request("GET", "/slow?seconds=600")
        server.line(event="slow begins")

        assert server.stop(signal.SIGTERM) == 0
    assert server.lines(event="shut down")
    assert not server.lines(event="the deadline has passed")


def test_unstoppable_thread_does_not_delay_the_end(launch: Launch) -> None:
    server = launch(APP__SHUTDOWN__DEADLINE_SECONDS="1")
    server.wait_until_ready()
    with HTTP(server) as connection:
        connection.request("GET", "/stuck?seconds=600")
        server.line(event="stuck begins")

        assert server.stop(signal.SIGTERM) == 0


def test_hanging_application_does_not_delay_the_end(launch: Launch) -> None:
    server = launch("everything:endless", APP__SHUTDOWN__DEADLINE_SECONDS="1")
    server.wait_until_ready()

    assert server.stop(signal.SIGTERM) == 0
    assert server.lines(event="stuck at the end")


def test_sigterm_ends_a_service_that_is_still_put_together(launch: Launch) -> None:
    """As process 1 of a container it would otherwise ignore the signal."""
    server = launch("everything:waking")
    server.line(event="waking up")

    assert server.stop(signal.SIGTERM) == 0


@pytest.mark.inference
def test_loading_model_does_not_delay_the_end(launch: Launch) -> None:
    server = launch(APP__INFERENCE__MODEL="models:Stuck", APP__SHUTDOWN__DEADLINE_SECONDS="1")
    server.line(event="started up")

    assert server.stop(signal.SIGTERM) == 0


def test_startup_logs_one_line(server: Server) -> None:
    """One line for both listeners; uvicorn, which treats them as two servers, logs none."""
    assert len(server.lines(event="serving")) == 1
    assert not [line for line in server.lines() if "server process" in line["event"]]


def test_port_0_selects_a_free_port(server: Server) -> None:
    assert server.port != server.management_port
    assert server.request("/ok").status == 200
    assert server.request("/livez").status == 404
    assert server.request("/ok", management=True).status == 404


@pytest.mark.parametrize("key", ["server", "management"])
def test_occupied_port_is_reported(key: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = load({"server.port": 0, "management.port": 0, f"{key}.port": port}).settings

        with pytest.raises(chassis_server.ListenError) as error:
            chassis_server.run(settings)

    assert str(error.value) == f"cannot listen on 0.0.0.0:{port}: Address already in use"


@pytest.mark.parametrize("host", ["256.1.1.1", "no such host", "a..b", "x" * 300])
def test_invalid_host_is_reported(host: str) -> None:
    with pytest.raises(chassis_server.ListenError) as error:
        chassis_server.run(load({"server.host": host, "server.port": 0}).settings)

    assert str(error.value).startswith(f"cannot listen on {host}:0: ")
    assert "\n" not in str(error.value)


def test_same_port_for_both_listeners_is_reported(tmp_path: Path) -> None:
    port, _ = support.free_ports()
    settings = {"APP__SERVER__PORT": str(port), "APP__MANAGEMENT__PORT": str(port)}

    ended = support.run("everything:app", "serve", folder=tmp_path, **settings)

    expected = f"{SERVICE}: cannot listen on 0.0.0.0:{port}: Address already in use\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", expected)


def test_options_set_the_ports(launch: Launch) -> None:
    port, management_port = support.free_ports()
    server = launch("bare:app", "--port", str(port), "--management-port", str(management_port))

    server.wait_until_ready()
    assert (server.port, server.management_port) == (port, management_port)
    assert server.request("/").body == b"bare"
    assert server.stop(signal.SIGTERM) == 0


def test_body_that_looks_like_an_upgrade_is_unchanged(server: Server) -> None:
    body = b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), support.PATIENCE) as connection:
        head = b"POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head % len(body))
        time.sleep(0.05)
        connection.sendall(body)
        response = HTTPResponse(connection)
        response.begin()

        assert response.read() == body
