"""The lock file of a service, written anew without running any code of it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from drydock.errors import one_line

FILES = {
    "uv.lock": "uv lock",
    "poetry.lock": "poetry lock",
    "pdm.lock": "pdm lock",
    "Pipfile.lock": "pipenv lock",
}
"""Lock files by name, and the command that writes each."""


def find_uv() -> str | None:
    """Return the program uv, if it is installed."""
    beside = Path(sys.executable).with_name("uv")
    return shutil.which("uv") or (str(beside) if beside.exists() else None)


def command(service: Path) -> str:
    """Return the command that writes the lock file of a project that may have none yet.

    That Poetry builds a project does not say that it locks it, too; `requires-poetry` does.
    """
    try:
        data = tomllib.loads((service / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        data = {}
    poetry = data.get("tool", {}).get("poetry", {})
    if "requires-poetry" in poetry or (poetry and not (service / "uv.lock").exists()):
        return FILES["poetry.lock"]
    return FILES["uv.lock"]


def write(service: Path) -> str | None:
    """Write `uv.lock` in the folder `service`; return None, or why it could not be written.

    Only wheels are looked into: building a source distribution, or a project whose metadata is
    dynamic, would run its code.
    """
    try:
        project = tomllib.loads((service / "pyproject.toml").read_text("utf-8")).get("project")
    except (OSError, ValueError) as error:
        return f"pyproject.toml cannot be read: {one_line(error)}"
    if not isinstance(project, dict) or project.get("dynamic"):
        return "locking would run the service's own build"
    if command(service) != FILES["uv.lock"]:
        return "Drydock locks by uv only, which builds nothing"
    uv = find_uv()
    if uv is None:
        return "uv is not installed"
    done = subprocess.run(
        [uv, "lock", "--no-build", "--quiet"],
        cwd=service, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        return one_line(done.stderr) or f"uv lock ended with {done.returncode}"
    return None
