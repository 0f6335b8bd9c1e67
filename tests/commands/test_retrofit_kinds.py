"""Ten kinds of services: adopted, locked, installed and started, with unchanged responses."""

import os
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from drydock.documents.formats import toml
from drydock.locking import find_uv, packages
from packaging.version import Version

from tests.commands.test_retrofit_boots import UV_CACHE, ask, free_port, passes, running
from tests.legacy import Legacy, kinds
from tests.legacy.support import NOW, make
from tests.support import Outcome, commit, git, write
from tests.template.image import index

pytestmark = pytest.mark.retrofits
Drydock = Callable[..., Outcome]

KINDS = {
    "Pipfile": kinds.PIPFILE,
    "requirements in UTF-16": kinds.UTF16,
    "gunicorn, and an entrypoint with alembic": kinds.MIGRATES,
    "stages with targets": kinds.STAGES,
    "cron next to the server": kinds.CRON,
    "a factory with arguments": kinds.FACTORY,
    "one of three services, with a client": kinds.MANY,
    "Poetry, a private index and a lock": kinds.POETRY,
    "Conda": kinds.CONDA,
    "setup.cfg and compose": kinds.SETUP_CFG,
}
SAMPLE = ("Pipfile", "Poetry, a private index and a lock")
"""The kinds that continuous integration runs."""
MAIN = "from fastapi import FastAPI\n\napp = FastAPI()\n"


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))


