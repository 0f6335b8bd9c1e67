"""Whether the service is ready for requests.

A service adds what it depends on with a function, async or not, that raises when something is
wrong:

    @health.check("database")
    async def database() -> None:
        await pool.execute("SELECT 1")
"""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

Check = Callable[[], Any]
C = TypeVar("C", bound=Check)

OK = "ok"

_registered: dict[str, Check] = {}


def check(name: str) -> Callable[[C], C]:
    """Register a readiness check under the name that `/readyz` shows."""

    def register(function: C) -> C:
        _registered[name] = function
        return function

    return register


class Readiness:
    """Ready means: started, not draining, and every check passes in time."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.started = False
        self.loaded: Callable[[], bool] = lambda: True  # whether the model is, if there is one
        self.draining = False
        self._running: dict[str, asyncio.Task[Any]] = {}

    async def report(self) -> dict[str, str]:
        """Return `ok`, or what is wrong, for the service and for each check."""
        names = list(_registered)
        results = await asyncio.gather(*(self._result(name) for name in names))
        state = "draining" if self.draining else OK if self.started else "starting"
        return {"service": state, **dict(zip(names, results, strict=True))}

    async def _result(self, name: str) -> str:
        task = self._running.get(name)
        if task is None:
            # One run at a time: a check that hangs must not pile up.
            run = _call(_registered[name], self.timeout)
            task = self._running[name] = asyncio.create_task(run)
            task.add_done_callback(lambda _: self._running.pop(name))
        done, _ = await asyncio.wait({task}, timeout=self.timeout)
        if not done:
            return f"no answer within {self.timeout:g} s"
        if task.cancelled():
            return "cancelled"
        error = task.exception()
        return OK if error is None else f"{type(error).__name__}: {error}"


async def _call(function: Check, timeout: float) -> None:
    if inspect.iscoroutinefunction(function):
        result = function()
    else:
        # In a thread of its own: those of the application may all be busy.
        thread = CapacityLimiter(1)
        result = await to_thread.run_sync(function, abandon_on_cancel=True, limiter=thread)
    if inspect.isawaitable(result):
        async with asyncio.timeout(timeout):  # the next run may succeed
            await result
