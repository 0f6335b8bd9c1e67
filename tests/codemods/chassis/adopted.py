"""A current service with code that a chassis makes redundant, and mistakes in removing it."""

REQUIREMENTS = """\
fastapi>=0.160
uvicorn
prometheus-client
prometheus-fastapi-instrumentator
asgi-correlation-id
"""
MAIN = """\
import logging

import uvicorn
from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import APIRouter, FastAPI
from prometheus_client import Counter
from prometheus_fastapi_instrumentator import Instrumentator

from shop.served import Served

logging.basicConfig(level="INFO")
log = logging.getLogger("shop")
app = FastAPI(title="shop")
app.add_middleware(CorrelationIdMiddleware)
app.add_middleware(Served)
Instrumentator().instrument(app).expose(app, include_in_schema=False)
SOLD = Counter("sold", "Items that were sold.")
more = APIRouter()


@app.get("/health")
def health():
    return {"ok": True}


@app.get("/stock/health")
def stock_health():
    return {"stock": 3}


@app.post("/items/{name}")
def sell(name: str):
    log.info("sold %s", name)
    SOLD.inc()
    return {"sold": name}


@more.get("/prices")
def prices():
    return {"bolt": 1}


app.include_router(more)

if __name__ == "__main__":
    uvicorn.run(app, port=8000)
"""
SERVED = """\
class Served:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def answer(message):
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-served-by", b"shop"))
            await send(message)

        await self.app(scope, receive, answer)
"""
FILES = {
    "requirements.txt": REQUIREMENTS,
    "shop/__init__.py": "",
    "shop/main.py": MAIN,
    "shop/served.py": SERVED,
}

BROKEN = {
    "chassis-health": (
        '@app.get("/stock/health")\ndef stock_health():\n    return {"stock": 3}\n\n\n',
        "",
    ),
    "chassis-logging": ('log = logging.getLogger("shop")\n', ""),
    "chassis-metrics": ("from prometheus_client import Counter\n", ""),
    "chassis-request-ids": ("app.add_middleware(Served)\n", ""),
    "chassis-start": ("app.include_router(more)\n", ""),
}
"""By rule: code that it must keep, and the result of a mistake."""
