"""A service with uv or Poetry, its company's index with a password, and a planted package.

`acme-lib` is the company's, in version 1.0.0; the public index has one of the same name in version
99.0.0. `nox -s packaging` runs these tests with real uv, Poetry and pipx.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import Outcome, git, missing
from tests.template import matrix
from tests.template.image import index

pytestmark = pytest.mark.packaging

UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home
TOOLS = {"uv": ["uv", "uvx"], "poetry": ["poetry", "pipx"]}
SYNC = {"uv": ["uv", "sync", "--quiet"], "poetry": ["poetry", "sync", "--no-interaction"]}
NOX = {"uv": ["uvx", "nox"], "poetry": ["pipx", "run", "nox"]}
PUBLISH = {"uv": "UV_PUBLISH", "poetry": "POETRY_HTTP_BASIC_PUBLISH"}
READ = {"uv": "UV_INDEX_COMPANY", "poetry": "POETRY_HTTP_BASIC_COMPANY"}


@dataclass(frozen=True)
class World:
    """The company's index, the public one, and a user's home."""

    company: index.Index
    public: str
    home: Path

    def run(self, command: list[str], folder: Path, login: str = "right", **more: str) -> Outcome:
        """Run a command as a user with this login at the company's index."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("VIRTUAL_ENV", "UV_PROJECT", "POETRY_", "NOX_"))
        }
        files = {"right": self.company.netrc, "wrong": self.home / "wrong"}
        environment |= {
            "HOME": str(self.home),
            "NETRC": str(files.get(login, os.devnull)),
            "UV_CACHE_DIR": str(UV_CACHE),
            "UV_PYTHON": sys.executable,
            "UV_DEFAULT_INDEX": self.public,
            "POETRY_CACHE_DIR": str(self.home / "poetry"),
            "POETRY_VIRTUALENVS_IN_PROJECT": "1",
        } | more
        if login == "from the environment":
            for prefix in READ.values():
                environment[f"{prefix}_USERNAME"] = index.USER
                environment[f"{prefix}_PASSWORD"] = self.company.password
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def publish(self, tool: str, service: Path, password: str) -> Outcome:
        """Publish a service, as its pipeline does."""
        login = {f"{PUBLISH[tool]}_USERNAME": index.USER, f"{PUBLISH[tool]}_PASSWORD": password}
        return self.run([*NOX[tool], "-s", "publish"], service, RELEASE_TAG="v0.1.0", **login)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    home = folder / "home"
    home.mkdir()
    (home / "wrong").write_text(f"machine 127.0.0.1 login {index.USER} password wrong\n")
    _wheel(folder / "planted", "99.0.0")
    with (
        index.private(folder / "company", alone=True) as company,
        index.public(folder / "planted") as public,
    ):
        _wheel(company.packages, "1.0.0")
        yield World(company, public, home)


