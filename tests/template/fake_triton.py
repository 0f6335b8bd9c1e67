"""A fake Triton server with the wire format of HTTP, which can misbehave."""

import json
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SETOSA = {"name": "probabilities", "datatype": "FP32", "shape": [1, 3], "data": [0.9, 0.06, 0.04]}


@dataclass
class FakeTriton:
    """A running server; port 0 selects a free one."""

    port: int = 0
    tls: ssl.SSLContext | None = None
    ready: bool = True
    status: int = 200
    seconds: float = 0
    """Time until the response."""
    response: Any = field(default_factory=lambda: {"outputs": [SETOSA]})
    """The response to a request; bytes are sent unchanged."""
    open: threading.Event = field(default_factory=threading.Event)
    """Requests wait while it is not set."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    """The head of each request, with its HTTP headers."""
    connections: set[socket.socket] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.open.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self._server.daemon_threads = True
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        """The URL for a service."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop the server."""
        self.open.set()
        self._server.shutdown()
        self._server.server_close()
        for connection in self.connections:
            with suppress(OSError):  # it has ended already
                connection.shutdown(socket.SHUT_RDWR)


def _handler(fake: FakeTriton) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._respond(200 if fake.ready else 400, b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            head = json.loads(body[: int(self.headers["inference-header-content-length"])])
            headers = {name.lower(): value for name, value in self.headers.items()}
            fake.requests.append(head | {"path": self.path, "headers": headers})
            fake.open.wait()
            time.sleep(fake.seconds)
            raw = fake.response
            self._respond(fake.status, raw if isinstance(raw, bytes) else json.dumps(raw).encode())

        def _respond(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

        def handle(self) -> None:
            fake.connections.add(self.connection)
            with suppress(OSError):  # the client has hung up
                super().handle()

    return Handler
