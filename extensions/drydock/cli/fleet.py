"""`drydock fleet`, and the commands below it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drydock.cli.options import AsJson, To

if TYPE_CHECKING:
    from drydock.commands import fleet as fleet_commands
    from drydock.fleet.records import Record

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="See, rehearse and update many services at once.",
    epilog="Start with: drydock fleet status fleet.yaml",
)
FleetSources = Annotated[
    list[str],
    typer.Argument(
        metavar="FLEET", help="A YAML list of services, folders of checkouts, or - for lines."
    ),
]
Wave = Annotated[int | None, typer.Option(metavar="N", help="Only the services of this wave.")]
Cache = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where clones are kept [default: ~/.cache/drydock/fleet]."),
]
Records = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="Append what is found to this file.")
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs", "-j", min=0, metavar="N", help="Processes [default: one a processor].",
        show_default=False,
    ),
]  # fmt: skip
Timeout = Annotated[
    float,
    typer.Option(min=1, max=86_400, metavar="SECONDS", help="Give a service up after this time."),
]
Offline = Annotated[bool, typer.Option("--offline", help="Use clones as they are.")]


def _fleet_run(
    fleet: list[str], wave: int | None, cache: Path | None, output: Path, *,
    jobs: int, timeout: float, offline: bool,
) -> "fleet_commands.Run":  # fmt: skip
    from drydock.commands import fleet as commands
    from drydock.fleet import inventory
    from drydock.paths import resolved

    return commands.Run(
        members=inventory.of_wave(inventory.read(fleet, sys.stdin), wave),
        cache=resolved(cache) if cache else commands.default_cache(),
        output=output,
        jobs=jobs,
        seconds=timeout,
        offline=offline,
    )


def _exit_of(records: "list[Record]") -> typer.Exit:
    """Return the end of a command over a fleet: 1 where a service failed or conflicts."""
    bad = any(record["error"] or record.get("conflicts") for record in records)
    return typer.Exit(1 if bad else 0)


@app.command("status", epilog="Example: drydock fleet status fleet.yaml")
def _fleet_status(
    fleet: FleetSources,
    *,
    wave: Wave = None,
    cache: Cache = None,
    output: Records = Path("fleet.jsonl"),
    jobs: Jobs = 0,
    timeout: Timeout = 600,
    offline: Offline = False,
    as_json: AsJson = False,
) -> None:
    """Show where each service stands: its release, how far behind, what differs from it.

    Exits with 0 when done, 1 when a service could not be read.
    """
    from drydock.commands import fleet as commands
    from drydock.report.fleet import print_status
    from drydock.report.json import records_to_json

    run = _fleet_run(fleet, wave, cache, output, jobs=jobs, timeout=timeout, offline=offline)
    found = commands.status(run)
    if as_json:
        typer.echo(records_to_json(found))
    else:
        print_status(found)
    raise _exit_of(found)


@app.command("forecast", epilog="Example: drydock fleet forecast fleet.yaml --to ../drydock")
def _fleet_forecast(
    fleet: FleetSources,
    *,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="RELEASE",
            help="The release, or the folder of a template to rehearse its next release "
            "[default: the newest].",
        ),
    ] = None,
    most: Annotated[
        float | None,
        typer.Option(
            "--most",
            min=0,
            max=100,
            metavar="PERCENT",
            help="How many services may conflict or fail [default: none].",
        ),
    ] = None,
    wave: Wave = None,
    cache: Cache = None,
    output: Records = Path("fleet.jsonl"),
    jobs: Jobs = 0,
    timeout: Timeout = 600,
    offline: Offline = False,
    as_json: AsJson = False,
) -> None:
    """Show what an update would do to each service, and change nothing.

    Exits with 0 when all would be clean, 1 when there would be conflicts or a service failed; with
    --most, when that is so of more than this share of them.
    """
    from drydock.commands import fleet as commands
    from drydock.fleet.rehearsal import share_in_conflict
    from drydock.report.fleet import print_forecast
    from drydock.report.json import records_to_json

    run = _fleet_run(fleet, wave, cache, output, jobs=jobs, timeout=timeout, offline=offline)
    found, blamed = commands.forecast(run, to)
    if as_json:
        typer.echo(records_to_json(found))
    else:
        print_forecast(found, blamed)
    if most is not None:
        raise typer.Exit(1 if share_in_conflict(found) * 100 > most else 0)
    raise _exit_of(found)


@app.command("update", epilog="Example: drydock fleet update fleet.yaml --wave 0 --push")
def _fleet_update(
    fleet: FleetSources,
    *,
    to: To = None,
    wave: Wave = None,
    push: Annotated[
        bool, typer.Option("--push", help="Push the branches; others' commits are left alone.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Update N services at most.")
    ] = None,
    reports: Annotated[
        Path, typer.Option(metavar="DIR", help="Where each service's report goes, as Markdown.")
    ] = Path("fleet-reports"),
    cache: Cache = None,
    output: Records = Path("fleet.jsonl"),
    jobs: Jobs = 0,
    timeout: Timeout = 600,
    offline: Offline = False,
    as_json: AsJson = False,
) -> None:
    """Put the update of each service on its branch drydock/update, as one commit.

    A service with conflicts gets no branch; its report tells them. Work trees stay as they are.

    Exits with 0 when done, 1 when there are conflicts or a service failed.
    """
    from drydock.commands import fleet as commands
    from drydock.report.fleet import print_updates
    from drydock.report.json import records_to_json

    run = _fleet_run(fleet, wave, cache, output, jobs=jobs, timeout=timeout, offline=offline)
    wanted = commands.UpdateRun(to=to, push=push, limit=limit, reports=reports)
    found = commands.update(run, wanted)
    if as_json:
        typer.echo(records_to_json(found))
    else:
        print_updates(found)
    raise _exit_of(found)


@app.command("impact", epilog="Example: drydock fleet impact 'fastapi==0.165' fleet.yaml")
def _fleet_impact(
    package: Annotated[str, typer.Argument(metavar="PACKAGE==VERSION", help="What would come.")],
    fleet: FleetSources,
    *,
    wave: Wave = None,
    cache: Cache = None,
    output: Records = Path("fleet.jsonl"),
    jobs: Jobs = 0,
    timeout: Timeout = 600,
    offline: Offline = False,
    as_json: AsJson = False,
) -> None:
    """Show which services a version of a package reaches, and which of their lines must follow.

    Exits with 0 when done, 1 when a service could not be read.
    """
    from drydock.commands import fleet as commands
    from drydock.report.fleet import print_impact
    from drydock.report.json import records_to_json

    run = _fleet_run(fleet, wave, cache, output, jobs=jobs, timeout=timeout, offline=offline)
    found = commands.impact(run, package)
    if as_json:
        typer.echo(records_to_json(found))
    else:
        print_impact(found)
    raise _exit_of(found)


@app.command("report", epilog="Example: drydock fleet report --html fleet.html")
def _fleet_report(
    records: Annotated[
        Path, typer.Argument(metavar="FILE", help="What the other commands appended to.")
    ] = Path("fleet.jsonl"),
    *,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page that needs no server.")
    ] = None,
    prometheus: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write metrics for Prometheus.")
    ] = None,
) -> None:
    """Write a page, or metrics, of what is known of the fleet and of its history."""
    from drydock.commands import fleet as commands
    from drydock.report.terminal import print_doubts

    if not html and not prometheus:
        raise typer.BadParameter("give --html FILE, --prometheus FILE or both")
    broken = commands.report(records, html, prometheus)
    print_doubts([f"{records}:{number} is no record; it is left out" for number in broken], [])
    for written in filter(None, (html, prometheus)):
        typer.echo(f"Wrote {written}")


@app.command("waves", epilog="Example: drydock fleet waves fleet.yaml --to v1.4.0 --promote 1")
def _fleet_waves(
    fleet: FleetSources,
    *,
    to: Annotated[
        str, typer.Option(metavar="RELEASE", help="What new waves, and a promoted one, may get.")
    ],
    promote: Annotated[
        int | None, typer.Option(metavar="N", help="Let this wave get the release.")
    ] = None,
    extends: Annotated[
        str, typer.Option(metavar="PRESET", help="What each wave's preset extends.")
    ] = "local>platform/renovate-config",
    presets: Annotated[Path, typer.Option(metavar="DIR", help="Where the presets are.")] = Path(),
) -> None:
    """Write the waves of the fleet as Renovate's presets: a promotion is one changed line."""
    from drydock.commands import fleet as commands
    from drydock.fleet import inventory

    members = inventory.read(fleet, sys.stdin)
    changed = commands.write_waves(members, presets, extends, to, promote)
    for path in changed:
        typer.echo(f"Wrote {path}")
    if not changed:
        typer.echo("Nothing to do: the presets are up to date.")
