"""Each request has an id: in every log line it causes, and in its response."""

import os
import re

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ACCEPTABLE = re.compile(rb"[A-Za-z0-9._~:/+=@-]{1,128}")
_TRACEPARENT = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?"
)


class RequestIdMiddleware:
    """Takes the id from `X-Request-ID`, else from `traceparent`, else makes one.

    It stands in `scope["state"]["request_id"]` and in the context of the log. The response names
    it, unless the application has put an id of its own there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return

        request_id = _given(scope["headers"]) or os.urandom(16).hex()
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        header = (b"x-request-id", request_id.encode())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                if not any(name.lower() == b"x-request-id" for name, _ in headers):
                    message["headers"] = [*headers, header]
            await send(message)

        await self.app(scope, receive, send_with_id)


def _given(headers: list[tuple[bytes, bytes]]) -> str | None:
    """Return the caller's id; one that could forge or flood a log line is not taken."""
    trace = None
    for name, value in headers:
        if name == b"x-request-id" and _ACCEPTABLE.fullmatch(value):
            return value.decode()
        if name == b"traceparent" and (match := _TRACEPARENT.fullmatch(value)):
            trace = match[1].decode()
    return trace
