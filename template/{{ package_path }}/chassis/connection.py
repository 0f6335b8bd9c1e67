"""Bounds of a connection: how much a peer may send, and how long a request may take to arrive.

In uvicorn's HTTP/1.1 one peer can fill the memory with header lines, and many can lock all others
out with requests that they never complete. A request that arrives in one piece pays next to
nothing for these bounds: instead of a timer for each one, all connections are checked twice a
second.
"""

import asyncio
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any, Final, cast

import httptools
import prometheus_client
import structlog
import uvicorn
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from .errors import problem
from .limits import Admission
from .settings import ChassisSettings

LINGER_SECONDS: Final = 2.0  # for a peer that still sends to read why it is refused
BODY_LINGER_SECONDS: Final = 5.0  # for one that sends all of its body before it reads
MOST_LINGERING: Final = 50  # one more is closed at once: they count towards no other limit
FRESH_SECONDS: Final = 1.0  # for a new connection to send its request
REPORT_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 0.5  # between two checks for slow peers
HOLD_SECONDS: Final = 0.05  # before a client that was turned away is read again
HOLD_STEP_SECONDS: Final = 0.005
HOLD_STEP: Final = 150  # connections read again at once; more would slow down those being served
LONGEST_LENGTH: Final = 19  # digits of a Content-Length
CORKED_BYTES: Final = 16_384  # what is longer is not worth a copy
REFUSED = prometheus_client.Counter(
    "http_server_connections_refused",
    "Connections that were closed before a whole request had arrived.",
    ["reason"],
)

log = structlog.get_logger()


class Bounds:
    """The limits of one listener's connections, and the state that they share."""

    def __init__(self, settings: ChassisSettings, admission: Admission | None = None) -> None:
        server, limits = settings.server, settings.limits.in_force()
        self.max_header_bytes = server.max_header_bytes
        self.max_headers = server.max_headers
        self.require_host = server.require_host
        self.problem_json = settings.errors.problem_json
        self.header_seconds = limits.header_seconds
        self.body_seconds = limits.body_seconds
        self.least_body_bytes = limits.body_seconds * limits.min_body_bytes_per_second
        self.max_connections = _affordable(limits.max_connections)
        self.max_uploads = limits.max_requests // 2  # the rest is kept for complete requests
        self.uploads: set[Connection] = set()
        self.lingering: set[_Lingering] = set()
        self.admission = admission
        self._held: deque[tuple[float, Connection]] = deque()
        self._looking = False
        self.draining = False  # each response asks its client to close the connection
        self._unreported: Counter[str] = Counter()
        self._reported_at = -REPORT_SECONDS

    def count(self, reason: str, now: float) -> None:
        """Count a refused connection; many of them share a log line."""
        REFUSED.labels(reason).inc()
        self._unreported[reason] += 1
        if now - self._reported_at >= REPORT_SECONDS:
            log.warning("connections refused", **self._unreported)
            self._unreported.clear()
            self._reported_at = now

    def look_after(self, connections: Iterable[object], loop: asyncio.AbstractEventLoop) -> None:
        """Close the connections whose peers are too slow, for as long as there are connections."""
        if not self._looking:
            self._looking = True
            loop.call_later(LOOK_SECONDS, self._look, connections, loop)

    def _look(self, connections: Iterable[object], loop: asyncio.AbstractEventLoop) -> None:
        self._looking = False
        for connection in [one for one in connections if isinstance(one, Connection)]:
            connection.check(loop.time())
            self.look_after(connections, loop)

    def hold(self, connection: "Connection") -> None:
        """Stop reading a connection for a moment.

        Otherwise clients that are turned away and retry at once take all of the processor.
        """
        connection.flow.pause_reading()
        self._held.append((connection.loop.time() + HOLD_SECONDS, connection))
        if len(self._held) == 1:
            connection.loop.call_later(HOLD_SECONDS, self._let_on)

    def _let_on(self) -> None:
        loop = self._held[0][1].loop
        for _ in range(HOLD_STEP):
            if not self._held or self._held[0][0] > loop.time():
                break
            _, connection = self._held.popleft()
            if not connection.transport.is_closing():
                connection.flow.resume_reading()
        if self._held:
            loop.call_later(HOLD_STEP_SECONDS, self._let_on)


