"""A Spring Cloud Config Server as far as its callers can tell, which may misbehave."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Self

Behaviour = Callable[["ConfigServer", socket.socket], None]


class Request(NamedTuple):
    """What was asked."""

    path: str
    headers: Mapping[str, str]


class ConfigServer:
    """Listens on a socket of its own; each connection gets the next behaviour, then the last."""

    def __init__(self, *behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.behaviours = list(behaviours)
        self.requests: list[Request] = []
        self.stopped = threading.Event()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.uri = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection if self._tls is None else self._secure(connection) as opened:
                head = b""
                while b"\r\n\r\n" not in head:
                    if not (received := opened.recv(65536)):
                        return
                    head += received
                line, *headers = head.decode().split("\r\n\r\n")[0].split("\r\n")
                named = dict(header.split(": ", 1) for header in headers)
                number = min(len(self.requests), len(self.behaviours) - 1)
                self.requests.append(Request(line.split(" ")[1], named))
                self.behaviours[number](self, opened)
        except OSError:  # its caller has hung up, which is what many tests are about
            pass

    def _secure(self, connection: socket.socket) -> ssl.SSLSocket:
        assert self._tls is not None
        return self._tls.wrap_socket(connection, server_side=True)


def http(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    """Return an HTTP answer."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "".join(f"{line}\r\n" for line in lines)
    return raw(head.encode() + b"\r\n" + body)


def raw(content: bytes) -> Behaviour:
    """Return the bytes of an answer, after which the connection is closed."""
    return lambda _, connection: connection.sendall(content)


def environment(*sources: Mapping[str, Any], **more: Any) -> Behaviour:
    """Return what the real one answers: property sources, the strongest first."""
    document = {
        "name": "demo-service",
        "profiles": ["default"],
        "label": None,
        "version": "8c1f4a0b6e2d",
        "state": "",
        "propertySources": [
            {"name": f"file:/repository/{number}.yml", "source": source}
            for number, source in enumerate(sources)
        ],
    }
    body = json.dumps(document | more).encode()
    return http(body, **{"Content-Type": "application/json"})


def silent(server: ConfigServer, _: socket.socket) -> None:
    """Say nothing."""
    server.stopped.wait()


def dripping(server: ConfigServer, connection: socket.socket) -> None:
    """Send a body without an end, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not server.stopped.wait(0.02):
        connection.sendall(b" ")


def dripping_head(server: ConfigServer, connection: socket.socket) -> None:
    """Send headers without an end, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not server.stopped.wait(0.02):
        connection.sendall(b"x")


def huge(server: ConfigServer, connection: socket.socket) -> None:
    """Send a body without an end, as fast as it is taken."""
    connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n{"name": "')
    while not server.stopped.is_set():
        connection.sendall(b"x" * 65536)


def half_closed(_: ConfigServer, connection: socket.socket) -> None:
    """Promise more than is sent, and close the sending side only."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"name": "demo",')
    connection.shutdown(socket.SHUT_WR)
    connection.recv(1)


def reset(_: ConfigServer, connection: socket.socket) -> None:
    """Break the connection off."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def reset_in_body(server: ConfigServer, connection: socket.socket) -> None:
    """Break the connection off after the beginning of a body of unknown length."""
    connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n{"name": "')
    server.stopped.wait(0.2)  # until it has been read: a reset discards what is on its way
    reset(server, connection)
