"""Sends requests to a service through the Unix socket that leads to it."""

import http.client
import socket
import time
from pathlib import Path

from drydock.proving.messages import Request, Response

PATIENCE = 10.0  # seconds for a response, after which there is none
LARGEST = 4 << 20  # bytes of a body that are read
UNSENDABLE = "HTTP has no form for it"


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def send(path: Path, request: Request) -> Response:
    """Send one request on a connection of its own; return what comes back, whatever it is."""
    connection = _Connection(path)
    try:
        connection.putrequest(request.method, request.target, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value.encode("latin-1"))
        if request.body or request.method in {"POST", "PUT", "PATCH"}:
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)
        answer = connection.getresponse()
        return Response(answer.status, tuple(answer.getheaders()), _body(answer))
    except TimeoutError:
        return Response(failure=f"no whole response within {PATIENCE:.0f} s")
    except ValueError:  # a value of an earlier response that fits nowhere in a request
        return Response(failure=UNSENDABLE)
    except (OSError, http.client.HTTPException):
        return Response(failure="the connection was closed without a response")
    finally:
        connection.close()


def _body(answer: http.client.HTTPResponse) -> bytes:
    """Return the body, or its first part; raise TimeoutError where it does not end."""
    body, deadline = b"", time.monotonic() + PATIENCE
    while len(body) < LARGEST and (part := answer.read1(LARGEST - len(body))):
        body += part
        if time.monotonic() > deadline:  # such as a stream of events
            raise TimeoutError
    return body


def can_be_sent(request: Request) -> bool:
    """Tell whether HTTP has a form for this request."""
    try:
        connection = http.client.HTTPConnection("localhost")
        connection.putrequest(request.method, request.target)
        for name, value in request.headers:
            connection.putheader(name, value.encode("latin-1"))
    except ValueError:  # UnicodeEncodeError, and http.client's own refusals of line ends
        return False
    return True
