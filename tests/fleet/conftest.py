"""Fixtures: a small template, its services on a remote, and the list of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.conftest import Prepared
from tests.support import Outcome, Service, Template, git

Fleet = Callable[..., Outcome]


def _build(folder: Path) -> None:
    """Make a template with three releases, and three services: oldest, edited, and newest."""
    template = Template.make(folder / "template")
    template.write({"app.cfg": "[app]\nport = 1\n\n[log]\nlevel = info\n", "own.txt": "start\n"})
    template.release("v1.0.0")
    template.release("v1.1.0", {"app.cfg": "[app]\nport = 2\n\n[log]\nlevel = info\n"})
    template.release("v1.2.0", {"more.txt": "new\n"})
    services = {"iris": "v1.0.0", "parcel": "v1.0.0", "tulip": "v1.2.0"}
    for name, ref in services.items():
        service = Service.make(template, folder / "work" / name, ref, name=name)
        if name == "parcel":
            service.change({"app.cfg": "[app]\nport = 9\n\n[log]\nlevel = info\n"})
        publish(service.path, folder / "remotes")


@pytest.fixture
def built(prepared: Prepared) -> Path:
    """The folder of the template, its services and their remotes."""
    return prepared(_build)


@pytest.fixture
def releases(built: Path) -> Template:
    """A template with three releases; the last two change one file each."""
    return Template(built / "template")


@pytest.fixture
def remotes(built: Path) -> Path:
    """The folder with the bare repositories of three services: oldest, edited, and newest."""
    return built / "remotes"


def publish(service: Path, remotes: Path) -> None:
    """Publish a service to a bare repository, and make that its remote."""
    bare = remotes / f"{service.name}.git"
    git(service, "clone", "--quiet", "--bare", service, bare)
    git(service, "remote", "add", "origin", bare)


def listed(file: Path, *services: object, **defaults: object) -> Path:
    """Write a list of services; return it."""
    file.write_text(yaml.safe_dump({"defaults": defaults, "services": list(services)}))
    return file


@pytest.fixture
def three(remotes: Path, tmp_path: Path) -> Path:
    """The list of the three services; iris is in wave 0."""
    return listed(
        tmp_path / "fleet.yaml",
        {"url": f"file://{remotes}/iris.git", "owner": "team-iris", "wave": 0},
        {"url": f"file://{remotes}/parcel.git"},
        f"file://{remotes}/tulip.git",
        owner="team-rest",
        wave=1,
    )


@pytest.fixture
def fleet(
    drydock: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Fleet:
    """Run `drydock fleet …` with its own cache, in the test's folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Outcome:
        return drydock("fleet", *arguments)

    return run
