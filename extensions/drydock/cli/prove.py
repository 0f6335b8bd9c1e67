"""`drydock prove`."""

from pathlib import Path
from typing import Annotated

import typer

from drydock.cli.options import AsJson, AsMarkdown

app = typer.Typer()


@app.command(
    "prove",
    short_help="Run a service before and after a change, and compare how it behaves.",
    epilog="Example: drydock prove --before main --after drydock/retrofit",
)
def _prove(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The service's folder.")] = Path(),
    *,
    before: Annotated[
        str | None,
        typer.Option(
            metavar="REF",
            help="The service as it was [default: where the branch left main; on main, the commit "
            "before].",
        ),
    ] = None,
    after: Annotated[
        str | None, typer.Option(metavar="REF", help="The service as it is now [default: HEAD].")
    ] = None,
    requests: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Recorded requests, too: a HAR file, a JSON list, or lines of curl.",
        ),
    ] = None,
    seconds: Annotated[
        int,
        typer.Option(
            min=1, help="Time for all requests, and for each run of the service's own tests."
        ),
    ] = 120,
    env: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="A variable of the service; {port} and {folder} are its own; repeatable.",
        ),
    ] = None,
    setup: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COMMAND",
            help="Run it in the service's folder before each start; repeatable.",
        ),
    ] = None,
    service_app: Annotated[
        str | None,
        typer.Option(
            "--app",
            metavar="MODULE:ATTRIBUTE",
            help="The application [default: as the service's files say].",
        ),
    ] = None,
    network: Annotated[
        bool,
        typer.Option(
            "--network", help="Let the service reach the network, as a database on this machine."
        ),
    ] = False,
    build: Annotated[
        bool,
        typer.Option("--build", help="Build what has no wheel, which runs code of its authors."),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="List the operations that are the same, too.")
    ] = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Run a service before and after a change, and compare how it behaves.

    THIS RUNS THE SERVICE'S CODE, and its tests. Both states are installed in environments of their
    own and started; they get the same requests, made from the API document and from --requests.
    Statuses, headers, bodies, the API document, the end on SIGTERM and the service's own tests are
    compared. Needs drydock-engine[prove].

    Exits with 0 when it behaves as before (but for what is intended), 1 when it does not, 2 when
    that could not be proved, as of an operation that no request reached with success.
    """
    from drydock.commands import prove
    from drydock.report import proved
    from drydock.report.terminal import print_step

    options = prove.Options(
        before=before,
        after=after,
        requests=requests,
        seconds=seconds,
        given=prove.given(env or [], setup or [], network=network),
        app=service_app,
        build=build,
    )
    proof = prove.prove(path, options, print_step)
    if as_json or markdown:
        typer.echo(proved.proof_to_json(proof) if as_json else proved.proof_to_markdown(proof))
    else:
        proved.print_proof(proof, verbose=verbose)
    raise typer.Exit(proof.exit_code)