class Config(uvicorn.Config):
    """The configuration of a listener whose connections have bounds."""

    def __init__(self, app: ASGIApp, bounds: Bounds, **options: Any) -> None:
        super().__init__(app, http=Connection, ws="websockets-sansio", **options)
        self.bounds = bounds
        self.unproxied: Any = app


class Connection(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with bounds.

    It ignores an `Upgrade` to anything but WebSocket, as a server may (RFC 9110, 7.8). The
    JDK's client offers HTTP/2 with each request, and uvicorn loses the body of such a request
    (https://github.com/Kludex/uvicorn/issues/2722).
    """

    config: Config

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.bounds = self.config.bounds
        self.opened = self.idle_since = self.loop.time()
        self.waiting_since: float | None = self.opened  # for a head, or enough of a body
        self.unparsed = 0  # bytes since the last request, or piece of its body
        self.whole: object = ()  # the scope of the last request that has arrived as a whole
        self.uploaded = 0  # bytes of its body

    @property
    def idle(self) -> bool:
        """Whether no request is waiting for its response."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request, but not for long."""
        super().connection_made(transport)
        self.corked = _Corked(transport, self.loop, self._end)
        bounds = self.bounds
        if 0 < bounds.max_connections < len(self.connections):
            self._make_room()
            if len(self.connections) > bounds.max_connections:
                self.refuse("connections", 503, "There are too many connections.")
                return
        bounds.look_after(self.connections, self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        """Release what belongs to the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, and wait for the rest of an incomplete request."""
        self.unparsed += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            refusal = error.__context__
            if isinstance(refusal, _RefusedError):
                self.refuse("head", refusal.status, str(refusal))
            elif self.bounds.problem_json:
                self.refuse("head", 400, "This is not a request of HTTP/1.1.")
            else:  # clients of an adopted service may know uvicorn's response
                self.bounds.count("head", self.loop.time())
                self.send_400_response("Invalid HTTP request received.")
        else:
            if self.unparsed or self.whole is not self.scope:
                self._wait_for_rest()
            elif self.waiting_since is not None:
                self._stop_waiting()

    def on_headers_complete(self) -> None:
        """Begin a request whose head is within the bounds."""
        bounds = self.bounds
        if len(self.headers) > bounds.max_headers:
            raise _RefusedError(431, f"A request has at most {bounds.max_headers} headers.")
        if self.unparsed > 1024:  # what is shorter needs no closer look
            self._check_sizes()
        names = [name for name, _ in self.headers]
        hosts = names.count(b"host")
        if hosts != 1 and bounds.require_host and self.parser.get_http_version() == "1.1":
            raise _RefusedError(400, f"A request has one Host header, this one {hosts}.")
        # Without these headers uvicorn's middleware for proxies has nothing to do.
        proxied = b"x-forwarded-proto" in names or b"x-forwarded-for" in names
        self.app = self.config.loaded_app if proxied else self.config.unproxied
        self.unparsed = self.uploaded = 0
        admission = bounds.admission
        if admission is None or self.parser.should_upgrade() or not self.idle:
            # WebSockets have no limit, and a pipelined request has to wait for its turn.
            super().on_headers_complete()
        elif not (admission.full() and self._turn_away(admission)):
            super().on_headers_complete()
            admission.expected += 1
        if self.cycle is not None:
            self.cycle.transport = self.corked
            if bounds.draining:
                self.cycle.keep_alive = False

    def on_chunk_header(self) -> None:
        """Keep trailers, which can follow any chunk, apart from the headers of the request."""
        self.headers = []

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self.unparsed = 0
        self.uploaded += len(body)
        if self.cycle is not None:  # None until a request has not been turned away
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Remember that the request has arrived."""
        self.unparsed = 0
        self.whole = self.scope
        if self.cycle is not None:
            super().on_message_complete()

    def shutdown(self) -> None:
        """End the connection after its last response, or now, unless a request is on its way."""
        self.bounds.draining = True
        if self.idle and (self.unparsed or self.loop.time() - self.opened < FRESH_SECONDS):
            self.loop.call_later(FRESH_SECONDS, self._close_if_idle)
        else:
            super().shutdown()

    def _close_if_idle(self) -> None:
        if self.idle:
            self.transport.close()

    def on_response_complete(self) -> None:
        """Wait for the next request; `check` limits how long."""
        self.corked.flush()  # a response to HEAD has no body that would do it
        if self.pipeline:
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.idle_since = self.loop.time()
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def check(self, now: float) -> None:
        """Close the connection if its peer takes too long."""
        since = self.waiting_since
        if since is None:
            if self.idle and now - self.idle_since > self.timeout_keep_alive:
                self.transport.close()
        elif self in self.bounds.uploads:
            if now - since > self.bounds.body_seconds:
                self._check_upload(now)
        elif 0 < self.bounds.header_seconds < now - since:
            if self.scope is None or self.scope is self.whole:  # not one byte of a request
                self._let_go("idle")
            else:
                self.refuse("head", 408, "The head of the request took too long.")

    def refuse(self, reason: str, status: int, detail: str) -> None:
        """Close the connection, with a response where none has begun."""
        self.bounds.count(reason, self.loop.time())
        if self.pipeline or (not self.idle and self.cycle.response_started):
            self.transport.close()
            return
        response: Response = PlainTextResponse(f"{detail}\n", status)
        if self.bounds.problem_json:
            response = problem({}, status, detail)
        headers = [*response.raw_headers, (b"connection", b"close")]
        if status == 503:
            headers.append((b"retry-after", b"1"))
        self.corked.flush()
        self.transport.write(_encoded(status, headers, bytes(response.body)))
        self._linger(LINGER_SECONDS)

    def _end(self) -> None:
        """Close the connection after its last response, but let a peer that still sends read it."""
        if self.whole is self.scope or len(self.bounds.lingering) >= MOST_LINGERING:
            self.transport.close()
        elif not self.transport.is_closing():
            self._linger(BODY_LINGER_SECONDS)

    def _linger(self, seconds: float) -> None:
        """Leave the connection to its peer for a moment."""
        self.pipeline.clear()
        self.connection_lost(ConnectionAbortedError())
        lingering = _Lingering(self.transport, self.loop, seconds, self.bounds.lingering)
        self.transport.set_protocol(lingering)

    def _turn_away(self, admission: Admission) -> bool:
        """Respond that there are too many requests, before any other work on this one."""
        parser = self.parser
        self.scope["method"] = parser.get_method().decode("ascii")
        response = admission.respond_at_once(cast("Scope", self.scope))
        if not response:
            return False
        keeps = parser.get_http_version() == "1.1" and parser.should_keep_alive()
        self._write(response, close=self.bounds.draining or not keeps)
        return True

    def _write(self, response: list[Message], *, close: bool) -> None:
        """Write a whole response, and close the connection or hold it for a moment."""
        start, *bodies = response
        headers = [*self.server_state.default_headers, *start["headers"]]
        if close:
            headers.append((b"connection", b"close"))
        body = b"".join(part["body"] for part in bodies if self.scope["method"] != "HEAD")
        self.transport.write(_encoded(start["status"], headers, body))
        if close:
            self.loop.call_soon(self._end)  # once the parser is done with what has arrived
            return
        self.idle_since = self.loop.time()
        self.bounds.hold(self)

    def _should_upgrade(self) -> bool:
        # uvicorn then leaves each request that offers another protocol to `_upgrade`.
        return True

    def _upgrade(self, rest: bytes) -> None:
        """Open a WebSocket, or parse the request again without its offer of another protocol."""
        if self.scope["method"] == "CONNECT":
            self.refuse("head", 400, "CONNECT is for proxies.")
        elif dict(self.headers)[b"upgrade"].lower() == b"websocket" and not self._announces_body():
            self._stop_waiting()
            self.handle_websocket_upgrade()
        else:
            version = self.parser.get_http_version()
            lines = [f"{self.scope['method']} ".encode() + self.url + f" HTTP/{version}".encode()]
            lines += [name + b": " + value for name, value in self.headers if name != b"upgrade"]
            # After a request that closes the connection a parser skips all others.
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as in uvicorn
            self.data_received(b"\r\n".join([*lines, b"", rest]))

    def _announces_body(self) -> bool:
        """Whether a request has a body, which `websockets` would wait for without a response."""
        headers = dict(self.headers)
        return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"

    def _check_sizes(self) -> None:
        longest = self.bounds.max_header_bytes
        if len(self.url) > longest:
            raise _RefusedError(414, f"A URL has at most {longest} bytes.")
        if sum(len(name) + len(value) + 4 for name, value in self.headers) > longest:
            raise _RefusedError(431, f"The headers of a request have at most {longest} bytes.")
        if any(n == b"content-length" and len(v) > LONGEST_LENGTH for n, v in self.headers):
            raise _RefusedError(400, "The Content-Length is too long.")

    def _wait_for_rest(self) -> None:
        """Wait for the rest of a head, a body or its trailers, unless there was too much of it."""
        longest = self.bounds.max_header_bytes
        in_body = self.cycle is not None and self.cycle.scope is self.scope is not self.whole
        if self.unparsed > longest:
            status = 431 if self.headers or in_body else 414
            self.refuse("head", status, f"The head of a request has at most {longest} bytes.")
        elif in_body:
            if not self.bounds.body_seconds:
                self.waiting_since = None
            elif self not in self.bounds.uploads:
                self._begin_upload()
        elif self.waiting_since is None:
            self.waiting_since = self.loop.time()

    def _stop_waiting(self) -> None:
        self.waiting_since = None
        self.bounds.uploads.discard(self)

    def _begin_upload(self) -> None:
        uploads = self.bounds.uploads
        if 0 < self.bounds.max_uploads <= len(uploads):
            slowest = min(uploads, key=lambda upload: upload.uploaded)
            slowest.refuse("body", 408, "Others send their bodies faster.")
        uploads.add(self)
        self.waiting_since = self.loop.time()

    def _check_upload(self, now: float) -> None:
        cycle = self.cycle
        talking = cycle.response_started and not cycle.response_complete
        waiting = self.flow.read_paused or cycle.waiting_for_100_continue  # for the application
        if self.uploaded < self.bounds.least_body_bytes and not (talking or waiting):
            self.refuse("body", 408, "The body of the request arrives too slowly.")
        else:
            self.uploaded, self.waiting_since = 0, now

    def _make_room(self) -> None:
        """Close the tenth of the connections that have been idle longest."""
        others: Iterable[object] = self.connections - {self}
        idle = [one for one in others if isinstance(one, Connection) and one.idle]
        idle.sort(key=lambda one: one.idle_since)
        for connection in idle[: self.bounds.max_connections // 10 + 1]:
            connection._let_go("connections")

    def _let_go(self, reason: str) -> None:
        REFUSED.labels(reason).inc()
        self.connections.discard(self)
        self.transport.close()


class _Corked(asyncio.Transport):
    """Sends the head and the body of a response in one packet, where uvicorn sends two.

    What is written is held until the next write, or at most until the event loop's next turn: the
    head of a stream, or a 100 Continue, has nothing to wait for.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        close: Callable[[], None],
    ) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._close = close
        self._held = b""
        self.is_closing = transport.is_closing  # type: ignore[method-assign]

    def write(self, data: bytes) -> None:  # type: ignore[override]
        """Hold this, or send it with what is held."""
        if not self._held:
            self._held = data
            self._loop.call_soon(self.flush)
        elif len(data) < CORKED_BYTES:
            self._held = b"".join((self._held, data))  # each may be a memoryview
            self.flush()
        else:
            self.flush()
            self._transport.write(data)

    def close(self) -> None:
        """Close the connection once all has been sent."""
        self.flush()
        self._close()

    def flush(self) -> None:
        """Send what is held, unless the connection was closed meanwhile."""
        if self._held:
            if not self.is_closing():
                self._transport.write(self._held)
            self._held = b""


class _RefusedError(Exception):
    """The head of a request breaks a rule; the message says which."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class _Lingering(asyncio.Protocol):
    """Reads for a moment what a peer still sends: a reset would discard its response."""

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        seconds: float,
        others: "set[_Lingering]",
    ) -> None:
        transport.resume_reading()
        transport.write_eof()
        self._timer = loop.call_later(seconds, transport.abort)
        self._others = others
        others.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._others.discard(self)


def _encoded(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    lines = [part for name, value in headers for part in (name, b": ", value, b"\r\n")]
    return b"".join((STATUS_LINE[status], *lines, b"\r\n", body))


def _affordable(connections: int) -> int:
    """Return how many connections there can be with the files that the process may open."""
    if sys.platform == "win32" or not connections:
        return connections
    import resource  # noqa: PLC0415 - there is none for Windows

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return connections if files < 0 else min(connections, max(1, files - 100))
