"""The command of the service: `serve`, `config`, `openapi`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from . import application, logs, server
from .identity import SERVICE, service_version
from .settings import ChassisSettings
from .sources import ConfigurationError, load


class OutputError(Exception):
    """A file cannot be written; the message is one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code, 2 for what the caller has to mend."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        if options.command == "serve":
            return _serve(options)
        if options.command == "config":
            return _config()
        return _openapi(options)
    except (
        ConfigurationError,
        OutputError,
        application.NoDocumentError,
        server.ListenError,
    ) as error:
        print(f"{SERVICE}: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=SERVICE, description=f"The service {SERVICE}.")
    parser.add_argument("--version", action="version", version=f"{SERVICE} {service_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve requests until SIGTERM or Ctrl-C")
    serve.add_argument("--port", type=int, help="port of the API, 0 for a free one")
    serve.add_argument("--management-port", type=int, help="port of health and metrics")
    serve.add_argument("--log-level", type=str.upper, help="DEBUG, INFO, WARNING, ERROR, CRITICAL")

    commands.add_parser("config", help="print each setting and where it comes from")

    openapi = commands.add_parser("openapi", help="print the OpenAPI document")
    openapi.add_argument("--output", type=Path, metavar="FILE", help="write it to a file instead")
    return parser


def _serve(options: argparse.Namespace) -> int:
    given = {
        "server.port": options.port,
        "management.port": options.management_port,
        "logging.level": options.log_level,
    }
    overrides = {key: value for key, value in given.items() if value is not None}
    settings = load(overrides).settings
    ChassisSettings.use(settings)
    logs.configure(settings.logging.level, settings.logging.format)
    return server.run(settings)


def _config() -> int:
    rows = [(f"{key}: {_line(value)}", source) for key, value, source in load().effective()]
    width = max(len(setting) for setting, _ in rows)
    for setting, source in rows:
        print(f"{setting:<{width}}  # {source}")
    return 0


def _openapi(options: argparse.Namespace) -> int:
    ChassisSettings.use(load().settings)
    document = application.openapi(ChassisSettings.current())
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if options.output is None:
        print(text, end="")
        return 0
    try:
        options.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{options.output}: {error.strerror}") from None
    return 0


def _line(value: object) -> str:
    text = str(value)
    return text if text.isprintable() else repr(text)
