"""Runs an application before and after a rule, and records its startup and shutdown."""

import asyncio
import warnings
from typing import Any

from fastapi import FastAPI

from tests.codemods.support import apply, files_of


def events_of(text: str) -> list[str]:
    """Run a module that logs to `log` and has `app` or `make()`; start it and shut it down."""
    namespace: dict[str, Any] = {"log": []}

    def add_event_handler(self: FastAPI, event: str, function: object) -> None:
        """The method of Starlette before 1.0."""
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
    """Check that startup and shutdown do the same before and after a rule."""
    old = files_of(before)["service.py"]
    new = apply(rule, old).texts["service.py"]
    assert events_of(new) == events_of(old)
    assert "serving" in events_of(old)
