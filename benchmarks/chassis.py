"""Measure what the chassis adds to a request, in microseconds, in one process without a network.

    python benchmarks/chassis.py

In a service generated from this checkout, it first measures an application that does nothing: with
the whole chassis, without its limits, without its access log, and with only the libraries that it
uses. Then it compares the service with bare FastAPI with the same model and validation, with and
without uvicorn's access log, with its routes in a router as in a service, and with the service's
application that calls its model but has no other part of the chassis. The table shows the fastest
of many short series that take turns, since disturbances can only make a series slower.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import serve

PROGRAM = """
import asyncio
import importlib
import logging
import logging.config
import os
import sys
import types
from time import perf_counter

import structlog
import uvloop
from prometheus_client import Histogram
from uvicorn.config import LOGGING_CONFIG
from uvicorn.protocols.utils import get_path_with_query_string

logging.config.dictConfig(LOGGING_CONFIG)
access_logger = logging.getLogger("uvicorn.access")
handlers = [*access_logger.handlers]

from contestants import bare

# The same, with its routes in a router that the application includes.
sys.argv.append("--router")
del sys.modules["contestants.bare"]
router = importlib.import_module("contestants.bare")

from my_service.chassis import application, logs, sources
from my_service.main import app as alone

settings = sources.load({}).settings
logs.configure("INFO", "json")
access_logger.handlers, access_logger.propagate = handlers, False

FLOWER = b'{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}'
HEADERS = [(b"host", b"localhost"), (b"user-agent", b"bench"), (b"accept", b"*/*"),
           (b"content-type", b"application/json"), (b"content-length", b"%d" % len(FLOWER))]
RESPONSE = [(b"content-type", b"application/json"), (b"content-length", b"2")]
SERIES, ROUNDS = 20, 1000
sent = []


async def nothing(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "http.response.start", "status": 200, "headers": RESPONSE})
    await send({"type": "http.response.body", "body": b"{}"})


# What the libraries take: one observation, one bound id.
class Libraries:
    def __init__(self):
        self.series = Histogram("bench", "", ["x"], buckets=(0.001, 0.01, 0.1, 1)).labels("x")

    async def __call__(self, scope, receive, send):
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id="x")
        await nothing(scope, receive, send)
        self.series.observe(0.0002)


# What uvicorn does with `access_log=True`.
def logged(app):
    async def logging_app(scope, receive, send):
        async def logging_send(message):
            if message["type"] == "http.response.start":
                access_logger.info(
                    '%s - "%s %s HTTP/%s" %d', "127.0.0.1:40000", scope["method"],
                    get_path_with_query_string(scope), scope["http_version"], message["status"],
                )
            await send(message)

        await app(scope, receive, logging_send)

    return logging_app


async def receive():
    return {"type": "http.request", "body": FLOWER, "more_body": False}


async def send(message):
    sent.append(message)


async def series(app):
    start = perf_counter()
    for _ in range(SERIES):
        path = "/api/v1/predict"
        await app({"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"},
                   "http_version": "1.1", "server": ("127.0.0.1", 8000), "scheme": "http",
                   "client": ("127.0.0.1", 40000), "root_path": "", "headers": HEADERS,
                   "state": {}, "method": "POST", "path": path, "raw_path": path.encode(),
                   "query_string": b""}, receive, send)
        sent.clear()
    return (perf_counter() - start) / SERIES * 1_000_000


running = set()


# The service around its own application, or another one.
async def service(app=None, **keys):
    own = application.APP
    if app is not None:
        sys.modules["other"] = types.ModuleType("other")
        sys.modules["other"].app = app
        application.APP = "other:app"
    overrides = {key.replace("__", "."): value for key, value in keys.items()}
    built = application.build(sources.load(overrides).settings).app
    application.APP = own
    messages, up = asyncio.Queue(), asyncio.Event()

    async def lifespan_send(message):
        up.set()

    messages.put_nowait({"type": "lifespan.startup"})
    lifespan = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    running.add(asyncio.create_task(built(lifespan, messages.get, lifespan_send)))
    await up.wait()
    await asyncio.sleep(0.2)  # for the model
    return built


async def compare(title, apps):
    best = dict.fromkeys(apps, float("inf"))
    for app in apps.values():
        await series(app)
        await series(app)
    for _ in range(ROUNDS):
        for name, app in apps.items():
            best[name] = min(best[name], await series(app))
    first = next(iter(best.values()))
    print(title, file=sys.stderr)
    for name, took in best.items():
        print(f"{name:28}{took:8.2f}{took - first:+9.2f}{first / took:8.2f}x", file=sys.stderr)


async def main():
    await compare("around nothing", {
        "nothing": nothing,
        "libraries": Libraries(),
        "no limits, no log": await service(nothing, limits__enabled=False, logging__access=False),
        "no log": await service(nothing, logging__access=False),
        "all of it": await service(nothing),
    })
    quiet, whole = await service(logging__access=False), await service()
    await compare("nobody logs", {
        "bare": bare.app, "bare router": router.app,
        "the service without chassis": alone, "service": quiet,
    })
    await compare("both log", {"bare": logged(bare.app), "service": whole})
    os._exit(0)


uvloop.run(main())
"""


def main() -> int:
    """Generate a service, and measure in its environment."""
    with tempfile.TemporaryDirectory(prefix="drydock-chassis-") as work:
        service = serve.generate(Path(work), "local")
        with Path(work, "log").open("wb") as log:
            done = subprocess.run(
                [service / ".venv/bin/python", "-c", PROGRAM],
                cwd=service,
                env=os.environ | {"PYTHONPATH": str(serve.HERE), "BENCH_MODEL": "iris"},
                stdout=log,
                check=False,
            )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
