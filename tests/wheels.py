"""A local index of wheels, and services that require them, for tests that lock with uv."""

import zipfile
from pathlib import Path

import pytest

WHEELS: dict[str, list[str]] = {
    "web-2.0-py3-none-any": [],
    "kept-1.0-py3-none-any": [],
    **{f"kept{n}-1.0-py3-none-any": [] for n in range(8)},
    "old-1.0-cp36-cp36m-win32": [],
    "old-1.3-py3-none-any": [],
    "old-1.4-py3-none-any": [],
    "gone-1.0-cp36-cp36m-win32": [],
    "clash-1.0-py3-none-any": ["web<2"],
    "clash-1.5-py3-none-any": ["web>=2"],
    "one-1.0-py3-none-any": ["other<2"],
    "one-1.5-py3-none-any": ["other>=2"],
    "other-2.0-py3-none-any": [],
    "other-2.1-py3-none-any": [],
    "lost-1.0-cp36-cp36m-win32": [],
    "stuck-1.0-py3-none-any": ["web<2"],
}
"""Names of wheels, each with its requirements."""


def use_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let uv install only `WHEELS`, from a folder below `tmp_path`."""
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
    """Write a service with the standard's requirements and its own."""
    lines = "".join(f'    "{one}",\n' for one in own)
    text = (
        '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
        f'dependencies = [\n    "web>=2",\n    # The service\'s own:\n{lines}]\n'
    )
    (folder / "pyproject.toml").write_text(text)
    return folder
