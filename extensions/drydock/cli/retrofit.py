"""`drydock retrofit`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drydock.cli.options import (
    AsJson,
    AsMarkdown,
    Data,
    DataFile,
    Defaults,
    DryRun,
    NewTemplate,
    To,
)

if TYPE_CHECKING:
    from drydock.adoption.derive import Derived

app = typer.Typer()


@app.command(
    "retrofit",
    short_help="Adopt an existing service, preserving its code.",
    epilog="Example: drydock retrofit --data app=shop.main:app --dry-run",
)
def _retrofit(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The service's folder.")] = Path(),
    *,
    template: NewTemplate = None,
    ancestor: Annotated[
        list[str] | None,
        typer.Option(
            metavar="REPO[@REF]",
            help="A repository that files were copied from; repeatable.",
        ),
    ] = None,
    data: Data = None,
    data_file: DataFile = None,
    to: To = None,
    defaults: Defaults = False,
    dry_run: DryRun = False,
    no_commit: Annotated[
        bool,
        typer.Option(
            "--no-commit", help="Stage the result on the current branch, without a commit."
        ),
    ] = False,
    modernize: Annotated[
        bool,
        typer.Option(
            "--modernize",
            help="Also migrate the code to current library versions, in a separate commit.",
        ),
    ] = False,
    abort: Annotated[
        bool, typer.Option("--abort", help="Undo a retrofit that is not merged yet.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="List every instruction on how the service runs.")
    ] = False,
    resolve: Annotated[
        bool,
        typer.Option(
            "--resolve",
            help="Only list the fewest changes to pins that make the service lockable.",
        ),
    ] = False,
    apply: Annotated[
        bool,
        typer.Option("--apply", help="With --resolve: make these changes, in a separate commit."),
    ] = False,
    build: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Allow building this package, which has no wheels, to lock the service; that runs "
            "its code. Repeatable.",
        ),
    ] = None,
    no_format: Annotated[
        bool,
        typer.Option(
            "--no-format", help="Don't format the code; list unformatted files in ruff.toml."
        ),
    ] = False,
    debt: Annotated[
        bool,
        typer.Option(
            "--debt",
            help="Only format the code and list what it does not meet, after resolving conflicts.",
        ),
    ] = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Adopt an existing service into the template, preserving its code.

    Reads the service (but runs nothing of it), derives every answer with its evidence, and merges
    the standard on the branch drydock/retrofit. From then on, `drydock update` works.

    Exits with 0 when done, 1 if conflicts are left, 2 if nothing could be done.
    """
    from drydock.commands import pins, retrofit, settling
    from drydock.locking import builds_of
    from drydock.report.json import to_json
    from drydock.report.markdown import to_markdown
    from drydock.report.terminal import print_step
    from drydock.report.text import print_pins, print_retrofit
    from drydock.report.wording import evidence_of
    from drydock.template.answers import read_data

    for name, is_set in {"--abort": abort, "--debt": debt, "--apply": apply}.items():
        if is_set and dry_run:
            raise typer.BadParameter(f"--dry-run cannot be combined with {name}")
    if abort:
        typer.echo(f"Retrofit undone: {retrofit.abort(path)}.")
        return

    if resolve:
        pinned = pins.resolve(path, builds_of(build or []), print_step, apply=apply)
        print_pins(pinned)
        raise typer.Exit(pinned.exit_code)
    if apply:
        raise typer.BadParameter("--apply needs --resolve")
    if debt:
        for line in settling.settle_later(path, formats=not no_format):
            typer.echo(line)
        return

    def ask(doubtful: "Derived", problem: str) -> str:
        if problem:
            typer.echo(problem, err=True)
        question = f"{doubtful.name} ({evidence_of(doubtful)})"
        return str(typer.prompt(question, default=str(doubtful.value), err=True))

    options = retrofit.Options(
        template=template,
        to=to,
        ancestors=tuple(ancestor or ()),
        data=read_data(data or [], data_file),
        dry_run=dry_run,
        commit=not no_commit,
        modernize=modernize,
        format=not no_format,
        builds=builds_of(build or []),
    )
    interactive = sys.stdin.isatty() and not defaults
    report = retrofit.retrofit(path, options, print_step, ask if interactive else None)
    if as_json or markdown:
        typer.echo(to_json(report) if as_json else to_markdown(report))
    else:
        print_retrofit(report, verbose=verbose)
    raise typer.Exit(report.exit_code)
