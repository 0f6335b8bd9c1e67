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
        bool, typer.Option("--prereleases", "-g", help="The newest may be a prerelease.")
    ] = False,
    data: Data = None,
    data_file: DataFile = None,
    defaults: Defaults = False,
    skip_answered: Annotated[
        bool,
        typer.Option(
            *("--skip-answered", "-A"),
            help="As always: don't ask what has an answer; --data changes one.",
        ),
    ] = False,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude", "-x", metavar="PATTERN", help="Leave these files out; repeatable."
        ),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(
            "--skip", "-s", metavar="PATTERN", help="Leave these as they are; repeatable."
        ),
    ] = None,
    template: Annotated[
        str | None, typer.Option(metavar="URL", help="The template's new address, if it moved.")
    ] = None,
    answers_file: Annotated[
        str | None,
        typer.Option(
            *("--answers-file", "-a"),
            metavar="FILE",
            help="The answers file, where a service has several.",
        ),
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="Let the template load Jinja extensions, which is code.")
    ] = False,
    dry_run: DryRun = False,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Show what both sides did to FILE and why it is merged so; change nothing.",
        ),
    ] = None,
    commit: Annotated[
        bool, typer.Option("--commit", help="Commit it on the branch drydock/update.")
    ] = False,
    abort: Annotated[
        bool, typer.Option("--abort", help="Undo an update that is not committed, or not merged.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="List every file that only you changed.")
    ] = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Bring a service to a newer release of its template.

    Exits with 0 when done, 1 when conflicts are left, 2 when nothing could be done.
    """
    from drydock.commands import update
    from drydock.report.json import to_json
    from drydock.report.markdown import to_markdown
    from drydock.report.terminal import print_step
    from drydock.report.text import print_explanation, print_update
    from drydock.template.answers import read_data

    if abort and dry_run:
        raise typer.BadParameter("--dry-run does not go with --abort")
    if abort:
        update.abort(path)
        typer.echo("Update aborted: index and working tree match the last commit.")
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
