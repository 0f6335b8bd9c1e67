"""The command line: arguments in, exit code out.

Exit codes: 0 done, 1 conflicts left, 2 bad input (one line, nothing changed), 3 a fault of
Drydock's own (one line, nothing changed, how to report it), 130 interrupted.
"""

# ruff: noqa: PLC0415 - a command is imported when it runs: Copier alone takes half a second

import gc
import os
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drydock.errors import NO_TERMINAL, BadInput, Fault

if TYPE_CHECKING:
    from drydock.adoption.derive import Derived
    from drydock.commands import fleet as fleet_commands
    from drydock.fleet.records import Record

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Build services from a versioned template, and keep every one of them current.",
    epilog="Start with: drydock new iris",
)

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


def main() -> None:
    """Run the command line and exit with its code."""
    # A process that lives for a second has little to collect, and looking costs a sixth of it.
    gc.set_threshold(100_000)
    sys.exit(_run())


def _run() -> int:  # noqa: PLR0911 - a way to end a line
    """Run the command line; return its exit code. Only conflicts and failed checks are 1."""
    try:
        return app(standalone_mode=False, color=_colour()) or 0
    except BadInput as error:
        _print_error(str(error))
        return 2
    except typer.Abort as error:
        if isinstance(error.__context__, EOFError):
            _print_error(NO_TERMINAL)
            return 2
        return 130
    except KeyboardInterrupt:
        return 130
    except SystemExit:  # Typer's, where who reads the output is gone
        _end_quietly()
        return 141  # as SIGPIPE would
    except Exception as error:
        if show := getattr(error, "show", None):  # wrong usage
            show()
            return 2
        _report_fault(error)
        return 3


def _print_error(text: str) -> None:
    from drydock.report.terminal import print_error

    print_error(text, _colour())


def _colour() -> bool | None:
    """Return whether to write colours; None where the terminal decides."""
    return False if os.environ.get("NO_COLOR") else None  # https://no-color.org


