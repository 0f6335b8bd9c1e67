"""`drydock modernize`."""

from pathlib import Path
from typing import Annotated

import typer

from drydock.cli.options import AsJson, AsMarkdown, DryRun

app = typer.Typer()


@app.command(
    "modernize",
    short_help="Migrate a service's code to current library versions.",
    epilog="Example: drydock modernize --dry-run --diff",
)
def _modernize(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The service's folder.")] = Path(),
    *,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Apply only this rule; repeatable [default: all safe rules]."
        ),
    ] = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Also make changes that are likely but not certain.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="RELEASE", help="Apply only rules that releases after this one require."
        ),
    ] = None,
    dry_run: DryRun = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show the diff of each file.")] = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Migrate a service's code to current FastAPI, Starlette, Pydantic and ruff.

    Makes the changes that are certain, in files that git tracks, and lists the others with file
    and line. Runs nothing of the service and stages nothing.

    Exits with 0 when done, 2 if nothing could be done.
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
