"""An application with CORS: by a middleware within it, and by one around it."""

import asyncio

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware

ORIGIN = "https://shop.example"

router = APIRouter()


@router.get("/ok")
async def ok() -> str:
    """Respond at once."""
    return "ok"


@router.get("/boom")
async def boom() -> None:
    """Fail."""
    raise RuntimeError("secret reason")


@router.get("/wait")
async def wait() -> None:
    """Never respond."""
    await asyncio.Event().wait()


@router.post("/json")
async def json(body: list[int]) -> int:
    """Read a body."""
    return len(body)


app = FastAPI(title="cross origin")
app.include_router(router)
app.add_middleware(CORSMiddleware, allow_origins=[ORIGIN], allow_credentials=True)

_inner = FastAPI()
_inner.include_router(router)
around = CORSMiddleware(_inner, allow_origins=[ORIGIN], allow_credentials=True)