def _wheel(folder: Path, version: str) -> None:
    """Build a package that prints its version."""
    folder.mkdir(exist_ok=True)
    name = f"acme_lib-{version}"
    about = f"{name}.dist-info"
    files = {
        "acme_lib.py": f'VERSION = "{version}"\n',
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: acme-lib\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


@pytest.fixture(scope="module", params=TOOLS)
def tool(request: pytest.FixtureRequest) -> str:
    """uv or Poetry, and what runs other tools with it."""
    absent = [name for name in TOOLS[request.param] if not shutil.which(name)]
    if absent:
        missing(f"{', '.join(absent)}: not installed; `nox -s packaging` does it")
    return str(request.param)


@pytest.fixture(scope="module")
def service(tool: str, world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service that needs the company's package, locked and installed by its team."""
    folder = tmp_path_factory.mktemp(tool) / "service"
    answers = {
        "service_name": "demo-service", "inference": "none", "packaging": tool,
        "package_index": world.company.address,
    }  # fmt: skip
    matrix.render(matrix.REPOSITORY, folder, answers | matrix.LAYOUTS["flat"])
    _need(folder / "pyproject.toml", "acme-lib", world)
    for command in ([tool, "lock"], SYNC[tool]):
        outcome = world.run(command, folder)
        assert outcome.code == 0, outcome.out + outcome.err
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Tester")
    git(folder, "config", "user.email", "tester@example.invalid")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Start from the template")
    return folder


def _need(project: Path, name: str, world: World) -> None:
    """Depend on a package of the company, pinned as the comment in pyproject.toml shows."""
    text = project.read_text()
    text = text.replace(
        "    # The service's own:\n", f'    # The service\'s own:\n    "{name}",\n', 1
    )
    # Poetry has no variable for the public index.
    text = text.replace('name = "PyPI"', f'name = "public"\nurl = "{world.public}"')
    shown = re.findall(r"^#   (.+)$", text, re.MULTILINE)
    assert len(shown) == 2
    project.write_text(text + "\n" + "\n".join(shown).replace("our-package", name) + "\n")


def _other(folder: Path, service: Path, needs: str, *, pinned: bool = True) -> Path:
    """Create another project of the company, with only one dependency and the indexes."""
    _, table, indexes = (service / "pyproject.toml").read_text().partition("[[tool.")
    indexes, pins, pin = indexes.rpartition("\n[tool.")
    name = re.sub(">.*", "", needs)
    text = '[project]\nname = "other"\nversion = "1.0.0"\nrequires-python = ">=3.11"\n'
    text += f'dependencies = ["{needs}"]\n[tool.poetry]\npackage-mode = false\n{table}{indexes}'
    text += pins + pin.replace("acme-lib", name) if pinned else ""
    (folder / "pyproject.toml").write_text(text)
    return folder


def locked(folder: Path) -> dict[str, str]:
    """Return the versions in the lock file."""
    (file,) = (folder / name for name in ("uv.lock", "poetry.lock") if (folder / name).exists())
    packages = tomllib.loads(file.read_text())["package"]
    return {package["name"]: package["version"] for package in packages}


@pytest.mark.parts
def test_service_is_locked_and_installed_with_companys_package(
    world: World, tool: str, service: Path
) -> None:
    ask = "import acme_lib; print(acme_lib.VERSION)"
    output = world.run([tool, "run", "python", "-c", ask], service)

    assert output.out.strip() == "1.0.0"
    assert locked(service)["acme-lib"] == "1.0.0"
    assert not {"uv.lock", "poetry.lock"} <= {path.name for path in service.iterdir()}


def test_tests_of_the_service_pass(world: World, tool: str, service: Path) -> None:
    outcome = world.run([*NOX[tool], "-s", "tests"], service)

    assert outcome.code == 0, outcome.out + outcome.err
    assert "7 passed" in outcome.out
    assert git(service, "status", "--porcelain") == ""


def test_refused_upload_ends_with_one_clear_line(world: World, tool: str, service: Path) -> None:
    outcome = world.publish(tool, service, "wrong")

    assert outcome.code != 0
    assert list(world.company.packages.glob("demo_service*")) == []
    assert "Traceback" not in outcome.out + outcome.err
    assert outcome.err.splitlines()[-1].startswith(
        "nox > Session publish aborted: if the index responded with 401 or 403 above, "
        f"check {PUBLISH[tool]}_USERNAME and …_PASSWORD"
    )


def test_published_package_can_be_installed_elsewhere(
    world: World, tool: str, service: Path, tmp_path: Path
) -> None:
    for _ in range(2):  # files that an earlier run has uploaded are skipped
        outcome = world.publish(tool, service, world.company.password)
        assert outcome.code == 0, outcome.out + outcome.err
    published = sorted(path.name for path in world.company.packages.glob("demo_service*"))
    assert published == ["demo_service-0.1.0-py3-none-any.whl", "demo_service-0.1.0.tar.gz"]

    _other(tmp_path, service, "demo-service")
    for command in ([tool, "lock"], SYNC[tool]):
        outcome = world.run(command, tmp_path)
        assert outcome.code == 0, outcome.out + outcome.err
    run = world.run([tool, "run", "python", "-c", "import main; print(main.__file__)"], tmp_path)
    assert "site-packages" in run.out, run.err
    help_ = world.run([tool, "run", "demo-service", "--help"], tmp_path)
    assert help_.code == 0
    for path in world.company.packages.glob("demo_service*"):
        path.unlink()


def test_refused_installation_names_the_login(
    world: World, tool: str, service: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "service"
    shutil.copytree(service, copy, ignore=shutil.ignore_patterns(".venv", ".nox"))
    fresh = {"UV_NO_CACHE": "1", "POETRY_CACHE_DIR": str(tmp_path / "cache")}

    outcome = world.run([*NOX[tool], "-s", "lint"], copy, "wrong", **fresh)

    assert outcome.code != 0
    assert "Traceback" not in outcome.out + outcome.err
    output = " ".join((outcome.out + outcome.err).split())
    assert {"uv": "403 Forbidden", "poetry": "check the file that NETRC names"}[tool] in output


@pytest.mark.parametrize("login", ["right", "from the environment", "wrong", "none"])
def test_planted_package_never_replaces_a_pinned_one(
    world: World, tool: str, service: Path, tmp_path: Path, login: str
) -> None:
    _other(tmp_path, service, "acme-lib")

    outcome = world.run([tool, "lock"], tmp_path, login)

    if login in ("wrong", "none"):
        assert outcome.code != 0
        assert not list(tmp_path.glob("*.lock"))
    else:
        assert outcome.code == 0, outcome.out + outcome.err
        assert locked(tmp_path)["acme-lib"] == "1.0.0"


def test_planted_package_is_not_used_if_companys_is_too_old(
    world: World, tool: str, service: Path, tmp_path: Path
) -> None:
    _other(tmp_path, service, "acme-lib>=2")

    assert world.run([tool, "lock"], tmp_path).code != 0
    assert not list(tmp_path.glob("*.lock"))


def test_companys_package_wins_without_a_pin(
    world: World, tool: str, service: Path, tmp_path: Path
) -> None:
    _other(tmp_path, service, "acme-lib", pinned=False)

    # Poetry continues if a login is refused, which is why its services pin; uv stops.
    for login in ("wrong", "none") if tool == "uv" else ():
        assert world.run([tool, "lock"], tmp_path, login).code != 0
    outcome = world.run([tool, "lock"], tmp_path)

    assert outcome.code == 0, outcome.out + outcome.err
    assert locked(tmp_path)["acme-lib"] == "1.0.0"


def test_password_is_in_no_file_of_the_service(world: World, service: Path) -> None:
    def shown(folder: Path) -> list[Path]:
        files = [path for path in folder.rglob("*") if path.is_file()]
        return [path for path in files if world.company.password.encode() in path.read_bytes()]

    assert shown(service) == []
    assert shown(world.company.netrc.parent) == [world.company.netrc]
