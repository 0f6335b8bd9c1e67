"""Whether a caller still waits is known until it has its answer."""

import asyncio
from typing import Any

import pytest

from . import support

if not (support.INFERENCE or support.TRITON):
    pytest.skip("the service asks no model", allow_module_level=True)

from chassis import caller


def seen_gone(*, hangs_up: bool) -> list[bool]:
    """Return whether the caller was gone: before its answer, in the middle of it, after it."""
    seen = []
    received: list[str] = []
    sent: list[Any] = []

    async def receive() -> Any:
        """Tell what uvicorn tells, which calls it a disconnect when all is sent."""
        if not received:
            received.append("the body")
            return {"type": "http.request"}
        if hangs_up or (sent and not sent[-1].get("more_body", True)):
            return {"type": "http.disconnect"}
        return await asyncio.Future()

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        asker = caller.current.get()
        assert asker is not None
        seen.append(asker.gone())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"1", "more_body": True})
        seen.append(asker.gone())
        await send({"type": "http.response.body", "body": b"2", "more_body": False})
        seen.append(asker.gone())  # as a task in the background would ask

    asyncio.run(caller.CallerMiddleware(app)({"type": "http"}, receive, send))
    return seen


def test_who_has_the_answer_has_not_hung_up() -> None:
    assert seen_gone(hangs_up=False) == [False, False, False]


def test_who_hangs_up_before_the_end_of_it_has() -> None:
    assert seen_gone(hangs_up=True) == [True, True, False]
