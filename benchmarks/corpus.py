"""Replay real updates and adoptions with two versions of the engine, and compare the results.

    nox -s corpus -- REF [--clones DIR]     REF's engine against the working tree's
    nox -s corpus -- --list                 list the clones it needs
    nox -s corpus -- --fetch --clones DIR   clone what is missing

It compares the exit code of each case, the whole report (outcomes, rules, notes) and every file of
the result by its blob, including the three stages of conflicts. Cases are updates in the history of
real projects, adoptions of real projects, and services of this repository's tests: those generated
from each release, with edits, and legacy services.

The clones are outside the repository, in DIR or the folder named by DRYDOCK_CLONES, as `OWNER+NAME`
or `OWNER/NAME`. Cases without a clone are skipped and reported. Results are cached by the content
of engine and case, so that a second comparison replays only what has changed.
"""

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import git
from cases import ANCESTOR, SERVICES, TEMPLATES, Case, Clones, all_cases
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

REPOSITORY = Path(__file__).parents[1]
ENGINE = "extensions"
PATIENCE = 600
"""Time limit of one command, in seconds."""
IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Replay"), ("EMAIL", "replay@example.com"))
}
SHOWN = 40
"""How many lines of a difference are printed."""
Result = dict[str, Any]


class Engine:
    """One version of the engine, identified by its tree in git."""

    def __init__(self, tree: str, folder: Path, cache: Path) -> None:
        self.tree = tree
        self.folder = folder / tree
        self.cache = cache / tree
        self.cache.mkdir(parents=True, exist_ok=True)
        if not self.folder.exists():
            packed = subprocess.run(
                ["git", "-C", str(REPOSITORY), "archive", tree], capture_output=True, check=True
            )
            with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
                archive.extractall(self.folder, filter="data")

    def result(self, case: Case, scratch: Path) -> Result:
        """Return the engine's result for a case, from the cache if possible."""
        cached = self.cache / f"{case.key}.json"
        if not cached.exists():
            with tempfile.TemporaryDirectory(dir=scratch) as folder:
                text = json.dumps(self.replay(case, Path(folder)))
            # Renamed into place, so that an interrupted run leaves no incomplete result.
            incomplete = cached.with_suffix(f".{os.getpid()}")
            incomplete.write_text(text)
            incomplete.rename(cached)
        result: Result = json.loads(cached.read_text())
        return result

    def replay(self, case: Case, folder: Path) -> Result:
        """Replay a case; the resulting work tree is `folder / case.called`."""
        clone = folder / case.called
        git(folder, "clone", "--quiet", "--shared", "--no-checkout", str(case.origin), str(clone))
        git(clone, "checkout", "--quiet", "-B", "replay", case.commit)
        if absent := list(filter(None, git(clone, "ls-files", "-z", "--deleted").split("\0"))):
            # A clone may lack large files, but engines reject uncommitted changes.
            git(clone, "rm", "--quiet", "--cached", "--", *absent)
            _commit(clone)
        steps = []
        for number, arguments in enumerate(case.commands):
            if number:
                _resolve(clone)
                _commit(clone)
            steps.append(self._run(case, arguments, folder, clone))
        return {"steps": steps}

    def _run(self, case: Case, arguments: tuple[str, ...], folder: Path, clone: Path) -> Result:
        environment = os.environ | {
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "GIT_CONFIG_GLOBAL": str(case.config),
            "GIT_CONFIG_NOSYSTEM": "1",
            "NO_COLOR": "1",
            "UV_OFFLINE": "1",  # regenerated lock files are not compared
        }
        done = subprocess.run(
            [sys.executable, "-c", "from drydock.cli import main; main()", *arguments, "--json",
             str(clone / case.folder)],
            env=environment, timeout=PATIENCE, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip
        output = done.stdout if done.stdout.strip() else done.stderr
        return {
            "exit": done.returncode,
            "report": output.replace(str(clone), "SERVICE").splitlines(),
            "files": _files(clone),
        }


def _files(clone: Path) -> dict[str, str]:
    """Return mode and blob of each file of a work tree, and of each stage of a conflict."""
    entries = {}
    for line in filter(None, git(clone, "ls-files", "-z", "--unmerged").split("\0")):
        about, _, path = line.partition("\t")
        mode, oid, stage = about.split()
        entries[f"{path} (stage {stage})"] = f"{mode} {oid}"
    index = clone / ".git/index"
    own = index.with_name("corpus-index")
    shutil.copy(index, own)
    environment = os.environ | {"GIT_INDEX_FILE": str(own)}
    command = ["git", "-C", str(clone)]
    output = b""
    for arguments in (["add", "--all", "--force"], ["ls-files", "-z", "--stage"]):
        output = subprocess.run(
            [*command, *arguments], env=environment, check=True, capture_output=True
        ).stdout
    own.unlink()
    for line in filter(None, os.fsdecode(output).split("\0")):
        about, _, path = line.partition("\t")
        mode, oid, _ = about.split()
        entries[path] = f"{mode} {oid}"
    return entries


def _resolve(clone: Path) -> None:
    """Resolve conflicts by keeping the lines of both sides."""
    for name in filter(
        None, git(clone, "diff", "-z", "--name-only", "--diff-filter=U").split("\0")
    ):
        file = clone / name
        if file.is_file():
            lines = file.read_bytes().splitlines(keepends=True)
            marks = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
            file.write_bytes(b"".join(line for line in lines if line[:7] not in marks))


def _commit(clone: Path) -> None:
    git(clone, "add", "--all", "--force")
    git(clone, "commit", "--quiet", "--no-verify", "--allow-empty", "--message=Go on")


def working_tree() -> str:
    """Return the tree of the engine in the work tree, with uncommitted changes."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        for command in (["read-tree", "HEAD"], ["add", "--all", "--", ENGINE]):
            subprocess.run(["git", "-C", str(REPOSITORY), *command], env=environment, check=True)
        written = subprocess.run(
            ["git", "-C", str(REPOSITORY), "write-tree", f"--prefix={ENGINE}/"],
            env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
    return written.stdout.strip()


def differences(before: Result, now: Result) -> Iterator[str]:
    """Yield the differences between two results, one line each."""
    for number, (old, new) in enumerate(zip(before["steps"], now["steps"], strict=True), 1):
        step = f"step {number}: " if len(now["steps"]) > 1 else ""
        if old["exit"] != new["exit"]:
            yield f"{step}exit {old['exit']} -> {new['exit']}"
        lines = list(unified_diff(old["report"], new["report"], lineterm="", n=0))[2:]
        yield from (f"{step}{line}" for line in lines if not line.startswith("@@"))
        for path in sorted(old["files"].keys() | new["files"].keys()):
            blobs = [result["files"].get(path, "nothing") for result in (old, new)]
            if blobs[0] != blobs[1]:
                yield f"{step}{path}: {blobs[0]} -> {blobs[1]}"


def explain(case: Case, engines: tuple[Engine, Engine], scratch: Path) -> Iterator[str]:
    """Replay a case again, and yield the differences between its files."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        sides = [Path(folder, side) for side in ("before", "now")]
        for engine, side in zip(engines, sides, strict=True):
            side.mkdir()
            engine.replay(case, side)
            shutil.rmtree(side / case.called / ".git")
        command = ["git", "diff", "--no-index", "--no-color", *map(str, sides)]
        shown = subprocess.run(command, capture_output=True, text=True, errors="replace")  # noqa: PLW1510 - 1 is a difference
        yield from shown.stdout.replace(str(folder), "").splitlines()[:SHOWN]


def compare(cases: list[Case], engines: tuple[Engine, Engine], scratch: Path, jobs: int) -> int:
    """Replay the cases with both engines; print differences; return how many cases differ."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    differing = []

    def both(case: Case) -> tuple[Case, list[Result]]:
        return case, [engine.result(case, scratch) for engine in engines]

    with ThreadPoolExecutor(jobs) as pool, Progress(*columns, console=console) as progress:
        task = progress.add_task("replayed", total=len(cases))
        for case, (before, now) in pool.map(both, cases):
            progress.advance(task)
            if lines := list(differences(before, now)):
                differing.append(case)
                print(f"\n{case.name}", *lines, sep="\n  ", flush=True)
    for case in differing:
        print(f"\n{case.name}", *explain(case, engines, scratch), sep="\n  ", flush=True)
    return len(differing)


def main() -> int:
    """Compare the engines; return 1 if anything differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ref", nargs="?", default="HEAD", metavar="REF")
    parser.add_argument("--clones", type=Path, default=os.environ.get("DRYDOCK_CLONES"))
    parser.add_argument("--only", metavar="TEXT", help="cases whose name contains this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--list", action="store_true", help="list the clones it needs")
    parser.add_argument("--fetch", action="store_true", help="clone what is missing")
    options = parser.parse_args()
    clones = Clones(options.clones and Path(options.clones).absolute())
    projects = [project for group in TEMPLATES.values() for project in group]
    wanted = [*TEMPLATES, *projects, ANCESTOR, *SERVICES]
    if options.list or options.fetch:
        for name in wanted:
            found = clones.find(name) or (clones.fetch(name) if options.fetch else None)
            print(f"{name}: {found or 'missing'}")
        return 0
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "drydock", "corpus")
    os.environ.update(IDENTITY)
    cache /= f"copier-{version('copier')}"
    with tempfile.TemporaryDirectory(prefix="corpus.") as folder:
        scratch = Path(folder)
        tree = git(REPOSITORY, "rev-parse", f"{options.ref}:{ENGINE}").strip()
        engines = (Engine(tree, scratch, cache), Engine(working_tree(), scratch, cache))
        left_out: list[str] = []
        every = all_cases(clones, scratch, left_out)
        cases = [case for case in every if (options.only or "") in case.name]
        differing = compare(cases, engines, scratch, options.jobs)
    for reason in left_out:
        print(f"skipped: {reason}")
    for name in [name for name in wanted if not clones.find(name)]:
        print(f"skipped: no clone of {name} (see --fetch)")
    kinds = Counter(case.kind for case in cases)
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    print(f"{len(cases)} cases ({counts}): {differing} differ between {options.ref} and this tree")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
