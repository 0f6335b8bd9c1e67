"""WebSockets work until the end of the service."""

import signal
import time
from collections.abc import Callable

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from . import support
from .support import Server

Launch = Callable[..., Server]


def open_websocket(server: Server, path: str = "/echo") -> ClientConnection:
    return connect(f"ws://127.0.0.1:{server.port}{path}")


def echo(websocket: ClientConnection, text: str) -> object:
    websocket.send(text)
    return websocket.recv(support.PATIENCE)


def test_websocket_gets_responses(server: Server) -> None:
    with open_websocket(server) as websocket:
        assert [echo(websocket, text) for text in ("a", "b")] == ["a", "b"]


def test_path_without_websocket_is_refused(server: Server) -> None:
    with pytest.raises(InvalidStatus):
        open_websocket(server, "/ok")


def test_websocket_outlives_the_head_timeout(launch: Launch) -> None:
    server = launch(APP__LIMITS__HEADER_SECONDS="0.2", APP__LIMITS__BODY_SECONDS="0.2")
    server.wait_until_ready()
    with open_websocket(server) as websocket:
        time.sleep(0.6)

        assert echo(websocket, "still there") == "still there"


def test_websockets_stay_open_while_draining_and_close_with_1012(launch: Launch) -> None:
    server = launch(APP__SHUTDOWN__DRAIN_SECONDS="600", APP__SHUTDOWN__DEADLINE_SECONDS="900")
    server.wait_until_ready()
    with open_websocket(server) as early:
        server.process.send_signal(signal.SIGTERM)
        server.line(event="draining")

        assert echo(early, "draining") == "draining"
        with open_websocket(server) as late:
            assert late.response is not None
            assert late.response.headers.get_all("connection") == ["Upgrade"]
            assert echo(late, "draining") == "draining"

            assert server.stop(signal.SIGTERM) == 0

            for websocket in (early, late):
                with pytest.raises(ConnectionClosed) as closed:
                    websocket.recv(support.PATIENCE)
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1012  # service restart: reconnect
    assert not server.lines(level="error")