@pytest.fixture
def private_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a private index with two versions of one package."""
    with index.private(tmp_path / "index", alone=True) as private:
        for version in ("1.0.0", "1.1.0"):
            name = f"staves-{version}"
            with zipfile.ZipFile(private.packages / f"{name}-py3-none-any.whl", "w") as wheel:
                metadata = f"Metadata-Version: 2.1\nName: staves\nVersion: {version}\n"
                wheel.writestr("staves.py", "COUNT = 3\n")
                wheel.writestr(f"{name}.dist-info/METADATA", metadata)
                wheel.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\n")
                wheel.writestr(f"{name}.dist-info/RECORD", "")
        monkeypatch.setenv("NETRC", str(private.netrc))
        yield private.address


def _of_index(legacy: Legacy, address: str) -> Legacy:
    files = {
        path: text.replace("INDEX", address) if isinstance(text, str) else text
        for path, text in legacy.files.items()
    }
    return replace(legacy, files=files)


@pytest.mark.parametrize(
    "kind",
    [pytest.param(name, marks=pytest.mark.sample if name in SAMPLE else ()) for name in KINDS],
)
def test_adopted_service_locks_installs_and_responds_as_before(
    drydock: Drydock, standard: Path, tmp_path: Path, private_index: str, kind: str
) -> None:
    legacy = _of_index(KINDS[kind], private_index)
    folder = make(legacy, tmp_path / "service")
    outcome = drydock("retrofit", folder, "--defaults", "--template", standard, "--to", NOW)
    assert outcome.code == 0, outcome.out + outcome.err

    answers = yaml.safe_load((folder / ".copier-answers.yml").read_text())
    assert {name: answers[name] for name in legacy.answers} == legacy.answers
    for path, expected in legacy.carried.items():
        for part in expected:
            assert part in (folder / path).read_text(), path
    for place in legacy.places():
        assert f"{place}:" in outcome.out
    for path in legacy.removed:
        assert not (folder / path).exists()
    assert "uv.lock" in git(folder, "ls-files", "uv.lock")
    uv = find_uv()
    assert uv
    done = subprocess.run(
        [uv, "sync", "--locked", "--quiet"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    python = folder / ".venv/bin/python"
    _assert_same_responses(folder, python, answers, legacy)
    if legacy.tests:
        passes(python, folder, legacy.tests, "tests/test_chassis.py")
    assert git(folder, "status", "--porcelain", ".") == ""


def _assert_same_responses(folder: Path, python: Path, answers: Any, legacy: Legacy) -> None:
    root = str(folder / answers["package_path"].rpartition("/")[0])
    port, management = free_port(), free_port()
    bare = [str(python), "-m", "uvicorn", answers["app"], "--app-dir", root, "--port", str(port)]
    with running(folder, port, *bare):
        expected = {path: ask(port, path) for path in (*legacy.routes, "/nowhere")}
    assert {status for path, (status, _) in expected.items() if path != "/nowhere"} == {200}
    package = answers["package_path"].rpartition("/")[2]
    serve = [f"{package}.chassis", "serve", "--port", str(port)]
    chassis = [str(python), "-m", *serve, "--management-port", str(management)]
    with running(folder, port, *chassis):
        assert {path: ask(port, path) for path in expected} == expected
        assert [ask(management, path)[0] for path in ("/livez", "/readyz")] == [200, 200]


def test_root_of_several_services_is_refused_with_their_folders(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    make(kinds.MANY, tmp_path / "service")
    outcome = drydock("retrofit", tmp_path / "service", "--defaults", "--template", standard)
    assert outcome.code == 2
    assert "run drydock retrofit in each: mail, orders, stock" in outcome.err


def test_locked_versions_are_kept(
    drydock: Drydock, standard: Path, tmp_path: Path, private_index: str
) -> None:
    folder = make(_of_index(kinds.POETRY, private_index), tmp_path / "service")
    drydock("retrofit", folder, "--defaults", "--template", standard, "--to", NOW)
    lock = (folder / "uv.lock").read_text()
    assert private_index.rstrip("/") in lock
    assert packages(lock)["staves"] == "1.0.0"


@pytest.mark.sample
def test_nox_passes_and_the_debt_session_shortens_lists(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = make(kinds.PIPFILE, tmp_path / "service")
    drydock("retrofit", folder, "--defaults", "--template", standard, "--to", NOW)
    _nox(folder)
    assert "[mypy-pots.main]" in (folder / "mypy.ini").read_text()
    (folder / "pots/main.py").write_text('"""Pots."""\n\nfrom fastapi import FastAPI\n\n'
                                         "app = FastAPI()\n")  # fmt: skip
    _nox(folder, "-s", "debt")
    assert "[mypy-pots.main]" not in (folder / "mypy.ini").read_text()
    assert "[mypy-tests.test_pots]" in (folder / "mypy.ini").read_text()
    assert '"pots/main.py"' not in (folder / "ruff.toml").read_text()
    _nox(folder, "-s", "lint", "types")


def _nox(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        ["nox", *arguments], cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_new_requirements_are_locked_with_the_current_versions(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "service"
    code = (
        "import aioredis\nfrom fastapi import FastAPI\nfrom fastapi.templating import "
        "Jinja2Templates\n\napp = FastAPI()\n"
    )
    pins = "aioredis==2.0.1\nanyio==4.11.0\nfastapi==0.115.0\nuvicorn==0.30.0\n"
    write(folder, {"main.py": code, "requirements.in": "fastapi\nuvicorn\naioredis\n"})
    write(folder, {"requirements.txt": pins})
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "As it was")

    outcome = drydock(
        "retrofit", folder, "--defaults", "--modernize", "--template", standard, "--to", NOW
    )

    assert outcome.code == 0, outcome.out + outcome.err
    locked = packages((folder / "uv.lock").read_text())
    assert locked["anyio"] == "4.11.0"
    assert Version(locked["starlette"]) >= Version("1")  # as the newest FastAPI requires
    assert ("redis" in locked, "jinja2" in locked, "aioredis" in locked) == (True, True, False)
    assert "lacks" not in outcome.out
    assert git(folder, "status", "--porcelain", ".") == ""


def test_poetry_service_keeps_its_locked_versions(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "service"
    pyproject = (
        '[tool.poetry]\nname = "kegs"\nversion = "1.2.0"\ndescription = "Lends kegs"\n'
        'authors = ["Ada <ada@example.com>"]\n\n[tool.poetry.dependencies]\npython = "^3.11"\n'
        'fastapi = "^0.160"\nuvicorn = "*"\ncolorama = "0.4.5"\n\n'
        # Some mirrors of the public index lack the API that Poetry uses there.
        '[[tool.poetry.source]]\nname = "simple"\nurl = "https://pypi.org/simple/"\n\n'
        '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
    )
    write(folder, {"pyproject.toml": pyproject, "kegs/__init__.py": "", "kegs/main.py": MAIN})
    _poetry(folder, "lock")
    write(folder, {"pyproject.toml": pyproject.replace('"0.4.5"', '"^0.4.5"')})
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "As it was")

    outcome = drydock(
        *("retrofit", folder, "--defaults", "--data", "packaging=poetry"),
        *("--template", standard, "--to", NOW),
    )
    assert outcome.code == 0, outcome.out + outcome.err
    _poetry(folder, "lock")

    _poetry(folder, "check", "--lock")
    locked = {
        package["name"]: package["version"] for package in toml.data(_lock(folder))["package"]
    }
    assert locked["colorama"] == "0.4.5"
    assert {"prometheus-client", "structlog", "nox"} <= locked.keys()
    installed = _poetry(folder, "sync", "--dry-run")
    assert "kegs (1.2.0)" in installed


def _lock(folder: Path) -> str:
    return (folder / "poetry.lock").read_text("utf-8")


def _poetry(folder: Path, *arguments: str) -> str:
    uv = find_uv()
    assert uv
    cache = {"POETRY_VIRTUALENVS_IN_PROJECT": "1", "POETRY_CACHE_DIR": str(folder.parent / "cache")}
    done = subprocess.run(
        [uv, "tool", "run", "--quiet", "--from", "poetry>=2.2,<3", "poetry", "--no-interaction",
         *arguments],
        cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, **cache},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
