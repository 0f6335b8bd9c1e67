"""Logging configuration in the service: the chassis writes JSON lines with the request id."""

import libcst as cst

from drydock.codemods.chassis.statements import calls_in, removing
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source

_CONFIGURATION = {
    "logging.basicConfig",
    "logging.config.dictConfig",
    "logging.config.fileConfig",
    "structlog.configure",
}


def _reason(source: Source, line: cst.BaseStatement) -> str:
    for call in calls_in(line):
        if source.resolve(call.func) in _CONFIGURATION:
            return "the chassis configures logging, at LOG_LEVEL, before it imports the service"
    return ""


RULE = Rule(
    name="chassis-logging",
    summary="logging configuration, redundant with the chassis",
    since="1.5.0",
    words=("basicConfig", "dictConfig", "fileConfig", "structlog.configure"),
    rewrite=removing(_reason),
    on_request=True,
)
