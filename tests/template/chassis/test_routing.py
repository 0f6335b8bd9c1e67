"""Routes of included routers are found at once, and behave as in FastAPI."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import pytest
from chassis import metrics, routing
from fastapi import APIRouter, Depends, FastAPI, Form, HTTPException, Request
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from fastapi.sse import EventSourceResponse
from pydantic import BaseModel
from starlette.routing import Match
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

Build = Callable[..., Any]


class Name(BaseModel):
    """The public part of an item."""

    name: str


class Item(Name):
    """What a route returns."""

    secret: str = "secret"


class Shouting(APIRoute):
    """A kind of route of the service's own."""

    def get_route_handler(self) -> Any:
        """Return a handler that shouts."""
        handler = super().get_route_handler()

        async def shout(request: Request) -> Any:
            response = await handler(request)
            return PlainTextResponse(bytes(response.body).decode().upper())

        return shout


def who() -> str:
    return "somebody"


def known(request: Request) -> None:
    if "x-key" not in request.headers:
        raise HTTPException(401)


def included() -> FastAPI:
    """Return an application with nested routers, and all options of an inclusion."""
    inner = APIRouter(tags=["inner"], form_limits={"max_fields": 1})
    outer = APIRouter(prefix="/outer", dependencies=[Depends(known)])
    special = APIRouter(route_class=Shouting)
    streams = APIRouter()

    @inner.get("/items/{name}", response_model_exclude={"secret"}, status_code=203)
    def item(name: str) -> Item:
        return Item(name=name)

    @inner.post("/items/{name}")
    def new(name: str, item: Item) -> Item:
        return Item(name=f"{name}: {item.name}")

    @inner.get("/who")
    def greet(name: Annotated[str, Depends(who)]) -> str:
        return f"Hello, {name}!"

    @inner.get("/path")
    def path(request: Request) -> dict[str, Any]:
        return {"path": request.scope["route"].path, "url": str(request.url_for("greet"))}

    @inner.post("/form")
    def form(name: Annotated[str, Form()]) -> str:
        return name

    @inner.get("/after")
    def after() -> str:
        return "after a form"

    @special.get("/shout")
    def shout() -> str:
        return "hello"

    @streams.get("/lines")
    def lines() -> Iterator[Name]:
        yield Item(name="a")

    @streams.get("/events", response_class=EventSourceResponse)
    def events() -> Iterator[Name]:
        yield Item(name="a")

    outer.include_router(inner, prefix="/inner", responses={418: {"description": "A teapot"}})
    app = FastAPI()
    app.include_router(outer, prefix="/api", tags=["api"], deprecated=True)
    app.include_router(special, prefix="/special", default_response_class=PlainTextResponse)
    app.include_router(streams, prefix="/streams")
    return app


REQUESTS = [
    ("GET", "/api/outer/inner/items/a", {}),
    ("POST", "/api/outer/inner/items/a", {"json": {"name": "b"}}),
    ("POST", "/api/outer/inner/items/a", {"json": {}}),
    ("DELETE", "/api/outer/inner/items/a", {}),
    ("GET", "/api/outer/inner/items/a/", {}),
    ("GET", "/api/outer/inner/who", {}),
    ("GET", "/api/outer/inner/who", {"headers": {"x-key": ""}}),
    ("POST", "/api/outer/inner/form", {"data": {"name": "x"}}),
    ("POST", "/api/outer/inner/form", {"data": {"name": "x", "more": "y"}}),
    ("GET", "/api/outer/inner/after", {}),
    ("GET", "/special/shout", {}),
    ("GET", "/streams/lines", {}),
    ("GET", "/streams/events", {}),
    ("GET", "/api/outer/inner/nothing", {}),
]


@pytest.mark.parametrize(("method", "path", "more"), REQUESTS)
def test_response_equals_the_routers(method: str, path: str, more: dict[str, Any]) -> None:
    alone, copied = included(), included()
    routing.install(copied)
    for key in ({"x-key": "1"}, {}):
        headers = key | more.get("headers", {})
        theirs, ours = (
            TestClient(app).request(method, path, **more | {"headers": headers})
            for app in (alone, copied)
        )

        assert (ours.status_code, ours.content) == (theirs.status_code, theirs.content)
        assert ours.headers == theirs.headers


