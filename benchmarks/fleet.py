"""Time `drydock fleet` on many generated services, compared with a loop of stock `copier update`.

The services are checkouts generated from this repository's template: twelve variants, of every
release before the newest in turns, each with its own name and up to six typical edits. The loop of
stock Copier updates fresh clones of a sample of them, one after the other, like a team's script;
`drydock fleet` updates two at a time.

    PYTHONPATH=. python benchmarks/fleet.py --services 100

prints one JSON object: elapsed and CPU seconds per service for each command, the ratio of the
throughputs, and the highest sum of memory (PSS) of all processes of a command.
"""

import argparse
import ctypes
import json
import os
import platform
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from drydock.commands import update as engine
from drydock.errors import BadInput
from drydock.fleet import clones, inventory
from drydock.merging import sides
from drydock.template import rendering
from drydock.template.opened import Templates
from drydock.template.releases import Release, Template, open_template

from tests.template import edits, matrix

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
VARIANTS = 12
MOST_EDITS = 6
JOBS = 2
EVERY = 0.5  # seconds between two samples of memory
KCMP = 312 if platform.machine() == "x86_64" else 272  # the system call kcmp(2)
KCMP_VM = 1
IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Benchmark"), ("EMAIL", "benchmark@example.com"))
}
# Offline, no lock file can be refreshed; stock Copier refreshes none either.
ENVIRONMENT = os.environ | IDENTITY | {"NO_COLOR": "1", "UV_OFFLINE": "1"}


def git(folder: Path, *arguments: str | Path) -> None:
    """Run git; fail if it fails."""
    subprocess.run(
        ["git", "-C", folder, *arguments], env=ENVIRONMENT, check=True, capture_output=True
    )


