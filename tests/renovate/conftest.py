"""A template with two releases, and a service of the older one."""

import os
from pathlib import Path

import pytest

from tests.support import Service, Template, git
from tests.template import matrix

RUFF, PYPROJECT = "ruff.toml.jinja", "pyproject.toml.jinja"
NOX = '    "nox>='
UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of this working tree as v1.0.0, and a later release v1.1.0."""
    path = matrix.fork(tmp_path_factory.mktemp("template") / "template", {})
    git(path, "init", "--quiet", "--initial-branch=main")
    git(path, "config", "user.name", "Tester")
    git(path, "config", "user.email", "tester@example.invalid")
    template = Template(path)
    template.release("v1.0.0")
    ruff, pyproject = ((path / "template" / name).read_text() for name in (RUFF, PYPROJECT))
    assert NOX in pyproject
    template.release(
        "v1.1.0",
        {
            RUFF: ruff.replace("= 100", "= 110"),
            PYPROJECT: pyproject.replace(NOX, f'    "iniconfig>=2",\n{NOX}'),
            "scripts/hello.sh": "#!/bin/sh\necho hello\n",
            ".coveragerc.jinja": None,
        },
    )
    return template


@pytest.fixture
def service(tmp_path: Path, template: Template, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service of v1.0.0 with a remote, whose answers contain a URL of its template."""
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))
    service = Service.make(template, tmp_path / "service", service_name="demo-service", ci="github")
    git(service.path, "branch", "--force", "--move", "main")
    answers = service.read(".copier-answers.yml")
    url = f"git+{template.path.as_uri()}"
    service.change({".copier-answers.yml": answers.replace(f": {template.path}\n", f": {url}\n")})
    assert url in service.read(".copier-answers.yml")
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "server.git")
    git(service.path, "remote", "add", "origin", tmp_path / "server.git")
    return service