def test_openapi_document_is_unchanged() -> None:
    app = included()
    routing.install(app)

    assert app.openapi() == included().openapi()


def test_dependency_overrides_still_work(build: Build) -> None:
    app = included()
    client = TestClient(build(app).app)
    app.dependency_overrides[who] = lambda: "test"

    response = client.get("/api/outer/inner/who", headers={"x-key": "1"})

    assert response.json() == "Hello, test!"


def test_route_has_its_whole_path(build: Build) -> None:
    client = TestClient(build(included()).app, headers={"x-key": "1"})

    assert client.get("/api/outer/inner/path").json() == {
        "path": "/api/outer/inner/path",
        "url": "http://testserver/api/outer/inner/who",
    }


def test_metric_labels_are_unchanged(build: Build) -> None:
    metrics.REQUEST_DURATION.clear()
    client = TestClient(build(included()).app, headers={"x-key": "1"})
    client.get("/api/outer/inner/items/a")
    client.get("/api/outer/inner/after")

    counted = {
        sample.labels["route"]
        for family in metrics.REQUEST_DURATION.collect()
        for sample in family.samples
        if sample.name.endswith("_count") and sample.value
    }

    assert counted == {"/api/outer/inner/items/{name}", "/api/outer/inner/after"}


def test_first_route_for_a_path_stays_first(build: Build) -> None:
    router = APIRouter(prefix="/api")
    special = APIRouter(route_class=Shouting)
    special.add_api_route("/any/{name}", lambda name: name)
    router.include_router(special)
    router.add_api_route("/any/one", lambda: "another")
    app = FastAPI()
    app.add_api_route("/api/own", lambda: "own")
    app.include_router(router)
    router.add_api_route("/own", lambda: "the router's")

    client = TestClient(build(app).app)

    assert client.get("/api/any/one").text == '"ONE"'
    assert client.get("/api/own").json() == "own"


def test_route_added_later_is_found(build: Build) -> None:
    router = APIRouter()
    router.add_api_route("/first", lambda: "first")
    app = FastAPI()
    app.include_router(router, prefix="/api")
    client = TestClient(build(app).app)

    router.add_api_route("/later", lambda: "later")

    assert client.get("/api/first").json() == "first"
    assert client.get("/api/later").json() == "later"


def test_routes_are_copied_once_per_application(build: Build) -> None:
    app = included()
    build(app)
    number = len(app.routes)

    build(app)

    assert len(app.routes) == number > len(included().routes)


def test_route_that_cannot_be_copied_fully_is_left_to_fastapi() -> None:
    router = APIRouter()
    app = FastAPI()

    @router.get("/plain")
    def plain() -> str:
        return "x"

    @router.get("/marked")
    def marked() -> str:
        return "x"

    vars(router.routes[1])["quota"] = 3  # as a library may read it from the route
    app.include_router(router)
    before = len(app.router.routes)
    routing.install(app)
    copies = [getattr(one, "path", "") for one in app.router.routes[:-1]][before - 1 :]
    assert copies == ["/plain"]


class Guarded(APIRouter):
    """A router that refuses requests before it looks for their route."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in who has a key."""
        if b"x-key" in dict(scope["headers"]):
            await super().handle(scope, receive, send)
        else:
            await PlainTextResponse("guarded", 403)(scope, receive, send)


class Closed(APIRouter):
    """A router that is not there."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match nothing."""
        return Match.NONE, {}


@pytest.mark.parametrize(
    ("kind", "status", "status_with_key"), [(Guarded, 403, 200), (Closed, 404, 404)]
)
@pytest.mark.parametrize("is_nested", [False, True])
def test_a_router_with_its_own_way_to_its_routes_is_left_to_fastapi(
    kind: type[APIRouter], status: int, status_with_key: int, is_nested: bool, build: Build
) -> None:
    router = kind()
    router.add_api_route("/item", lambda: "item")
    if is_nested:
        outer = APIRouter(prefix="/outer")
        outer.include_router(router)
        router = outer
    app = FastAPI()
    app.include_router(router, prefix="/api")
    client = TestClient(build(app).app)
    path = "/api/outer/item" if is_nested else "/api/item"

    assert client.get(path).status_code == status
    assert client.get(path, headers={"x-key": "1"}).status_code == status_with_key
