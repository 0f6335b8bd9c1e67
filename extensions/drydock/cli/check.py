"""`drydock check`."""

from pathlib import Path
from typing import Annotated

import typer

from drydock.cli.options import AsJson, AsMarkdown

app = typer.Typer()


@app.command(
    "check",
    short_help="Check a service against the standard.",
    epilog="Example: drydock check --markdown",
)
def _check(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The service's folder.")] = Path(),
    *,
    network: Annotated[
        bool,
        typer.Option(
            "--network",
            help="Also run checks that query the package index and the template's server.",
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="Also list passed checks, and why checks were skipped."),
    ] = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Check a service, generated or not, against the standard.

    Reads the service; runs and changes nothing.

    Exits with 0 if every must holds, 1 if one does not, 2 if nothing could be checked.
    """
    from drydock.commands.check import check
    from drydock.report.checks import checks_to_json, checks_to_markdown, print_checks

    report = check(path, network=network)
    if as_json or markdown:
        typer.echo(checks_to_json(report) if as_json else checks_to_markdown(report))
    else:
        print_checks(report, verbose=verbose)
    raise typer.Exit(report.exit_code)
