"""Requests are counted under the template of their route, never under their path."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import bare
import everything
import pytest
from chassis import metrics
from chassis.identity import SERVICE
from fastapi import APIRouter, BackgroundTasks, FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from prometheus_client import REGISTRY, Counter
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient

Build = Callable[..., Any]
Labels = tuple[str, str, str]


@pytest.fixture(autouse=True)
def _no_series_yet() -> Iterator[None]:
    metrics.REQUEST_DURATION.clear()
    yield
    assert in_progress() == 0


def counts() -> dict[Labels, float]:
    """Return the number of requests by method, route and status."""
    return {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for family in metrics.REQUEST_DURATION.collect()
        for sample in family.samples
        if sample.name.endswith("_count")
    }


def counted() -> set[Labels]:
    """Return the labels of the counted requests."""
    return {labels for labels, count in counts().items() if count}


def in_progress() -> float | None:
    return REGISTRY.get_sample_value("http_server_requests_in_progress")


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


@pytest.fixture(scope="module")
def nested(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return an application with routes of every kind at every depth."""
    files = tmp_path_factory.mktemp("files")
    (files / "a.txt").write_text("a")

    inner = APIRouter(prefix="/inner/{inner_id}")
    outer = APIRouter(prefix="/outer")
    sub = FastAPI()
    subsub = FastAPI()
    plain = Starlette(routes=[Route("/hello/{name}", hello)])

    @inner.get("/leaf/{leaf_id}")
    @inner.api_route("/many", methods=["GET", "POST"])
    @sub.get("/items/{item_id}")
    @subsub.get("/deep/{deep_id}")
    def leaf() -> str:
        return "leaf"

    outer.include_router(inner)
    app = FastAPI()
    outer.mount("/mounted", plain)
    outer.add_route("/starlette/{y}", hello)
    app.include_router(outer, prefix="/api/{version}")
    app.get("/")(leaf)
    app.add_route("/starlette/{x:int}", hello)
    app.mount("/static", StaticFiles(directory=files))
    app.mount("/sub", sub)
    app.mount("/tenants/{tenant}/sub", sub)
    app.mount("/plain", plain)
    app.mount("/routes", Router([Mount("/below", routes=[Route("/hello", hello)])]))
    sub.mount("/deeper", plain)
    sub.mount("/sub{n:int}", subsub)
    return app


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/", "/", 200),
        (
            "/api/v1/outer/inner/7/leaf/8",
            "/api/{version}/outer/inner/{inner_id}/leaf/{leaf_id}",
            200,
        ),
        ("/api/v1/outer/inner/7/many", "/api/{version}/outer/inner/{inner_id}/many", 200),
        ("/starlette/7", "/starlette/{x:int}", 200),
        ("/static/a.txt", "/static/{path}", 200),
        ("/static/b.txt", "/static/{path}", 404),
        ("/sub/items/7", "/sub/items/{item_id}", 200),
        ("/sub/nothing", "/sub/{path}", 404),
        ("/tenants/acme/sub/items/7", "/tenants/{tenant}/sub/items/{item_id}", 200),
        ("/tenants/acme/sub/deeper/hello/a", "/tenants/{tenant}/sub/deeper/hello/{name}", 200),
        ("/sub/sub7/deep/8", "/sub/sub{n:int}/deep/{deep_id}", 200),
        ("/plain/hello/a", "/plain/hello/{name}", 200),
        ("/routes/below/hello", "/routes/below/hello", 200),
        ("/docs", "/docs", 200),
        ("/sub/docs", "/sub/docs", 200),
        ("/api/v1/mounted/hello/a", "/api/{version}/mounted/hello/{name}", 200),
        ("/api/v1/starlette/a", "/api/{version}/starlette/{y}", 200),
        ("/nothing", "unmatched", 404),
        ("/api/v1/outer/nothing", "unmatched", 404),
        ("/starlette/x", "unmatched", 404),
    ],
)
def test_route_label_is_the_whole_path_template(
    nested: FastAPI, build: Build, path: str, route: str, status: int
) -> None:
    response = TestClient(build(nested).app).get(path)

    assert response.status_code == status
    assert counted() == {("GET", route, str(status))}