def make_fleet(folder: Path, template: Template, count: int, made: int) -> None:
    """Create services in `folder`, each a repository with two commits.

    Only `made` of them are generated; the others are copies with other names.
    """
    variants = list(islice(matrix.covering(3, {}, matrix.OF_AN_INSTALLATION), VARIANTS))
    with Templates.opened(template) as templates:
        releases = list(template.releases.values())[:-1]
        for number in range(min(count, made)):
            release = releases[number % len(releases)]
            answers = dict(variants[number // len(releases) % len(variants)].answers)
            checkout = rendering.Checkout(
                templates.checkout(template, release), template.address, release
            )
            service = folder / f"service-{number}"
            make_service(service, checkout, answers)
            git(service, "init", "--quiet", "--initial-branch=main")
            git(service, "add", "--all")
            git(service, "commit", "--quiet", "--message=Generate")
            seed = random.Random(number).randint(0, MOST_EDITS)
            edits.make(edits.Place(service), edits.chosen(edits.Place(service), number, seed))
            git(service, "add", "--all")
            git(service, "commit", "--quiet", "--allow-empty", "--message=Make it ours")
    for number in range(made, count):
        shutil.copytree(
            folder / f"service-{number % made}", folder / f"service-{number}", symlinks=True
        )


def make_service(folder: Path, checkout: rendering.Checkout, answers: dict[str, Any]) -> None:
    """Render one service; ignore answers that its release does not offer."""
    known = questions(checkout.folder, checkout.release)
    data = {
        name: value
        for name, value in (answers | {"service_name": folder.name}).items()
        if name in known and (not known[name] or value in known[name])
    }
    rendering.render(checkout, folder, rendering.Request(data=data, defaults=True))
    if answers.get("adopted"):
        app = folder / data["package_path"] / "main.py"
        if not app.exists():
            app.parent.mkdir(parents=True, exist_ok=True)
            app.write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")


@cache
def questions(folder: Path, release: Release) -> dict[str, list[Any]]:
    """Return the questions of a release with their choices; an empty list allows any answer."""
    data = rendering.config(rendering.Checkout(folder, "", release)).questions_data
    allowed = {}
    for name, question in data.items():
        choices = question.get("choices", [])
        allowed[name] = list(choices.values() if isinstance(choices, dict) else choices)
    return allowed


def children_seconds() -> float:
    """Return the CPU time of all descendants that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(command: Sequence[str | Path], folder: Path) -> dict[str, float]:
    """Run a command; return its elapsed and CPU seconds, and its peak memory in MiB."""
    before, start = children_seconds(), time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        with most_memory(process.pid) as peak:
            _, errors = process.communicate()
        if process.returncode not in (0, 1):
            raise SystemExit(f"{command} ended with {process.returncode}:\n{errors}")
    wall = time.perf_counter() - start
    return {"wall": wall, "processor": children_seconds() - before, "memory": peak()}


@contextmanager
def most_memory(pid: int) -> Iterator[Callable[[], float]]:
    """Yield a function that returns the peak memory, in MiB, of a process and its descendants."""
    samples, ended = [0.0], threading.Event()

    def sample() -> None:
        while not ended.wait(EVERY):
            samples.append(sum(proportional_memory(process) for process in tree_of(pid)))

    sampling = threading.Thread(target=sample)
    sampling.start()
    try:
        yield lambda: max(samples)
    finally:
        ended.set()
        sampling.join()


def tree_of(pid: int) -> Iterator[int]:
    """Yield a process and all descendants with separate memory."""
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                if not share_memory(pid, child):
                    yield from tree_of(child)


def share_memory(parent: int, child: int) -> bool:
    """Return whether two processes share their memory, as between vfork(2) and exec."""
    difference: int = ctypes.CDLL(None).syscall(KCMP, parent, child, KCMP_VM, 0, 0)
    return difference == 0


def proportional_memory(pid: int) -> float:
    """Return the proportional memory (PSS) of a process in MiB."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def stock(services: Sequence[Path], scratch: Path) -> dict[str, float]:
    """Update fresh clones with stock Copier, one after the other; return total seconds."""
    total = {"wall": 0.0, "processor": 0.0}
    for service in services:
        clone = scratch / service.name
        git(scratch, "clone", "--quiet", service, clone)
        command = (BIN / "copier", "update", "--defaults", "--quiet", "--skip-answered")
        took = measured(command, clone)
        total = {name: total[name] + took[name] for name in total}
        shutil.rmtree(clone)
    return total


def breakdown(services: Sequence[Path], scratch: Path) -> dict[str, float]:
    """Return the average seconds of each part of a forecast, in one process."""
    spent: dict[str, float] = {}

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                spent[name] = spent.get(name, 0.0) + time.perf_counter() - start

        return call

    parts = {
        "render both releases": (rendering, "render"),
        "store the renders": (sides, "make"),
        "merge": (engine, "three_way"),
    }
    originals = {name: getattr(*place) for name, place in parts.items()}
    for name, (module, attribute) in parts.items():
        setattr(module, attribute, timed(name, originals[name]))
    options = engine.Options(defaults=True, dry_run=True)
    with Templates.opened() as templates:
        begin = time.perf_counter()
        for service in services:
            (member,) = inventory.read([str(service)], [])
            start = time.perf_counter()
            with (
                clones.source(member, scratch) as source,
                clones.work_tree(source, scratch) as folder,
            ):
                ready = time.perf_counter()
                with suppress(BadInput):
                    engine.update(folder, options, lambda _: None, templates)
                end = time.perf_counter()
            gone = time.perf_counter()
            borrowed = ready - start + gone - end
            spent["borrow a work tree"] = spent.get("borrow a work tree", 0.0) + borrowed
        whole = time.perf_counter() - begin
    for name, (module, attribute) in parts.items():
        setattr(module, attribute, originals[name])
    spent["the rest"] = whole - sum(spent.values())
    return {name: round(seconds / len(services), 3) for name, seconds in spent.items()}


def measure(
    count: int, made: int, sample: int, commands: Sequence[str], scratch: Path
) -> dict[str, Any]:
    """Create a fleet of `count` services and time all commands on it."""
    results: dict[str, Any] = {"services": count, "generated": min(count, made), "sample": sample}

    def record(name: str, value: Any) -> None:
        results[name] = value
        print(json.dumps({name: value}), file=sys.stderr, flush=True)

    with open_template(str(ROOT), ROOT) as template:
        make_fleet(scratch / "fleet", template, count, made)
    services = sorted((scratch / "fleet").iterdir())
    chosen = services[:: max(1, count // sample)][:sample] if sample else []
    loop = stock(chosen, scratch) if sample else {"wall": 0.0, "processor": 0.0}
    record("copier update", {name: round(value / (sample or 1), 3) for name, value in loop.items()})
    common = ("--jobs", str(JOBS), "--cache", scratch / "cache", scratch / "fleet")
    for name in commands:
        took = measured((BIN / "drydock", "fleet", name, *common), scratch)
        each = {key: round(took[key] / count, 3) for key in ("wall", "processor")}
        about = {**each, "all": round(took["wall"], 1), "memory": round(took["memory"])}
        if sample and name != "status":
            about["throughput"] = round(loop["wall"] / sample / (took["wall"] / count), 1)
            about["of processor time"] = round(
                loop["processor"] / sample / (took["processor"] / count), 1
            )
        record(name, about)
    outcomes: dict[str, int] = {}
    for line in (scratch / "fleet.jsonl").read_text().splitlines():
        entry = json.loads(line)
        key = f"{entry['kind']}: {'failed' if entry['error'] else entry.get('outcome', 'read')}"
        outcomes[key] = outcomes.get(key, 0) + 1
    record("outcomes", outcomes)
    record("parts of a forecast", breakdown(chosen or services[:20], scratch))
    return results


def main() -> None:
    """Measure, and print the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=100)
    parser.add_argument(
        "--made", type=int, default=1000, help="generate N services; the others are copies"
    )
    parser.add_argument("--commands", nargs="+", default=["status", "forecast", "update"])
    parser.add_argument(
        "--sample", type=int, default=20, help="number of services for stock Copier"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fleet.") as scratch:
        results = measure(
            options.services, options.made, options.sample, options.commands, Path(scratch)
        )
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
