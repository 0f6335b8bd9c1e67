"""ASGI applications without FastAPI."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def respond(send: Any) -> None:
    """Send a complete response."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"bare"})


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """Respond to HTTP, and ignore other scopes."""
    if scope["type"] == "http":
        await respond(send)


async def careful(scope: Any, _receive: Any, send: Any) -> None:
    """Raise on unknown scopes, as ASGI requires."""
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    await respond(send)


async def careless(_scope: Any, _receive: Any, send: Any) -> None:
    """Treat every scope as HTTP."""
    await respond(send)


async def _hello(_: Request) -> Response:
    return PlainTextResponse("hello")


starlette = Starlette(routes=[Route("/hello/{name}", _hello)])
