"""Runs an application before and after a rule, and tells what happened when it starts and ends."""

import asyncio
import warnings
from typing import Any

from fastapi import FastAPI

from tests.codemods.support import apply, files_of


def events_of(text: str) -> list[str]:
    """Run a module that logs to `log` and makes `app`, or `make()`; start and end that."""
    namespace: dict[str, Any] = {"log": []}

    def add_event_handler(self: FastAPI, event: str, function: object) -> None:
        """As Starlette had it before 1.0."""
        self.router.add_event_handler(event, function)  # type: ignore[arg-type]

    FastAPI.add_event_handler = add_event_handler  # type: ignore[attr-defined]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(text, "<row>", "exec"), namespace)
            app = namespace["make"]() if "make" in namespace else namespace["app"]
    finally:
        del FastAPI.add_event_handler  # type: ignore[attr-defined]

    async def live() -> None:
        async with app.router.lifespan_context(app):
            namespace["log"].append("serving")

    asyncio.run(live())
    return list(map(str, namespace["log"]))


def assert_same_events(rule: str, before: str) -> None:
    """Hold what a rule makes to what the old code did when it started and ended."""
    old = files_of(before)["service.py"]
    new = apply(rule, old).texts["service.py"]
    assert events_of(new) == events_of(old)
    assert "serving" in events_of(old)
