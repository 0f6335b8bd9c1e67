"""Logging that the service sets up: the chassis writes JSON lines with the id of the request."""

import libcst as cst

from drydock.codemods.chassis.statements import calls_in, removing
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source

_SETTING_UP = {
    "logging.basicConfig",
    "logging.config.dictConfig",
    "logging.config.fileConfig",
    "structlog.configure",
}


def _reason(source: Source, line: cst.BaseStatement) -> str:
    for call in calls_in(line):
        if source.meaning(call.func) in _SETTING_UP:
            return "the chassis sets up logging, at LOG_LEVEL, before the service is imported"
    return ""


RULE = Rule(
    name="chassis-logging",
    summary="logging that the service sets up, beside the chassis",
    since="1.5.0",
    words=("basicConfig", "dictConfig", "fileConfig", "structlog.configure"),
    rewrite=removing(_reason),
    on_request=True,
)
