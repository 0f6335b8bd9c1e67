"""One log line a request, written when its answer is complete."""

from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()


class AccessLogMiddleware:
    """Logs method, path, status and duration; never query strings or bodies."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        start = perf_counter()
        status = 500
        path = scope["path"]
        complete = False

        def write() -> None:
            nonlocal complete
            complete = True
            log.info(
                "request",
                method=scope["method"],
                path=path,
                status=status,
                duration_ms=round((perf_counter() - start) * 1000, 3),
            )

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                write()

        try:
            await self.app(scope, receive, observed_send)
        finally:
            if not complete:
                write()
