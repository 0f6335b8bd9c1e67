"""A service that uses many features, and its own conventions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import BackgroundTasks, FastAPI, HTTPException, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route


class OutOfStockError(Exception):
    """There is none left."""


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
    """Open the till."""
    yield {"till": []}


app = FastAPI(title="shop", lifespan=lifespan)


@app.middleware("http")
async def own_headers(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Add the shop's own headers to each response."""
    response = await call_next(request)
    response.headers["X-Request-ID"] = f"shop-{request.url.path}"
    response.headers["X-Shop"] = "open"
    return response


@app.exception_handler(RequestValidationError)
async def invalid(_: Request, error: RequestValidationError) -> Response:
    """Respond in the shop's own error format."""
    return JSONResponse({"error": {"code": "INVALID", "count": len(error.errors())}}, 400)


@app.exception_handler(OutOfStockError)
async def out_of_stock(_: Request, _error: OutOfStockError) -> Response:
    """Respond in the shop's own error format."""
    return JSONResponse({"error": {"code": "SOLD_OUT"}}, 410)


class Order(BaseModel):
    """An order."""

    amount: int


@app.post("/orders", status_code=201)
async def order(order: Order, request: Request, tasks: BackgroundTasks) -> dict[str, int]:
    """Take an order, and record it after the response."""
    if order.amount > 100:
        raise OutOfStockError
    if order.amount < 0:
        raise HTTPException(402, {"why": "money back"})
    tasks.add_task(request.state.till.append, order.amount)
    return {"amount": order.amount}


@app.get("/till")
async def till(request: Request) -> list[int]:
    """Return the recorded orders."""
    return list(request.state.till)


@app.get("/old")
async def old() -> RedirectResponse:
    """Redirect."""
    return RedirectResponse("/till", 301)


@app.get("/events")
async def events() -> StreamingResponse:
    """Send server-sent events."""

    async def send() -> AsyncIterator[str]:
        for number in range(3):
            await asyncio.sleep(0.01)
            yield f"id: {number}\ndata: {'x' * number}\n\n"

    return StreamingResponse(send(), media_type="text/event-stream")


@app.get("/cut")
async def cut() -> StreamingResponse:
    """Fail in the middle of a response."""

    async def send() -> AsyncIterator[bytes]:
        yield b"first"
        raise RuntimeError("nobody should see this")

    return StreamingResponse(send())


@app.get("/broken")
async def broken() -> None:
    """Fail."""
    raise RuntimeError("nobody should see this")


@app.websocket("/chat")
async def chat(websocket: WebSocket, name: str | None = None) -> None:
    """Respond to each message; refuse clients without a name."""
    if name is None:
        await websocket.close(4001)
        return
    await websocket.accept("chat", headers=[(b"x-room", name.encode())])
    async for message in websocket.iter_text():
        if message == "bye":
            await websocket.close(4000, "bye")
            return
        await websocket.send_text(f"{name}: {message}")


async def _visit(request: Request) -> Response:
    return PlainTextResponse(f"{request.path_params['page']} {request.scope['root_path']}")


admin = FastAPI(title="admin")


@admin.get("/users/{user_id}")
async def user(user_id: int) -> int:
    """Respond from a mounted application."""
    return user_id


app.mount("/admin", admin)
app.mount("/pages", Starlette(routes=[Route("/{page}", _visit)]))
