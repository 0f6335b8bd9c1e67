"""The full tests of the chassis, run against one generated service.

They run in the virtual environment of that service, to which `TOOLS` of `variants.py` are added
(and `pytest-xdist` for `-n 2`). DRYDOCK_SERVICE names its folder, and the tests of the engine keep
their conftest.py to themselves. For the template of a commit:

    drydock new FOLDER --defaults --data QUESTION=ANSWER --template . --ref COMMIT
    (cd FOLDER && uv sync && uv pip install --python .venv TOOLS)
    DRYDOCK_SERVICE=FOLDER FOLDER/.venv/bin/pytest \\
        --confcutdir tests/template tests/template/chassis

Tests import the chassis of that service as `chassis`. Its own application is not used: the
chassis is wrapped around those in `examples/` instead.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog

from . import support
from .launch import alias

hypothesis.settings.register_profile("chassis", max_examples=25, deadline=None)
hypothesis.settings.load_profile("chassis")

# A traceback by Rich, which the tests' tools install, takes seconds.
structlog.configure(
    processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
)

sys.path[:0] = [str(support.EXAMPLES), str(support.SOURCE_ROOT)]
alias(support.PACKAGE)


def pytest_report_header() -> str:
    """Name the service that is tested."""
    return f"chassis of {os.environ['DRYDOCK_SERVICE']}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests that need another kind of model than the service has."""
    for item in items:
        if item.get_closest_marker("inference") and not support.INFERENCE:
            item.add_marker(pytest.mark.skip(reason="the service has no model"))
        if item.get_closest_marker("triton") and not support.TRITON:
            item.add_marker(pytest.mark.skip(reason="the service calls no Triton server"))


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers of these tests."""
    config.addinivalue_line("markers", "inference: needs a service with a model")
    config.addinivalue_line("markers", "triton: needs a service that calls a Triton server")


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any) -> None:
    """Hide all configuration but the test's own."""
    for name in os.environ:
        if name.upper().startswith("APP__"):
            monkeypatch.delenv(name)
    for name, value in support.model_settings().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path_factory.getbasetemp())


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Wrap the chassis around an application: `build(app, {"errors.problem_json": True})`."""
    from chassis import application, sources

    def build(app: Any, settings: dict[str, Any] | None = None) -> Any:
        monkeypatch.setattr("current.app", app)
        monkeypatch.setattr(application, "APP", "current:app")
        return application.build(sources.load(settings).settings)

    return build


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[support.Server]:
    """Return a running service with the application in `examples/everything.py`."""
    with support.Server(tmp_path_factory.mktemp("server"), "everything:app") as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., support.Server]]:
    """Start a service for one test; it is killed afterwards."""
    started: list[support.Server] = []

    def launch(app: str = "everything:app", *arguments: str, **environment: str) -> support.Server:
        folder = tmp_path / f"service{len(started)}"
        folder.mkdir()
        started.append(support.Server(folder, app, *arguments, **environment))
        return started[-1]

    yield launch
    for server in started:
        server.close()
