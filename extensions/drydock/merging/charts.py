"""Judges merged Helm charts by what they render, where Helm is at hand.

A template and the values for it are merged file by file, and are right or wrong only together: two
variables of one name, from two templates. Nothing but `helm template` is run, without a cluster.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from drydock.git import Entry, Repository, Tree
from drydock.merging.audit import invariants

_CHART = "Chart.yaml"
_SECONDS = 20
"""How long Helm may take for one chart."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a chart as it would be merged."""

    chart: str
    """The folder of it, with `/` at its end."""
    reason: str


def problems(
    repository: Repository, sides: tuple[Tree, Tree, Tree], changes: Mapping[str, Entry | None]
) -> Iterator[Problem]:
    """Yield what is wrong with each chart that both sides changed; `changes` are made to ours.

    A chart that a side cannot render is not judged: some need what only their cluster has.
    """
    helm = shutil.which("helm")
    if helm is None:
        return
    base, ours, theirs = sides
    merged = {path: changes.get(path, entry) for path, entry in ours.items()} | dict(changes)
    now = {path: entry for path, entry in merged.items() if entry}
    for path in sorted(now):
        if path.rpartition("/")[2] != _CHART or not all(path in side for side in sides):
            continue
        folder = path.removesuffix(_CHART)
        was, mine, new, result = (_inside(side, folder) for side in (base, ours, theirs, now))
        if was in (mine, new) or result in (mine, new):
            continue
        with tempfile.TemporaryDirectory(prefix="drydock.chart.") as scratch:
            texts = [
                _rendered(helm, repository, files, Path(scratch, str(number)))
                for number, files in enumerate((was, mine, new, result))
            ]
        if reason := _reason(*texts):
            yield Problem(folder, reason)


def _inside(side: Tree, folder: str) -> Tree:
    start = len(folder)
    return {path[start:]: entry for path, entry in side.items() if path.startswith(folder)}


def _rendered(
    helm: str, repository: Repository, files: Tree, folder: Path
) -> subprocess.CompletedProcess[str]:
    """Render a chart; what it says of its error stands alone for the folder that it is in."""
    contents = repository.read_blobs(entry.oid for entry in files.values())
    for path, entry in files.items():
        if entry.mode.startswith("100"):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(contents[entry.oid])
    command = [helm, "template", "release", str(folder)]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_SECONDS,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return subprocess.CompletedProcess(command, 1, "", "")


def _reason(
    base: subprocess.CompletedProcess[str],
    ours: subprocess.CompletedProcess[str],
    theirs: subprocess.CompletedProcess[str],
    merged: subprocess.CompletedProcess[str],
) -> str | None:
    if any(side.returncode for side in (base, ours, theirs)):
        return None
    if merged.returncode:
        said = merged.stderr.strip().removeprefix("Error: ").partition("\n")[0]
        return f"Helm cannot render it: {said}" if said else None
    broken = invariants.broken(
        "manifests.yaml", base.stdout, ours.stdout, theirs.stdout, merged.stdout
    )
    return f"rendered by Helm, {broken}" if broken else None
