"""Errors are problem+json (RFC 9457), and reveal nothing internal to the client."""

import importlib
import json
import re
from collections.abc import Callable
from http.client import IncompleteRead
from typing import Any

import bare
import everything
import pytest
from fastapi import APIRouter, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Json
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.testclient import TestClient

from .support import ADOPTED, Server

Build = Callable[..., Any]

ON = {"errors.problem_json": True}
ID = {"x-request-id": "mine"}


@pytest.fixture
def client(build: Build) -> TestClient:
    return TestClient(build(everything.app, ON).app, raise_server_exceptions=False)


def problem(response: Any, status: int) -> dict[str, Any]:
    """Return the problem, after checking what all problems have in common."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    content = response.json()
    assert content["type"] == "about:blank"
    assert content["status"] == status
    assert content["request_id"] == response.headers["x-request-id"]
    assert content["title"]
    return content


@pytest.mark.parametrize(
    ("path", "location", "pointer"),
    [
        ("/items/x", "path", "/item_id"),
        ("/items/1?limit=x", "query", "/limit"),
    ],
)
def test_invalid_parameter_has_a_pointer(
    client: TestClient, path: str, location: str, pointer: str
) -> None:
    (error,) = problem(client.get(path), 422)["errors"]

    assert (error["location"], error["pointer"]) == (location, pointer)
    assert "valid integer" in error["detail"]


def test_invalid_header_has_a_pointer(client: TestClient) -> None:
    (error,) = problem(client.get("/items/1", headers={"x-token": "x"}), 422)["errors"]

    assert (error["location"], error["pointer"]) == ("header", "/x-token")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (b'{"amount": "x"}', ["/amount"]),
        (b"{}", ["/amount"]),
        (b'{"amount": 1, "notes": {"a/b~c": "x"}}', ["/notes/a~1b~0c"]),
        (b'{"amount": "x", "notes": {"": "x"}}', ["/amount", "/notes/"]),
        (b"[]", [""]),
        (b"", [""]),
        (b'{"amount": ', [""]),
    ],
)
def test_invalid_body_has_a_pointer(client: TestClient, body: bytes, pointers: list[str]) -> None:
    """JSON pointers (RFC 6901); the empty one is the whole body, also if it is not JSON."""
    response = client.post("/orders", content=body, headers={"content-type": "application/json"})
    errors = problem(response, 422)["errors"]

    assert [error["pointer"] for error in errors] == pointers
    assert {error["location"] for error in errors} == {"body"}


def test_body_that_is_not_json_gets_the_reason_and_its_position(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    response = client.post("/orders", content=b'{"amount": 1,}', headers=headers)
    (error,) = problem(response, 422)["errors"]

    assert re.fullmatch(r"JSON decode error: .+ at position \d+", error["detail"])
    assert error["pointer"] == ""


def test_text_that_is_not_json_has_a_pointer(build: Build) -> None:
    class Message(BaseModel):
        content: Json[list[int]]

    app = FastAPI()

    @app.post("/messages")
    def message(message: Message) -> int:
        return len(message.content)

    client = TestClient(build(app, ON).app)
    (error,) = problem(client.post("/messages", json={"content": "[1"}), 422)["errors"]

    assert error["pointer"] == "/content"
    assert error["detail"].startswith("Invalid JSON: ")


def test_problem_does_not_repeat_the_input(client: TestClient) -> None:
    assert "hunter2" not in client.get("/items/1?limit=hunter2").text


def test_http_exception_keeps_its_detail(client: TestClient) -> None:
    response = client.get("/teapot", headers=ID)

    assert problem(response, 418) == {
        "type": "about:blank",
        "title": "I'm a Teapot",
        "status": 418,
        "detail": "short and stout",
        "request_id": "mine",
    }
    assert response.headers["x-handle"] == "yes"


def test_structured_detail_is_kept(client: TestClient) -> None:
    assert problem(client.get("/conflict"), 409)["context"] == {"code": "TAKEN", "holder": None}


def test_unknown_path_is_a_problem(client: TestClient) -> None:
    assert problem(client.get("/nothing"), 404)["title"] == "Not Found"


def test_unsupported_method_lists_the_allowed_ones(client: TestClient) -> None:
    response = client.delete("/ok")

    problem(response, 405)
    assert response.headers["allow"] == "GET"


def test_unassigned_status_has_a_title(build: Build) -> None:
    app = FastAPI()

    @app.get("/")
    def refuse() -> None:
        raise HTTPException(499, "gone away")

    content = problem(TestClient(build(app, ON).app).get("/"), 499)
    assert (content["title"], content["detail"]) == ("Error", "gone away")


@pytest.mark.parametrize("status", [204, 304])
def test_bodyless_status_has_no_body(build: Build, status: int) -> None:
    app = FastAPI()

    @app.get("/")
    def refuse() -> None:
        raise HTTPException(status, headers={"etag": "x"})

    response = TestClient(build(app, ON).app).get("/")
    assert (response.status_code, response.content, response.headers["etag"]) == (status, b"", "x")


def test_unexpected_exception_reveals_nothing_to_the_client(client: TestClient) -> None:
    response = client.get("/boom")

    assert problem(response, 500).keys() == {"type", "title", "status", "request_id"}
    assert "secret" not in response.text


def test_exception_without_handlers_reveals_nothing(build: Build) -> None:
    async def boom(scope: Any, _receive: Any, _send: Any) -> None:
        raise RuntimeError(f"secret reason {scope['type']}")

    response = TestClient(build(boom, ON).app).get("/", headers=ID)

    assert problem(response, 500)["request_id"] == "mine"
    assert "secret" not in response.text


@pytest.fixture(scope="module")
def verbose(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a server that responds with problems, in every variant."""
    folder = tmp_path_factory.mktemp("verbose")
    with Server(folder, "everything:app", APP__ERRORS__PROBLEM_JSON="true") as server:
        server.wait_until_ready()
        yield server