@pytest.mark.parametrize("root_path", ["/behind/a/proxy", "/api"])
def test_root_path_is_not_in_the_route_label(nested: FastAPI, build: Build, root_path: str) -> None:
    client = TestClient(build(nested).app, root_path=root_path)

    for path in ("/api/v1/outer/inner/7/many", "/sub/items/7"):
        assert client.get(f"{root_path}{path}").status_code == 200

    assert counted() == {
        ("GET", "/api/{version}/outer/inner/{inner_id}/many", "200"),
        ("GET", "/sub/items/{item_id}", "200"),
    }


@pytest.mark.filterwarnings("ignore:The `root_path` parameter is deprecated")
def test_applications_root_path_is_not_in_the_route_label(build: Build) -> None:
    app = FastAPI(root_path="/api")
    app.get("/a/{x}")(lambda: "ok")

    assert TestClient(build(app).app).get("/a/1").status_code == 200
    assert counted() == {("GET", "/a/{x}", "200")}


def test_wrapped_application_has_the_same_route_labels(nested: FastAPI, build: Build) -> None:
    assert TestClient(build(GZipMiddleware(nested)).app).get("/sub/items/7").status_code == 200
    assert counted() == {("GET", "/sub/items/{item_id}", "200")}


def test_bare_application_has_no_route_labels(build: Build) -> None:
    assert TestClient(build(bare.app).app).get("/what/ever").status_code == 200
    assert counted() == {("GET", "unmatched", "200")}


def test_many_paths_make_few_series(nested: FastAPI, build: Build) -> None:
    app = build(nested, {"logging.access": False}).app

    async def request(path: str) -> None:
        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
            "root_path": "", "query_string": b"", "headers": [], "http_version": "1.1",
            "scheme": "http", "server": ("x", 80), "client": ("y", 1), "asgi": {"version": "3.0"},
        }  # fmt: skip

        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(_: Any) -> None: ...

        await app(scope, receive, send)

    async def ask_all() -> None:
        for number in range(10_000):
            few = "/nothing/{}" if number % 20 else "/sub/{}"
            many = "/plain/hello/{}" if number % 2 else "/starlette/{}"
            await request((many if number % 10 else few).format(number))

    asyncio.run(ask_all())

    assert sum(counts().values()) == 10_000
    assert counted() == {
        ("GET", "unmatched", "404"),
        ("GET", "/starlette/{x:int}", "200"),
        ("GET", "/plain/hello/{name}", "200"),
        ("GET", "/sub/{path}", "404"),
    }


def test_unsupported_method_counts_under_the_template(nested: FastAPI, build: Build) -> None:
    response = TestClient(build(nested).app).put("/api/v1/outer/inner/7/leaf/8")

    assert response.status_code == 405
    route = "/api/{version}/outer/inner/{inner_id}/leaf/{leaf_id}"
    assert counted() == {("PUT", route, "405")}


@pytest.mark.parametrize("method", ["BREW", "get", "X" * 100])
def test_unknown_methods_share_a_label(nested: FastAPI, build: Build, method: str) -> None:
    TestClient(build(nested).app).request(method.encode(), "/nothing")  # type: ignore[arg-type]

    ((counted_method, _, _),) = counted()
    assert counted_method in ("OTHER", "GET")


def test_exception_counts_as_500(build: Build) -> None:
    app = FastAPI()

    @app.get("/boom/{x}")
    async def boom() -> None:
        raise RuntimeError

    @app.get("/refused/{x}")
    async def refused() -> None:
        raise HTTPException(409)

    client = TestClient(build(app).app, raise_server_exceptions=False)
    client.get("/boom/1")
    client.get("/refused/1")

    assert counted() == {("GET", "/boom/{x}", "500"), ("GET", "/refused/{x}", "409")}


def test_unhandled_exception_counts_as_500(build: Build) -> None:
    async def boom(scope: Any, _receive: Any, _send: Any) -> None:
        raise RuntimeError(scope["type"])

    settings = {"errors.problem_json": False}
    TestClient(build(boom, settings).app, raise_server_exceptions=False).get("/")

    assert counted() == {("GET", "unmatched", "500")}


def test_background_tasks_do_not_count(build: Build) -> None:
    """A request ends with its response's last byte: it is counted while the task still runs."""
    app = FastAPI()
    seen: list[Any] = []

    @app.get("/task")
    async def task(tasks: BackgroundTasks) -> str:
        seen.append((counted(), in_progress()))
        tasks.add_task(lambda: seen.append((counted(), in_progress())))
        return "ok"

    TestClient(build(app).app).get("/task")

    assert seen == [(set(), 1), ({("GET", "/task", "200")}, 0)]


