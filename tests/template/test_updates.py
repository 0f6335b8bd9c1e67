"""Services of every earlier release, with the edits that teams make, reach the newest state.

By stock `copier update` and by `drydock update`: nothing conflicts, every edit is still there and
does what it did, the service's own tests pass, and a second update has nothing to do.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from drydock.releases import open_template

from tests.support import commit, git, snapshot
from tests.template.matrix import REPOSITORY

pytestmark = pytest.mark.updates

NEXT = "v99.0.0"
BIN = Path(sys.executable).parent
UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home

VARIANTS: dict[str, Mapping[str, Any]] = {
    "defaults": {},
    "no model, flat": {"inference": "none", "package_path": "my_service", "app": "main:app"},
    "adopted": {"adopted": True, "inference": "none", "package_path": "app"},
}
COMMANDS = {
    "copier": (BIN / "copier", "update", "--defaults"),
    "drydock": (BIN / "drydock", "update", "--defaults"),
}


def released() -> list[str]:
    """Return the releases of this template, oldest first."""
    with open_template(str(REPOSITORY), REPOSITORY) as template:
        return list(template.releases) or ["none yet"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository, its working tree released as the newest."""
    path = tmp_path_factory.mktemp("template") / "template"
    git(REPOSITORY, "clone", "--quiet", REPOSITORY, path)
    git(path, "config", "user.name", "Tester")
    git(path, "config", "user.email", "tester@example.invalid")
    for release in released():
        # A clone of a clone may lack tags.
        with open_template(str(REPOSITORY), REPOSITORY) as source:
            if release in source.releases:
                git(path, "tag", "--force", release, source.releases[release].commit)
    shutil.rmtree(path / "template")
    shutil.copytree(REPOSITORY / "template", path / "template")
    for name in ("copier.yml", "company.yml", "reserved.yml", "CHANGELOG.md"):
        shutil.copy(REPOSITORY / name, path / name)
    commit(path, f"release: {NEXT}")
    git(path, "tag", "--annotate", NEXT, "--message", NEXT)
    return path


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("release", released())
def test_an_edited_service_reaches_the_newest_state(
    tmp_path: Path, template: Path, release: str, variant: str, command: str
) -> None:
    if release == "none yet":
        pytest.skip("nothing is released yet")
    service = tmp_path / "service"
    answers = [f"--data={name}={value}" for name, value in VARIANTS[variant].items()]
    _run(
        *(BIN / "copier", "copy", "--defaults", "--quiet", "--vcs-ref", release),
        *(*answers, template, service),
        folder=tmp_path,
    )
    if VARIANTS[variant].get("adopted"):
        _write(service / "app/main.py", ADOPTED_APP)
        _write(service / "README.md", "# A service from before\n")
    git(service, "init", "--quiet", "--initial-branch=main")
    _run("uv", "lock", "--quiet", folder=service)
    commit(service, "Start from the template")
    present = [edit for edit in EDITS if edit.applies(service)]
    assert len(present) >= 5
    for edit in present:
        edit.make(service)
    commit(service, "Make it ours")
    before = snapshot(service)

    _run(*COMMANDS[command], folder=service)

    assert f"_commit: {NEXT}" in (service / ".copier-answers.yml").read_text()
    assert git(service, "diff", "--name-only", "--diff-filter=U") == ""
    for edit in present:
        assert edit.new in (service / edit.renamed_to).read_text(), edit.name
    _no_starter_changed(before, snapshot(service))
    _run("uv", "lock", "--quiet", folder=service)
    _run("uv", "sync", "--quiet", folder=service)
    _run(service / ".venv/bin/pytest", "-q", folder=service)
    commit(service, "Update")
    updated = git(service, "rev-parse", "HEAD^{tree}")
    _run(*COMMANDS[command], folder=service)
    commit(service, "Nothing")
    assert git(service, "rev-parse", "HEAD^{tree}") == updated


class Edit:
    """One change of a team: `old` becomes `new` in a file, which may get another name."""

    def __init__(self, name: str, old: str, new: str, renamed_to: str = "") -> None:
        self.name, self.old, self.new = name, old, new
        self.renamed_to = renamed_to or name

    def applies(self, service: Path) -> bool:
        """Tell whether the service has that file."""
        return (service / self.name).exists()

    def make(self, service: Path) -> None:
        """Change the file."""
        path = service / self.name
        text = path.read_text()
        assert self.old in text, self.name
        path.write_text(text.replace(self.old, self.new, 1))
        if self.renamed_to != self.name:
            path.rename(service / self.renamed_to)


OWN = "    # The service's own:\n"
EDITS = [
    Edit("pyproject.toml", 'version = "0.1.0"', 'version = "0.2.0"'),
    Edit("pyproject.toml", OWN, OWN + '    "attrs>=23",\n'),
    Edit(".gitignore", ".env\n", ".env\n/data/\n"),
    Edit("ruff.toml", '"S104",', '"PLC0415", # imports where they are needed\n    "S104",'),
    Edit("Dockerfile", "USER 10001", "RUN apt-get update\nUSER 10001"),
    Edit("noxfile.py", 'run("pytest"', 'run("pytest", "--durations=3"'),
    Edit("README.md", "# ", "# The marvellous "),
    Edit("src/my_service/chassis/metrics.py", "0.001, 0.0025,", "0.0005, 0.001, 0.0025,"),
    Edit("src/my_service/routes.py", "router = APIRouter()", "router = APIRouter(tags=['iris'])"),
    Edit("src/my_service/settings.py", "    # Add", "    top_k: int = 3\n    # Add"),
    Edit("config/application.yml", "level: INFO", "level: WARNING"),
    Edit("tests/test_routes.py", '"""The API', '"""Our API', "tests/test_api.py"),
    Edit("my_service/chassis/metrics.py", "0.001, 0.0025,", "0.0005, 0.001, 0.0025,"),
    Edit("main.py", 'version="0.1.0"', 'version="0.2.0"'),
]

ADOPTED_APP = '''\
"""An application that was there before the chassis."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/hello")
def hello() -> dict[str, str]:
    """Greet."""
    return {"hello": "world"}
'''


def _no_starter_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    starters = ("README.md", "CHANGELOG.md", "config/", "docs/openapi.json", "main.py")
    parts = ("/main.py", "/routes.py", "/model.py", "/settings.py", "/weights.json", "/test_api")
    for name, content in before.items():
        own = name.startswith(starters) or any(part in name for part in parts)
        if own and "/chassis/" not in name:
            assert after[name] == content, name


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _run(*command: str | Path, folder: Path) -> None:
    environment = os.environ | {"UV_CACHE_DIR": str(UV_CACHE), "UV_PYTHON": sys.executable}
    environment["PATH"] = f"{BIN}{os.pathsep}{environment['PATH']}"
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
