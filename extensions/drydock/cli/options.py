"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        "-d",
        metavar="NAME=VALUE",
        help="Answer a question; repeatable. `drydock questions` lists them.",
    ),
]
DataFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Answers in a YAML file; --data wins over it."),
]
Defaults = Annotated[
    bool, typer.Option("--defaults", "-l", help="Use default answers; don't prompt.")
]
To = Annotated[
    str | None, typer.Option(metavar="RELEASE", help="The release [default: the newest].")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Report what would change, and change nothing.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Report for machines.")]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Report for a pull request.")]
NewTemplate = Annotated[
    str | None,
    typer.Option(metavar="URL", help="The template [default: the repository drydock came from]."),
]
