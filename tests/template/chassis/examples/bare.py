"""Applications that are not FastAPI's."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def answer(send: Any) -> None:
    """Send the whole of an answer."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"bare"})


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """Know nothing but HTTP."""
    if scope["type"] == "http":
        await answer(send)


async def careful(scope: Any, _receive: Any, send: Any) -> None:
    """Refuse what it does not know, as ASGI asks for."""
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    await answer(send)


async def careless(_scope: Any, _receive: Any, send: Any) -> None:
    """Take everything for HTTP."""
    await answer(send)


async def _hello(_: Request) -> Response:
    return PlainTextResponse("hello")


starlette = Starlette(routes=[Route("/hello/{name}", _hello)])
