"""Real uv decides which pins prevent locking, with wheels from a local index."""

import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from drydock import locking
from drydock.adoption.pins import Obstacle, changed, resolve
from drydock.errors import BadInput
from drydock.locking import NoIndexError

from tests.support import Outcome, commit, git, write

Drydock = Callable[..., Outcome]
pytestmark = pytest.mark.slow

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
ANSWERS = "_src_path: x\n_commit: v1\npython_version: '3.11'\n"


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
    """Write a service with the standard's requirements and its own."""
    lines = "".join(f'    "{one}",\n' for one in own)
    text = (
        '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
        f'dependencies = [\n    "web>=2",\n    # The service\'s own:\n{lines}]\n'
    )
    (folder / "pyproject.toml").write_text(text)
    return folder


def shop(tmp_path: Path, *own: str) -> Path:
    """Return the folder of a repository with such a service, not yet committed."""
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "--quiet")
    write(service(folder, *own), {".copier-answers.yml": ANSWERS})
    return folder


def test_service_that_locks_needs_no_change(tmp_path: Path) -> None:
    lines: list[str] = []
    assert resolve(service(tmp_path, "kept==1.0", "old"), "3.11", lines.append) == []
    assert lines == ["Locking, attempt 1"]


def test_pin_is_raised_to_the_lowest_version_with_a_wheel(tmp_path: Path) -> None:
    found = resolve(service(tmp_path, "kept==1.0", "old==1.0"), "3.11", print)
    assert found == [Obstacle("old==1.0", "old>=1.3", 9)]


def test_pin_that_clashes_with_the_standard_is_raised(tmp_path: Path) -> None:
    found = resolve(service(tmp_path, "clash==1.0"), "3.11", print)
    assert found == [Obstacle("clash==1.0", "clash>=1.5", 8)]


def test_pin_without_any_working_version_is_reported(tmp_path: Path) -> None:
    found = resolve(service(tmp_path, "gone==1.0", "old==1.0"), "3.11", print)
    gone, old = found
    assert (gone.pin, gone.replacement, gone.line) == ("gone==1.0", "", 8)
    assert "gone" in gone.why
    assert old == Obstacle("old==1.0", "old>=1.3", 9)


def test_pins_of_every_group_are_resolved(tmp_path: Path) -> None:
    folder = service(tmp_path, "kept==1.0")
    file = folder / "pyproject.toml"
    extra = '[project.optional-dependencies]\nx = ["clash<1.2"]\n'
    file.write_text(file.read_text() + extra + '[dependency-groups]\nload = ["old==1.0"]\n')
    found = [(obstacle.pin, obstacle.replacement) for obstacle in resolve(folder, "3.11", print)]
    assert found == [("old==1.0", "old>=1.3"), ("clash<1.2", "clash>=1.5")]


def test_only_necessary_pins_change(tmp_path: Path) -> None:
    own = [f"kept{n}==1.0" for n in range(8)]
    folder = service(tmp_path, *own, "clash==1.0", "kept==1.0")
    attempts: list[str] = []
    found = resolve(folder, "3.11", attempts.append)
    assert [obstacle.pin for obstacle in found] == ["clash==1.0"]
    assert len(attempts) < 12


def test_one_of_two_clashing_pins_changes(tmp_path: Path) -> None:
    found = resolve(service(tmp_path, "other==2.0", "one==1.0", "kept==1.0"), "3.11", print)
    assert found == [Obstacle("one==1.0", "one>=1.5", 9)]


def test_all_pins_without_a_working_version_are_reported_at_once(tmp_path: Path) -> None:
    own = ["gone==1.0", "kept==1.0", "lost==1.0", "stuck", "clash==1.0"]
    found = resolve(service(tmp_path, *own), "3.11", print)
    assert [(obstacle.pin, obstacle.replacement) for obstacle in found] == [
        ("gone==1.0", ""),
        ("lost==1.0", ""),
        ("stuck", ""),
        ("clash==1.0", "clash>=1.5"),
    ]
    reasons = {obstacle.pin: obstacle.why for obstacle in found if obstacle.why}
    assert all(pin.partition("=")[0] in why for pin, why in reasons.items())
    assert "web" in reasons["stuck"]


@contextmanager
def served(folder: Path, fetched: list[str], most: int | None = None) -> Iterator[None]:
    """Serve the wheels from an index that records requests, and fails after `most` of them."""

    class Index(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder / "index"))

        def do_GET(self) -> None:
            if most is not None and len(fetched) >= most:
                with suppress(OSError):  # uv hangs up once one of its requests has failed
                    self.send_error(503)
            else:
                super().do_GET()

        def log_message(self, _form: str, *_arguments: object) -> None:
            fetched.append(self.path)

    for wheel in (folder / "wheels").iterdir():
        page = folder / "index" / wheel.name.partition("-")[0]
        page.mkdir(parents=True, exist_ok=True)
        wheel.rename(page / wheel.name)
    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings = folder / "config" / "uv" / "uv.toml"
        settings.write_text(f"index-url = 'http://127.0.0.1:{server.server_port}'\n")
        yield
        server.shutdown()


