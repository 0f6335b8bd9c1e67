"""The application's startup and shutdown, and the chassis' around them."""

import signal
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

import bare
import everything
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from .support import PATIENCE, Server, wait_for

Build = Callable[..., Any]
Launch = Callable[..., Server]


def test_application_lifespan_runs(launch: Launch) -> None:
    server = launch()
    server.wait_until_ready()
    assert server.stop(signal.SIGTERM) == 0

    events = [entry["event"] for entry in server.lines()]
    assert events.count("started up") == events.count("shut down") == 1


def test_lifespan_state_reaches_requests(build: Build) -> None:
    with TestClient(build(everything.app).app) as client:
        assert client.get("/state").json() == "state"


def test_service_is_ready_while_it_is_up(build: Build) -> None:
    service = build(everything.app)
    assert not service.readiness.started

    with TestClient(service.app):
        assert service.readiness.started
    assert not service.readiness.started


@pytest.mark.parametrize("name", ["app", "careful", "careless", "starlette"])
def test_any_asgi_application_starts(name: str, build: Build) -> None:
    """One that ignores lifespan, one that raises, one that responds as if it were HTTP."""
    service = build(getattr(bare, name))

    with TestClient(service.app) as client:
        assert service.readiness.started
        assert client.get("/hello/you").status_code == 200
    assert not service.readiness.started


def test_application_factory_is_called(build: Build) -> None:
    with TestClient(build(everything.create).app) as client:
        assert client.get("/ok").json() == "ok"


def test_failing_shutdown_still_ends(build: Build) -> None:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> Any:
        yield
        raise OSError("cannot say goodbye")

    service = build(FastAPI(lifespan=lifespan))
    with pytest.raises(OSError, match="goodbye"), TestClient(service.app):
        assert service.readiness.started
    assert not service.readiness.started


def test_failing_startup_ends_the_process(launch: Launch) -> None:
    server = launch("everything:broken")

    assert server.process.wait(PATIENCE) not in (0, 2)
    assert any("the database is gone" in str(entry) for entry in server.lines(level="error"))
    assert server.errors.read_text() == ""


def test_import_error_is_one_log_line(launch: Launch) -> None:
    server = launch("unimportable:app")

    assert server.process.wait(PATIENCE) == 1
    (entry,) = server.lines(level="critical")
    assert "No module named 'unimportable'" in entry["exception"]
    assert server.errors.read_text() == ""


@pytest.mark.inference
def test_slow_loading_model_is_waited_for(launch: Launch) -> None:
    """The process is alive and serves what needs no model; it is ready once the model is loaded."""
    server = launch(APP__INFERENCE__MODEL="models:Slow")
    wait_for(lambda: server.lines(event="started up"), "the start")

    assert server.request("/livez", management=True).status == 200
    assert server.request("/ok").status == 200
    response = server.ready()
    assert response.status == 503
    assert response.json()["checks"]["model"] == "RuntimeError: loading"

    (server.output.parent / "loaded").touch()
    server.wait_until_ready()


@pytest.mark.inference
def test_requests_before_the_model_is_loaded_time_out(launch: Launch) -> None:
    server = launch(
        "asking:app",
        APP__INFERENCE__MODEL="models:Slow",
        APP__INFERENCE__DEADLINE_SECONDS="0.3",
        APP__ERRORS__PROBLEM_JSON="true",
    )

    refused = server.request("/ask?item=early")

    assert refused.status == 503
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["detail"] == "The model is not loaded yet."
    (server.output.parent / "loaded").touch()
    server.wait_until_ready()
    assert server.request("/ask?item=later").json() == "later"


@pytest.mark.inference
@pytest.mark.parametrize("model", ["models:Broken", "models:Nowhere", "nowhere:Model"])
def test_failed_model_load_ends_the_process(model: str, launch: Launch) -> None:
    server = launch(
        APP__INFERENCE__MODEL=model,
        APP__SHUTDOWN__DRAIN_SECONDS="600",
        APP__SHUTDOWN__DEADLINE_SECONDS="900",
    )

    assert server.process.wait(PATIENCE) == 1
    (entry,) = server.lines(level="critical")
    assert entry["model"] == model
    assert entry["exception"].startswith("Traceback")
