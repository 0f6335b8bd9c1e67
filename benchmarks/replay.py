"""Replay updates that people made to real projects, with stock Copier and with drydock.

For every commit in a project's first-parent history that changed `_commit` in an answers file, each
engine repeats the update: from the parent commit, to the same release, with the answers that the
people gave. The result is compared with what the people committed, and judged by `judge.py`.
Updates between releases that render the same files are skipped and counted.

Templates run with `--trust`, so replay only those that you trust: tasks are skipped, but stock
Copier cannot skip migrations.

    python benchmarks/replay.py --template TEMPLATE --projects PROJECT PROJECT…

TEMPLATE and PROJECT are local clones, bare or not, and remain unchanged. Addresses recorded in
answers files are not contacted.
"""

import argparse
import difflib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from bench import ENGINES, Bench, LeftOut, Outcome, Replay, Update, updates
from rich.box import MARKDOWN
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

COLUMNS = {
    "updates": "Updates replayed.",
    "clean": "Nothing left to resolve.",
    "conflicts": "Files in conflict.",
    "merged": "Files that both sides changed, merged without a conflict.",
    "as people": "Merged files that equal what the people committed, byte for byte.",
    "wrong": "Files without a conflict whose content is wrong (see judge.py).",
    "silent": "Updates that exit 0 and leave conflicts.",
    "failed": "Updates that the engine rejected or aborted.",
    "seconds": "Median of the whole process.",
}


def summary(replays: Iterable[Replay], engine: str) -> dict[str, Any]:
    """Count the outcomes of one engine."""
    outcomes = [replay.outcomes[engine] for replay in replays]
    return {
        "updates": len(outcomes),
        "clean": sum(outcome.clean for outcome in outcomes),
        "conflicts": sum(len(outcome.conflicts) for outcome in outcomes),
        "merged": sum(len(outcome.merged) for outcome in outcomes),
        "as people": sum(len(outcome.as_people) for outcome in outcomes),
        "wrong": sum(len(outcome.faults) for outcome in outcomes),
        "silent": sum(outcome.silent for outcome in outcomes),
        "failed": sum(outcome.failed for outcome in outcomes),
        "seconds": round(median(outcome.seconds for outcome in outcomes), 2),
    }


def table(replays: list[Replay], engines: Sequence[str]) -> Table:
    """Return a table with a row for each project and engine, and the totals."""
    result = Table(box=MARKDOWN)
    for column in ("project", "engine"):
        result.add_column(column, no_wrap=True)
    for column in COLUMNS:
        result.add_column(column, no_wrap=True, justify="right")
    groups: dict[str, list[Replay]] = {
        project: [] for project in dict.fromkeys(r.project for r in replays)
    }
    for replay in replays:
        groups[replay.project].append(replay)
    for name, group in {**groups, "total": replays}.items():
        for engine in engines:
            counts = summary(group, engine)
            clean = f"{counts['clean']} ({counts['clean'] / counts['updates']:.0%})"
            cells = [str(value) for value in (counts | {"clean": clean}).values()]
            result.add_row(name if engine == engines[0] else "", engine, *cells)
    return result


def details(replay: Replay) -> Iterable[str]:
    """Yield the lines of one update's details."""
    yield f"{replay.project} {replay.commit}: {replay.before} -> {replay.after}"
    yield f"changed by both sides: {', '.join(replay.both_changed) or 'nothing'}"
    for engine, outcome in replay.outcomes.items():
        yield f"\n{engine}: exit {outcome.exit}, {outcome.seconds:.2f} s"
        if outcome.failed:
            yield outcome.message
        for path in outcome.conflicts:
            yield f"  conflict  {path}"
        for path in outcome.merged:
            yield f"  {'as people' if path in outcome.as_people else 'merged   '} {path}"
        for path, faults in outcome.faults.items():
            for fault in faults:
                yield f"  WRONG     {path}: {fault}"
        yield from _differences(outcome)


def _differences(outcome: Outcome) -> Iterable[str]:
    """Yield the differences of each file from what the people committed."""
    for path, (ours, result, people) in outcome.texts.items():
        for title, old, new in (("update", ours, result), ("then people", result, people)):
            lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1)
            yield from ("", f"  {title}: {path}", *(f"    {line}" for line in lines))


def replay_all(bench: Bench, found: list[Update], console: Console) -> tuple[list[Replay], Any]:
    """Replay the updates with a progress bar; also count the skipped ones by reason."""
    replays, left_out = [], Counter[str]()
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=len(found))
        for update in found:
            progress.update(task, description=f"{update.project.name} {update.commit[:8]}")
            try:
                replays.append(bench.replay(update))
            except LeftOut as reason:
                left_out[str(reason)] += 1
            progress.advance(task)
    return replays, left_out


def main() -> int:
    """Replay, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--template", type=Path, required=True, metavar="DIR")
    parser.add_argument("--projects", type=Path, required=True, nargs="+", metavar="DIR")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="run this one only")
    parser.add_argument(
        "--explain", nargs=2, metavar=("PROJECT", "COMMIT"), help="show the details of one update"
    )
    parser.add_argument("--json", action="store_true", help="print all results as JSON")
    options = parser.parse_args()
    found = [update for project in options.projects for update in updates(project)]
    if options.explain:
        name, commit = options.explain
        found = [u for u in found if u.name == name and u.commit.startswith(commit)]
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="replay.") as folder:
        bench = Bench(options.template, Path(folder), options.engine or list(ENGINES))
        replays, left_out = replay_all(bench, found, console)
    for reason, times in left_out.items():
        console.print(f"left out: {times} ({reason})", highlight=False)
    if options.json:
        json.dump([asdict(replay) for replay in replays], sys.stdout, indent=1)
    elif options.explain:
        print("\n".join(line for replay in replays for line in details(replay)))
    elif replays:
        Console(width=160).print(table(replays, bench.engines))
        print("\n".join(f"{column}: {meaning}" for column, meaning in COLUMNS.items()))
    return 0 if replays else 2


if __name__ == "__main__":
    sys.exit(main())