def test_index_is_not_read_again_for_each_attempt(tmp_path: Path) -> None:
    own = ["other==2.0", "one==1.0", "clash==1.0", "old==1.0", "stuck"]
    fetched: list[str] = []
    progress: list[tuple[str, int]] = []
    with served(tmp_path, fetched):
        found = resolve(
            service(tmp_path, *own), "3.11", lambda text: progress.append((text, len(fetched)))
        )
    assert {obstacle.pin for obstacle in found} == {"one==1.0", "clash==1.0", "old==1.0", "stuck"}
    (nearest,) = [n for n, (text, _) in enumerate(progress) if text.startswith("Checking which")][
        -1:
    ]
    attempts = [
        requests for text, requests in progress[nearest + 1 :] if text.startswith("Locking")
    ]
    assert len(attempts) > 2
    assert len(set(attempts[:3])) == 1


def test_failing_index_changes_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    own = ["kept==1.0", "one==1.0", "clash==1.0", "old==1.0"]
    fetched: list[str] = []
    with served(tmp_path, fetched):
        expected = resolve(service(tmp_path, *own), "3.11", lambda _: None)
    assert {obstacle.pin for obstacle in expected} == {"one==1.0", "clash==1.0", "old==1.0"}
    failures = 0
    for most in range(len(fetched)):
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / f"cache {most}"))
        with served(tmp_path, [], most):
            try:
                found: object = resolve(tmp_path, "3.11", lambda _: None)
            except NoIndexError:
                failures += 1
                continue
        assert found == expected
    assert failures


def test_locked_versions_are_kept_if_possible(tmp_path: Path) -> None:
    folder = service(tmp_path, "old", "clash")
    assert locking.write(folder, {"old": "1.3", "clash": "1.0", "unknown": "7"}) is None
    lock = (folder / "uv.lock").read_text()
    assert locking.packages(lock) == {"web": "2.0", "old": "1.3", "clash": "1.5"}
    assert "constraint" not in lock
    assert "constraint" not in (folder / "pyproject.toml").read_text()


def test_locked_version_without_a_wheel_is_raised_to_the_lowest_with_one(
    tmp_path: Path,
) -> None:
    folder = service(tmp_path, "old", "kept")
    assert locking.write(folder, {"old": "1.0", "kept": "1.0"}) is None
    lock = (folder / "uv.lock").read_text()
    assert locking.packages(lock) == {"web": "2.0", "old": "1.3", "kept": "1.0"}


def test_failing_index_locks_no_other_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    kept = {"old": "1.0", "other": "2.0"}
    fetched: list[str] = []
    with served(tmp_path, fetched):
        assert locking.write(service(tmp_path, "old", "other"), kept) is None
    lock = tmp_path / "uv.lock"
    expected = locking.packages(lock.read_text())
    assert expected == {"web": "2.0", "old": "1.3", "other": "2.0"}
    failures = 0
    for most in range(len(fetched)):
        lock.unlink(missing_ok=True)
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / f"cache {most}"))
        with served(tmp_path, [], most):
            problem = locking.write(tmp_path, kept)
        if problem:
            assert "Failed to fetch" in problem
            assert not lock.exists()
            failures += 1
        else:
            assert locking.packages(lock.read_text()) == expected
    assert failures


def test_newest_versions_are_locked_without_locked_ones(tmp_path: Path) -> None:
    folder = service(tmp_path, "old")
    assert locking.write(folder) is None
    assert locking.packages((folder / "uv.lock").read_text())["old"] == "1.4"


def test_missing_pyproject_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"pyproject\.toml"):
        resolve(tmp_path, "3.11", print)


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


DROPPED = {
    'a = ["x==1", "y==2", "z==3"]\n': 'a = ["x==1", "z==3"]\n',
    'a = [\n    "y==2", "z==3",\n]\n': 'a = [\n "z==3",\n]\n',
    'a = [\n    "x",\n    "y==2",  # why [1]\n    "z",\n]\n': 'a = [\n    "x",\n    "z",\n]\n',
    'a = [\r\n  "y==2",\r\n  "z",\r\n]\r\n': 'a = [\r\n  "z",\r\n]\r\n',
    'a = ["y==2"]  # all\nb = []\n': "a = []  # all\nb = []\n",
    'a = [\n    "x",\n    "y==2"\n]\n': 'a = [\n    "x",\n]\n',
}


@pytest.mark.parametrize("text", DROPPED)
def test_dropped_pin_leaves_the_other_pins(text: str) -> None:
    assert changed(text, {"y==2": ""}) == DROPPED[text]


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
