"""Sends requests to a service through a Unix socket that is relayed to its port."""

import http.client
import socket
import time
from pathlib import Path

from drydock.proving.messages import Request, Response

TIMEOUT = 10.0  # seconds for a complete response
LARGEST = 4 << 20  # bytes of a body that are read
UNSENDABLE = "cannot be sent as HTTP"


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=TIMEOUT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def send(path: Path, request: Request) -> Response:
    """Send one request on its own connection; return the response, or why there is none."""
    connection = _Connection(path)
    try:
        connection.putrequest(request.method, request.target, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value.encode("latin-1"))
        if request.body or request.method in {"POST", "PUT", "PATCH"}:
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        return Response(response.status, tuple(response.getheaders()), _body(response))
    except TimeoutError:
        return Response(failure=f"no complete response within {TIMEOUT:.0f} s")
    except ValueError:  # a value of an earlier response that is not valid in a request
        return Response(failure=UNSENDABLE)
    except (OSError, http.client.HTTPException):
        return Response(failure="the connection was closed without a response")
    finally:
        connection.close()


def _body(response: http.client.HTTPResponse) -> bytes:
    """Return the body, at most LARGEST bytes of it; raise TimeoutError if it does not end."""
    body, deadline = b"", time.monotonic() + TIMEOUT
    while len(body) < LARGEST and (part := response.read1(LARGEST - len(body))):
        body += part
        if time.monotonic() > deadline:  # such as an event stream
            raise TimeoutError
    return body


def can_be_sent(request: Request) -> bool:
    """Return whether a request can be expressed in HTTP."""
    try:
        connection = http.client.HTTPConnection("localhost")
        connection.putrequest(request.method, request.target)
        for name, value in request.headers:
            connection.putheader(name, value.encode("latin-1"))
    except ValueError:  # UnicodeEncodeError, and line ends, which http.client rejects
        return False
    return True
