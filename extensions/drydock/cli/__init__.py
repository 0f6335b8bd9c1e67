"""The command line: arguments in, exit code out.

Exit codes: 0 done, 1 conflicts left, 2 bad input (one line, nothing changed), 3 internal error of
Drydock (one line, nothing changed, how to report it), 130 interrupted.
"""

import atexit
import gc
import os
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from drydock.cli import check, fleet, modernize, new, prove, questions, retrofit, shim, update
from drydock.errors import NO_TERMINAL, BadInput, Fault, UserError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Create services from a versioned template and keep them up to date.",
    epilog="Start with: drydock new iris",
)

for module in (new, update, retrofit, modernize, check, prove, questions, shim):
    app.add_typer(module.app)
app.add_typer(fleet.app, name="fleet")


def main() -> None:
    """Run the command line and exit with its code."""
    # A process that runs for a second has little garbage; collecting takes a sixth of its time.
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)  # skips the collection at exit
    sys.exit(_run())


def _run() -> int:  # noqa: PLR0911 - one for each way to end
    """Run the command line; return its exit code, 1 only for conflicts and failed checks."""
    try:
        return app(standalone_mode=False, color=_colour()) or 0
    except UserError as error:
        _print_error(str(error))
        return 2
    except typer.Abort as error:
        if isinstance(error.__context__, EOFError):
            _print_error(NO_TERMINAL)
            return 2
        return 130
    except KeyboardInterrupt:
        return 130
    except SystemExit:  # raised by Typer when the reader of the output is gone
        _end_quietly()
        return 141  # as SIGPIPE would
    except Exception as error:
        if show := getattr(error, "show", None):  # wrong usage
            show()
            return 2
        _report_fault(error)
        return 3


def _print_error(text: str) -> None:
    from drydock.report.terminal import print_error

    print_error(text, _colour())


def _colour() -> bool | None:
    """Return whether to write colours; None if the terminal decides."""
    return False if os.environ.get("NO_COLOR") else None  # https://no-color.org


def _end_quietly() -> None:
    """Discard further output, whose reader is gone."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report_fault(error: Exception) -> None:
    """Print one line: what failed in Drydock, the state that leaves, and how to report it."""
    from drydock.template.origin import origin

    fault = error if isinstance(error, Fault) else Fault(error, "nothing was changed")
    where = "the maintainers of Drydock"
    with suppress(BadInput):
        where = origin()[0]
    _print_error(f"{fault}; {fault.left}; please report it to {where}, with {fault.write_report()}")


def _print_version(wanted: bool) -> None:
    if wanted:
        try:
            typer.echo(f"drydock {version('drydock-engine')}")
        except PackageNotFoundError:
            typer.echo("drydock (not installed as a package)")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    pass
