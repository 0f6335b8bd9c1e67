"""Time `drydock update` and `copier update` on the same service and template.

The template is this repository's, in a temporary clone with artificial later releases. The service
is generated from the first of them and edited like a team would: its own code, and lines in files
that the releases change. Each engine updates a fresh clone of it, as a whole process, in turns.

    python benchmarks/update.py

With `--template` and `--projects`, it times updates that people made to real projects with another
template, as in `replay.py`; `--against` adds another installation of drydock.

    python benchmarks/update.py --template TEMPLATE --projects PROJECT PROJECT…

With `--retrofit`, it times `drydock retrofit` on a copy of such a service without any record of its
origin: it is compared with every release, and with every commit of an ancestor.

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
"""Files of a service that the later releases change."""
_COMMITS = 100
"""The number of commits of a retrofit's ancestor."""
EDITED = ("Dockerfile", "ruff.toml", "docs/operations.md", "README.md", ".gitignore")
"""Files that the service has edited."""

IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Benchmark"), ("EMAIL", "benchmark@example.com"))
}
ENVIRONMENT = os.environ | IDENTITY | {"NO_COLOR": "1", "UV_OFFLINE": "1"}
# Programs use bytecode, as when installed; the warm-up writes it.
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)


def run(
    *command: str | Path,
    folder: Path,
    accept: Sequence[int] = (0,),
    environment: Mapping[str, str] = ENVIRONMENT,
) -> str:
    """Run a command; fail if it fails; return its output."""
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, text=True, check=False,
        capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode not in accept:
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def commit(folder: Path, message: str, tag: str = "") -> None:
    """Commit everything, and tag it if `tag` is given."""
    run("git", "add", "--all", folder=folder)
    run("git", "commit", "--quiet", "--allow-empty", "--message", message, folder=folder)
    if tag:
        run("git", "tag", tag, folder=folder)


def make_template(folder: Path, releases: int) -> Path:
    """Clone this repository and add releases with a few changes each."""
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
class Duration:
    """The elapsed and the CPU seconds of one update."""

    elapsed: float
    cpu: float


Turn = dict[str, Duration]
"""The durations of one update by engine."""


def timed(command: Sequence[str], clone: Path, environment: Mapping[str, str]) -> Duration:
    """Run a command that updates a clone; return its duration."""
    start, cpu = time.perf_counter(), _cpu_seconds()
    run(*command, folder=clone, accept=(0, 1), environment=environment)
    duration = Duration(time.perf_counter() - start, _cpu_seconds() - cpu)
    if not run("git", "status", "--porcelain", folder=clone):
        raise SystemExit(f"{command[0]} changed nothing")
    return duration


def own(releases: int, pairs: int, programs: Mapping[str, Path]) -> Iterator[Turn]:
    """Yield the durations of updates of a generated service, after a warm-up."""
    with tempfile.TemporaryDirectory(prefix="update.") as scratch:
        template = make_template(Path(scratch, "template"), releases)
        service = make_service(Path(scratch, "service"), template)
        for turn in range(pairs + 1):
            durations = {}
            for engine, program in in_turns(programs, turn):
                with tempfile.TemporaryDirectory(dir=scratch) as folder:
                    clone = Path(folder, "service")
                    run("git", "clone", "--quiet", service, clone, folder=service)
                    command = [str(program), *COMMANDS[program.name][1:]]
                    durations[engine] = timed(command, clone, ENVIRONMENT)
            if turn:
                yield durations


def foreign(
    template: Path, projects: Sequence[Path], pairs: int, programs: Mapping[str, Path]
) -> Iterator[Turn]:
    """Yield the durations of repeated updates of real projects, after a warm-up for each."""
    with tempfile.TemporaryDirectory(prefix="update.") as scratch:
        bench = Bench(template, Path(scratch), ())
        environment = ENVIRONMENT | bench.environment
        for update in (update for project in projects for update in updates(project)):
            with tempfile.TemporaryDirectory(dir=scratch) as renders, suppress(LeftOut):
                data, *_ = bench.begin(update, Path(renders))
                for turn in range(pairs + 1):
                    durations = {}
                    for engine, program in in_turns(programs, turn):
                        with tempfile.TemporaryDirectory(dir=scratch) as folder:
                            clone = bench.clone(update, Path(folder))
                            command = [str(program)]
                            command += bench.command(program.name, clone, update, data)[1:]
                            durations[engine] = timed(command, clone, environment)
                    if turn:
                        yield durations


def in_turns(programs: Mapping[str, Path], turn: int) -> Iterable[tuple[str, Path]]:
    """Return the engines in the order of a turn, which alternates."""
    return list(programs.items())[:: -1 if turn % 2 else 1]


def measure(name: str, turns: Iterator[Turn], total: int) -> dict[str, Any]:
    """Return a row: the median duration by engine, and the ratios of drydock to the others."""
    done = list(track(turns, name, total=total, console=Console(stderr=True)))
    engines = list(done[0])
    row: dict[str, Any] = {"updates": name, "turns": len(done)}
    for engine in sorted(engines):
        row[engine] = round(median(turn[engine].elapsed for turn in done), 2)
    for other in sorted(engines):
        if other != "drydock":
            ratios = [turn["drydock"].elapsed / turn[other].elapsed for turn in done]
            cpu_ratios = [turn["drydock"].cpu / turn[other].cpu for turn in done]
            row |= {
                f"of {other}": round(median(ratios), 2),
                f"of {other}, CPU": round(median(cpu_ratios), 2),
            }
    return row


def make_ancestor(folder: Path, service: Path, commits: int) -> Path:
    """Create a repository that the service may have been copied from, with commits."""
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
        seconds, cpu_seconds = [], []
        for turn in range(times + 1):
            clone = Path(scratch, f"clone{turn}")
            run("git", "clone", "--quiet", service, clone, folder=service)
            more = ["--ancestor", str(ancestor)] if turn else []
            start, cpu = time.perf_counter(), _cpu_seconds()
            output = run(
                BIN / "drydock", "retrofit", "--defaults", "--no-commit", "--json",
                "--template", template, *more, folder=clone, accept=(0, 1),
            )  # fmt: skip
            if turn:
                seconds.append(time.perf_counter() - start)
                cpu_seconds.append(_cpu_seconds() - cpu)
            elif "release v9.0.0" not in json.loads(output)["origins"].values():
                raise SystemExit("the releases were not compared")
    return {
        "releases": releases,
        "commits": _COMMITS,
        "times": times,
        "median": round(median(seconds), 2),
        "lowest": round(min(seconds), 2),
        "highest": round(max(seconds), 2),
        "CPU": round(median(cpu_seconds), 2),
    }


def _cpu_seconds() -> float:
    """Return the CPU time of all descendants that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=15, help="turns of each update [15]")
    parser.add_argument(
        "--releases", type=int, nargs="+", default=[5, 50, 200], help="one row each [5 50 200]"
    )
    parser.add_argument("--template", type=Path, metavar="DIR", help="another template")
    parser.add_argument("--projects", type=Path, nargs="+", metavar="DIR", help="its projects")
    parser.add_argument(
        "--against", type=Path, metavar="DRYDOCK", help="the command of another installation"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
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
        rows = [measure("real updates", turns, 0)]
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
        print("Median seconds; 'of' columns: median ratio of drydock to the other engine.")


if __name__ == "__main__":
    main()
