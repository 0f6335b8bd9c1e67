"""Metrics of every request, for Prometheus.

A service adds its own with `prometheus_client`, in the ordinary way; all of them are at
`/metrics` on the management port.
"""

import platform
from collections.abc import Iterator, Sequence

from fastapi.routing import iter_route_contexts
from prometheus_client import Gauge, Histogram
from starlette.routing import BaseRoute, Mount
from starlette.types import Scope

from .identity import SERVICE, service_version, template_release

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "OTHER"
UNMATCHED = "unmatched"

REQUEST_DURATION = Histogram(
    "http_server_request_duration_seconds",
    "Time from a request's first byte to its response's last one; background tasks do not count.",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
REQUESTS_IN_PROGRESS = Gauge(
    "http_server_requests_in_progress",
    "Requests without a complete response.",
)
BUILD_INFO = Gauge(
    "service_build_info",
    "Always 1; the labels say what runs.",
    ["service", "version", "template", "python"],
)
BUILD_INFO.labels(SERVICE, service_version(), template_release(), platform.python_version()).set(1)


class RequestMetrics:
    """Observes requests under the template of their route, never under their path."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self.routes = routes
        self.in_progress = 0  # a number costs less than a gauge, and is read as one
        REQUESTS_IN_PROGRESS.set_function(lambda: self.in_progress)
        self._series: dict[tuple[str, str, int], Histogram] = {}

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that is over."""
        self.in_progress -= 1
        method = scope["method"] if scope["method"] in METHODS else OTHER
        route = route_of(scope, self.routes)
        # `labels()` itself is slower than a look-up.
        series = self._series.get((method, route, status)) or self._new(method, route, status)
        series.observe(seconds)

    def begin_at_zero(self) -> None:
        """Create the series that are known in advance, so that rates see their first increase."""
        for method, route, status in _foreseeable(self.routes):
            self._new(method, route, status)
            self._new(method, route, 500)

    def _new(self, method: str, route: str, status: int) -> Histogram:
        series = REQUEST_DURATION.labels(method, route, str(status))
        self._series[method, route, status] = series
        return series


def route_of(scope: Scope, routes: Sequence[BaseRoute]) -> str:
    """Return the whole path template of the route that served a request.

    `routes` are those of the outermost application: prefixes of mounts are looked up there.
    """
    route = scope.get("route")
    # FastAPI keeps the prefix of an included router here, not in the route.
    context = scope.get("fastapi", {}).get("effective_route_context")
    if context is not None and context.original_route is route:
        route = context
    path: str | None = getattr(route, "path", None)
    if path is None or isinstance(route, Mount):
        # FastAPI's router does not name a route of Starlette's own kinds.
        if "endpoint" not in scope:
            return UNMATCHED
        root_path = scope.get("app_root_path", scope.get("root_path", ""))
        return _template(routes, scope["path"].removeprefix(root_path), scope["endpoint"])
    root_path = scope.get("app_root_path")
    if root_path is None:
        return path
    return _mount_template(routes, scope["root_path"].removeprefix(root_path)) + path


def _template(routes: Sequence[BaseRoute], path: str, endpoint: object) -> str:
    for route in iter_route_contexts(routes):
        mount = route.original_route
        if isinstance(mount, Mount):
            if match := route.path_regex.match(path):
                below = _template(mount.routes, f"/{match['path']}", endpoint)
                return f"{route.path}{'/{path}' if below == UNMATCHED else below}"
        elif route.endpoint is endpoint and route.path_regex.match(path):
            return f"{route.path}"
    return UNMATCHED


def _mount_template(routes: Sequence[BaseRoute], prefix: str) -> str:
    for route in iter_route_contexts(routes):
        mount = route.original_route
        if isinstance(mount, Mount) and (match := route.path_regex.match(f"{prefix}/")):
            below = match["path"].rstrip("/")
            return f"{route.path}{_mount_template(mount.routes, f'/{below}') if below else ''}"
    return ""


def _foreseeable(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str, int]]:
    for route in iter_route_contexts(routes):
        if isinstance(route.original_route, Mount):
            yield from _foreseeable(route.original_route.routes, f"{prefix}{route.path}")
        elif route.methods and getattr(route, "include_in_schema", False):
            for method in METHODS & route.methods:
                yield method, f"{prefix}{route.path}", getattr(route, "status_code", None) or 200
