"""A process has its own home, network and end, and leaves nothing behind."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from drydock.proving.client import send
from drydock.proving.messages import Request
from drydock.proving.processes import (
    Room,
    can_be_alone,
    environment,
    last_words,
    started,
)

from tests.waiting import wait_for

PYTHON = Path(sys.executable)
PATIENCE = 30


def room(folder: Path, alone: bool = False, **more: str) -> Room:
    return Room(folder, environment(folder, PYTHON, more), alone)


def run(folder: Path, code: str, *, alone: bool = False, **more: str) -> tuple[int, str]:
    files = room(folder, alone, **more).specified([PYTHON, "-c", code], folder)
    with started(files) as running:
        ended = running.wait(PATIENCE)
    assert ended
    return ended.code, files.said


def test_it_sees_nothing_of_the_users_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "s3cret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    code = "import os; print(dict(os.environ)); print(os.path.expanduser('~'))"

    _, said = run(tmp_path, code, GIVEN="this")

    assert "s3cret" not in said
    assert "proxy.example" not in said
    assert "'GIVEN': 'this'" in said
    assert said.rstrip().endswith(str(tmp_path / "home"))


def test_how_it_ended_is_told(tmp_path: Path) -> None:
    code, said = run(tmp_path, "import sys; print('ImportError: no such'); sys.exit(3)")
    assert code == 3
    assert last_words(said) == "ImportError: no such"


@pytest.mark.skipif(not can_be_alone(), reason="this machine gives no network of its own")
def test_alone_it_reaches_nothing_but_itself(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as outside:
        code = f"import socket; socket.create_connection(('127.0.0.1', {outside.getsockname()[1]}))"
        assert run(tmp_path, code)[0] == 0
        (tmp_path / "alone").mkdir()
        ended, said = run(tmp_path / "alone", code, alone=True)
    assert ended == 1
    assert "refused" in said


SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("X-Path", self.path)
        self.end_headers()
        self.wfile.write(body * 100000)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("alone", [False, True])
def test_requests_reach_it_through_a_socket(tmp_path: Path, alone: bool) -> None:
    if alone and not can_be_alone():
        pytest.skip("this machine gives no network of its own")
    port, path = free_port(), tmp_path / "s"
    files = room(tmp_path, alone).specified(
        [PYTHON, "-c", SERVER, str(port)], tmp_path, {str(path): port}
    )
    request = Request("", "valid", "POST", "/a?b=1", body=b"hello")
    with started(files):
        wait_for(lambda: path.exists() and not send(path, request).failure, "the server answers")
        response = send(path, request)
    assert (response.status, response.header("x-path")) == (201, "/a?b=1")
    assert response.body == b"hello" * 100000


HOLDER = """
import os, socket, sys, time
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    print("listens", flush=True)
    held = server.accept()
    os.fork()  # the child goes on with the connection
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_connection_that_is_cut_at_its_end_adds_nothing_to_its_log(tmp_path: Path) -> None:
    port, path = free_port(), tmp_path / "s"
    files = room(tmp_path).specified([PYTHON, "-c", HOLDER, str(port)], tmp_path, {str(path): port})

    with started(files) as running, socket.socket(socket.AF_UNIX) as client:
        wait_for(lambda: path.exists() and files.said == "listens\n", "the server listens")
        client.connect(str(path))
        wait_for(lambda: files.said.count("held") == 2, "the server holds the connection")
        running.ask_to_end()
        running.launcher.wait(PATIENCE)
    assert set(files.said.split()) == {"listens", "held"}


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie has ended; nobody here is its parent.
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


CHILDREN = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
signal.signal(signal.SIGTERM, lambda *_: print("no", flush=True))
print(os.getpid(), child.pid, flush=True)
while True:
    time.sleep(1)
"""


def test_one_that_ignores_sigterm_is_killed_with_its_children(tmp_path: Path) -> None:
    files = room(tmp_path).specified([PYTHON, "-c", CHILDREN], tmp_path)
    with started(files) as running:
        wait_for(lambda: files.said.endswith("\n"), "it starts")
        running.ask_to_end()
        wait_for(lambda: "no" in files.said, "SIGTERM arrives")
        assert running.ended is None
    pids = list(map(int, files.said.splitlines()[0].split()))
    wait_for(lambda: not any(map(lives, pids)), "all of them end")


STARTER = """
import sys, time
from pathlib import Path
from drydock.proving.processes import Room, environment, started
folder = Path(sys.argv[1])
room = Room(folder, environment(folder, Path(sys.executable), {}), False)
with started(room.specified([sys.executable, "-c", sys.argv[2]], folder)):
    time.sleep(600)
"""


def test_nothing_goes_on_after_whoever_started_it_was_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen([PYTHON, "-c", STARTER, str(tmp_path), CHILDREN])
    log = tmp_path / "process 1" / "log"
    with starter:
        wait_for(lambda: log.exists() and log.read_text().endswith("\n"), "it starts")
        starter.kill()
    pids = list(map(int, log.read_text().split()))
    wait_for(lambda: not any(map(lives, pids)), "all of them end")


LAST_WORDS = {
    "": "it said nothing",
    "one\ntwo\n": "two",
    "Traceback (most recent call last):\n  raise KeyError\nKeyError: 'DATABASE'\n": (
        "KeyError: 'DATABASE'"
    ),
    "pydantic.error_wrappers.ValidationError: 1 validation error for S\nurl\n  field required\n": (
        "pydantic.error_wrappers.ValidationError: 1 validation error for S url field required"
    ),
    '{"event": "no", "exception": "Traceback:\\n  x\\nNameError: y"}\n{"event": "z"}': (
        "NameError: y z"
    ),
    "ValueError: no\nDuring that\nasyncio.exceptions.CancelledError: gone\n": (
        "ValueError: no During that asyncio.exceptions.CancelledError: gone"
    ),
    "ImportError: first\nThe above was the cause\nRuntimeError: second\nbye": (
        "RuntimeError: second bye"
    ),
}


@pytest.mark.parametrize("log", LAST_WORDS)
def test_the_end_of_a_log_says_why(log: str) -> None:
    assert last_words(log) == LAST_WORDS[log]
