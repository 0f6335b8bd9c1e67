"""Times `drydock update` beside `copier update`, on the same service and the same template.

The template is this repository's, in a temporary clone with made-up later releases. The service
is generated from the first of them and edited as teams do: its own code, and lines in files that
the releases change, too. Each engine updates a fresh clone of it, as a whole process, in turns.

    python benchmarks/update.py

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
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.box import MARKDOWN
from rich.console import Console
from rich.progress import track
from rich.table import Table

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
ENGINES = {
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


def run(*command: str | Path, folder: Path, accept: Sequence[int] = (0,)) -> str:
    """Run a command that must succeed."""
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=ENVIRONMENT, text=True, check=False,
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


def timed(engine: str, service: Path) -> float:
    """Update a fresh clone of the service; return the seconds."""
    with tempfile.TemporaryDirectory(prefix="update.") as scratch:
        clone = Path(scratch, "service")
        run("git", "clone", "--quiet", service, clone, folder=service)
        program, *arguments = ENGINES[engine]
        start = time.perf_counter()
        run(BIN / program, *arguments, folder=clone)
        seconds = time.perf_counter() - start
        if not run("git", "status", "--porcelain", folder=clone):
            raise SystemExit(f"{engine} changed nothing")
    return seconds


def measure(releases: int, pairs: int) -> dict[str, Any]:
    """Time both engines in turns, after a warm-up."""
    with tempfile.TemporaryDirectory(prefix="update.") as scratch:
        template = make_template(Path(scratch, "template"), releases)
        service = make_service(Path(scratch, "service"), template)
        seconds: dict[str, list[float]] = {engine: [] for engine in ENGINES}
        progress = Console(stderr=True)
        for turn in track(range(pairs + 1), f"{releases} releases", console=progress):
            for engine in list(ENGINES)[:: -1 if turn % 2 else 1]:
                took = timed(engine, service)
                if turn:
                    seconds[engine].append(took)
    ratios = [d / c for c, d in zip(seconds["copier"], seconds["drydock"], strict=True)]
    return {
        "releases": releases,
        "pairs": pairs,
        **{engine: round(median(times), 2) for engine, times in seconds.items()},
        "ratio": round(median(ratios), 2),
        "lowest": round(min(ratios), 2),
        "highest": round(max(ratios), 2),
    }


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
    parser.add_argument("--pairs", type=int, default=15, help="pairs of updates a row [15]")
    parser.add_argument(
        "--releases", type=int, nargs="+", default=[5, 50, 200], help="a row each [5 50 200]"
    )
    parser.add_argument("--json", action="store_true", help="print for machines")
    parser.add_argument("--retrofit", action="store_true", help="time retrofits instead")
    options = parser.parse_args()
    measured = measure_retrofit if options.retrofit else measure
    rows = [measured(releases, options.pairs) for releases in options.releases]
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
        print("copier, drydock: median seconds; ratio: median of drydock / copier over the pairs.")


if __name__ == "__main__":
    main()
