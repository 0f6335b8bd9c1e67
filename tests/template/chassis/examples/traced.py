"""An application whose requests are traced, around that of `everything`."""

import sys
import threading

import everything
import structlog
from chassis import tracing
from fastapi import APIRouter, FastAPI, HTTPException, WebSocket, WebSocketException

log = structlog.get_logger()

app = FastAPI(title="traced")
router = APIRouter(prefix="/shelves/{shelf}")


@router.get("/books/{book}")
async def book(shelf: str, book: str) -> str:
    """Have a path of two routers' prefixes."""
    return shelf + book


app.include_router(router, prefix="/library")
app.mount("/everything", everything.app)


@app.get("/outgoing")
async def outgoing() -> dict[str, str]:
    """Return the headers that a request to another service would have."""
    log.info("calling another service")
    return tracing.headers()


@app.get("/own")
async def own() -> dict[str, str]:
    """Do the same in another span."""
    from opentelemetry import trace

    with trace.get_tracer(__name__).start_as_current_span("lookup"):
        log.info("in a span of its own")
        return tracing.headers()


@app.get("/refused")
async def refused() -> None:
    """Be busy."""
    raise HTTPException(503, "busy")


@app.get("/inside")
async def inside() -> dict[str, list[str]]:
    """Report threads and modules of the process."""
    modules = [name for name in sys.modules if name.startswith("opentelemetry.sdk")]
    return {"modules": modules, "threads": [thread.name for thread in threading.enumerate()]}


@app.websocket("/closed")
async def closed(websocket: WebSocket) -> None:
    """Refuse every handshake."""
    raise WebSocketException(1008)
