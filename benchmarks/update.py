"""Times `drydock update` beside `copier update`, on the same service and the same template.

The template is this repository's, in a temporary clone with made-up later releases. The service
is generated from the first of them and edited as teams do: its own code, and lines in files that
the releases change, too. Each engine updates a fresh clone of it, as a whole process, in turns.

    python benchmarks/update.py

With `--template` and `--projects` it times updates that people made to real projects instead, of a
template by others (as in `replay.py`); `--against` adds another installation of drydock.

    python benchmarks/update.py --template TEMPLATE --projects PROJECT PROJECT…

With `--retrofit` it times `drydock retrofit` instead, of a copy of such a service that lost what
tells where it is from: every release is compared with it, and every commit of an ancestor.

    python benchmarks/update.py --retrofit --releases 20
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import Bench, LeftOut, updates
from rich.box import MARKDOWN
from rich.console import Console
from rich.progress import track
from rich.table import Table

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
COMMANDS = {
    "copier": ["copier", "update", "--defaults", "--quiet"],
    "drydock": ["drydock", "update", "--defaults"],
}
RELEASED = ("Dockerfile", "noxfile.py", "ruff.toml", "docs/operations.md", "mypy.ini")
"""Files that the later releases change, by their names in a service."""
_COMMITS = 100
"""Of the ancestor of a retrofit."""
EDITED = ("Dockerfile", "ruff.toml", "docs/operations.md", "README.md", ".gitignore")
"""Files that the service has changed."""

IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Benchmark"), ("EMAIL", "benchmark@example.com"))
}
ENVIRONMENT = os.environ | IDENTITY | {"NO_COLOR": "1", "UV_OFFLINE": "1"}
# Programs are compiled once, as where they are installed; the warm-up does that.
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)


def run(
    *command: str | Path,
    folder: Path,
    accept: Sequence[int] = (0,),
    environment: Mapping[str, str] = ENVIRONMENT,
) -> str:
    """Run a command that must succeed."""
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, text=True, check=False,
        capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode not in accept:
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def commit(folder: Path, message: str, tag: str = "") -> None:
    """Commit everything; tag it if wanted."""
    run("git", "add", "--all", folder=folder)
    run("git", "commit", "--quiet", "--allow-empty", "--message", message, folder=folder)
    if tag:
        run("git", "tag", tag, folder=folder)


def make_template(folder: Path, releases: int) -> Path:
    """Clone this repository and give it that many releases, each with a few changes."""
    run("git", "clone", "--quiet", "--no-tags", ROOT, folder, folder=ROOT)
    run("git", "tag", "v9.0.0", folder=folder)
    sources = [next((folder / "template").glob(f"{name}*")) for name in RELEASED]
    for number in range(1, releases):
        for source in sources:
            comment = f"<!-- {number} -->" if ".md" in source.name else f"# {number}"
            with source.open("a") as text:
                text.write(f"{comment}\n")
        commit(folder, f"release: v9.{number}.0", f"v9.{number}.0")
    return folder


def make_service(folder: Path, template: Path) -> Path:
    """Generate a service from the first release, and edit it."""
    run(
        BIN / "copier", "copy", "--defaults", "--quiet", "--vcs-ref=v9.0.0",
        "--data=project_name=Parcel tracker", template, folder, folder=template,
    )  # fmt: skip
    run("git", "init", "--quiet", folder=folder)
    commit(folder, "Generate")
    for name in EDITED:
        text = (folder / name).read_text()
        comment = "<!-- ours -->" if name.endswith(".md") else "# ours"
        (folder / name).write_text(f"{comment}\n{text}")
    own = folder / "src" / "own"
    own.mkdir(parents=True)
    for number in range(30):
        (own / f"module_{number}.py").write_text(f"VALUE = {number}\n" * 50)
    commit(folder, "Work on it")
    return folder


@dataclass(frozen=True)
class Took:
    """What one update took, in seconds."""

    clock: float
    processor: float


Turn = dict[str, Took]
"""What one update took with each engine."""


def timed(command: Sequence[str], clone: Path, environment: Mapping[str, str]) -> Took:
    """Run a command that updates a clone; return what it took."""
    start, busy = time.perf_counter(), _processor()
    run(*command, folder=clone, accept=(0, 1), environment=environment)
    took = Took(time.perf_counter() - start, _processor() - busy)
    if not run("git", "status", "--porcelain", folder=clone):
        raise SystemExit(f"{command[0]} changed nothing")
    return took


def own(releases: int, pairs: int, programs: Mapping[str, Path]) -> Iterator[Turn]:
    """Yield what it took to update a service of this repository's template, after a warm-up."""
    with tempfile.TemporaryDirectory(prefix="update.") as scratch:
        template = make_template(Path(scratch, "template"), releases)
        service = make_service(Path(scratch, "service"), template)
        for turn in range(pairs + 1):
            took = {}
            for engine, program in in_turns(programs, turn):
                with tempfile.TemporaryDirectory(dir=scratch) as place:
                    clone = Path(place, "service")
                    run("git", "clone", "--quiet", service, clone, folder=service)
                    command = [str(program), *COMMANDS[program.name][1:]]
                    took[engine] = timed(command, clone, ENVIRONMENT)
            if turn:
                yield took


