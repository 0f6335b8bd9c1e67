"""A metrics server of the service's own: the chassis serves /metrics on the management port."""

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
# What makes one out of them: `app.mount("/metrics", make_asgi_app())`.
_ADDING = {"add_middleware", "add_route", "mount"}
_ADDED = _SERVERS | {"starlette_exporter.PrometheusMiddleware", "starlette_exporter.handle_metrics"}


def _reason(source: Source, line: cst.BaseStatement) -> str:
    for call in calls_in(line):
        if source.meaning(call.func) in _SERVERS or _adds(source, call):
            return "the chassis counts requests and serves /metrics on the management port"
    return ""


def _adds(source: Source, call: cst.Call) -> bool:
    """Tell whether a call adds to the application what counts requests or serves metrics."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in _ADDING:
        return False
    given = [one.value for one in call.args]
    return any(
        source.meaning(one.func if isinstance(one, cst.Call) else one) in _ADDED for one in given
    )


RULE = Rule(
    name="chassis-metrics",
    summary="a metrics server of the service's own, beside that of the chassis",
    since="1.5.0",
    words=("prometheus", "starlette_exporter"),
    rewrite=removing(_reason),
    on_request=True,
)