@pytest.mark.parametrize("path", ["/boom", "/midway", "/afterwards"])
def test_traceback_is_logged_once_with_the_request_id(verbose: Server, path: str) -> None:
    """An exception before the response, in its middle, and after it."""
    mark = f"trace-{path[1:]}"
    if path == "/midway":  # must not look complete
        with pytest.raises(IncompleteRead) as cut:
            verbose.request(path, headers={"x-request-id": mark})
        assert cut.value.partial == b"first"
    else:
        response = verbose.request(path, headers={"x-request-id": mark})
        assert response.status == (500 if path == "/boom" else 200)
        assert b"secret" not in response.body
    verbose.line(event="request", request_id=mark)
    verbose.line(level="error", request_id=mark)

    (entry,) = (e for e in verbose.lines(request_id=mark) if "exception" in e)
    assert entry["level"] == "error"
    assert entry["exception"].count("RuntimeError: secret reason") == 1
    assert verbose.errors.read_text() == ""


def test_handlers_of_the_service_are_kept(build: Build) -> None:
    app = FastAPI()

    class Special(Exception):  # noqa: N818 - a name of the service's own
        pass

    @app.exception_handler(404)
    @app.exception_handler(RequestValidationError)
    @app.exception_handler(Special)
    @app.exception_handler(Exception)
    async def own(_: Request, error: Exception) -> Response:
        return JSONResponse({"own": type(error).__name__}, 400)

    @app.get("/special")
    def special(wrong: bool = False) -> None:
        raise RuntimeError if wrong else Special

    client = TestClient(build(app, ON).app, raise_server_exceptions=False)
    errors = [
        client.get(path).json()["own"]
        for path in ("/nothing", "/special?wrong=x", "/special", "/special?wrong=1")
    ]
    assert errors == ["HTTPException", "RequestValidationError", "Special", "RuntimeError"]
    problem(client.post("/special"), 405)


@pytest.fixture
def mounted() -> FastAPI:
    """Return an application with others mounted in it, in every possible way."""

    def sub() -> FastAPI:
        app = FastAPI()

        @app.get("/{number}")
        def get(number: int) -> None:
            raise RuntimeError("secret reason")

        return app

    async def refuse(_: Request) -> Response:
        raise HTTPException(403, "no")

    app, router = FastAPI(), APIRouter()
    app.mount("/direct", sub())
    app.mount("/routes", Router([Mount("/below", sub())]))
    app.mount("/starlette", Starlette(routes=[Route("/refuse", refuse), Mount("/sub", sub())]))
    app.mount("/wrapped", GZipMiddleware(sub()))
    router.mount("/inner", sub())
    app.include_router(router, prefix="/outer")
    return app


@pytest.mark.parametrize(
    "prefix", ["/direct", "/routes/below", "/starlette/sub", "/wrapped", "/outer/inner"]
)
def test_mounted_applications_respond_with_problems(
    mounted: FastAPI, build: Build, prefix: str
) -> None:
    client = TestClient(build(mounted, ON).app, raise_server_exceptions=False)

    problem(client.get(f"{prefix}/x"), 422)
    problem(client.get(f"{prefix}/1"), 500)
    problem(client.get(f"{prefix}/x/y"), 404)
    problem(client.delete(f"{prefix}/x"), 405)
    problem(client.get("/starlette/refuse"), 403)