def foreign(
    template: Path, projects: Sequence[Path], pairs: int, programs: Mapping[str, Path]
) -> Iterator[Turn]:
    """Yield what it took to repeat updates of real projects, each as often, after a warm-up."""
    with tempfile.TemporaryDirectory(prefix="update.") as scratch:
        bench = Bench(template, Path(scratch), ())
        environment = ENVIRONMENT | bench.environment
        for update in (update for project in projects for update in updates(project)):
            with tempfile.TemporaryDirectory(dir=scratch) as begun, suppress(LeftOut):
                data, *_ = bench.begin(update, Path(begun))
                for turn in range(pairs + 1):
                    took = {}
                    for engine, program in in_turns(programs, turn):
                        with tempfile.TemporaryDirectory(dir=scratch) as place:
                            clone = bench.clone(update, Path(place))
                            command = bench.command(program.name, clone, update, data)
                            took[engine] = timed([str(program), *command[1:]], clone, environment)
                    if turn:
                        yield took


def in_turns(programs: Mapping[str, Path], turn: int) -> Iterable[tuple[str, Path]]:
    """Return the engines in the order of a turn."""
    return list(programs.items())[:: -1 if turn % 2 else 1]


def measure(name: str, turns: Iterator[Turn], total: int) -> dict[str, Any]:
    """Return a row: what updates took with each engine, and drydock beside the others."""
    done = list(track(turns, name, total=total, console=Console(stderr=True)))
    engines = list(done[0])
    row: dict[str, Any] = {"updates": name, "turns": len(done)}
    row |= {one: round(median(turn[one].clock for turn in done), 2) for one in sorted(engines)}
    for other in sorted(engines):
        if other != "drydock":
            ratios = [turn["drydock"].clock / turn[other].clock for turn in done]
            busy = [turn["drydock"].processor / turn[other].processor for turn in done]
            row |= {
                f"of {other}": round(median(ratios), 2),
                f"of {other}, processor": round(median(busy), 2),
            }
    return row


def make_ancestor(folder: Path, service: Path, commits: int) -> Path:
    """Make a repository that the service may have come from, with that many commits."""
    run("git", "clone", "--quiet", service, folder, folder=service)
    for number in range(commits):
        for name in RELEASED:
            comment = f"<!-- then {number} -->" if name.endswith(".md") else f"# then {number}"
            with (folder / name).open("a") as text:
                text.write(f"{comment}\n")
        commit(folder, f"Change {number}")
    return folder


def measure_retrofit(releases: int, times: int) -> dict[str, Any]:
    """Time retrofits against many releases and an ancestor of 100 commits, after a warm-up."""
    with tempfile.TemporaryDirectory(prefix="update.") as scratch:
        template = make_template(Path(scratch, "template"), releases)
        service = make_service(Path(scratch, "service"), template)
        ancestor = make_ancestor(Path(scratch, "ancestor"), service, _COMMITS)
        run("git", "rm", "--quiet", ".copier-answers.yml", "src/*/chassis/identity.py",
            folder=service)  # fmt: skip
        commit(service, "Forget where it came from")
        seconds, processor = [], []
        for turn in range(times + 1):
            clone = Path(scratch, f"clone{turn}")
            run("git", "clone", "--quiet", service, clone, folder=service)
            more = ["--ancestor", str(ancestor)] if turn else []
            start, busy = time.perf_counter(), _processor()
            said = run(
                BIN / "drydock", "retrofit", "--defaults", "--no-commit", "--json",
                "--template", template, *more, folder=clone, accept=(0, 1),
            )  # fmt: skip
            if turn:
                seconds.append(time.perf_counter() - start)
                processor.append(_processor() - busy)
            elif "release v9.0.0" not in json.loads(said)["origins"].values():
                raise SystemExit("the releases were not looked into")
    return {
        "releases": releases,
        "commits": _COMMITS,
        "times": times,
        "median": round(median(seconds), 2),
        "lowest": round(min(seconds), 2),
        "highest": round(max(seconds), 2),
        "processor": round(median(processor), 2),
    }


def _processor() -> float:
    """Return the seconds that processes which this one started kept a processor busy."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=15, help="pairs of each update [15]")
    parser.add_argument(
        "--releases", type=int, nargs="+", default=[5, 50, 200], help="a row each [5 50 200]"
    )
    parser.add_argument("--template", type=Path, metavar="DIR", help="a template by others")
    parser.add_argument("--projects", type=Path, nargs="+", metavar="DIR", help="its projects")
    parser.add_argument(
        "--against", type=Path, metavar="DRYDOCK", help="the command of another installation"
    )
    parser.add_argument("--json", action="store_true", help="print for machines")
    parser.add_argument("--retrofit", action="store_true", help="time retrofits instead")
    options = parser.parse_args()
    programs = {name: BIN / name for name in COMMANDS}
    if options.against:
        programs["against"] = options.against
    pairs = options.pairs
    if options.retrofit:
        rows = [measure_retrofit(releases, pairs) for releases in options.releases]
    elif options.template:
        turns = foreign(options.template, options.projects, pairs, programs)
        rows = [measure("real ones", turns, 0)]
    else:
        rows = [
            measure(f"{releases} releases", own(releases, pairs, programs), pairs)
            for releases in options.releases
        ]
    if options.json:
        json.dump(rows, sys.stdout, indent=1)
        return
    table = Table(box=MARKDOWN)
    for column in rows[0]:
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console(width=120).print(table)
    if not options.retrofit:
        print("Median seconds by the clock; of: medians of drydock / the other over the turns.")


if __name__ == "__main__":
    main()
