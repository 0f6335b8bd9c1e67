"""`drydock questions`."""

from pathlib import Path
from typing import Annotated

import typer

from drydock.cli.options import AsJson, NewTemplate, To

app = typer.Typer()


@app.command("questions", epilog="Example: drydock questions --json")
def _questions(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A service; its template is used.")
    ] = Path(),
    *,
    template: NewTemplate = None,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """List the template's questions; --data answers them."""
    from drydock.commands.questions import questions
    from drydock.report.json import questions_to_json
    from drydock.report.terminal import print_step
    from drydock.report.text import print_questions

    found = questions(path, template, to, print_step)
    if as_json:
        typer.echo(questions_to_json(found))
    else:
        print_questions(found)
