"""A model that logs what it is asked."""

from typing import Any

import structlog
from asking import AsyncRecorder, Recorder, app

__all__ = ["AsyncTelling", "Telling", "app"]

log = structlog.get_logger()


class Telling(Recorder):
    """Says what it is asked, and answers with it."""

    def predict(self, batch: list[Any]) -> list[Any]:
        """Answer once nothing is closed."""
        log.info("predicting", items=batch)
        return super().predict(batch)


class AsyncTelling(AsyncRecorder):
    """The same, in the event loop."""

    async def predict(self, batch: list[Any]) -> list[Any]:
        """Answer once nothing is closed."""
        log.info("predicting", items=batch)
        return await super().predict(batch)
