"""Whether the process lives, and whether it wants requests."""

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


def test_without_checks_it_is_ready_once_it_has_started(
    readiness: Readiness, client: TestClient
) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": {"service": "ok"}}

    readiness.started = False
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "checks": {"service": "starting"}}


def test_a_start_goes_on_until_the_model_is_loaded(
    readiness: Readiness, client: TestClient
) -> None:
    assert client.get("/startupz").status_code == 200

    readiness.loaded = lambda: False
    answer = client.get("/startupz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "starting"}

    readiness.started, readiness.loaded = False, lambda: True
    assert client.get("/startupz").status_code == 503


def test_a_start_does_not_wait_for_what_the_service_depends_on(client: TestClient) -> None:
    @health.check("database")
    def database() -> None:
        raise ConnectionError

    assert client.get("/readyz").status_code == 503
    assert client.get("/startupz").status_code == 200


def test_a_draining_service_is_not_ready(readiness: Readiness, client: TestClient) -> None:
    readiness.draining = True

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"] == {"service": "draining"}
    assert client.get("/livez").status_code == 200


def test_all_checks_have_to_pass_and_say_why_they_do_not(client: TestClient) -> None:
    @health.check("database")
    async def database() -> None:
        raise ConnectionRefusedError("nobody listens")

    @health.check("cache")
    def cache() -> None:
        raise LookupError("empty")

    @health.check("disk")
    def disk() -> bool:
        return True

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "service": "ok",
        "database": "ConnectionRefusedError: nobody listens",
        "cache": "LookupError: empty",
        "disk": "ok",
    }


def test_readiness_comes_back(client: TestClient) -> None:
    problems = [OSError("gone")]

    @health.check("database")
    async def database() -> None:
        if problems:
            raise problems[0]

    assert client.get("/readyz").status_code == 503
    problems.clear()
    assert client.get("/readyz").status_code == 200


def test_a_check_remains_the_function_it_was() -> None:
    def check() -> None: ...

    assert health.check("x")(check) is check


@pytest.mark.parametrize("kind", ["callable object", "partial", "lambda that returns a coroutine"])
def test_whatever_can_be_called_can_be_a_check(kind: str, client: TestClient) -> None:
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


def test_a_hanging_check_is_told_and_does_not_hold_up_others(client: TestClient) -> None:
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


def test_an_async_check_that_hangs_is_ended_and_tried_again(client: TestClient) -> None:
    """A connection that hangs must not keep the service out after its end has come back."""
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


def test_sync_checks_that_hang_do_not_pile_up(client: TestClient) -> None:
    release = threading.Event()
    begun: list[int] = []

    @health.check("stuck")
    def stuck() -> None:
        begun.append(1)
        release.wait(20)

    try:
        for _ in range(5):
            answer = client.get("/readyz")
            assert answer.json()["checks"]["stuck"] == "no answer within 0.2 s"
        assert len(begun) == 1
    finally:
        release.set()


def test_a_check_that_will_not_be_ended_does_not_pile_up(client: TestClient) -> None:
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


def test_probes_at_the_same_time_share_one_run(readiness: Readiness) -> None:
    begun: list[int] = []

    @health.check("slow")
    async def slow() -> None:
        begun.append(1)
        await asyncio.sleep(0.05)

    async def ask() -> list[dict[str, str]]:
        return await asyncio.gather(*(readiness.report() for _ in range(10)))

    reports = asyncio.run(ask())

    assert reports == [{"service": "ok", "slow": "ok"}] * 10
    assert len(begun) == 1


def test_checks_and_metrics_answer_while_every_thread_of_the_application_is_busy(
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


def test_the_management_port_has_nothing_else(client: TestClient) -> None:
    assert client.get("/").status_code == 404
    assert client.post("/livez").status_code == 405
