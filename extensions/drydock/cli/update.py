"""`drydock update`."""

from pathlib import Path
from typing import Annotated

import typer

from drydock.cli.options import AsJson, AsMarkdown, Data, DataFile, Defaults, DryRun

app = typer.Typer()


@app.command("update", epilog="Example: drydock update --data tracing=true --dry-run")
def _update(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The service's folder.")] = Path(),
    *,
    to: Annotated[
        str | None,
        typer.Option(
            *("--to", "--vcs-ref", "-r"),
            metavar="RELEASE",
            help="The release, or :current: for the recorded one [default: the newest].",
        ),
    ] = None,
    prereleases: Annotated[
        bool, typer.Option("--prereleases", "-g", help="Allow a prerelease as the newest release.")
    ] = False,
    data: Data = None,
    data_file: DataFile = None,
    defaults: Defaults = False,
    skip_answered: Annotated[
        bool,
        typer.Option(
            *("--skip-answered", "-A"),
            help="Always on: answered questions are not asked again; --data changes an answer.",
        ),
    ] = False,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", "-x", metavar="PATTERN", help="Exclude these files; repeatable."),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(
            "--skip", "-s", metavar="PATTERN", help="Keep these files if they exist; repeatable."
        ),
    ] = None,
    template: Annotated[
        str | None, typer.Option(metavar="URL", help="The template's new address, if it has moved.")
    ] = None,
    answers_file: Annotated[
        str | None,
        typer.Option(
            *("--answers-file", "-a"),
            metavar="FILE",
            help="The answers file, if a service has several.",
        ),
    ] = None,
    trust: Annotated[
        bool,
        typer.Option("--trust", help="Let the template load Jinja extensions, which are code."),
    ] = False,
    dry_run: DryRun = False,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Show what both sides did to FILE and how it is merged; change nothing.",
        ),
    ] = None,
    commit: Annotated[
        bool, typer.Option("--commit", help="Commit the update to the branch drydock/update.")
    ] = False,
    abort: Annotated[
        bool, typer.Option("--abort", help="Undo an update that is not committed or merged yet.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="List every file that only you have changed.")
    ] = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Update a service to a newer release of its template.

    Exits with 0 when done, 1 if conflicts are left, 2 if nothing could be done.
    """
    from drydock.commands import update
    from drydock.report.json import to_json
    from drydock.report.markdown import to_markdown
    from drydock.report.terminal import print_step
    from drydock.report.text import print_explanation, print_update
    from drydock.template.answers import read_data

    if abort and dry_run:
        raise typer.BadParameter("--dry-run cannot be combined with --abort")
    if abort:
        typer.echo(f"Update undone: {update.abort(path)}.")
        return
    options = update.Options(
        to=to,
        prereleases=prereleases,
        exclude=tuple(exclude or ()),
        skip=tuple(skip or ()),
        data=read_data(data or [], data_file),
        template=template,
        answers_file=answers_file,
        defaults=defaults,
        dry_run=dry_run,
        commit=commit,
        trust=trust,
        explain=explain,
    )
    report = update.update(path, options, print_step)
    if as_json or markdown:
        typer.echo(to_json(report) if as_json else to_markdown(report))
    elif report.explanation:
        print_explanation(report, report.explanation)
    else:
        print_update(report, verbose=verbose)
    raise typer.Exit(report.exit_code)
