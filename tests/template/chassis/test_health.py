"""Liveness, startup and readiness."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from anyio import CapacityLimiter, to_thread
from anyio.from_thread import BlockingPortal
from chassis import health
from chassis.health import Readiness
from chassis.management import management_app
from starlette.testclient import TestClient

from .support import wait_for


@pytest.fixture(autouse=True)
def _no_checks_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_registered", {})


@pytest.fixture
def readiness() -> Readiness:
    """Return the state of a service that has started."""
    readiness = Readiness(timeout=0.2)
    readiness.started = True
    return readiness


@pytest.fixture
def client(readiness: Readiness) -> Iterator[TestClient]:
    with TestClient(management_app(readiness)) as client:
        yield client


def test_service_without_checks_is_ready_once_started(
    readiness: Readiness, client: TestClient
) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "checks": {"service": "ok"}}

    readiness.started = False
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "checks": {"service": "starting"}}


def test_startup_lasts_until_the_model_is_loaded(readiness: Readiness, client: TestClient) -> None:
    assert client.get("/startupz").status_code == 200

    readiness.loaded = lambda: False
    response = client.get("/startupz")
    assert response.status_code == 503
    assert response.json() == {"status": "starting"}

    readiness.started, readiness.loaded = False, lambda: True
    assert client.get("/startupz").status_code == 503


def test_startup_does_not_wait_for_dependencies(client: TestClient) -> None:
    @health.check("database")
    def database() -> None:
        raise ConnectionError

    assert client.get("/readyz").status_code == 503
    assert client.get("/startupz").status_code == 200


def test_draining_service_is_not_ready(readiness: Readiness, client: TestClient) -> None:
    readiness.draining = True

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"] == {"service": "draining"}
    assert client.get("/livez").status_code == 200


def test_failing_checks_report_the_reason(client: TestClient) -> None:
    @health.check("database")
    async def database() -> None:
        raise ConnectionRefusedError("nobody listens")

    @health.check("cache")
    def cache() -> None:
        raise LookupError("empty")

    @health.check("disk")
    def disk() -> bool:
        return True

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"] == {
        "service": "ok",
        "database": "ConnectionRefusedError: nobody listens",
        "cache": "LookupError: empty",
        "disk": "ok",
    }


def test_readiness_recovers(client: TestClient) -> None:
    problems = [OSError("gone")]

    @health.check("database")
    async def database() -> None:
        if problems:
            raise problems[0]

    assert client.get("/readyz").status_code == 503
    problems.clear()
    assert client.get("/readyz").status_code == 200


def test_decorated_check_stays_the_same_function() -> None:
    def check() -> None: ...

    assert health.check("x")(check) is check


@pytest.mark.parametrize("kind", ["callable object", "partial", "lambda that returns a coroutine"])
def test_any_callable_can_be_a_check(kind: str, client: TestClient) -> None:
    async def fail(reason: str) -> None:
        raise OSError(reason)

    class Check:
        async def __call__(self) -> None:
            await fail("x")

    checks: dict[str, Callable[[], Any]] = {
        "callable object": Check(),
        "partial": partial(fail, "x"),
        "lambda that returns a coroutine": lambda: fail("x"),
    }
    health.check("x")(checks[kind])

    assert client.get("/readyz").json()["checks"]["x"] == "OSError: x"


def test_hanging_check_is_reported_and_does_not_delay_others(client: TestClient) -> None:
    @health.check("stuck")
    async def stuck() -> None:
        await asyncio.Event().wait()

    @health.check("quick")
    async def quick() -> None: ...

    assert client.get("/readyz").json()["checks"] == {
        "service": "ok",
        "stuck": "no answer within 0.2 s",
        "quick": "ok",
    }
    assert client.get("/livez").status_code == 200


def test_hanging_async_check_is_cancelled_and_retried(client: TestClient) -> None:
    """A hanging connection must not keep the service unready after its peer has recovered."""
    hangs = [True]
    ended: list[bool] = []

    @health.check("database")
    async def database() -> None:
        if hangs:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(True)

    assert client.get("/readyz").status_code == 503
    hangs.clear()
    assert client.get("/readyz").status_code == 200
    assert ended == [True]


def test_hanging_sync_checks_do_not_pile_up(client: TestClient) -> None:
    release = threading.Event()
    begun: list[int] = []

    @health.check("stuck")
    def stuck() -> None:
        begun.append(1)
        release.wait(20)

    try:
        for _ in range(5):
            response = client.get("/readyz")
            assert response.json()["checks"]["stuck"] == "no answer within 0.2 s"
        assert len(begun) == 1
    finally:
        release.set()


def test_uncancellable_check_does_not_pile_up(client: TestClient) -> None:
    begun: list[int] = []
    stop = False

    @health.check("stubborn")
    async def stubborn() -> None:
        begun.append(1)
        while not stop:
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                continue

    try:
        for _ in range(3):
            assert client.get("/readyz").status_code == 503
        assert len(begun) == 1
    finally:
        stop = True


def test_concurrent_probes_share_one_run(readiness: Readiness) -> None:
    begun: list[int] = []

    @health.check("slow")
    async def slow() -> None:
        begun.append(1)
        await asyncio.sleep(0.05)

    async def request_reports() -> list[dict[str, str]]:
        return await asyncio.gather(*(readiness.report() for _ in range(10)))

    reports = asyncio.run(request_reports())

    assert reports == [{"service": "ok", "slow": "ok"}] * 10
    assert len(begun) == 1


def test_checks_and_metrics_work_while_all_threads_are_busy(
    client: TestClient,
) -> None:
    @health.check("disk")
    def disk() -> None: ...

    release = threading.Event()
    portal = client.portal
    assert isinstance(portal, BlockingPortal)

    async def limiter() -> CapacityLimiter:
        return to_thread.current_default_thread_limiter()

    async def block() -> None:
        await to_thread.run_sync(release.wait, 20)

    threads = portal.call(limiter)
    busy = [portal.start_task_soon(block) for _ in range(int(threads.total_tokens))]
    try:
        wait_for(lambda: not threads.available_tokens, "the last thread taken")
        assert client.get("/readyz").json()["checks"]["disk"] == "ok"
        assert client.get("/metrics").status_code == 200
    finally:
        release.set()
        for task in busy:
            task.result(20)


def test_management_port_has_no_other_routes(client: TestClient) -> None:
    assert client.get("/").status_code == 404
    assert client.post("/livez").status_code == 405
