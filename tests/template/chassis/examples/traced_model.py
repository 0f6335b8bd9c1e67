"""A model that logs its items."""

from typing import Any

import structlog
from asking import AsyncRecorder, Recorder, app

__all__ = ["AsyncTelling", "Telling", "app"]

log = structlog.get_logger()


class Telling(Recorder):
    """Logs its items, and returns them."""

    def predict(self, batch: list[Any]) -> list[Any]:
        """Return the items once the model is not blocked."""
        log.info("predicting", items=batch)
        return super().predict(batch)


class AsyncTelling(AsyncRecorder):
    """An async `Telling`."""

    async def predict(self, batch: list[Any]) -> list[Any]:
        """Return the items once the model is not blocked."""
        log.info("predicting", items=batch)
        return await super().predict(batch)
