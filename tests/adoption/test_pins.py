"""Real uv decides which pins prevent locking, with wheels from a local index."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from drydock import locking
from drydock.adoption.pins import Obstacle, changed, resolve
from drydock.errors import BadInput
from drydock.locking import NoIndexError

from tests.wheels import service, use_wheels

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_wheels(tmp_path, monkeypatch)


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
