"""Checks merged Helm charts by rendering them, if Helm is installed.

Templates and values are merged file by file, but are only correct in combination: two templates can
set variables with the same name. Only `helm template` runs, without a cluster.
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
"""The time limit for rendering one chart."""


@dataclass(frozen=True)
class Problem:
    """A problem with a merged chart."""

    chart: str
    """The chart's folder, with a trailing `/`."""
    reason: str


def problems(
    repository: Repository, sides: tuple[Tree, Tree, Tree], changes: Mapping[str, Entry | None]
) -> Iterator[Problem]:
    """Yield a problem for each broken chart that both sides changed; `changes` are made to ours.

    A chart that does not render on each side is skipped: some need resources of their cluster.
    """
    helm = shutil.which("helm")
    if helm is None:
        return
    base, ours, theirs = sides
    entries = {path: changes.get(path, entry) for path, entry in ours.items()} | dict(changes)
    merged = {path: entry for path, entry in entries.items() if entry}
    for path in sorted(merged):
        if path.rpartition("/")[2] != _CHART or not all(path in side for side in sides):
            continue
        folder = path.removesuffix(_CHART)
        charts = [_inside(tree, folder) for tree in (base, ours, theirs, merged)]
        if charts[0] in charts[1:3] or charts[3] in charts[1:3]:
            continue
        with tempfile.TemporaryDirectory(prefix="drydock.chart.") as scratch:
            renders = [
                _rendered(helm, repository, files, Path(scratch, str(number)))
                for number, files in enumerate(charts)
            ]
        if reason := _reason(*renders):
            yield Problem(folder, reason)


def _inside(side: Tree, folder: str) -> Tree:
    start = len(folder)
    return {path[start:]: entry for path, entry in side.items() if path.startswith(folder)}


def _rendered(
    helm: str, repository: Repository, files: Tree, folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run `helm template` on a chart that is written to `folder`."""
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
        error = merged.stderr.strip().removeprefix("Error: ").partition("\n")[0]
        return f"Helm cannot render it: {error}" if error else None
    broken = invariants.broken(
        "manifests.yaml", base.stdout, ours.stdout, theirs.stdout, merged.stdout
    )
    return f"when rendered by Helm, {broken}" if broken else None
