"""Options that several commands share."""

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
    typer.Option(metavar="FILE", help="Read answers from a YAML file; --data takes precedence."),
]
Defaults = Annotated[
    bool, typer.Option("--defaults", "-l", help="Use default answers; don't prompt.")
]
To = Annotated[
    str | None, typer.Option(metavar="RELEASE", help="The release [default: the newest].")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Report what would change without changing anything.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
AsMarkdown = Annotated[
    bool, typer.Option("--markdown", help="Print the report as Markdown, for a pull request.")
]
NewTemplate = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="The template [default: the repository drydock was installed from]."
    ),
]
