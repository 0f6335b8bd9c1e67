"""`drydock retrofit --resolve`: the fewest changes to pins, and their commit."""

import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from drydock import locking

from tests.support import Outcome, commit, git, write
from tests.wheels import service, use_wheels

Drydock = Callable[..., Outcome]
pytestmark = pytest.mark.slow

ANSWERS = "_src_path: x\n_commit: v1\npython_version: '3.11'\n"


@pytest.fixture(autouse=True)
def _index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_wheels(tmp_path, monkeypatch)


def shop(tmp_path: Path, *own: str) -> Path:
    """Return the folder of a repository with such a service, not yet committed."""
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "--quiet")
    write(service(folder, *own), {".copier-answers.yml": ANSWERS})
    return folder


def test_applied_changes_are_one_commit(drydock: Drydock, tmp_path: Path) -> None:
    folder = shop(tmp_path, "kept==1.0", "old==1.0", "clash<1.2")
    commit(folder, "As it was")
    outcome = drydock("retrofit", folder, "--resolve", "--apply")

    assert outcome.code == 0, outcome.err
    assert "old==1.0: changed to old>=1.3" in outcome.out
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "show", "--name-only", "--format=%s", "HEAD").split("\n")[2:] == [
        "pyproject.toml",
        "uv.lock",
    ]
    text = (folder / "pyproject.toml").read_text()
    assert ('"kept==1.0"' in text, '"old>=1.3"' in text, '"clash>=1.5"' in text) == (True,) * 3
    again = drydock("retrofit", folder, "--resolve")
    assert (again.code, "The service locks" in again.out) == (0, True)


def test_applied_changes_keep_the_line_ends(drydock: Drydock, tmp_path: Path) -> None:
    folder = shop(tmp_path, "kept==1.0", "old==1.0")
    file = folder / "pyproject.toml"
    mixed = file.read_bytes().replace(b"\n", b"\r\n").replace(b'"1"\r\n', b'"1"\n')
    file.write_bytes(mixed)
    commit(folder, "As it was")
    outcome = drydock("retrofit", folder, "--resolve", "--apply")
    assert outcome.code == 0, outcome.err
    assert file.read_bytes() == mixed.replace(b'"old==1.0"', b'"old>=1.3"')


def test_failed_write_of_the_changes_names_the_command_that_undoes_it(
    drydock: Drydock, tmp_path: Path
) -> None:
    folder = shop(tmp_path, "old==1.0")
    write(folder, {".gitignore": "uv.lock\n"})
    commit(folder, "As it was")
    (folder / "uv.lock").symlink_to(tmp_path / "nowhere" / "uv.lock")
    outcome = drydock("retrofit", folder, "--resolve", "--apply")
    assert outcome.code == 2
    assert "uv.lock: No such file or directory; git reset --hard undoes" in outcome.err


