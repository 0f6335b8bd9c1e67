"""`drydock new`."""

from pathlib import Path
from typing import Annotated

import typer

from drydock.cli.options import Data, DataFile, Defaults, NewTemplate

app = typer.Typer()


@app.command("new", epilog="Example: drydock new iris --data inference=none")
def _new(
    destination: Annotated[
        Path,
        typer.Argument(
            metavar="DEST", help="The folder to create; must be empty or not exist yet."
        ),
    ],
    *,
    data: Data = None,
    data_file: DataFile = None,
    defaults: Defaults = False,
    ref: Annotated[
        str | None,
        typer.Option(
            "--ref",
            "-r",
            metavar="TAG",
            help="The release [default: the one drydock was installed from; with --template, "
            "the newest].",
        ),
    ] = None,
    template: NewTemplate = None,
) -> None:
    """Create a service: files, git repository, lock and first commit."""
    from drydock.commands.new import new
    from drydock.report.terminal import print_step
    from drydock.report.text import print_new
    from drydock.template.answers import read_data

    print_new(
        new(
            destination,
            say=print_step,
            data=read_data(data or [], data_file),
            defaults=defaults,
            ref=ref,
            template=template,
        )
    )
