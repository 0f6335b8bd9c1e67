"""`drydock shim`, and the hidden command that its script runs."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command("shim", epilog="Example: drydock shim /usr/local/bin")
def _shim(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder early on Renovate's PATH.")
    ],
    *,
    no_markers: Annotated[
        bool,
        typer.Option(
            "--no-markers",
            help="Keep your version of a file in conflict, without markers; Renovate lists it.",
        ),
    ] = False,
) -> None:
    """Write a `copier` that merges Renovate's updates with drydock.

    It passes everything else on to the real Copier.
    """
    import shutil

    from drydock.commands import shim

    path = shim.write(folder, markers=not no_markers)
    typer.echo(f"Wrote {path}")
    if (found := shutil.which("copier")) and not Path(found).samefile(path):
        typer.echo(f"Note: {found} comes first on the PATH and stays in use", err=True)


@app.command("copier", hidden=True)
def _copier(arguments: list[str], *, no_markers: bool = False) -> None:
    """Run a command line of `copier`, as the script does that `drydock shim` wrote."""
    from drydock.commands import shim

    raise typer.Exit(shim.run(arguments, markers=not no_markers))
