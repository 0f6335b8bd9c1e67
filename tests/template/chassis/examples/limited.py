"""Applications for the tests of limits. The file `open` ends waiting requests."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import structlog
from fastapi import Body, FastAPI, Request, WebSocket
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

OPEN = Path("open")

log = structlog.get_logger()

app = FastAPI(title="limited")


@app.get("/ok")
async def ok() -> str:
    """Respond at once."""
    return "ok"


@app.get("/wait")
async def wait() -> str:
    """Respond once the file exists."""
    try:
        while not OPEN.exists():
            await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        log.info("cancelled")
        raise
    return "waited"


@app.get("/wait/thread")
def wait_in_thread() -> str:
    """Respond once the file exists."""
    while not OPEN.exists():
        time.sleep(0.01)
    return "waited"


@app.get("/stubborn")
async def stubborn() -> str:
    """Ignore cancellation."""
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        log.info("stayed")
    return "answered"


@app.get("/stream")
async def stream() -> StreamingResponse:
    """Begin at once, and end once the file exists."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"begun, "
        while not OPEN.exists():
            await asyncio.sleep(0.01)
        yield b"ended"

    return StreamingResponse(chunks())


@app.get("/late")
async def late() -> StreamingResponse:
    """Begin at once, and send the whole body once the file exists."""

    async def chunks() -> AsyncIterator[bytes]:
        while not OPEN.exists():
            await asyncio.sleep(0.01)
        yield b"late"

    return StreamingResponse(chunks())


@app.get("/large")
async def large() -> StreamingResponse:
    """Send more than any buffer holds, until the client hangs up."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100_000):
            await asyncio.sleep(0)  # as if it were read from somewhere
            yield bytes(100_000)

    return StreamingResponse(chunks())


@app.post("/json")
async def json(body: Annotated[Any, Body()]) -> int:
    """Read a body with FastAPI."""
    return len(body)


@app.post("/raw")
async def raw(request: Request) -> int:
    """Read a body in pieces."""
    return sum([len(piece) async for piece in request.stream()])


@app.post("/ignored")
async def ignored() -> str:
    """Do not read the body."""
    return "ignored"


@app.get("/block")
async def block() -> None:
    """Block the event loop."""
    while not OPEN.exists():
        time.sleep(0.01)


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    """Send back what is received."""
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


async def plain(scope: Scope, receive: Receive, send: Send) -> None:
    """Read a body without any framework."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client has gone")
        size += len(message["body"])
        more = message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})