def test_stream_is_timed_to_its_last_byte(build: Build) -> None:
    app = FastAPI()
    seen: list[Any] = []

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for part in (b"a", b"b", b"c"):
                yield part
                seen.append((counted(), in_progress()))

        return StreamingResponse(parts())

    assert TestClient(build(app).app).get("/stream").text == "abc"

    assert seen == [(set(), 1)] * 3
    assert counted() == {("GET", "/stream", "200")}


@pytest.mark.parametrize("begun", [False, True], ids=["before the response", "in the response"])
def test_cancelled_request_is_no_longer_in_progress(build: Build, begun: bool) -> None:
    """A server cancels requests at a deadline, or when the client has gone."""

    async def endless(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            if begun:
                await send({"type": "http.response.start", "status": 200, "headers": []})
                await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await asyncio.Event().wait()

    app = build(endless).app

    async def give_up() -> None:
        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        sent = asyncio.Queue[Any]()
        task = asyncio.create_task(app(scope, sent.get, sent.put))
        await (sent.get() if begun else asyncio.sleep(0))
        assert in_progress() == 1
        task.cancel()
        await asyncio.wait({task})

    asyncio.run(give_up())

    assert sum(counts().values()) == 1
    assert in_progress() == 0


def test_client_that_hangs_up_is_counted_once(build: Build) -> None:
    async def app(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"x"})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            raise OSError("the client is gone")

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(OSError, match="gone"):
        asyncio.run(build(app).app(scope, None, send))

    assert counts() == {("GET", "unmatched", "200"): 1}


def test_known_series_begin_at_zero(nested: FastAPI, build: Build) -> None:
    @nested.post("/created/{x}", status_code=201)
    def created() -> str:
        return "ok"

    with TestClient(build(nested).app):
        zero = counts()

    assert set(zero.values()) == {0}
    many = "/api/{version}/outer/inner/{inner_id}/many"
    assert {
        ("POST", "/created/{x}", "201"),
        ("POST", "/created/{x}", "500"),
        ("GET", many, "200"),
        ("POST", many, "200"),
        ("GET", "/tenants/{tenant}/sub/items/{item_id}", "200"),
        ("GET", "/plain/hello/{name}", "200"),
    } <= zero.keys()


def test_zero_series_is_the_one_that_counts(nested: FastAPI, build: Build) -> None:
    with TestClient(build(nested).app) as client:
        foreseen = counts().keys()
        client.get("/sub/items/7")
        client.get("/api/v1/outer/inner/7/many")
        client.get("/plain/hello/a")

    assert counted() <= foreseen


def test_websockets_are_not_counted_as_requests(build: Build) -> None:
    with TestClient(build(everything.app).app) as client, client.websocket_connect("/echo") as ws:
        ws.send_text("x")
        assert ws.receive_text() == "x"
        assert in_progress() == 0

    assert counted() == set()


def test_build_info_shows_versions(build: Build) -> None:
    response = TestClient(build(None).management).get("/metrics")
    (family,) = (
        f for f in text_string_to_metric_families(response.text) if f.name == "service_build_info"
    )

    assert family.samples[0].value == 1
    assert family.samples[0].labels["service"] == SERVICE
    assert family.samples[0].labels.keys() == {"service", "version", "template", "python"}


@pytest.mark.parametrize(
    ("accept", "content_type", "parse"),
    [
        ("*/*", "text/plain", text_string_to_metric_families),
        (
            "application/openmetrics-text; version=1.0.0",
            "application/openmetrics-text",
            openmetrics.text_string_to_metric_families,
        ),
    ],
)
def test_every_exposition_format_can_be_parsed(
    nested: FastAPI, build: Build, accept: str, content_type: str, parse: Callable[..., Any]
) -> None:
    service = build(nested)
    TestClient(service.app).get("/sub/items/7")

    response = TestClient(service.management).get("/metrics", headers={"accept": accept})
    families = {family.name: family for family in parse(response.text)}

    assert response.headers["content-type"].startswith(content_type)
    assert families["http_server_request_duration_seconds"].type == "histogram"
    assert families["http_server_requests_in_progress"].type == "gauge"


def test_service_adds_its_own_metrics(build: Build) -> None:
    counter = Counter("shipped_orders", "Orders that were shipped.")
    try:
        counter.inc(3)
        text = TestClient(build(None).management).get("/metrics").text
        assert "shipped_orders_total 3.0" in text
    finally:
        REGISTRY.unregister(counter)
