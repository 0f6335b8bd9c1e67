"""Folders with modules before and after, for the differential tests."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import drydock
from drydock.codemods.run import run

RULE = "marshmallow-to-pydantic"
_ROOT = Path(__file__).parents[3]


def translate(modules: Mapping[str, str], version: int) -> Mapping[str, str]:
    """Translate modules, given by name; return the new files, including the adapter."""
    files = {f"{name}.py": text for name, text in modules.items()}
    files["requirements.txt"] = f"marshmallow=={version}.0.0\n"
    return run(files, [RULE], unsafe=False).texts


def write_pairs(folder: Path, modules: Mapping[str, str], version: int) -> None:
    """Write modules, their translations and the adapter to a folder."""
    for path, text in translate(modules, version).items():
        target = folder / path
        if "/" in path:
            target.parent.mkdir(parents=True, exist_ok=True)
        elif path.removesuffix(".py") in modules:
            (folder / f"before_{path}").write_text(modules[path.removesuffix(".py")])
            target = folder / f"after_{path}"
        target.write_text(text)


def compare(folder: Path, count: int, marshmallow: Path | None = None) -> dict[str, list[str]]:
    """Return the differences of each pair, with the marshmallow in the folder `marshmallow`."""
    program = "tests.codemods.marshmallow.differential"
    result: dict[str, list[str]] = run_beside(
        marshmallow, program, str(folder), "--count", str(count)
    )
    return result


def run_beside(marshmallow: Path | None, program: str, *arguments: str) -> Any:
    """Run a module of the tests in a new process, and return the JSON that it prints."""
    engine = str(Path(drydock.__file__).parents[1])
    paths = [str(marshmallow)] if marshmallow else []
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", program, *arguments],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*paths, str(_ROOT), engine])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)
