"""Two listeners in one process, and a shutdown that loses no request.

On SIGTERM readiness turns 503 at once, while requests are served for the drain period, and for a
moment more while clients keep idle connections open. Then the port closes, requests in flight
finish, and the process ends with 0 before the deadline. SIGINT (Ctrl-C) does the same without the
drain period, and so does a second SIGTERM; one more signal ends the process without waiting. While
the service is still put together, SIGTERM ends it at once.
"""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

import structlog
import uvicorn
from starlette.types import ASGIApp

from .application import Service, build
from .connection import Bounds, Config, Connection
from .identity import ADOPTED, APP, SERVICE, service_version, template_release
from .settings import ChassisSettings

# New objects until the garbage collector runs. With thousands of connections Python's default of
# 700 is reached so often that it scans all objects, for 30 ms or more, every second.
GARBAGE: Final = 10_000

log = structlog.get_logger()


class ListenError(Exception):
    """A port is not available; the message is one line."""


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to the process, and resets no client on shutdown."""

    config: Config

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until `should_exit`."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup(sockets)
        await self.main_loop()
        await self.shutdown(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the port, but serve the clients that have connected already."""
        # The kernel resets connections that the loop has not accepted yet.
        waiting = list(_accepted(sockets or []))
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        for connection in waiting:
            await loop.connect_accepted_socket(self._connection, connection)
        await super().shutdown(sockets)

    def _connection(self) -> asyncio.Protocol:
        return Connection(self.config, self.server_state, self.lifespan.state)


def end_on_sigterm() -> None:
    """End the process on SIGTERM, until `run` serves: there are no requests to lose.

    In a container the service is process 1, for which Linux ignores the signal unless it is
    handled. A pod that is deleted while it reads its settings, or imports large libraries, would
    go on to start, and be killed only after its grace period.
    """
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))


def run(settings: ChassisSettings) -> int:
    """Serve until a signal; return the exit code of the process.

    Raises ListenError if a port is not available.
    """
    with (
        _listen(settings.server.host, settings.server.port) as api,
        _listen(settings.management.host, settings.management.port) as management,
    ):
        try:
            service = build(settings)
        except Exception:
            log.critical("the application could not be put together", app=APP, exc_info=True)
            return 1
        gc.freeze()  # imported objects stay: the collector need not scan them
        gc.set_threshold(GARBAGE)
        # Both servers log the process's start and end, and the line `serving` has more.
        logging.getLogger("uvicorn.error").addFilter(lambda line: " server process" not in line.msg)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(_serve(service, settings, api, management))


async def _serve(
    service: Service,
    settings: ChassisSettings,
    api_socket: socket.socket,
    management_socket: socket.socket,
) -> int:
    shutdown = settings.shutdown
    stopping, hurrying, insisting = _stop_events(_deadline(shutdown.deadline_seconds, 0))
    management = _server(service.management, settings, Bounds(settings), lifespan=False)
    bounds = Bounds(settings, service.admission)
    api = _server(service.app, settings, bounds, lifespan=True)

    management_task = asyncio.create_task(management.serve([management_socket]))
    api_task = asyncio.create_task(api.serve([api_socket]))
    log.info(
        "serving",
        service=SERVICE,
        version=service_version(),
        template=template_release(),
        port=api_socket.getsockname()[1],
        management_port=management_socket.getsockname()[1],
    )
    await _first(stopping.wait(), service.failed.wait(), asyncio.shield(api_task))

    loop = asyncio.get_running_loop()
    end = loop.time() + shutdown.deadline_seconds
    service.readiness.draining = True
    if not stopping.is_set():
        _deadline(shutdown.deadline_seconds, 1).start()
    if stopping.is_set() and not hurrying.is_set():
        log.info("draining", seconds=shutdown.drain_seconds)
        bounds.draining = True  # clients that keep their connections find another instance
        await _first(hurrying.wait(), asyncio.sleep(shutdown.drain_seconds))
        idle_seconds = min(shutdown.idle_seconds, 0.5 * (end - loop.time()))
        await _first(hurrying.wait(), _idle_connections_end(api, idle_seconds))
    # The rest of the time is for the application's own shutdown.
    api.config.timeout_graceful_shutdown = max(1, int(0.9 * (end - loop.time())))
    api.should_exit = True
    await _first(insisting.wait(), asyncio.shield(api_task))
    api.force_exit = insisting.is_set()
    await api_task
    management.should_exit = True
    await management_task
    return 1 if service.failed.is_set() or not stopping.is_set() else 0


async def _idle_connections_end(api: _Server, seconds: float) -> None:
    """Wait until no client has an idle connection on which it may be about to send a request."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            connections = api.server_state.connections
            while any(isinstance(one, Connection) and one.idle for one in connections):
                await asyncio.sleep(0.05)


def _server(app: ASGIApp, settings: ChassisSettings, bounds: Bounds, *, lifespan: bool) -> _Server:
    config = Config(
        app,
        bounds,
        lifespan="on" if lifespan else "off",
        log_config=None,
        access_log=False,
        server_header=ADOPTED,  # what its clients have always seen
        timeout_keep_alive=settings.server.keep_alive_seconds,
        forwarded_allow_ips=settings.server.trusted_proxies,
        root_path=settings.server.root_path if lifespan else "",
    )
    return _Server(config)


def _listen(host: str, port: int) -> socket.socket:
    """Bind a port before anything else starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except (OSError, UnicodeError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise ListenError(f"cannot listen on {host}:{port}: {reason}") from None
    return listener


def _accepted(listeners: list[socket.socket]) -> Iterator[socket.socket]:
    """Yield the connections that wait at a port to be accepted."""
    for listener in listeners:
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            while True:
                connection, _ = listener.accept()
                connection.setblocking(False)
                yield connection


def _stop_events(deadline: threading.Timer) -> tuple[asyncio.Event, asyncio.Event, asyncio.Event]:
    """Return the events that signals set: stop, stop without draining, stop without waiting."""
    steps = asyncio.Event(), asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        taken = sum(step.is_set() for step in steps)
        for step in steps[: max(taken + 1, 2 if number == signal.SIGINT else 1)]:
            step.set()

    def handle(number: int, _: object) -> None:
        # Here and not in `stop`, which a blocked loop never calls.
        if deadline.ident is None:
            deadline.start()
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            loop.call_soon_threadsafe(stop, number)

    for number in (signal.SIGINT, signal.SIGTERM):
        # Not loop.add_signal_handler, which Windows does not have.
        signal.signal(number, handle)
    return steps


def _deadline(seconds: float, code: int) -> threading.Timer:
    """Return a timer that ends the process in time, even if a thread cannot be stopped."""

    def end() -> None:
        log.error("the deadline has passed", seconds=seconds)
        sys.stdout.flush()
        os._exit(code)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    return timer


async def _first(*waits: Awaitable[object]) -> None:
    """Wait for whichever comes first, and cancel the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - there is none for Windows

    return uvloop.new_event_loop