def test_wrapped_application_responds_with_problems(build: Build) -> None:
    problem(TestClient(build(GZipMiddleware(FastAPI()), ON).app).get("/nothing"), 404)


def test_other_applications_are_left_alone(build: Build) -> None:
    assert TestClient(build(bare.app, ON).app).get("/nothing").content == b"bare"


def test_websockets_are_left_alone(client: TestClient) -> None:
    with client.websocket_connect("/echo") as websocket:
        websocket.send_text("hello")
        assert websocket.receive_text() == "hello"


def test_response_validation_error_is_a_500(build: Build) -> None:
    """A ValidationError of the service's own data is a 500 that shows none of it."""
    app = FastAPI()

    class Row(BaseModel):
        amount: int

    @app.get("/row")
    def row() -> Row:
        return Row.model_validate({"amount": "hunter2"})

    response = TestClient(build(app, ON).app, raise_server_exceptions=False).get("/row")
    problem(response, 500)
    assert "hunter2" not in response.text


def test_validation_error_raised_by_the_service_is_a_422(build: Build) -> None:
    app = FastAPI()

    @app.get("/")
    def check() -> None:
        raise RequestValidationError([{"msg": "no such order"}])

    (error,) = problem(TestClient(build(app, ON).app).get("/"), 422)["errors"]
    assert error["detail"] == "no such order"


# The OpenAPI document


def test_openapi_document_describes_errors(build: Build) -> None:
    app = FastAPI()

    @app.get("/checked")
    def checked(number: int = Query()) -> int:
        return number

    @app.get("/own", responses={422: {"description": "own"}, "default": {"description": "own"}})
    def own() -> str:
        return "own"

    build(app, ON)
    document = app.openapi()
    responses = document["paths"]["/checked"]["get"]["responses"]
    reference = {"$ref": "#/components/schemas/Problem"}
    for status in ("422", "default"):
        assert responses[status]["content"] == {"application/problem+json": {"schema": reference}}
    stays = document["paths"]["/own"]["get"]["responses"]
    assert stays["422"]["description"] == stays["default"]["description"] == "own"
    schemas = document["components"]["schemas"]
    assert schemas["Problem"]["properties"].keys() >= {"type", "title", "status", "detail"}
    assert "HTTPValidationError" not in schemas
    for name in {part.split('"')[0] for part in json.dumps(document).split("/schemas/")[1:]}:
        assert name in schemas


def test_openapi_document_of_the_services_own_may_have_more_than_operations(build: Build) -> None:
    app = FastAPI()
    app.get("/ok")(lambda: "ok")
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        document["paths"]["/ok"] |= {"summary": "Fine", "parameters": [], "x-team": "a"}
        return document

    app.openapi = openapi  # type: ignore[method-assign]
    build(app, ON)
    path = app.openapi()["paths"]["/ok"]

    assert path["summary"] == "Fine"
    assert path["get"]["responses"]["default"]


def test_openapi_document_can_be_generated_twice(build: Build) -> None:
    app = FastAPI()
    app.get("/ok")(lambda: "ok")

    build(app, ON)
    first = json.dumps(app.openapi())
    build(app, ON)

    assert json.dumps(app.openapi()) == first


def test_schemas_of_the_service_are_not_replaced(build: Build) -> None:
    class InvalidInput(BaseModel):
        own: int

    app = FastAPI()

    @app.get("/own")
    def own() -> InvalidInput:
        return InvalidInput(own=1)

    build(app, ON)
    assert "own" in app.openapi()["components"]["schemas"]["InvalidInput"]["properties"]


# Off


def test_errors_are_unchanged_when_turned_off(build: Build) -> None:
    """Byte for byte, except for the id of the request."""
    app = importlib.reload(everything).app  # other tests have built the chassis around it
    plain = TestClient(app, raise_server_exceptions=False)
    document = plain.get("/openapi.json").content
    paths = ["/items/x", "/teapot", "/conflict", "/nothing", "/boom", "/ok/", "/docs"]
    before = [plain.get(path, follow_redirects=False) for path in paths]

    off = {"errors.problem_json": False, "docs.offline": False}
    client = TestClient(build(app, off).app, raise_server_exceptions=False)
    after = [client.get(path, follow_redirects=False) for path in paths]

    for old, new in zip(before, after, strict=True):
        del new.headers["x-request-id"]
        assert (new.status_code, new.headers, new.content) == (
            old.status_code,
            old.headers,
            old.content,
        )
    assert client.get("/openapi.json").content == document


def test_problem_json_is_on_except_in_adopted_services(build: Build) -> None:
    response = TestClient(build(FastAPI()).app).get("/nothing")

    expected = "application/json" if ADOPTED else "application/problem+json"
    assert response.headers["content-type"] == expected
