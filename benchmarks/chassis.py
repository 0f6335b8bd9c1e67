"""What each part of the chassis adds to a request, in microseconds.

    python benchmarks/chassis.py

The parts are those of a service generated from this checkout, around an application that does
nothing, one alone and then all together, in one process without a network. The table has the
quickest of many short series: what disturbs the machine can only make a series slower.

The last two lines are a floor: as many layers that do nothing, and what prometheus-client and
structlog take for one observation and one bound request id.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import serve

PROGRAM = """
import asyncio
import sys
from time import perf_counter

import structlog
import uvloop
from prometheus_client import Histogram
from my_service.chassis import application, logs, sources

settings = sources.load({"logging.access": False}).settings
logs.configure("INFO", "json")
from my_service.chassis.access_log import AccessLogMiddleware
from my_service.chassis.caller import CallerMiddleware
from my_service.chassis.errors import ErrorsMiddleware
from my_service.chassis.limits import LimitsMiddleware
from my_service.chassis.metrics import MetricsMiddleware
from my_service.chassis.request_id import RequestIdMiddleware

BODY = {"type": "http.response.body", "body": b"{}"}
HEADERS = [(b"host", b"localhost"), (b"user-agent", b"bench"), (b"accept", b"*/*"),
           (b"content-type", b"application/json"), (b"content-length", b"2")]


async def nothing(scope, receive, send):
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send(BODY)


async def receive():
    return {"type": "http.request", "body": b"{}", "more_body": False}


async def send(message):
    pass


async def series(app):
    start = perf_counter()
    for _ in range(200):
        scope = {"type": "http", "method": "POST", "path": "/", "headers": HEADERS, "state": {}}
        await app(scope, receive, send)
    return (perf_counter() - start) / 200 * 1_000_000


# What any part costs that watches requests.
class Layer:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def observed_send(message):
            await send(message)

        await self.app(scope, receive, observed_send)


# What the libraries take that metrics and request id are made of.
class Libraries:
    def __init__(self, app):
        self.app = app
        self.series = Histogram("bench", "", ["x"], buckets=(0.001, 0.01, 0.1, 1)).labels("x")

    async def __call__(self, scope, receive, send):
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id="x")
        await self.app(scope, receive, send)
        self.series.observe(0.0002)


PARTS = {
    "limits": lambda app: LimitsMiddleware(app, settings.limits),
    "caller": CallerMiddleware,
    "errors": lambda app: ErrorsMiddleware(app, problem_json=True),
    "metrics": lambda app: MetricsMiddleware(app, []),
    "request id": RequestIdMiddleware,
}


async def main():
    together = layers = nothing
    for part in PARTS.values():
        together, layers = part(together), Layer(layers)
    apps = {"nothing": nothing} | {name: part(nothing) for name, part in PARTS.items()}
    apps |= {"all of these": together, "access log": AccessLogMiddleware(nothing)}
    apps |= {"empty layers": layers, "libraries": Libraries(nothing)}
    best = dict.fromkeys(apps, float("inf"))
    for _ in range(300):
        for name, app in apps.items():
            best[name] = min(best[name], await series(app))
    for name, seconds in best.items():
        print(f"{name:14}{seconds - (best['nothing'] if name != 'nothing' else 0):8.2f}",
              file=sys.stderr)


uvloop.run(main())
"""


def main() -> int:
    """Generate a service, and measure in its environment."""
    with tempfile.TemporaryDirectory(prefix="drydock-chassis-") as work:
        service = serve.generate(Path(work), "local")
        done = subprocess.run(
            [service / ".venv/bin/python", "-c", PROGRAM],
            cwd=service,
            stdout=subprocess.DEVNULL,  # the access log
            check=False,
        )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
