"""Time `drydock modernize` on as many files as a large service has.

    python benchmarks/modernize.py --clones DIR [--files N] [--times N]

The files are the Python files of the services in services.txt, one service after the other;
`--clones` names the folder of their clones. All rules read them; nothing is written or run.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from services import IDENTITY, MINUTE, ROOT, export, run, services

DRYDOCK = [sys.executable, "-c", "from drydock.cli import main; main()"]


def collected(clones: Path, scratch: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the Python files of the services, each in the folder of its repository."""
    commits = {service.name.partition(":")[0]: service.commit for service in services(())}
    for repository, commit in commits.items():
        name = repository.replace("/", "+")
        clone, folder = clones / name, scratch / name
        export(clone / "repo" if (clone / "repo").exists() else clone, commit, folder)
        for file in sorted(folder.rglob("*.py")):
            if not {"site-packages", ".venv", "venv"} & {*file.parts}:
                yield file.relative_to(scratch).as_posix(), file.read_bytes()


def create_repository(folder: Path, files: dict[str, bytes]) -> None:
    """Commit the files to a new repository."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    for command in ("init --quiet", "add --all --force", "commit --quiet --message Files"):
        run(["git", *command.split()], folder, MINUTE)


def timed(folder: Path) -> tuple[float, float]:
    """Run `drydock modernize --dry-run`; return the elapsed and the CPU seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [*DRYDOCK, "modernize", str(folder), "--dry-run", "--json"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **IDENTITY, "PYTHONPATH": str(ROOT / "extensions")},
    )
    elapsed, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the shortest run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clones", type=Path, required=True, help="the folder of the clones")
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--times", type=int, default=2)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="modernize.") as scratch:
        found = collected(options.clones, Path(scratch, "all"))
        files = dict(islice(found, options.files))
        create_repository(Path(scratch, "service"), files)
        elapsed, cpu = min(timed(Path(scratch, "service")) for _ in range(options.times))
    lines = sum(content.count(b"\n") for content in files.values())
    print(f"{len(files)} files, {lines} lines: {elapsed:.1f} s, {cpu:.1f} s of CPU time, "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
