"""An environment has the versions of the service, or as few changes as possible."""

import os
import socket
import sys
from pathlib import Path

import pytest
from drydock import locking
from drydock.adoption.facts import gather
from drydock.locking import NoIndexError
from drydock.proving.environments import Environment, Maker, NoEnvironmentError
from drydock.pythons import Python, at_hand

from tests.support import write

pytestmark = pytest.mark.usefixtures("shared_uv_cache")

UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home
LOCKED = {
    "requests": "2.26.0",
    "idna": "2.8",
    "urllib3": "1.26.5",
    "certifi": "2021.5.30",
    "charset-normalizer": "2.0.4",
}


def maker(folder: Path, files: dict[str, str]) -> Maker:
    service, scratch = folder / "service", folder / "scratch"
    service.mkdir()
    scratch.mkdir()
    write(service, dict(files))
    return Maker(service, files, gather(files), scratch, lambda _: None, build=False)


def newest() -> list[Python]:
    return at_hand()[:1]


def install(folder: Path, files: dict[str, str]) -> Environment:
    return next(iter(maker(folder, files).environments(newest())))


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))


def test_newest_python_is_first() -> None:
    versions = [python.version for python in at_hand()]
    assert versions == sorted(versions, reverse=True)
    assert sys.version_info[:2] in versions
    assert len(versions) == len(set(versions))
    assert all(python.path.exists() for python in at_hand())


def test_unsupported_python_is_not_used(tmp_path: Path) -> None:
    files = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\nrequires-python = "<3.7"\n'}
    with pytest.raises(
        NoEnvironmentError, match=r"no installed Python satisfies <3.7 \(pyproject.toml:4\)"
    ):
        install(tmp_path, files)


def test_service_without_dependencies_has_no_environment(tmp_path: Path) -> None:
    with pytest.raises(NoEnvironmentError, match="the service declares no dependencies"):
        install(tmp_path, {"requirements.txt": "\n"})


def test_dependencies_with_sources_are_installed_only_from_there(tmp_path: Path) -> None:
    text = (
        '[tool.poetry]\nname = "a"\nversion = "1"\n\n[tool.poetry.dependencies]\n'
        'common = { path = "../libs/common" }\nrates = { version = "^1.2", source = "internal" }\n'
        'tariffs = { git = "https://example.com/tariffs.git", tag = "v3" }\nidna = "^3"\n'
    )
    installed, notes = maker(tmp_path, {"pyproject.toml": text})._requirements(extras=True)
    assert installed == [
        f"common @ {(tmp_path / 'libs/common').as_uri()}",
        "tariffs @ git+https://example.com/tariffs.git@v3",
        "idna>=3,<4",
    ]
    assert 'rates>=1.2,<2 is not installed: its source is { index = "internal" }' in notes


@pytest.mark.prove
def test_locked_versions_are_installed(tmp_path: Path) -> None:
    pins = "".join(f"{name}=={version}\n" for name, version in LOCKED.items())
    environment = install(tmp_path, {"requirements.in": "requests\n", "requirements.txt": pins})
    assert LOCKED.items() <= environment.versions.items()
    assert (environment.source, environment.changed) == ("requirements.txt", [])
    assert environment.executable.exists()


@pytest.mark.prove
def test_only_versions_that_cannot_be_installed_are_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_PYTHON", sys.prefix)  # as nox does; it must not affect the service
    # This PyYAML has no wheel for any maintained Python.
    environment = install(tmp_path, {"requirements.txt": "pyyaml==5.1\nidna==2.8\n"})
    assert environment.versions["idna"] == "2.8"
    (changed,) = environment.changed
    assert changed == f"pyyaml==5.1 -> pyyaml>={environment.versions['pyyaml']}"
    assert environment.source == "its requirements, with some changed"


@pytest.mark.slow
def test_unavailable_index_does_not_change_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{port}/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    with pytest.raises(NoIndexError, match="Failed to fetch"):
        install(tmp_path, {"requirements.txt": "idna==2.8\n"})


@pytest.mark.prove
def test_different_patch_release_of_python_is_used_and_noted(tmp_path: Path) -> None:
    (python,) = newest()
    text = (
        f'[project]\nname = "a"\nversion = "1"\nrequires-python = "=={python.name}.98"\n'
        'dependencies = ["idna"]\n'
    )
    environment = install(tmp_path, {"pyproject.toml": text})
    assert environment.python == python
    assert f"runs on a different patch release of Python {python.name}" in environment.notes


@pytest.mark.prove
def test_conflicting_extras_are_left_out_and_noted(tmp_path: Path) -> None:
    (python,) = newest()
    text = (
        f'[project]\nname = "a"\nversion = "1"\nrequires-python = "=={python.name}.*"\n'
        'dependencies = ["idna==3.10"]\n\n[project.optional-dependencies]\n'
        'old = ["certifi==2023.7.22"]\nnew = ["certifi==2024.7.4"]\n\n'
        '[tool.uv]\npackage = false\nconflicts = [[{ extra = "old" }, { extra = "new" }]]\n'
    )
    project = tmp_path / "project"
    write(project, {"pyproject.toml": text})
    assert locking.write(project) is None
    lock = (project / "uv.lock").read_text("utf-8")
    environment = install(tmp_path, {"pyproject.toml": text, "uv.lock": lock})
    assert environment.versions == {"idna": "3.10"}
    (note,) = environment.notes
    assert note.startswith("extras are not installed: ")
