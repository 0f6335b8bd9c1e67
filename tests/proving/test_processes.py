"""A process is isolated, and leaves no process behind."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from drydock.proving.client import send
from drydock.proving.messages import Request
from drydock.proving.processes import (
    Sandbox,
    can_isolate_network,
    environment,
    last_words,
    started,
)

from tests.waiting import wait_for

PYTHON = Path(sys.executable)
TIMEOUT = 30


def sandbox(folder: Path, isolated: bool = False, **more: str) -> Sandbox:
    return Sandbox(folder, environment(folder, PYTHON, more), isolated)


def run(folder: Path, code: str, *, isolated: bool = False, **more: str) -> tuple[int, str]:
    files = sandbox(folder, isolated, **more).specify([PYTHON, "-c", code], folder)
    with started(files) as running:
        ended = running.wait(TIMEOUT)
    assert ended
    return ended.code, files.output


def test_environment_of_the_user_is_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "s3cret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    code = "import os; print(dict(os.environ)); print(os.path.expanduser('~'))"

    _, output = run(tmp_path, code, GIVEN="this")

    assert "s3cret" not in output
    assert "proxy.example" not in output
    assert "'GIVEN': 'this'" in output
    assert output.rstrip().endswith(str(tmp_path / "home"))


def test_exit_code_and_last_words_are_reported(tmp_path: Path) -> None:
    code, output = run(tmp_path, "import sys; print('ImportError: no such'); sys.exit(3)")
    assert code == 3
    assert last_words(output) == "ImportError: no such"


@pytest.mark.skipif(not can_isolate_network(), reason="this machine cannot isolate the network")
def test_isolated_process_cannot_reach_other_servers(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as outside:
        code = f"import socket; socket.create_connection(('127.0.0.1', {outside.getsockname()[1]}))"
        assert run(tmp_path, code)[0] == 0
        (tmp_path / "isolated").mkdir()
        ended, output = run(tmp_path / "isolated", code, isolated=True)
    assert ended == 1
    assert "refused" in output


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


@pytest.mark.parametrize("isolated", [False, True], ids=["shared network", "own network"])
def test_requests_are_relayed_through_a_socket(tmp_path: Path, isolated: bool) -> None:
    if isolated and not can_isolate_network():
        pytest.skip("this machine cannot isolate the network")
    port, path = free_port(), tmp_path / "s"
    files = sandbox(tmp_path, isolated).specify(
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
    os.fork()  # the child keeps the connection
    os.write(1, b"held\\n")  # at once: two processes write
    time.sleep(600)
"""


def test_connection_closed_at_the_end_adds_nothing_to_the_log(tmp_path: Path) -> None:
    port, path = free_port(), tmp_path / "s"
    files = sandbox(tmp_path).specify(
        [PYTHON, "-c", HOLDER, str(port)], tmp_path, {str(path): port}
    )

    with started(files) as running, socket.socket(socket.AF_UNIX) as client:
        wait_for(lambda: path.exists() and files.output == "listens\n", "the server listens")
        client.connect(str(path))
        wait_for(lambda: files.output.count("held") == 2, "the server holds the connection")
        running.terminate()
        assert running.wait(TIMEOUT)
    assert set(files.output.split()) == {"listens", "held"}


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie has ended; its parent is not this process.
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


def test_process_that_ignores_sigterm_is_killed_with_its_children(tmp_path: Path) -> None:
    files = sandbox(tmp_path).specify([PYTHON, "-c", CHILDREN], tmp_path)
    with started(files) as running:
        wait_for(lambda: files.output.endswith("\n"), "it starts")
        running.terminate()
        wait_for(lambda: "no" in files.output, "SIGTERM arrives")
        assert running.ended is None
    pids = list(map(int, files.output.splitlines()[0].split()))
    wait_for(lambda: not any(map(is_running, pids)), "all of them end")


STARTER = """
import sys, time
from pathlib import Path
from drydock.proving.processes import Sandbox, environment, started
folder = Path(sys.argv[1])
room = Sandbox(folder, environment(folder, Path(sys.executable), {}), False)
with started(room.specify([sys.executable, "-c", sys.argv[2]], folder)):
    time.sleep(600)
"""


def test_processes_end_when_their_starter_is_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen([PYTHON, "-c", STARTER, str(tmp_path), CHILDREN])
    log = tmp_path / "process 1" / "log"
    with starter:
        wait_for(lambda: log.exists() and log.read_text().endswith("\n"), "it starts")
        starter.kill()
    pids = list(map(int, log.read_text().split()))
    wait_for(lambda: not any(map(is_running, pids)), "all of them end")


DAEMON = """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(os.getpid(), flush=True)
    time.sleep(600)
time.sleep(float(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
@pytest.mark.parametrize("isolated", [False, True], ids=["shared network", "own network"])
@pytest.mark.parametrize("seconds", [0, 600], ids=["starter has ended", "starter is running"])
def test_daemon_ends_with_the_process_that_started_it(
    tmp_path: Path, isolated: bool, seconds: int
) -> None:
    if isolated and not can_isolate_network():
        pytest.skip("this machine cannot isolate the network")
    files = sandbox(tmp_path, isolated).specify([PYTHON, "-c", DAEMON, str(seconds)], tmp_path)
    with started(files) as running:
        wait_for(lambda: files.output.endswith("\n"), "the daemon starts")
        if not seconds:
            assert running.wait(TIMEOUT)
        assert is_running(int(files.output))
    assert not is_running(int(files.output))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
def test_daemon_ends_when_the_starter_of_all_is_killed(tmp_path: Path) -> None:
    program = DAEMON.replace("float(sys.argv[1])", "600")
    starter = subprocess.Popen([PYTHON, "-c", STARTER, str(tmp_path), program])
    log = tmp_path / "process 1" / "log"
    with starter:
        wait_for(lambda: log.exists() and log.read_text().endswith("\n"), "the daemon starts")
        starter.kill()
    daemon = int(log.read_text())
    wait_for(lambda: not is_running(daemon), "the daemon ends")


LAST_WORDS = {
    "empty": ("", "it logged nothing"),
    "no exception": ("one\ntwo\n", "two"),
    "traceback": (
        "Traceback (most recent call last):\n  raise KeyError\nKeyError: 'DATABASE'\n",
        "KeyError: 'DATABASE'",
    ),
    "message of several lines": (
        "pydantic.error_wrappers.ValidationError: 1 validation error for S\nurl\n  required\n",
        "pydantic.error_wrappers.ValidationError: 1 validation error for S url required",
    ),
    "JSON": (
        '{"event": "no", "exception": "Traceback:\\n  x\\nNameError: y"}\n{"event": "z"}',
        "NameError: y z",
    ),
    "cancellation after the exception": (
        "ValueError: no\nDuring that\nasyncio.exceptions.CancelledError: gone\n",
        "ValueError: no During that asyncio.exceptions.CancelledError: gone",
    ),
    "chained exceptions": (
        "ImportError: first\nThe above was the cause\nRuntimeError: second\nbye",
        "RuntimeError: second bye",
    ),
}


@pytest.mark.parametrize(("log", "reason"), LAST_WORDS.values(), ids=LAST_WORDS)
def test_last_words_of_a_log_give_the_reason(log: str, reason: str) -> None:
    assert last_words(log) == reason
