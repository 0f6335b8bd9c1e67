"""A metrics server of the service's own: the chassis serves /metrics on the management port."""

import libcst as cst

from drydock.codemods.chassis.statements import calls_in, removing
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source

_SERVERS = {
    "prometheus_client.start_http_server",
    "prometheus_client.start_wsgi_server",
    "prometheus_client.exposition.start_http_server",
    "prometheus_fastapi_instrumentator.Instrumentator",
    "starlette_exporter.PrometheusMiddleware",
}


def _reason(source: Source, line: cst.BaseStatement) -> str:
    for call in calls_in(line):
        if source.meaning(call.func) in _SERVERS:
            return "the chassis counts requests and serves /metrics on the management port"
    return ""


RULE = Rule(
    name="chassis-metrics",
    summary="a metrics server of the service's own, beside that of the chassis",
    since="1.5.0",
    words=("prometheus", "starlette_exporter"),
    rewrite=removing(_reason),
    on_request=True,
)
