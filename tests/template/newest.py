"""Runs the chassis' tests with the newest version of each dependency; `nox -s newest` calls it.

The bounds of a service's dependencies are ignored, and prereleases are allowed: what breaks here
will soon break services. It is meant for a nightly job, since it can fail without a change here.

    nox -s newest                        the variants that the chassis' tests run in
    nox -s newest -- inference=local     only these
"""

import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from packaging.requirements import Requirement

from tests.template import matrix, variants


def main(arguments: Sequence[str]) -> int:
    """Install and test each variant; return 1 if one failed."""
    narrowed = dict(argument.split("=", 1) for argument in arguments)
    failed = []
    with tempfile.TemporaryDirectory(prefix="newest ") as folder:
        for number, fixed in enumerate(variants.OF_THE_CHASSIS):
            if narrowed.items() <= fixed.items():
                names = matrix.OF_AN_INSTALLATION
                variant = next(iter(matrix.covering(1, fixed, names)))
                print(f"\n{variant.name}", flush=True)
                if not _passes(variant, Path(folder, str(number))):
                    failed.append(variant.name)
    for name in failed:
        print(f"failed with the newest versions: {name}")
    return 1 if failed else 0


def _passes(variant: matrix.Variant, folder: Path) -> bool:
    answers = variant.render(folder).answers
    if variant.adopted:
        variants.add_own_files(folder, answers)
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    unbounded = folder / "unbounded.txt"
    unbounded.write_text("".join(f"{_without_bounds(one)}\n" for one in wanted), encoding="utf-8")
    bin_folder = folder / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    install = ["uv", "pip", "install", "--quiet", "--python", ".venv", "--prerelease", "allow"]
    install += ["--override", str(unbounded), "--editable", ".", "--group", "dev", *variants.TOOLS]
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    for command in (["uv", "venv", "--quiet"], install):
        subprocess.run(command, cwd=folder, env=environment, check=True)
    subprocess.run(["uv", "pip", "freeze", "--python", ".venv"], cwd=folder, check=True)
    tests = [str(bin_folder / "pytest"), *variants.PYTEST, "tests/template/chassis"]
    environment |= {"DRYDOCK_SERVICE": str(folder)}
    done = subprocess.run(tests, cwd=matrix.REPOSITORY, env=environment, check=False)
    return done.returncode == 0


def _without_bounds(requirement: str) -> str:
    """Return a requirement without its version bounds."""
    parsed = Requirement(requirement)
    extras = f"[{','.join(sorted(parsed.extras))}]" if parsed.extras else ""
    marker = f" ; {parsed.marker}" if parsed.marker else ""
    return f"{parsed.name}{extras}{marker}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
