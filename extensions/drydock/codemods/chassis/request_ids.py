"""Request id middleware: the chassis reads, generates and returns X-Request-ID."""

import libcst as cst

from drydock.codemods.chassis.statements import calls_in, removing
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source

_MIDDLEWARE = {
    "asgi_correlation_id.CorrelationIdMiddleware",
    "asgi_correlation_id.middleware.CorrelationIdMiddleware",
    "starlette_context.middleware.RawContextMiddleware",
    "fastapi_request_id.RequestIdMiddleware",
}


def _reason(source: Source, line: cst.BaseStatement) -> str:
    for call in calls_in(line):
        func = call.func
        adds = isinstance(func, cst.Attribute) and func.attr.value == "add_middleware"
        if adds and call.args and source.resolve(call.args[0].value) in _MIDDLEWARE:
            return "the chassis reads, generates, returns and logs X-Request-ID"
    return ""


RULE = Rule(
    name="chassis-request-ids",
    summary="request id middleware, redundant with the chassis",
    since="1.5.0",
    words=("add_middleware",),
    rewrite=removing(_reason),
    on_request=True,
)
