"""`drydock prove`."""

from pathlib import Path
from typing import Annotated

import typer

from drydock.cli.options import AsJson, AsMarkdown

app = typer.Typer()


@app.command(
    "prove",
    short_help="Run a service before and after a change, and compare its behaviour.",
    epilog="Example: drydock prove --before main --after drydock/retrofit",
)
def _prove(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The service's folder.")] = Path(),
    *,
    before: Annotated[
        str | None,
        typer.Option(
            metavar="REF",
            help="The service before the change [default: where the branch left main; on main, the "
            "previous commit].",
        ),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option(metavar="REF", help="The service after the change [default: HEAD]."),
    ] = None,
    requests: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also send recorded requests: a HAR file, a JSON list, or curl commands.",
        ),
    ] = None,
    seconds: Annotated[
        int,
        typer.Option(
            min=1, help="Time limit for all requests, and for each run of the service's own tests."
        ),
    ] = 120,
    env: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Set a variable for the service; {port} and {folder} are its own; repeatable.",
        ),
    ] = None,
    setup: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COMMAND",
            help="Run this in the service's folder before each start; repeatable.",
        ),
    ] = None,
    service_app: Annotated[
        str | None,
        typer.Option(
            "--app",
            metavar="MODULE:ATTRIBUTE",
            help="The application [default: read from the service's files].",
        ),
    ] = None,
    network: Annotated[
        bool,
        typer.Option(
            "--network",
            help="Let the service use the network, for example a database on this machine.",
        ),
    ] = False,
    build: Annotated[
        bool,
        typer.Option("--build", help="Build packages that have no wheel; this runs their code."),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Also list operations that behave the same.")
    ] = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Run a service before and after a change, and compare its behaviour.

    THIS RUNS THE SERVICE'S CODE and its tests. Installs and starts both versions in separate
    environments, and sends both the same requests, generated from the API document and read from
    --requests. Compares statuses, headers, bodies, the API document, the shutdown on SIGTERM and
    the results of the service's own tests. Needs drydock-engine[prove].

    Exits with 0 if it behaves as before (apart from intended changes), 1 if it does not, 2 if that
    could not be proved, for example because no request to an operation succeeded.
    """
    from drydock.commands import prove
    from drydock.report import proved
    from drydock.report.terminal import print_step

    options = prove.Options(
        before=before,
        after=after,
        requests=requests,
        seconds=seconds,
        inputs=prove.inputs(env or [], setup or [], network=network),
        app=service_app,
        build=build,
    )
    proof = prove.prove(path, options, print_step)
    if as_json or markdown:
        typer.echo(proved.proof_to_json(proof) if as_json else proved.proof_to_markdown(proof))
    else:
        proved.print_proof(proof, verbose=verbose)
    raise typer.Exit(proof.exit_code)
