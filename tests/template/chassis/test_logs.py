"""Every line is one JSON object, or a readable line on a terminal."""

import json
import os
import pty
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from . import support
from .support import Server

Launch = Callable[..., Server]


@pytest.fixture(scope="module")
def mark(server: Server) -> str:
    """Return a word that is in all lines of one request."""
    mark = uuid4().hex
    assert server.request(f"/logs?mark={mark}", headers={"x-request-id": mark}).status == 200
    server.line(event="request", request_id=mark)
    return mark


def test_every_line_is_one_json_object(server: Server, mark: str) -> None:
    server.request("/boom")
    lines = server.text().split("\n")

    assert len(lines) > 10
    for line in lines:
        entry = json.loads(line, parse_constant=pytest.fail)
        assert isinstance(entry, dict), line
        assert {"event", "level", "timestamp"} <= entry.keys(), line
    assert server.errors.read_text() == ""


@pytest.mark.parametrize(
    "event",
    ["from structlog", "with odd keys", "with a circle", "caught by structlog"],
)
def test_any_value_can_be_logged(server: Server, mark: str, event: str) -> None:
    entry = server.line(event=event, mark=mark)

    assert entry["request_id"] == mark


def test_values_that_json_lacks_are_logged_as_text(server: Server, mark: str) -> None:
    entry = server.line(event="from structlog", mark=mark)

    assert entry["path"] == "x"
    assert entry["nan"] == "nan"


def test_library_logging_has_the_same_format(server: Server, mark: str) -> None:
    entry = server.line(event=f"from logging {mark}")

    assert entry["level"] == "info"
    assert entry["logger"] == "library"
    assert entry["request_id"] == mark


def test_line_breaks_and_unicode_survive(server: Server, mark: str) -> None:
    event = f"two\nlines, größer ☃ \ud800 \x1b[31m {mark}"

    assert server.line(event=event)["request_id"] == mark


@pytest.mark.parametrize("wanted", ["caught {}", "caught by structlog"])
def test_exception_and_traceback_share_a_line(server: Server, mark: str, wanted: str) -> None:
    entry = server.line(event=wanted.format(mark), request_id=mark)

    assert entry["level"] == "error"
    assert entry["exception"].startswith("Traceback")
    assert "RuntimeError: secret reason" in entry["exception"]


def test_warnings_are_logged(server: Server, mark: str) -> None:
    entries = [entry for entry in server.lines(level="warning") if mark in entry["event"]]

    assert [entry["request_id"] for entry in entries] == [mark]


def test_uvicorn_logging_has_the_same_format(server: Server) -> None:
    assert server.line(event="Application startup complete.")["logger"] == "uvicorn.error"


def test_startup_is_one_line(server: Server) -> None:
    server.wait_until_ready()

    assert len(server.lines(event="serving")) == 1
    assert "server process" not in server.text()


def test_each_request_is_one_line(server: Server) -> None:
    server.request("/items/7?limit=3&secret=x", headers={"x-request-id": "access-1"})

    entry = server.line(event="request", request_id="access-1")
    assert (entry["method"], entry["path"], entry["status"]) == ("GET", "/items/7", 200)
    assert entry["duration_ms"] > 0
    assert "secret" not in json.dumps(entry)
    assert len(server.lines(event="request", request_id="access-1")) == 1


def test_concurrent_requests_do_not_mix_their_ids(server: Server) -> None:
    def log_number(number: int) -> None:
        mark = f"mix-{number}"
        response = server.request(f"/three-lines?mark={mark}", headers={"x-request-id": mark})
        assert response.headers["x-request-id"] == mark

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(log_number, range(64)))
    for number in range(64):
        server.line(event="request", request_id=f"mix-{number}")

    entries = [entry for entry in server.lines(event="line") if entry["mark"].startswith("mix-")]
    assert len(entries) == 64 * 6
    assert all(entry["request_id"] == entry["mark"] for entry in entries)


def test_line_outside_requests_has_no_request_id(server: Server) -> None:
    server.request("/ok")

    assert all("request_id" not in entry for entry in server.lines(event="started up"))


def test_levels_below_the_setting_are_not_logged(launch: Launch) -> None:
    """At WARNING, warnings are logged and information is not, whichever library logs."""
    port, management = support.free_ports()
    server = launch(
        "everything:app",
        "--port",
        str(port),
        "--management-port",
        str(management),
        APP__LOGGING__LEVEL="WARNING",
    )
    support.wait_for(lambda: support.status_of(management, "/readyz") == 200, "readiness")
    assert support.status_of(port, "/logs?mark=quiet") == 200

    server.line(event="caught quiet")
    assert {entry["level"] for entry in server.lines()} == {"warning", "error"}


def test_debug_level_shows_more(launch: Launch) -> None:
    server = launch("everything:app", "--log-level", "debug", APP__LOGGING__LEVEL="ERROR")
    server.wait_until_ready()
    server.request("/logs?mark=loud")

    assert server.line(event="not to be seen", mark="loud")
    assert server.line(event="not to be seen loud", logger="library")


def test_access_log_can_be_turned_off(launch: Launch) -> None:
    server = launch(APP__LOGGING__ACCESS="false")
    server.wait_until_ready()
    server.request("/three-lines?mark=x")
    server.stop(signal.SIGTERM)

    assert server.lines(event="line", mark="x")
    assert not server.lines(event="request")


def test_console_traceback_shows_no_local_values(launch: Launch) -> None:
    """Not even if Rich is installed, as for these tests."""
    port, management = support.free_ports()
    ports = ("--port", str(port), "--management-port", str(management))
    server = launch("everything:app", *ports, APP__LOGGING__FORMAT="console")
    support.wait_for(lambda: support.status_of(management, "/readyz") == 200, "readiness")
    assert support.status_of(port, "/logs?mark=seen") == 200

    assert server.text().count("Traceback (most recent call last)") == 2
    assert "circle = " not in server.text()


def test_terminal_gets_readable_lines(tmp_path: str) -> None:
    reader, terminal = pty.openpty()
    process = subprocess.Popen(
        support.command("everything:app", "serve"),
        cwd=tmp_path,
        env=support.environment(APP__SERVER__PORT="0", APP__MANAGEMENT__PORT="0"),
        stdout=terminal,
    )
    os.close(terminal)
    try:
        shown = b""
        while b"Application startup complete" not in shown:
            shown += os.read(reader, 65536)
    finally:
        process.kill()
        process.wait()
        os.close(reader)

    assert b'{"' not in shown
    assert b"started up" in shown
