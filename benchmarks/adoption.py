"""Repeat how real projects adopted a Copier template, in three ways, and compare the results.

Each project was once copied by hand from an older template (the ancestor) and developed
independently before people adopted a Copier template in one commit. From the parent of that commit,
with the answers that the people gave, each way adopts the same release:

    overwrite   copier copy --overwrite
    no base     drydock retrofit without --ancestor
    ancestor    drydock retrofit --ancestor

    python benchmarks/adoption.py --template TEMPLATE --ancestor ANCESTOR PROJECT@COMMIT…

All are local clones, bare or not, and remain unchanged. Tasks of the template are skipped.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

BIN = Path(sys.executable).parent
WAYS = ("overwrite", "no base", "ancestor")
ANSWERS = ".copier-answers.yml"
IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Benchmark"), ("EMAIL", "benchmark@example.com"))
}
ENVIRONMENT = os.environ | IDENTITY | {"NO_COLOR": "1", "UV_OFFLINE": "1"}
Files = dict[str, bytes]


@dataclass(frozen=True)
class Outcome:
    """The result of one adoption in one way."""

    differing: int
    """Files in the project and in the release, with different content."""
    conflicts: int
    lost: int
    """Lines that the project's people wrote and that the result lacks."""
    own: int
    """Lines that they wrote, in files that differ."""
    merged: int
    """Differing files without a conflict."""
    as_people: int
    """The merged files that equal what the people committed, byte for byte."""
    seconds: float


def git(folder: Path, *arguments: str) -> bytes:
    """Run git; return its output."""
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=True, env=ENVIRONMENT).stdout


def checked_out(project: Path, commit: str, folder: Path) -> Files:
    """Check a commit out in a clone at `folder`; return its files."""
    git(project, "clone", "--quiet", "--no-checkout", ".", str(folder))
    git(folder, "checkout", "--quiet", "--detach", commit)
    return files_in(folder)


def files_in(folder: Path) -> Files:
    """Return the files of a work tree."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def lines(contents: Iterable[bytes]) -> set[str]:
    """Return the lines that contain a word."""
    texts = (content.decode("utf-8", "replace") for content in contents if b"\0" not in content)
    return {line.strip() for text in texts for line in text.splitlines() if re.search(r"\w", line)}


def ancestral(ancestor: Path, package: str) -> set[str]:
    """Return every line that the ancestor's files ever had, with the project's name."""
    log = git(ancestor, "log", "--format=", "--raw", "--no-abbrev", "-m").decode()
    blobs = {line.split()[3] for line in log.splitlines() if line.startswith(":")} - {"0" * 40}
    command = ["git", "-C", str(ancestor), "cat-file", "--batch"]
    wanted = "\n".join(sorted(blobs)).encode()
    contents = subprocess.run(command, input=wanted, capture_output=True, check=True).stdout
    found = lines([contents.replace(b"\0", b"")])
    for old, new in (
        ("python3_pip_skeleton", package),
        ("python3-pip-skeleton", package.replace("_", "-")),
        ("python3-pip-skeleton", package),
    ):
        found |= {line.replace(old, new) for line in found}
    return found


def run(
    way: str, folder: Path, template: Path, ancestor: Path, answers: dict[str, Any]
) -> list[str]:
    """Adopt the release; return the files in conflict."""
    release = answers["_commit"]
    data = [f"--data={k}={_text(v)}" for k, v in answers.items() if not k.startswith("_")]
    if way == "overwrite":
        address = f"git+file://{template.resolve()}"
        command = ["copier", "copy", "--overwrite", "--defaults", "--quiet", "--skip-tasks",
                   "--trust", "--vcs-ref", release, *data, address, folder]  # fmt: skip
    else:
        more = ["--ancestor", ancestor] if way == "ancestor" else []
        command = ["drydock", "retrofit", folder, "--defaults", "--no-commit", "--json",
                   "--template", template, "--to", release, *data, *more]  # fmt: skip
    done = subprocess.run(
        [str(BIN / str(command[0])), *map(str, command[1:])],
        capture_output=True, text=True, env=ENVIRONMENT, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        raise SystemExit(f"{way} in {folder.name}: {done.stdout}{done.stderr}")
    if way == "overwrite":
        return []
    report = json.loads(done.stdout)
    return [file["path"] for file in report["files"] if file["outcome"] == "conflict"]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def adoption(
    project: Path, commit: str, template: Path, ancestor: Path
) -> Iterator[tuple[str, Outcome]]:
    """Repeat one adoption in every way."""
    with tempfile.TemporaryDirectory(prefix="adoption.") as scratch:
        before = checked_out(project, f"{commit}^", Path(scratch, "before"))
        people = checked_out(project, commit, Path(scratch, "people"))
        answers = yaml.safe_load(people[ANSWERS])
        rendered = Path(scratch, "rendered")
        run("overwrite", rendered, template, ancestor, answers)
        release = files_in(rendered)
        differing = {n for n in before.keys() & release.keys() if before[n] != release[n]}
        known = ancestral(ancestor, answers["package_name"])
        own = lines(before[name] for name in differing) - known
        for way in WAYS:
            folder = Path(scratch, way.replace(" ", "-"))
            checked_out(project, f"{commit}^", folder)
            start = time.perf_counter()
            conflicts = run(way, folder, template, ancestor, answers)
            seconds = time.perf_counter() - start
            result = files_in(folder)
            merged = differing - set(conflicts)
            alike = {name for name in merged if result.get(name) == people.get(name)}
            lost = own - lines(result.values())
            yield way, Outcome(
                len(differing), len(differing & set(conflicts)), len(lost), len(own),
                len(merged), len(alike), seconds,
            )  # fmt: skip
            shutil.rmtree(folder)


def main() -> None:
    """Repeat the adoptions, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--template", type=Path, required=True)
    parser.add_argument("--ancestor", type=Path, required=True)
    parser.add_argument("adoptions", nargs="+", metavar="PROJECT@COMMIT")
    options = parser.parse_args()
    table = Table(box=MARKDOWN)
    for column in ("project", "way"):
        table.add_column(column, no_wrap=True)
    for column in ("differing", "conflicts", "lines lost", "as people", "seconds"):
        table.add_column(column, justify="right")
    totals: dict[str, list[Outcome]] = {way: [] for way in WAYS}
    for argument in options.adoptions:
        path, _, commit = argument.rpartition("@")
        project = Path(path)
        for way, outcome in adoption(project, commit, options.template, options.ancestor):
            totals[way].append(outcome)
            name = project.parent.name if project.name in {"repo", ".git"} else project.name
            name = name.removesuffix(".git").rpartition("+")[2]
            add(table, name if way == WAYS[0] else "", way, [outcome])
    for way, outcomes in totals.items():
        add(table, "total" if way == WAYS[0] else "", way, outcomes)
    Console(width=120).print(table)


def add(table: Table, project: str, way: str, outcomes: list[Outcome]) -> None:
    """Add a row with the sums of some outcomes."""
    differing = sum(outcome.differing for outcome in outcomes)
    conflicts = sum(outcome.conflicts for outcome in outcomes)
    lost = sum(outcome.lost for outcome in outcomes)
    own = sum(outcome.own for outcome in outcomes)
    as_people = sum(outcome.as_people for outcome in outcomes)
    merged = sum(outcome.merged for outcome in outcomes)
    table.add_row(
        project,
        way,
        str(differing),
        f"{conflicts} ({conflicts / (differing or 1):.0%})",
        f"{lost} of {own}",
        f"{as_people} of {merged}",
        f"{sum(outcome.seconds for outcome in outcomes):.1f}",
    )


if __name__ == "__main__":
    main()
