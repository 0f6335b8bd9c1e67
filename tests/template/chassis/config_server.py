"""A fake Spring Cloud Config Server, which can misbehave."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Self

Behaviour = Callable[["ConfigServer", socket.socket], None]


class Request(NamedTuple):
    """A request that was received."""

    path: str
    headers: Mapping[str, str]


class ConfigServer:
    """Listens on its own socket; each connection gets the next behaviour, further ones the last."""

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
        except OSError:  # the client has hung up, which many tests are about
            pass

    def _secure(self, connection: socket.socket) -> ssl.SSLSocket:
        assert self._tls is not None
        return self._tls.wrap_socket(connection, server_side=True)


def http(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    """Return an HTTP response."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "".join(f"{line}\r\n" for line in lines)
    return raw(head.encode() + b"\r\n" + body)


def raw(content: bytes) -> Behaviour:
    """Send these bytes as the response, then close the connection."""
    return lambda _, connection: connection.sendall(content)


def environment(*sources: Mapping[str, Any], **more: Any) -> Behaviour:
    """Return the response of a real server: property sources, the strongest first."""
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
    """Send nothing."""
    server.stopped.wait()


def dripping(server: ConfigServer, connection: socket.socket) -> None:
    """Send an endless body, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not server.stopped.wait(0.02):
        connection.sendall(b" ")


def dripping_head(server: ConfigServer, connection: socket.socket) -> None:
    """Send endless headers, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not server.stopped.wait(0.02):
        connection.sendall(b"x")


def huge(server: ConfigServer, connection: socket.socket) -> None:
    """Send an endless body, as fast as it is read."""
    connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n{"name": "')
    while not server.stopped.is_set():
        connection.sendall(b"x" * 65536)


def half_closed(_: ConfigServer, connection: socket.socket) -> None:
    """Announce more than is sent, and close only the sending side."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"name": "demo",')
    connection.shutdown(socket.SHUT_WR)
    connection.recv(1)


def reset(_: ConfigServer, connection: socket.socket) -> None:
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def reset_in_body(server: ConfigServer, connection: socket.socket) -> None:
    """Reset the connection after the beginning of a body of unknown length."""
    connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n{"name": "')
    server.stopped.wait(0.2)  # until it has been read: a reset discards data in flight
    reset(server, connection)
