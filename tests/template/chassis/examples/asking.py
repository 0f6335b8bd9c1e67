"""An application that calls a model with its requests, and models for it.

A file `closed` in the process's folder blocks the models; `batches` records what they did.
"""

import asyncio
import json
import threading
import time
from pathlib import Path
from typing import Annotated, Any

from chassis import inference
from fastapi import Body, FastAPI

CLOSED = Path("closed")

NOT_FINITE: dict[str, Any] = {
    "nan": float("nan"),
    "infinity": ("setosa", float("inf")),
    "nested": {"scores": [0.5, float("-inf")]},
}

app = FastAPI(title="asking")


@app.post("/ask")
async def ask(item: Annotated[Any, Body()]) -> Any:
    """Predict the body."""
    return await inference.predict(item)


@app.get("/ask")
async def ask_query(item: str) -> Any:
    """Predict the item in the query."""
    return await inference.predict(item)


def _record(**what: Any) -> None:
    with Path("batches").open("a") as file:
        file.write(json.dumps(what | {"thread": threading.current_thread().name}) + "\n")


def _predictions(batch: list[Any]) -> list[Any]:
    """Return the items, unless one of them names a failure."""
    if "bad" in batch:
        raise ValueError("a bad item")
    if "exit" in batch:
        raise SystemExit(3)
    if "stop" in batch:
        raise StopIteration
    return [NOT_FINITE.get(str(item), item) for item in batch if item != "forgotten"]


class Recorder:
    """Predicts each item as itself."""

    def load(self) -> None:
        """Record the call."""
        _record(event="load")

    def warm_up(self) -> None:
        """Record the call."""
        _record(event="warm_up")

    def predict(self, batch: list[Any]) -> list[Any]:
        """Return the predictions once the model is not blocked."""
        _record(event="predict", items=batch)
        while CLOSED.exists():
            time.sleep(0.005)
        return _predictions(batch)


class AsyncRecorder:
    """An async `Recorder`."""

    async def load(self) -> None:
        """Record the call."""
        _record(event="load")

    async def warm_up(self) -> None:
        """Record the call."""
        _record(event="warm_up")

    async def predict(self, batch: list[Any]) -> list[Any]:
        """Return the predictions once the model is not blocked."""
        _record(event="predict", items=batch)
        while CLOSED.exists():
            await asyncio.sleep(0.005)
        if "cancel" in batch:
            raise asyncio.CancelledError
        return _predictions(batch)


class Cold(Recorder):
    """Fails to warm up."""

    def warm_up(self) -> None:
        """Fail."""
        raise OSError("too cold")


class Steady(Recorder):
    """Takes as long for a batch as for one item."""

    def predict(self, batch: list[Any]) -> list[Any]:
        """Take 20 ms."""
        time.sleep(0.02)
        return batch


class Blocking(Recorder):
    """Is quick, except for the item `hang`."""

    def predict(self, batch: list[Any]) -> list[Any]:
        """Return the items; block on `hang`."""
        if "hang" in batch:
            time.sleep(3600)
        return batch
