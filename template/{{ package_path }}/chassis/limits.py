"""Limits on what the service takes on: how many requests at once, and for how long.

A service that gets too many requests answers some of them well, and the rest quickly. WebSockets
are not limited, and a response that has begun may take its time.
"""

import asyncio
from contextvars import Context
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Final

import structlog
from prometheus_client import Gauge

if TYPE_CHECKING:
    from .request import Request

LINGER_SECONDS: Final = 5.0  # for a client that sends all of its body before it reads
REQUESTS_LIMIT = Gauge(
    "http_server_requests_limit",
    "Concurrent requests, at most; 0 means no limit.",
)

log = structlog.get_logger()


class Admission:
    """Counts the requests in the application, and those that find no place there."""

    def __init__(self, max_requests: int) -> None:
        self.max_requests = max_requests or inf
        self.in_application = 0
        self._turned_away = 0  # not reported yet
        REQUESTS_LIMIT.set(max_requests)

    def turn_away(self) -> bool:
        """Count one request too many; return whether it is the first one within a second.

        That one has a line in the log, the others are in a count there.
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
        self.waiting: dict[Request, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, request: "Request") -> None:
        """Let the request have a deadline from now on."""
        self.waiting[request] = None
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
            request.end()
