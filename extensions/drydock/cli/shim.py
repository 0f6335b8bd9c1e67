"""`drydock shim`, and what it writes."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command("shim", epilog="Example: drydock shim /usr/local/bin")
def _shim(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder early on the PATH of Renovate.")
    ],
    *,
    no_markers: Annotated[
        bool,
        typer.Option(
            "--no-markers",
            help="Leave your version of a file in conflict, without markers; Renovate lists it.",
        ),
    ] = False,
) -> None:
    """Write a `copier` whose updates for Renovate drydock merges.

    Everything but these updates is handed to the real Copier.
    """
    import shutil

    from drydock.commands import shim

    path = shim.write(folder, markers=not no_markers)
    typer.echo(f"Wrote {path}")
    if (found := shutil.which("copier")) and not Path(found).samefile(path):
        typer.echo(f"Note: the PATH has {found} before it, which stays in use", err=True)


@app.command("copier", hidden=True)
def _copier(arguments: list[str], *, no_markers: bool = False) -> None:
    """Do what the command that `drydock shim` wrote was called for."""
    from drydock.commands import shim

    raise typer.Exit(shim.run(arguments, markers=not no_markers))
