"""An application that asks a model about what it is given, and models to ask.

A file `closed` in the folder of the process holds the models up; `batches` tells what they did.
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
    """Ask about the body."""
    return await inference.predict(item)


@app.get("/ask")
async def ask_about(item: str) -> Any:
    """Ask without a body."""
    return await inference.predict(item)


def _note(**what: Any) -> None:
    with Path("batches").open("a") as file:
        file.write(json.dumps(what | {"thread": threading.current_thread().name}) + "\n")


def _answers(batch: list[Any]) -> list[Any]:
    """Return the items, unless one of them is the name of a mishap."""
    if "bad" in batch:
        raise ValueError("a bad item")
    if "exit" in batch:
        raise SystemExit(3)
    if "stop" in batch:
        raise StopIteration
    return [NOT_FINITE.get(str(item), item) for item in batch if item != "forgotten"]


class Recorder:
    """Answers each item with itself."""

    def load(self) -> None:
        """Note it."""
        _note(event="load")

    def warm_up(self) -> None:
        """Note it."""
        _note(event="warm_up")

    def predict(self, batch: list[Any]) -> list[Any]:
        """Answer once nothing is closed."""
        _note(event="predict", items=batch)
        while CLOSED.exists():
            time.sleep(0.005)
        return _answers(batch)


class AsyncRecorder:
    """The same, in the event loop."""

    async def load(self) -> None:
        """Note it."""
        _note(event="load")

    async def warm_up(self) -> None:
        """Note it."""
        _note(event="warm_up")

    async def predict(self, batch: list[Any]) -> list[Any]:
        """Answer once nothing is closed."""
        _note(event="predict", items=batch)
        while CLOSED.exists():
            await asyncio.sleep(0.005)
        if "cancel" in batch:
            raise asyncio.CancelledError
        return _answers(batch)


class Cold(Recorder):
    """Does not warm up."""

    def warm_up(self) -> None:
        """Fail."""
        raise OSError("too cold")


class Steady(Recorder):
    """Takes as long for a batch as for an item."""

    def predict(self, batch: list[Any]) -> list[Any]:
        """Take 20 ms."""
        time.sleep(0.02)
        return batch


class Blocking(Recorder):
    """Is quick, until it is asked to hang."""

    def predict(self, batch: list[Any]) -> list[Any]:
        """Hang on `hang`."""
        if "hang" in batch:
            time.sleep(3600)
        return batch