def _end_quietly() -> None:
    """Write no more to a reader that is gone."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report_fault(error: Exception) -> None:
    """Say in one line that Drydock failed, what state that leaves, and how to report it."""
    from drydock.commands.new import origin

    fault = error if isinstance(error, Fault) else Fault(error, "nothing was changed")
    where = "the maintainers of Drydock"
    with suppress(BadInput):
        where = origin()[0]
    _print_error(f"{fault}; {fault.left}; please report it to {where}, with {fault.kept()}")


def _print_version(wanted: bool) -> None:
    if wanted:
        try:
            typer.echo(f"drydock {version('drydock-engine')}")
        except PackageNotFoundError:
            typer.echo("drydock (not installed as a package)")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    pass


@app.command("new", epilog="Example: drydock new iris --data inference=none")
def _new(
    destination: Annotated[
        Path, typer.Argument(metavar="DEST", help="The folder to make; empty or not there yet.")
    ],
    *,
    data: Data = None,
    data_file: DataFile = None,
    defaults: Defaults = False,
    ref: Annotated[
        str | None,
        typer.Option(
            "--ref",
            "-r",
            metavar="TAG",
            help="The release [default: the one drydock was installed from; with --template, "
            "the newest].",
        ),
    ] = None,
    template: NewTemplate = None,
) -> None:
    """Make a service: files, git repository, uv's lock, first commit."""
    from drydock.commands.new import new
    from drydock.report.terminal import print_step
    from drydock.report.text import print_new
    from drydock.template.answers import read_data

    print_new(
        new(
            destination,
            say=print_step,
            data=read_data(data or [], data_file),
            defaults=defaults,
            ref=ref,
            template=template,
        )
    )


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
            help="A repository that files were copied from; may be given more than once.",
        ),
    ] = None,
    data: Data = None,
    data_file: DataFile = None,
    to: To = None,
    defaults: Defaults = False,
    dry_run: DryRun = False,
    no_commit: Annotated[
        bool, typer.Option("--no-commit", help="Only stage it, on the branch you are on.")
    ] = False,
    modernize: Annotated[
        bool,
        typer.Option(
            "--modernize",
            help="Carry the code to the libraries of today, too, in a commit of its own.",
        ),
    ] = False,
    abort: Annotated[
        bool, typer.Option("--abort", help="Undo a retrofit that is not merged.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="List all that the service says about how it runs.")
    ] = False,
    resolve: Annotated[
        bool,
        typer.Option(
            "--resolve", help="Only list the fewest changes of pins after which it can be locked."
        ),
    ] = False,
    apply: Annotated[
        bool,
        typer.Option(
            "--apply", help="With --resolve: make these changes, in a commit of their own."
        ),
    ] = False,
    no_format: Annotated[
        bool,
        typer.Option(
            "--no-format", help="Don't format the code; list what is not formatted in ruff.toml."
        ),
    ] = False,
    debt: Annotated[
        bool,
        typer.Option(
            "--debt",
            help="Only format and list what the code does not meet: after conflicts.",
        ),
    ] = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Adopt an existing service into the template, preserving its code.

    Reads the service (and runs nothing of it), derives every answer with its evidence, and merges
    the standard in, on the branch drydock/retrofit. From then on `drydock update` works on it.

    Exits with 0 when done, 1 when conflicts are left, 2 when nothing could be done.
    """
    from drydock.commands import retrofit
    from drydock.report.json import to_json
    from drydock.report.markdown import to_markdown
    from drydock.report.terminal import print_step
    from drydock.report.text import print_retrofit
    from drydock.report.wording import evidence_of
    from drydock.template.answers import read_data

    if abort:
        retrofit.abort(path)
        typer.echo("The service is as it was.")
        return

    if resolve:
        raise typer.Exit(_resolve(path, apply=apply))
    if apply:
        raise typer.BadParameter("--apply goes with --resolve")
    if debt:
        for line in retrofit.settle(path, formats=not no_format):
            typer.echo(line)
        return

    def ask(doubtful: "Derived") -> str:
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
    )
    somebody = sys.stdin.isatty() and not defaults
    report = retrofit.retrofit(path, options, print_step, ask if somebody else None)
    if as_json or markdown:
        typer.echo(to_json(report) if as_json else to_markdown(report))
    else:
        print_retrofit(report, verbose=verbose)
    raise typer.Exit(report.exit_code)


@app.command(
    "modernize",
    short_help="Carry a service's code to the libraries of today.",
    epilog="Example: drydock modernize --dry-run --diff",
)
def _modernize(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The service's folder.")] = Path(),
    *,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Apply this rule; repeatable [default: all that are safe]."
        ),
    ] = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Change what is likely, too, and not certain.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(metavar="RELEASE", help="Only rules that newer releases ask for."),
    ] = None,
    dry_run: DryRun = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show the change of each file.")] = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Carry a service's code to the libraries of today: FastAPI, Starlette, Pydantic, ruff.

    Changes what is certain, in files that git tracks, and lists the rest with file and line.
    Nothing of the service is run, and nothing is staged.

    Exits with 0 when done, 2 when nothing could be done.
    """
    from drydock.commands import modernize
    from drydock.report import modernized
    from drydock.report.terminal import print_step

    options = modernize.Options(
        rules=tuple(rule or ()), since=since, unsafe=unsafe, dry_run=dry_run
    )
    report = modernize.modernize(path, options, print_step)
    if as_json:
        typer.echo(modernized.modernized_to_json(report))
    elif markdown:
        typer.echo(modernized.modernized_to_markdown(report, diff=diff))
    else:
        modernized.print_modernized(report, diff=diff)


@app.command(
    "check",
    short_help="Hold a service to the standard.",
    epilog="Example: drydock check --markdown",
)
def _check(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The service's folder.")] = Path(),
    *,
    network: Annotated[
        bool,
        typer.Option(
            "--network", help="Also ask the package index and the template's server, for checks."
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="List what passed, and why checks were skipped.")
    ] = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Hold a service to the standard, whether or not a template made it.

    Reads the service; nothing of it is run or changed. Exits with 0 when every must holds, 1 when
    one does not, 2 when nothing could be checked.
    """
    from drydock.commands.check import check
    from drydock.report.checks import checks_to_json, checks_to_markdown, print_checks

    report = check(path, network=network)
    if as_json or markdown:
        typer.echo(checks_to_json(report) if as_json else checks_to_markdown(report))
    else:
        print_checks(report, verbose=verbose)
    raise typer.Exit(report.exit_code)


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


@app.command("questions", epilog="Example: drydock questions --json")
def _questions(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A service, whose template is read.")
    ] = Path(),
    *,
    template: NewTemplate = None,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """List the template's questions, which --data answers."""
    from drydock.commands.questions import questions
    from drydock.report.json import questions_to_json
    from drydock.report.terminal import print_step
    from drydock.report.text import print_questions

    found = questions(path, template, to, print_step)
    if as_json:
        typer.echo(questions_to_json(found))
    else:
        print_questions(found)


@app.command("shim", epilog="Example: drydock shim /usr/local/bin")
def _shim(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder early on the PATH of Renovate.")
    ],
    *,
    no_markers: Annotated[
        bool,
        typer.Option(
            "--no-markers",
            help="Leave your version of a file in conflict, without markers; Renovate lists it.",
        ),
    ] = False,
) -> None:
    """Write a `copier` whose updates for Renovate drydock merges.

    Everything but these updates is handed to the real Copier.
    """
    import shutil

    from drydock.commands import shim

    path = shim.write(folder, markers=not no_markers)
    typer.echo(f"Wrote {path}")
    if (found := shutil.which("copier")) and not Path(found).samefile(path):
        typer.echo(f"Note: the PATH has {found} before it, which stays in use", err=True)


@app.command("copier", hidden=True)
def _copier(arguments: list[str], *, no_markers: bool = False) -> None:
    """Do what the command that `drydock shim` wrote was called for."""
    from drydock.commands import shim

    raise typer.Exit(shim.run(arguments, markers=not no_markers))


fleet_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="See, rehearse and update many services at once.",
    epilog="Start with: drydock fleet status fleet.yaml",
)
app.add_typer(fleet_app, name="fleet")
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
    float, typer.Option(min=1, metavar="SECONDS", help="Give a service up after this time.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Use clones as they are.")]


