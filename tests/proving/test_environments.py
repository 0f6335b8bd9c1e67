"""An environment has the versions that a service says, or as few others as can be."""

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


def made(folder: Path, files: dict[str, str]) -> Environment:
    return next(iter(maker(folder, files).environments(newest())))


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))


def test_the_newest_python_comes_first() -> None:
    versions = [one.version for one in at_hand()]
    assert versions == sorted(versions, reverse=True)
    assert sys.version_info[:2] in versions
    assert len(versions) == len(set(versions))
    assert all(one.path.exists() for one in at_hand())


def test_a_python_that_the_service_does_not_take_is_not_used(tmp_path: Path) -> None:
    files = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\nrequires-python = "<3.7"\n'}
    with pytest.raises(NoEnvironmentError, match=r"no Python at hand is <3.7 \(pyproject.toml:4\)"):
        made(tmp_path, files)


def test_a_service_without_dependencies_has_none(tmp_path: Path) -> None:
    with pytest.raises(NoEnvironmentError, match="it names no dependency"):
        made(tmp_path, {"requirements.txt": "\n"})


def test_what_has_a_source_of_its_own_comes_from_nowhere_else(tmp_path: Path) -> None:
    text = (
        '[tool.poetry]\nname = "a"\nversion = "1"\n\n[tool.poetry.dependencies]\n'
        'common = { path = "../libs/common" }\nrates = { version = "^1.2", source = "internal" }\n'
        'tariffs = { git = "https://example.com/tariffs.git", tag = "v3" }\nidna = "^3"\n'
    )
    demands, notes = maker(tmp_path, {"pyproject.toml": text})._demands(extras=True)
    assert demands == [
        f"common @ {(tmp_path / 'libs/common').as_uri()}",
        "tariffs @ git+https://example.com/tariffs.git@v3",
        "idna>=3,<4",
    ]
    assert 'rates>=1.2,<2 is not installed: its source is { index = "internal" }' in notes


@pytest.mark.prove
def test_versions_of_a_lock_are_kept(tmp_path: Path) -> None:
    pins = "".join(f"{name}=={version}\n" for name, version in LOCKED.items())
    found = made(tmp_path, {"requirements.in": "requests\n", "requirements.txt": pins})
    assert LOCKED.items() <= found.versions.items()
    assert (found.source, found.changed) == ("requirements.txt", [])
    assert found.executable.exists()


@pytest.mark.prove
def test_only_what_stands_in_the_way_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_PYTHON", sys.prefix)  # as nox does; it is another Python's business
    # There is no wheel of this PyYAML for any Python that is still in use.
    found = made(tmp_path, {"requirements.txt": "pyyaml==5.1\nidna==2.8\n"})
    assert found.versions["idna"] == "2.8"
    (changed,) = found.changed
    assert changed == f"pyyaml==5.1 -> pyyaml>={found.versions['pyyaml']}"
    assert found.source == "its requirements, with some changed"


@pytest.mark.slow
def test_an_index_that_does_not_answer_is_no_reason_for_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{port}/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    with pytest.raises(NoIndexError, match="Failed to fetch"):
        made(tmp_path, {"requirements.txt": "idna==2.8\n"})


@pytest.mark.prove
def test_of_a_pinned_patch_release_any_other_is_taken(tmp_path: Path) -> None:
    (python,) = newest()
    text = (
        f'[project]\nname = "a"\nversion = "1"\nrequires-python = "=={python.name}.98"\n'
        'dependencies = ["idna"]\n'
    )
    found = made(tmp_path, {"pyproject.toml": text})
    assert found.python == python
    assert f"another Python {python.name} than it asks for" in found.notes


@pytest.mark.prove
def test_extras_that_exclude_each_other_are_left_out_and_named(tmp_path: Path) -> None:
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
    found = made(tmp_path, {"pyproject.toml": text, "uv.lock": lock})
    assert found.versions == {"idna": "3.10"}
    (note,) = found.notes
    assert note.startswith("its extras are not installed: ")