def test_changes_are_applied_from_within_a_subfolder(
    drydock: Drydock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / "all"
    write(top / "shop", {".copier-answers.yml": ANSWERS})
    service(top / "shop", "old==1.0")
    git(top, "init", "--quiet")
    commit(top, "As it was")
    monkeypatch.chdir(top / "shop")
    outcome = drydock("retrofit", "--resolve", "--apply")
    assert outcome.code == 0, outcome.err
    assert git(top, "status", "--porcelain") == ""
    changed = git(top, "show", "--name-only", "--format=", "HEAD").split()
    assert changed == ["shop/pyproject.toml", "shop/uv.lock"]


def test_pin_without_wheels_is_reported_and_nothing_changes(
    drydock: Drydock, tmp_path: Path
) -> None:
    folder = shop(tmp_path, "gone==1.0")
    commit(folder, "As it was")
    outcome = drydock("retrofit", folder, "--resolve", "--apply")
    assert outcome.code == 1
    assert "gone==1.0: no wheel works on Python 3.11" in outcome.out
    assert git(folder, "rev-list", "--count", "HEAD").strip() == "1"


def test_pins_of_a_workspace_member_are_left_alone(drydock: Drydock, tmp_path: Path) -> None:
    top = tmp_path / "all"
    root = '[project]\nname = "all"\nversion = "1"\n[tool.uv.workspace]\nmembers = ["shop"]\n'
    write(top, {"pyproject.toml": root})
    write(top / "shop", {".copier-answers.yml": ANSWERS})
    service(top / "shop", "old==1.0")
    git(top, "init", "--quiet")
    commit(top, "As it was")

    outcome = drydock("retrofit", top / "shop", "--resolve", "--apply")

    assert outcome.code == 2
    assert "a member of the uv workspace in ../: run uv lock there" in outcome.err
    assert git(top, "status", "--porcelain") == ""
    assert git(top, "rev-list", "--count", "HEAD").strip() == "1"


def source_only(folder: Path, ran: Path) -> None:
    """Put a source distribution into `folder` that writes the file `ran` when it is built."""
    backend = f"""
import os, pathlib, zipfile

METADATA = "Metadata-Version: 2.1\\nName: sourced\\nVersion: 1.0\\n"

def build_wheel(folder, config_settings=None, metadata_directory=None):
    pathlib.Path({str(ran)!r}).touch()
    with zipfile.ZipFile(pathlib.Path(folder, "sourced-1.0-py3-none-any.whl"), "w") as archive:
        archive.writestr("sourced-1.0.dist-info/METADATA", METADATA)
        archive.writestr("sourced-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\n")
        archive.writestr("sourced-1.0.dist-info/RECORD", "")
    return "sourced-1.0-py3-none-any.whl"
"""
    files = {
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\n'
        'backend-path = ["."]\n',
        "PKG-INFO": "Metadata-Version: 2.1\nName: sourced\nVersion: 1.0\n",
        "backend.py": backend,
    }
    with tarfile.open(folder / "sourced-1.0.tar.gz", "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"sourced-1.0/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, BytesIO(text.encode()))


def test_source_distribution_is_built_only_if_allowed(drydock: Drydock, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    source_only(tmp_path / "wheels", ran)
    folder = shop(tmp_path, "sourced==1.0", "gone==1.0", "old==1.0")
    commit(folder, "As it was")

    outcome = drydock("retrofit", folder, "--resolve")
    assert outcome.code == 1
    assert "sourced==1.0: sourced has no wheels: --build sourced builds it" in outcome.out
    assert "gone==1.0: no wheel works on Python 3.11" in outcome.out
    assert not ran.exists()

    service(folder, "sourced==1.0", "old==1.0")
    commit(folder, "Without what is gone")
    outcome = drydock("retrofit", folder, "--resolve", "--apply", "--build", "Sourced")
    assert outcome.code == 0, outcome.err
    assert ran.exists()
    assert locking.packages((folder / "uv.lock").read_text())["sourced"] == "1.0"
    body = git(folder, "show", "--no-patch", "--format=%b", "HEAD").strip()
    assert body == "old==1.0 -> old>=1.3\nsourced is built from source"


def test_service_that_only_needs_a_build_is_locked(drydock: Drydock, tmp_path: Path) -> None:
    source_only(tmp_path / "wheels", tmp_path / "ran")
    folder = shop(tmp_path, "sourced")
    commit(folder, "As it was")
    for _ in range(2):
        outcome = drydock("retrofit", folder, "--resolve", "--apply", "--build", "sourced")
        assert outcome.code == 0, outcome.err
        assert "all packages except sourced have wheels" in outcome.out
        assert git(folder, "log", "--format=%s").splitlines() == ["Lock the service", "As it was"]


def test_invalid_package_name_is_not_built(drydock: Drydock, tmp_path: Path) -> None:
    outcome = drydock("retrofit", tmp_path, "--build", "--all")
    assert outcome.code == 2
    assert "--build" in outcome.err


def test_only_blocking_pins_change_in_a_locked_service(drydock: Drydock, tmp_path: Path) -> None:
    folder = shop(tmp_path, "other", "old", "clash<1.2")
    versions = {"other": "2.0", "old": "1.3", "clash": "1.0"}
    lock = "".join(f'[[package]]\nname = "{n}"\nversion = "{v}"\n' for n, v in versions.items())
    write(folder, {"poetry.lock": lock})
    commit(folder, "As it was")

    outcome = drydock("retrofit", folder, "--resolve", "--apply")

    assert outcome.code == 0, outcome.err
    now = locking.packages((folder / "uv.lock").read_text())
    assert now == {"web": "2.0", "other": "2.0", "old": "1.3", "clash": "1.5"}
    assert "constraint" not in (folder / "uv.lock").read_text()


def test_incomplete_lock_file_is_completed_and_keeps_its_versions(
    drydock: Drydock, tmp_path: Path
) -> None:
    folder = shop(tmp_path, "old==1.3", "kept")
    assert locking.write(folder) is None
    service(folder, "old", "kept", "other")
    commit(folder, "As it was")

    outcome = drydock("retrofit", folder, "--resolve", "--apply")

    assert outcome.code == 0, outcome.err
    now = locking.packages((folder / "uv.lock").read_text())
    assert now == {"web": "2.0", "other": "2.1", "old": "1.3", "kept": "1.0"}
    assert git(folder, "log", "--format=%s").splitlines() == ["Lock the service", "As it was"]
