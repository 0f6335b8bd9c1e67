"""An application that does a bit of everything; `create` is a factory of it."""

import asyncio
import logging
import threading
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import structlog
from fastapi import BackgroundTasks, FastAPI, Header, HTTPException, Request, Response, WebSocket
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

log = structlog.get_logger()
library = logging.getLogger("library")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, str]]:
    """Log the start and the end."""
    log.info("started up")
    yield {"given_by_lifespan": "state"}
    log.info("shut down")


app = FastAPI(title="everything", lifespan=lifespan)


class Order(BaseModel):
    """A body."""

    amount: int
    notes: dict[str, int] = {}


@app.get("/ok")
async def ok() -> str:
    """Respond at once."""
    return "ok"


@app.get("/state")
async def state(request: Request) -> str:
    """Return the lifespan's state."""
    return str(request.state.given_by_lifespan)


@app.get("/items/{item_id}")
async def item(
    item_id: int, limit: int = 10, x_token: Annotated[int | None, Header()] = None
) -> dict[str, Any]:
    """Have parameters of each kind."""
    return {"item_id": item_id, "limit": limit, "token": x_token}


@app.post("/orders", status_code=201)
async def order(order: Order) -> Order:
    """Have a body."""
    return order


@app.post("/raw")
async def raw(request: Request) -> Response:
    """Return the body."""
    return Response(await request.body())


@app.get("/teapot")
async def teapot() -> None:
    """Refuse, with a header."""
    raise HTTPException(418, "short and stout", headers={"x-handle": "yes"})


@app.get("/conflict")
async def conflict() -> None:
    """Refuse, with structured details."""
    raise HTTPException(409, {"code": "TAKEN", "holder": None})


@app.get("/boom")
async def boom() -> None:
    """Fail."""
    raise RuntimeError("secret reason")


@app.get("/midway")
async def midway() -> StreamingResponse:
    """Fail after the response has begun."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"first"
        raise RuntimeError("secret reason midway")

    return StreamingResponse(parts())


def _fail() -> None:
    raise RuntimeError("secret reason afterwards")


@app.get("/afterwards")
async def afterwards(tasks: BackgroundTasks) -> str:
    """Fail after the response."""
    tasks.add_task(_fail)
    return "done"


@app.get("/slow")
async def slow(seconds: float) -> str:
    """Take some time."""
    log.info("slow begins")
    await asyncio.sleep(seconds)
    return "slow"


@app.get("/stuck")
def stuck(seconds: float) -> str:
    """Take some time, in a thread that cannot be interrupted."""
    log.info("stuck begins")
    time.sleep(seconds)
    return "stuck"


@app.get("/logs")
def logs(mark: str) -> str:
    """Log a line in every possible way, from a thread."""
    log.info("from structlog", mark=mark, path=Path("x"), nan=float("nan"))
    log.info("with odd keys", mark=mark, mapping={(1, 2): {3}, b"x": object})
    circle: list[Any] = []
    circle.append(circle)
    log.info("with a circle", mark=mark, circle=circle)
    library.info("from logging %s", mark)
    library.info("two\nlines, größer ☃ \ud800 \x1b[31m %s", mark)
    try:
        _fail()
    except RuntimeError:
        library.exception("caught %s", mark)
        log.exception("caught by structlog", mark=mark)
    warnings.warn(f"careful {mark}", UserWarning, stacklevel=1)
    log.debug("not to be seen", mark=mark)
    library.debug("not to be seen %s", mark)
    return "logged"


@app.get("/three-lines")
async def three_lines(mark: str) -> str:
    """Log lines, with other requests running in between."""
    for _ in range(3):
        await asyncio.sleep(0)
        log.info("line", mark=mark)
        await asyncio.to_thread(log.info, "line", mark=mark)
    return mark


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    """Send each message back."""
    await websocket.accept()
    log.info("accepted")
    async for message in websocket.iter_text():
        await websocket.send_text(message)


def create() -> FastAPI:
    """Return the application."""
    return app


def waking() -> FastAPI:
    """Take long to return the application."""
    log.info("waking up")
    threading.Event().wait(3600)
    return app


@asynccontextmanager
async def _no_start(_: FastAPI) -> AsyncIterator[None]:
    raise OSError("the database is gone")
    yield


broken = FastAPI(lifespan=_no_start)


@asynccontextmanager
async def _no_end(_: FastAPI) -> AsyncIterator[None]:
    yield
    log.info("stuck at the end")
    threading.Event().wait(3600)


endless = FastAPI(lifespan=_no_end)