def _fleet_run(
    fleet: list[str], wave: int | None, cache: Path | None, output: Path, *,
    jobs: int, timeout: float, offline: bool,
) -> "fleet_commands.Run":  # fmt: skip
    from drydock.commands import fleet as commands
    from drydock.fleet import inventory

    return commands.Run(
        members=inventory.of_wave(inventory.read(fleet, sys.stdin), wave),
        cache=cache or commands.default_cache(),
        output=output,
        jobs=jobs,
        seconds=timeout,
        offline=offline,
    )


def _exit_of(records: "list[Record]") -> typer.Exit:
    """Return the end of a command over a fleet: 1 where a service failed or conflicts."""
    bad = any(record["error"] or record.get("conflicts") for record in records)
    return typer.Exit(1 if bad else 0)


@fleet_app.command("status", epilog="Example: drydock fleet status fleet.yaml")
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


@fleet_app.command("forecast", epilog="Example: drydock fleet forecast fleet.yaml --to ../drydock")
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


@fleet_app.command("update", epilog="Example: drydock fleet update fleet.yaml --wave 0 --push")
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


@fleet_app.command("impact", epilog="Example: drydock fleet impact 'fastapi==0.165' fleet.yaml")
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


@fleet_app.command("report", epilog="Example: drydock fleet report --html fleet.html")
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


@fleet_app.command(
    "waves", epilog="Example: drydock fleet waves fleet.yaml --to v1.4.0 --promote 1"
)
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


def _resolve(path: Path, *, apply: bool) -> int:
    """Say, or change, which pins keep a service from being locked; return 1 if any still do."""
    from drydock.adoption.pins import resolve
    from drydock.commands.retrofit import apply_pins
    from drydock.report.terminal import print_step
    from drydock.report.text import print_pins
    from drydock.template import answers

    try:
        recorded = answers.read(path, answers.find(path)).values
    except BadInput as error:
        raise BadInput(f"--resolve is for a service that was retrofitted: {error}") from error
    python = str(recorded.get("python_version", "3.11"))
    found = resolve(path, python, print_step)
    changes = [way for way in found if way.instead]
    if apply and changes:
        apply_pins(path, found)
    print_pins(found, python, applied=apply)
    return 1 if found and not (apply and len(changes) == len(found)) else 0
