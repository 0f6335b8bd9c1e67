"""`drydock modernize`."""

from pathlib import Path
from typing import Annotated

import typer

from drydock.cli.options import AsJson, AsMarkdown, DryRun

app = typer.Typer()


@app.command(
    "modernize",
    short_help="Carry a service's code to the libraries of today.",
    epilog="Example: drydock modernize --dry-run --diff",
)
def _modernize(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The service's folder.")] = Path(),
    *,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Apply this rule; repeatable [default: all that are safe]."
        ),
    ] = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Change what is likely, too, and not certain.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(metavar="RELEASE", help="Only rules that newer releases ask for."),
    ] = None,
    dry_run: DryRun = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show the change of each file.")] = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Carry a service's code to the libraries of today: FastAPI, Starlette, Pydantic, ruff.

    Changes what is certain, in files that git tracks, and lists the rest with file and line.
    Nothing of the service is run, and nothing is staged.

    Exits with 0 when done, 2 when nothing could be done.
    """
    from drydock.commands import modernize
    from drydock.report import modernized
    from drydock.report.terminal import print_step

    options = modernize.Options(
        rules=tuple(rule or ()), since=since, unsafe=unsafe, dry_run=dry_run
    )
    report = modernize.modernize(path, options, print_step)
    if as_json:
        typer.echo(modernized.modernized_to_json(report))
    elif markdown:
        typer.echo(modernized.modernized_to_markdown(report, diff=diff))
    else:
        modernized.print_modernized(report, diff=diff)
