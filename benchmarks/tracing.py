"""Measure what a span of a request costs, in microseconds: the chassis' and alternatives.

    python benchmarks/tracing.py

Everything runs in one process, without a network except to a collector that discards spans. The
table shows the fastest of many short series with tracing, minus the application's own time without
it: `nothing` does nothing, `FastAPI` has one route.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import serve

PROGRAM = """
import asyncio
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import perf_counter

import uvloop
from fastapi import FastAPI
from my_service.chassis import sources, tracing
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware

BASE = [(b"host", b"localhost"), (b"user-agent", b"bench"), (b"accept", b"*/*")]
CALLER = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-"
SAMPLED = [*BASE, (b"traceparent", CALLER + b"01")]
QUIET = [*BASE, (b"traceparent", CALLER + b"00")]

fastapi = FastAPI()


@fastapi.get("/")
async def root():
    return {}


class Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


async def nothing(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}


async def send(message):
    pass


async def series(app, headers):
    start = perf_counter()
    for _ in range(200):
        scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "state": {},
                 "query_string": b"", "scheme": "http", "server": ("localhost", 80)}
        await app(scope, receive, send)
    return (perf_counter() - start) / 200 * 1_000_000


async def measure(apps):
    best = dict.fromkeys(apps, float("inf"))
    for _ in range(100):
        for name, (app, headers, _) in apps.items():
            # A task, so that no series leaves its context to the next one.
            best[name] = min(best[name], await asyncio.create_task(series(app, headers)))
    return best


async def main():
    alone = await measure({"nothing": (nothing, BASE, ""), "FastAPI": (fastapi, BASE, "")})
    collector = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{collector.server_port}"
    tracing.start(sources.load().settings.tracing)
    own = tracing.TracingMiddleware(nothing, [])
    library = OpenTelemetryMiddleware(nothing)
    quieter = OpenTelemetryMiddleware(nothing, exclude_spans=["send", "receive"])
    apps = {
        "chassis": (own, SAMPLED, "nothing"),
        "chassis, not sampled": (own, QUIET, "nothing"),
        "chassis, around FastAPI": (tracing.TracingMiddleware(fastapi, []), SAMPLED, "FastAPI"),
        "FastAPI's own": (fastapi, SAMPLED, "FastAPI"),
        "FastAPI's own, not sampled": (fastapi, QUIET, "FastAPI"),
        "instrumentation-asgi": (library, SAMPLED, "nothing"),
        "the same, one span": (quieter, SAMPLED, "nothing"),
        "the same, not sampled": (quieter, QUIET, "nothing"),
    }
    best = await measure(apps)
    for name, seconds in alone.items():
        print(f"{name:28}{seconds:8.2f}")
    for name, (_, _, reference) in apps.items():
        print(f"{name:28}{best[name] - alone[reference]:8.2f}")
    sys.stdout.flush()
    os._exit(0)  # without waiting for unsent spans


uvloop.run(main())
"""


def main() -> int:
    """Generate a service with tracing, and measure in its environment."""
    with tempfile.TemporaryDirectory(prefix="drydock-tracing-") as work:
        service = serve.generate(Path(work), "none", "tracing=true")
        python = service / ".venv/bin/python"
        library = ["uv", "pip", "install", "--quiet", "--python", str(python)]
        subprocess.run([*library, "opentelemetry-instrumentation-asgi"], check=True)
        done = subprocess.run([python, "-c", PROGRAM], cwd=service, check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
