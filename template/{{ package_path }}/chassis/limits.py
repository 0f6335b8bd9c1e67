"""Limits of the load that the service accepts: how many requests at once, and for how long.

A service that gets too many requests serves some of them well, and refuses the rest quickly.
WebSockets are not limited, and a response that has begun may take its time.
"""

import asyncio
from contextvars import Context
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Final

import structlog
from prometheus_client import Gauge
from starlette.types import Message, Scope

from .errors import ErrorResponses
from .metrics import RequestMetrics
from .request_id import request_id

if TYPE_CHECKING:
    from .request import Request

LINGER_SECONDS: Final = 5.0  # for a client that sends all of its body before it reads
REQUESTS_LIMIT = Gauge(
    "http_server_requests_limit",
    "Concurrent requests, at most; 0 means no limit.",
)

log = structlog.get_logger()


class Admission:
    """Counts the requests in the application, and those that are turned away."""

    def __init__(self, max_requests: int, errors: ErrorResponses, metrics: RequestMetrics) -> None:
        self.max_requests = max_requests or inf
        self.in_application = 0
        self.expected = 0  # requests whose task has not called `enter` yet
        self._errors = errors
        self._metrics = metrics
        self._turned_away = 0  # not reported yet
        REQUESTS_LIMIT.set(max_requests)

    def full(self) -> bool:
        """Tell whether one more request would be too many."""
        return self.in_application + self.expected >= self.max_requests

    def enter(self) -> bool:
        """Let a request into the application, unless it is one too many."""
        if self.expected:
            self.expected -= 1
        if self.in_application >= self.max_requests:
            return False
        self.in_application += 1
        return True

    def respond_at_once(self, scope: Scope) -> list[Message]:
        """Turn away a request of which the server has only read the head; return the response.

        It is empty if the request must take the ordinary path: the first one within a second, for
        its line in the log, and every one if the service's own CORS middleware awaits something.
        """
        if not self._turned_away:
            return []
        start = perf_counter()
        response: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            response.append(message)

        scope["state"]["request_id"] = own_id = request_id(dict(scope["headers"]))
        responding = self._errors.busy(scope, receive, send).__await__()
        try:
            next(responding)
        except StopIteration:
            response[0]["headers"] = [*response[0]["headers"], (b"x-request-id", own_id.encode())]
            self.turn_away()
            self._metrics.in_progress += 1
            self._metrics.observe(scope, response[0]["status"], perf_counter() - start)
            return response
        responding.close()
        return []

    def turn_away(self) -> bool:
        """Count one request too many; return whether it is the first one within a second.

        That one has a log line of its own; the others are only counted in one.
        """
        self._turned_away += 1
        if self._turned_away > 1:
            return False
        asyncio.get_running_loop().call_later(1.0, self._report, context=Context())
        return True

    def _report(self) -> None:
        log.warning("requests turned away", count=self._turned_away, limit=self.max_requests)
        self._turned_away = 0


class Deadlines:
    """Ends the requests whose response has not begun in time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds or inf
        # The oldest first. One timer, that of the oldest, serves them all: one for each would cost
        # more than all else that the chassis does for a request.
        self.waiting: dict[Request, asyncio.Task[None] | None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, request: "Request") -> None:
        """Enforce the deadline of a request."""
        self.waiting[request] = asyncio.current_task()
        if self._timer is None and self.seconds < inf:
            self._wait_until(request.start + self.seconds)

    def _wait_until(self, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(deadline - perf_counter(), self._end_late_requests)

    def _end_late_requests(self) -> None:
        self._timer = None
        for request in list(self.waiting):
            deadline = request.start + self.seconds
            if deadline > perf_counter():
                self._wait_until(deadline)
                break
            request.end(self.waiting.pop(request))
