"""The service's own metrics server: the chassis serves /metrics on the management port."""

import libcst as cst

from drydock.codemods.chassis.statements import calls_in, removing
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source

_SERVERS = {
    "prometheus_client.start_http_server",
    "prometheus_client.start_wsgi_server",
    "prometheus_client.exposition.start_http_server",
    "prometheus_client.make_asgi_app",
    "prometheus_client.make_wsgi_app",
    "prometheus_fastapi_instrumentator.Instrumentator",
}
# Methods that add one to an application: `app.mount("/metrics", make_asgi_app())`.
_ADDING = {"add_middleware", "add_route", "mount"}
_ADDED = _SERVERS | {"starlette_exporter.PrometheusMiddleware", "starlette_exporter.handle_metrics"}


def _reason(source: Source, line: cst.BaseStatement) -> str:
    for call in calls_in(line):
        if source.resolve(call.func) in _SERVERS or _adds(source, call):
            return "the chassis counts requests and serves /metrics on the management port"
    return ""


def _adds(source: Source, call: cst.Call) -> bool:
    """Return whether a call adds request metrics or a metrics endpoint to an application."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in _ADDING:
        return False
    arguments = [one.value for one in call.args]
    return any(
        source.resolve(one.func if isinstance(one, cst.Call) else one) in _ADDED
        for one in arguments
    )


RULE = Rule(
    name="chassis-metrics",
    summary="a metrics server, redundant with that of the chassis",
    since="1.5.0",
    words=("prometheus", "starlette_exporter"),
    rewrite=removing(_reason),
    on_request=True,
)
