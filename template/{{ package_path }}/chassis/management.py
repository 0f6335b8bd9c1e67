"""The application on the management port: `/livez`, `/startupz`, `/readyz`, `/metrics`."""

from collections.abc import Callable

from anyio import CapacityLimiter, to_thread
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .health import OK, Readiness


def management_app(
    readiness: Readiness, hung: Callable[[], str | None] = lambda: None
) -> Starlette:
    """Return the application that reports the service's state to Kubernetes and Prometheus.

    `hung` returns why the process must be restarted, or None.
    """

    async def livez(_: Request) -> Response:
        if reason := hung():
            return JSONResponse({"status": "hung", "reason": reason}, 503)
        return JSONResponse({"status": "alive"})

    async def startupz(_: Request) -> Response:
        started = readiness.started and readiness.loaded()
        content = {"status": "started" if started else "starting"}
        return JSONResponse(content, 200 if started else 503)

    async def readyz(_: Request) -> Response:
        checks = await readiness.report()
        ready = all(result == OK for result in checks.values())
        content = {"status": "ready" if ready else "not ready", "checks": checks}
        return JSONResponse(content, 200 if ready else 503)

    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        # In a thread of its own: those of the application may all be busy.
        content = await to_thread.run_sync(encode, REGISTRY, limiter=CapacityLimiter(1))
        return Response(content, headers={"content-type": content_type})

    return Starlette(
        routes=[
            Route("/livez", livez),
            Route("/startupz", startupz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
        ]
    )
