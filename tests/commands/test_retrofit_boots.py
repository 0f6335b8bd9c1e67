"""A retrofitted service, installed: it responds as before, and its own tests pass."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import yaml
from drydock.locking import find_uv

from tests.commands.test_retrofit import LEGACY, copied, resolve
from tests.legacy import packaged
from tests.legacy.support import NOW, make
from tests.support import Outcome, git

pytestmark = pytest.mark.updates

UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home
TIMEOUT = 60  # seconds until a service must listen
BOOTING = {name: legacy for name, legacy in LEGACY.items() if legacy.routes}
BOOTING["a factory"] = packaged.LOBBY_AT_HAND


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ask(port: int, path: str) -> tuple[int, bytes]:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=TIMEOUT) as response:
            return response.status, response.read()
    except HTTPError as error:
        return error.code, error.read()


@contextmanager
def running(folder: Path, port: int, *command: str | Path) -> Iterator[None]:
    log = folder.parent / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(map(str, command)), cwd=folder, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + TIMEOUT
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()


def adopt(drydock: Callable[..., Outcome], standard: Path, folder: Path) -> Path:
    """Adopt and install a service; return its Python."""
    uv = find_uv()
    assert uv
    outcome = drydock("retrofit", folder, "--defaults", "--template", standard, "--to", NOW)
    assert outcome.code in (0, 1), outcome.err
    resolve(folder)
    for command in (["lock"], ["sync", "--locked"]):
        done = subprocess.run(
            [uv, *command], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    return folder / ".venv/bin/python"


def passes(python: Path, folder: Path, *tests: str) -> None:
    done = subprocess.run(
        [python, "-m", "pytest", "-q", *tests], cwd=folder, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", BOOTING)
def test_adopted_service_responds_as_before(
    drydock: Callable[..., Outcome],
    standard: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))
    legacy = BOOTING[name]
    folder = make(legacy, tmp_path / "service")
    python = adopt(drydock, standard, folder)
    answers = yaml.safe_load((folder / ".copier-answers.yml").read_text())
    root = str(folder / answers["package_path"].rpartition("/")[0])

    port, management = free_port(), free_port()
    bare = [str(python), "-m", "uvicorn", answers["app"], "--app-dir", root, "--port", str(port)]
    with running(folder, port, *bare):
        expected = {path: ask(port, path) for path in (*legacy.routes, "/nowhere")}
    assert {status for path, (status, _) in expected.items() if path != "/nowhere"} == {200}
    package = Path(answers["package_path"]).name
    chassis = [str(python), "-m", f"{package}.chassis", "serve", "--port", str(port),
               "--management-port", str(management)]  # fmt: skip
    with running(folder, port, *chassis):
        assert {path: ask(port, path) for path in expected} == expected
        for path in ("/livez", "/readyz"):
            assert ask(management, path)[0] == 200
        assert re.search(
            rb"http_server_request_duration_seconds_count\{", ask(management, "/metrics")[1]
        )
    if legacy.tests:
        passes(python, folder, legacy.tests, "tests/test_chassis.py")
    assert git(folder, "status", "--porcelain") in (
        "",
        "M uv.lock",
        "?? uv.lock",
        "A  uv.lock",
        " M uv.lock",
    )


def test_copy_renamed_by_hand_starts(
    drydock: Callable[..., Outcome],
    standard: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))
    folder = tmp_path / "service"
    copied(drydock, standard, folder, git(standard, "tag", "--sort=v:refname").split()[0])
    python = adopt(drydock, standard, folder)
    port, management = free_port(), free_port()
    serve = [str(folder / ".venv/bin/letters"), "serve", "--port", str(port)]
    serve += ["--management-port", str(management)]
    with running(folder, port, *serve):
        assert b'"title":"letters"' in ask(port, "/openapi.json")[1]
        deadline = time.monotonic() + TIMEOUT
        while ask(management, "/readyz")[0] != 200:  # the model is still loading
            assert time.monotonic() < deadline
            time.sleep(0.05)
    passes(python, folder)
