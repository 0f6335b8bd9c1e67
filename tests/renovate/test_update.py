"""What the real Renovate commits if its `copier` is drydock's."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from drydock.commands import shim

from tests.renovate import parts
from tests.renovate.conftest import NOX
from tests.support import Service, git

pytestmark = pytest.mark.renovate

BRANCH = "renovate/template"
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Request:
    """A pull request of Renovate's: the files of its commit, and its comments."""

    server: Path
    changed: Mapping[str, str]
    """The status letter of `git diff --name-status`, by path."""
    errors: str
    notices: str

    def read(self, path: str) -> str:
        """Return a file of the branch."""
        return git(self.server, "show", f"{BRANCH}:{path}")


def renovate(service: Service, program: Path) -> Request:
    """Let Renovate update a service to v1.1.0; its `copier` is in the folder `program`."""
    git(service.path, "push", "--quiet", "origin", "main")
    folder = service.path.parent
    server = folder / "server.git"
    (folder / "clone").mkdir()
    request: dict[str, Any] = {
        "dist": str(parts.renovate()),
        "url": server.as_uri(),
        "cloneFolder": str(folder / "clone"),
        "cacheFolder": str(folder / "cache"),
        "packageFile": ".copier-answers.yml",
        "depName": "template",
        "newValue": "v1.1.0",
    }
    path = os.pathsep.join([str(program), str(BIN), os.environ["PATH"]])
    done = subprocess.run(
        [parts.node(), Path(__file__).with_name("update.mjs"), json.dumps(request)],
        env=os.environ | {"PATH": path, "LOG_LEVEL": "fatal"},
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["commit"], done.stdout + done.stderr
    assert git(server, "rev-list", "--count", f"main..{BRANCH}") == "1"
    lines = git(server, "diff", "--name-status", "--no-renames", "main", BRANCH).splitlines()
    return Request(
        server,
        {path: letter for letter, path in (line.split("\t") for line in lines)},
        json.dumps(result["artifactErrors"]),
        json.dumps(result["artifactNotices"]),
    )


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The folder of drydock's `copier`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    shim.write(folder, markers=True)
    return folder


def test_clean_update_is_committed_completely(service: Service, program: Path) -> None:
    request = renovate(service, program)

    assert request.changed == {
        ".copier-answers.yml": "M",
        ".coveragerc": "D",
        "pyproject.toml": "M",
        "ruff.toml": "M",
        "scripts/hello.sh": "A",
        "uv.lock": "M",
    }
    assert (request.errors, request.notices) == ("[]", "[]")
    assert "_commit: v1.1.0" in request.read(".copier-answers.yml")
    assert 'name = "iniconfig"' in request.read("uv.lock")
    mode = git(request.server, "ls-tree", BRANCH, "scripts/hello.sh").split()[0]
    assert mode == "100755"


def edit_structurally(service: Service) -> None:
    """Add a tool where the release adds one."""
    text = service.read("pyproject.toml")
    service.change({"pyproject.toml": text.replace(NOX, f'    "mslex>=1",\n{NOX}')})


def test_structurally_merged_file_is_committed_without_markers(
    service: Service, program: Path
) -> None:
    edit_structurally(service)

    request = renovate(service, program)

    assert (request.errors, request.notices) == ("[]", "[]")
    text = request.read("pyproject.toml")
    assert '"mslex>=1",' in text
    assert '"iniconfig>=2",' in text
    assert "<<<<<<<" not in text
    assert request.changed["scripts/hello.sh"] == "A"


def test_stock_copier_leaves_markers_in_the_same_file(service: Service, tmp_path: Path) -> None:
    edit_structurally(service)

    request = renovate(service, tmp_path)

    assert "<<<<<<<" in request.read("pyproject.toml")
    assert "pyproject.toml" in request.errors


def test_conflict_is_committed_with_markers_and_listed(service: Service, program: Path) -> None:
    text = service.read("ruff.toml")
    service.change({"ruff.toml": text.replace("= 100", "= 90")})

    request = renovate(service, program)

    assert "1 merge conflicts" in request.errors
    assert "ruff.toml" in request.errors
    assert "ruff.toml" in request.notices
    assert "<<<<<<< yours\nline-length = 90" in request.read("ruff.toml")
    assert request.changed == {
        ".copier-answers.yml": "M",
        ".coveragerc": "D",
        "pyproject.toml": "M",
        "ruff.toml": "M",
        "scripts/hello.sh": "A",
    }


def test_without_markers_a_conflict_is_only_listed(service: Service, program: Path) -> None:
    shim.write(program, markers=False)
    text = service.read("ruff.toml")
    service.change({"ruff.toml": text.replace("= 100", "= 90")})

    request = renovate(service, program)

    assert "ruff.toml" in request.errors
    assert "ruff.toml" not in request.changed
    assert request.changed["scripts/hello.sh"] == "A"
    assert "_commit: v1.1.0" in request.read(".copier-answers.yml")


def test_impossible_update_is_explained_on_the_pull_request(
    service: Service, program: Path
) -> None:
    service.change({".gitignore": service.read(".gitignore") + "*.sh\n"})

    request = renovate(service, program)

    assert "scripts/hello.sh is new but ignored by git" in request.errors
    assert set(request.changed) == {".copier-answers.yml"}
    assert "_commit: v1.0.0" in request.read(".copier-answers.yml")
