"""Which pins stand in the way is asked of real uv, from wheels of an index of our own."""

import zipfile
from pathlib import Path

import pytest
from drydock.adoption.pins import Way, resolve
from drydock.errors import BadInput

pytestmark = pytest.mark.slow

WHEELS = {
    "web-2.0-py3-none-any": [],
    "kept-1.0-py3-none-any": [],
    "old-1.0-cp36-cp36m-win32": [],
    "old-1.3-py3-none-any": [],
    "old-1.4-py3-none-any": [],
    "gone-1.0-cp36-cp36m-win32": [],
    "clash-1.0-py3-none-any": ["web<2"],
    "clash-1.5-py3-none-any": ["web>=2"],
}
"""File names, each with what it requires."""


@pytest.fixture(autouse=True)
def _index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "wheels"
    folder.mkdir()
    for wheel, requires in WHEELS.items():
        name, version, *_ = wheel.split("-")
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        metadata += "".join(f"Requires-Dist: {one}\n" for one in requires)
        with zipfile.ZipFile(folder / f"{wheel}.whl", "w") as archive:
            archive.writestr(f"{name}-{version}.dist-info/METADATA", metadata)
            archive.writestr(f"{name}-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\n")
            archive.writestr(f"{name}-{version}.dist-info/RECORD", "")
    settings = tmp_path / "config" / "uv" / "uv.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"no-index = true\nfind-links = ['{folder}']\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))


def service(folder: Path, *own: str) -> Path:
    """Write a service that requires, besides what the standard does, its own."""
    lines = "".join(f'    "{one}",\n' for one in own)
    text = f'[project]\ndependencies = [\n    "web>=2",\n    # The service\'s own:\n{lines}]\n'
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_nothing_stands_in_the_way(tmp_path: Path) -> None:
    said: list[str] = []
    assert resolve(service(tmp_path, "kept==1.0", "old"), "3.11", said.append) == []
    assert said == ["Resolving 3 requirements on Python 3.11"]


def test_the_lowest_version_from_the_pin_on_is_named(tmp_path: Path) -> None:
    said: list[str] = []
    found = resolve(service(tmp_path, "kept==1.0", "old==1.0"), "3.11", said.append)
    assert said[1:] == ["Resolving kept==1.0", "Resolving old==1.0"]
    assert found == [Way("old==1.0", "old>=1.3", 6)]


def test_what_clashes_with_the_standard_is_named(tmp_path: Path) -> None:
    found = resolve(service(tmp_path, "clash==1.0"), "3.11", print)
    assert found == [Way("clash==1.0", "clash>=1.5", 5)]


def test_what_no_version_of_works_is_told(tmp_path: Path) -> None:
    found = resolve(service(tmp_path, "gone==1.0", "old==1.0"), "3.11", print)
    assert found == [Way("gone==1.0", "", 5), Way("old==1.0", "old>=1.3", 6)]


def test_there_is_nothing_to_resolve(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"pyproject\.toml"):
        resolve(tmp_path, "3.11", print)
