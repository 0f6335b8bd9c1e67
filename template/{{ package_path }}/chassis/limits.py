"""Limits on what the service takes on: requests at once, time, size of a body.

A service that is asked for too much answers some of it well, and the rest quickly. WebSockets are
not limited, and an answer that has begun may take its time. Health and metrics have another port.
"""

import asyncio
from contextlib import suppress
from contextvars import copy_context

from prometheus_client import Gauge
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import problem
from .settings import Limits

LINGER_SECONDS = 5.0
REQUESTS_LIMIT = Gauge(
    "http_server_requests_limit",
    "Requests that are answered at the same time, at most; 0 means no limit.",
)


class LimitsMiddleware:
    """Answers in the application's place where a request exceeds a limit: 413, 503 or 504."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self.limits = limits
        REQUESTS_LIMIT.set(limits.max_requests)
        self._in_flight = 0
        # When requests are late, the oldest first. One timer, that of the oldest, serves them all:
        # one for each would cost more than the rest of this file.
        self._deadlines: dict[_Request, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        limits = self.limits
        if 0 < limits.max_requests <= self._in_flight:
            busy = problem(scope, 503, "The service is busy.", headers={"retry-after": "1"})
            await busy(scope, receive, send)
            return

        request = _Request(self, scope, receive, send)
        announced = _content_length(scope) if limits.max_body_bytes else 0
        self._in_flight += 1
        try:
            if announced is not None and announced > limits.max_body_bytes:
                await request.refuse_body()
                return
            if limits.max_seconds:
                self._watch(request)
            await request.run(receive if announced is not None else request.counted_receive)
        finally:
            self._in_flight -= 1
            self.unwatch(request)

    def _watch(self, request: "_Request") -> None:
        loop = asyncio.get_running_loop()
        deadline = self._deadlines[request] = loop.time() + self.limits.max_seconds
        if self._timer is None:
            self._timer = loop.call_at(deadline, self._end_late_requests)

    def unwatch(self, request: "_Request") -> None:
        """Let a request take its time from now on."""
        self._deadlines.pop(request, None)

    def _end_late_requests(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        for request, deadline in list(self._deadlines.items()):
            if deadline > loop.time():
                self._timer = loop.call_at(deadline, self._end_late_requests)
                break
            self.unwatch(request)
            request.end()


class _Request:
    """A request on its way through the application, which can be answered in its place."""

    __slots__ = (
        "context",
        "late_answer",
        "middleware",
        "receive",
        "received",
        "refused",
        "scope",
        "send",
        "task",
    )

    def __init__(
        self, middleware: LimitsMiddleware, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self.middleware = middleware
        self.scope = scope
        self.receive = receive
        self.send = send
        self.task = asyncio.current_task()
        self.context = copy_context()  # for the log lines of a late answer
        self.received = 0
        self.refused = False  # the application's answer is not sent
        self.late_answer: asyncio.Task[None] | None = None

    async def run(self, receive: Receive) -> None:
        """Let the application answer."""
        try:
            await self.middleware.app(self.scope, receive, self.observed_send)
        except asyncio.CancelledError:
            if self.task is None or self.late_answer is None:
                raise
            self.task.uncancel()
        except Exception:
            if not self.refused:
                raise
        self.task = None
        if self.late_answer is not None:
            await self.late_answer

    async def observed_send(self, message: Message) -> None:
        """Send what the application answers, unless it was answered already."""
        if self.refused:
            return
        if message["type"] == "http.response.start":
            self.middleware.unwatch(self)
        await self.send(message)

    async def counted_receive(self) -> Message:
        """Receive a body of unknown length for the application, up to the limit."""
        message = await self.receive()
        self.received += len(message.get("body", b""))
        if self.received <= self.middleware.limits.max_body_bytes:
            return message
        if not self.refused:
            await self.refuse_body()
        return {"type": "http.disconnect"}

    async def refuse_body(self) -> None:
        """Answer that the body is too large."""
        self.refused = True
        self.middleware.unwatch(self)
        limit = self.middleware.limits.max_body_bytes
        answer = problem(
            self.scope, 413, f"A body has at most {limit} bytes.", headers={"connection": "close"}
        )
        await answer(self.scope, self.receive, self._send_and_linger)

    async def _send_and_linger(self, message: Message) -> None:
        """Keep the connection for a moment, since many callers send all before they read."""
        if message["type"] == "http.response.start":
            await self.send(message)
            return
        await self.send({**message, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while (await self.receive()).get("more_body"):
                    pass
        await self.send({"type": "http.response.body"})

    def end(self) -> None:
        """Answer that it took too long, and end what the application still does for it."""
        self.refused = True
        answering = self._answer_late()
        self.late_answer = asyncio.create_task(answering, context=self.context)

    async def _answer_late(self) -> None:
        seconds = self.middleware.limits.max_seconds
        answer = problem(
            self.scope,
            504,
            f"There was no answer within {seconds:g} s.",
            headers={"connection": "close"},
        )
        await answer(self.scope, self.receive, self.send)
        if self.task is not None:
            self.task.cancel()


def _content_length(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)
    return None
