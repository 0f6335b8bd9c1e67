"""Logging: one JSON object a line on standard output, readable lines on a terminal.

Write with `structlog.get_logger()`; what libraries write through `logging` comes out the same
way. Whatever is bound with `structlog.contextvars` is in every line, the request id above all.
"""

import json
import logging
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor


def configure(level: str, style: Literal["auto", "json", "console"]) -> None:
    """Send all logging of the process to standard output, from `level` upwards."""
    console = sys.stdout.isatty() if style == "auto" else style == "console"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    # Rich's tracebacks, the default where it is installed, show local values and take seconds.
    plain = structlog.dev.plain_traceback
    rendering: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
        if console
        else [structlog.processors.format_exc_info, _render_json]
    )
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )

    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.captureWarnings(True)


def _render_json(_logger: object, _method: str, entry: EventDict) -> str:
    """Return the line; a value that JSON cannot hold must not fail the request that logs it."""
    try:
        return json.dumps(entry, default=str, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return json.dumps({str(key): str(value) for key, value in entry.items()})
