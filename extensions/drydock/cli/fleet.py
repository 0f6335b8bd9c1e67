"""`drydock fleet` and its subcommands."""

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
    help="Inspect, forecast and update many services at once.",
    epilog="Start with: drydock fleet status fleet.yaml",
)
FleetSources = Annotated[
    list[str],
    typer.Argument(
        metavar="FLEET",
        help="A YAML list of services, folders of checkouts, or - for addresses on standard input.",
    ),
]
Wave = Annotated[int | None, typer.Option(metavar="N", help="Only the services of this wave.")]
Cache = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Keep clones here [default: ~/.cache/drydock/fleet]."),
]
Records = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="Append the results to this file.")
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs", "-j", min=0, metavar="N", help="Processes [default: one per processor].",
        show_default=False,
    ),
]  # fmt: skip
Timeout = Annotated[
    float,
    typer.Option(
        min=1, max=86_400, metavar="SECONDS", help="Give up on a service after this time."
    ),
]
Offline = Annotated[bool, typer.Option("--offline", help="Don't fetch; use existing clones.")]


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
    """Return the exit of a fleet command: 1 if a service failed or conflicts, else 0."""
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
    """Show each service's release, how far it is behind, and its local changes.

    Exits with 0 when done, 1 if a service could not be read.
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
            help="The release, or a template's folder to rehearse its next release "
            "[default: the newest release].",
        ),
    ] = None,
    most: Annotated[
        float | None,
        typer.Option(
            "--most",
            min=0,
            max=100,
            metavar="PERCENT",
            help="Highest share of services that may conflict or fail [default: none].",
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
    """Show what an update would do to each service without changing anything.

    Exits with 0 if all would be clean, 1 if there would be conflicts or a service failed; with
    --most, 1 only if that affects more than this share of the services.
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
        bool, typer.Option("--push", help="Push the branches; never overwrite commits of others.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Update at most N services.")
    ] = None,
    reports: Annotated[
        Path, typer.Option(metavar="DIR", help="Write each service's report here, as Markdown.")
    ] = Path("fleet-reports"),
    cache: Cache = None,
    output: Records = Path("fleet.jsonl"),
    jobs: Jobs = 0,
    timeout: Timeout = 600,
    offline: Offline = False,
    as_json: AsJson = False,
) -> None:
    """Commit the update of each service to its branch drydock/update.

    A service with conflicts gets no branch; its report lists them. Work trees are left alone.

    Exits with 0 when done, 1 if there are conflicts or a service failed.
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
    package: Annotated[str, typer.Argument(metavar="PACKAGE==VERSION", help="The new version.")],
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
    """Show which services a new package version affects, and which of their lines must change.

    Exits with 0 when done, 1 if a service could not be read.
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
        Path, typer.Argument(metavar="FILE", help="The results of the other commands.")
    ] = Path("fleet.jsonl"),
    *,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write an HTML page that needs no server.")
    ] = None,
    prometheus: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write metrics for Prometheus.")
    ] = None,
) -> None:
    """Write an HTML page or metrics about the fleet and its history."""
    from drydock.commands import fleet as commands
    from drydock.report.terminal import print_doubts

    if not html and not prometheus:
        raise typer.BadParameter("give --html FILE, --prometheus FILE or both")
    broken = commands.report(records, html, prometheus)
    print_doubts([f"{records}:{number} is not a valid record; skipped" for number in broken], [])
    for written in filter(None, (html, prometheus)):
        typer.echo(f"Wrote {written}")


@app.command("waves", epilog="Example: drydock fleet waves fleet.yaml --to v1.4.0 --promote 1")
def _fleet_waves(
    fleet: FleetSources,
    *,
    to: Annotated[
        str,
        typer.Option(metavar="RELEASE", help="The release that new and promoted waves may take."),
    ],
    promote: Annotated[
        int | None, typer.Option(metavar="N", help="Promote this wave to the release.")
    ] = None,
    extends: Annotated[
        str, typer.Option(metavar="PRESET", help="The preset that each wave's preset extends.")
    ] = "local>platform/renovate-config",
    presets: Annotated[
        Path, typer.Option(metavar="DIR", help="The folder of the presets.")
    ] = Path(),
) -> None:
    """Write the fleet's waves as Renovate presets; a promotion changes one line."""
    from drydock.commands import fleet as commands
    from drydock.fleet import inventory

    members = inventory.read(fleet, sys.stdin)
    changed = commands.write_waves(members, presets, extends, to, promote)
    for path in changed:
        typer.echo(f"Wrote {path}")
    if not changed:
        typer.echo("Nothing to do: the presets are up to date.")
