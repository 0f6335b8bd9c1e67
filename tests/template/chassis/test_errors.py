"""Errors are problem+json (RFC 9457) and tell the caller nothing of the inside."""

import importlib
import json
from collections.abc import Callable
from http.client import IncompleteRead
from typing import Any

import bare
import everything
import pytest
from fastapi import APIRouter, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
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


def problem(answer: Any, status: int) -> dict[str, Any]:
    """Return the problem, after a look at what all problems have."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    content = answer.json()
    assert content["type"] == "about:blank"
    assert content["status"] == status
    assert content["request_id"] == answer.headers["x-request-id"]
    assert content["title"]
    return content


@pytest.mark.parametrize(
    ("path", "location", "pointer"),
    [
        ("/items/x", "path", "/item_id"),
        ("/items/1?limit=x", "query", "/limit"),
    ],
)
def test_a_parameter_is_pointed_at(
    client: TestClient, path: str, location: str, pointer: str
) -> None:
    (error,) = problem(client.get(path), 422)["errors"]

    assert (error["location"], error["pointer"]) == (location, pointer)
    assert "valid integer" in error["detail"]


def test_a_header_is_pointed_at(client: TestClient) -> None:
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
def test_a_body_is_pointed_into(client: TestClient, body: bytes, pointers: list[str]) -> None:
    """JSON pointers (RFC 6901); the whole body is the empty one, also where it is no JSON."""
    answer = client.post("/orders", content=body, headers={"content-type": "application/json"})
    errors = problem(answer, 422)["errors"]

    assert [error["pointer"] for error in errors] == pointers
    assert {error["location"] for error in errors} == {"body"}


def test_an_input_that_was_refused_is_not_repeated(client: TestClient) -> None:
    assert "hunter2" not in client.get("/items/1?limit=hunter2").text


def test_an_http_error_says_what_the_service_says(client: TestClient) -> None:
    answer = client.get("/teapot", headers=ID)

    assert problem(answer, 418) == {
        "type": "about:blank",
        "title": "I'm a Teapot",
        "status": 418,
        "detail": "short and stout",
        "request_id": "mine",
    }
    assert answer.headers["x-handle"] == "yes"


def test_details_that_are_more_than_text_stay_whole(client: TestClient) -> None:
    assert problem(client.get("/conflict"), 409)["context"] == {"code": "TAKEN", "holder": None}


def test_what_is_not_there_is_a_problem(client: TestClient) -> None:
    assert problem(client.get("/nothing"), 404)["title"] == "Not Found"


def test_a_method_that_is_not_there_names_those_that_are(client: TestClient) -> None:
    answer = client.delete("/ok")

    problem(answer, 405)
    assert answer.headers["allow"] == "GET"


def test_a_status_of_nobodys_has_a_title_too(build: Build) -> None:
    app = FastAPI()

    @app.get("/")
    def refuse() -> None:
        raise HTTPException(499, "gone away")

    content = problem(TestClient(build(app, ON).app).get("/"), 499)
    assert (content["title"], content["detail"]) == ("Error", "gone away")


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_keeps_none(build: Build, status: int) -> None:
    app = FastAPI()

    @app.get("/")
    def refuse() -> None:
        raise HTTPException(status, headers={"etag": "x"})

    answer = TestClient(build(app, ON).app).get("/")
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (status, b"", "x")


def test_an_unexpected_exception_tells_the_caller_nothing(client: TestClient) -> None:
    answer = client.get("/boom")

    assert problem(answer, 500).keys() == {"type", "title", "status", "request_id"}
    assert "secret" not in answer.text


def test_one_of_an_application_without_handlers_neither(build: Build) -> None:
    async def boom(scope: Any, _receive: Any, _send: Any) -> None:
        raise RuntimeError(f"secret reason {scope['type']}")

    answer = TestClient(build(boom, ON).app).get("/", headers=ID)

    assert problem(answer, 500)["request_id"] == "mine"
    assert "secret" not in answer.text


@pytest.fixture(scope="module")
def verbose(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a server that answers with problems, in every variant."""
    folder = tmp_path_factory.mktemp("verbose")
    with Server(folder, "everything:app", APP__ERRORS__PROBLEM_JSON="true") as server:
        server.wait_until_ready()
        yield server


@pytest.mark.parametrize("path", ["/boom", "/midway", "/afterwards"])
def test_the_trace_is_in_the_log_once_with_the_same_id(verbose: Server, path: str) -> None:
    """An exception before the answer, in its middle, and after it."""
    mark = f"trace-{path[1:]}"
    if path == "/midway":  # must not look complete
        with pytest.raises(IncompleteRead) as cut:
            verbose.request(path, headers={"x-request-id": mark})
        assert cut.value.partial == b"first"
    else:
        answer = verbose.request(path, headers={"x-request-id": mark})
        assert answer.status == (500 if path == "/boom" else 200)
        assert b"secret" not in answer.body
    verbose.line(event="request", request_id=mark)
    verbose.line(level="error", request_id=mark)

    (entry,) = (e for e in verbose.lines(request_id=mark) if "exception" in e)
    assert entry["level"] == "error"
    assert entry["exception"].count("RuntimeError: secret reason") == 1
    assert verbose.errors.read_text() == ""


def test_handlers_of_the_service_stay(build: Build) -> None:
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
    said = [
        client.get(path).json()["own"]
        for path in ("/nothing", "/special?wrong=x", "/special", "/special?wrong=1")
    ]
    assert said == ["HTTPException", "RequestValidationError", "Special", "RuntimeError"]
    problem(client.post("/special"), 405)


@pytest.fixture
def mounted() -> FastAPI:
    """Return an application with others below it, in each way there is."""

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
def test_applications_below_answer_the_same_way(
    mounted: FastAPI, build: Build, prefix: str
) -> None:
    client = TestClient(build(mounted, ON).app, raise_server_exceptions=False)

    problem(client.get(f"{prefix}/x"), 422)
    problem(client.get(f"{prefix}/1"), 500)
    problem(client.get(f"{prefix}/x/y"), 404)
    problem(client.delete(f"{prefix}/x"), 405)
    problem(client.get("/starlette/refuse"), 403)


def test_an_application_within_a_middleware_answers_the_same_way(build: Build) -> None:
    problem(TestClient(build(GZipMiddleware(FastAPI()), ON).app).get("/nothing"), 404)


def test_other_applications_are_left_alone(build: Build) -> None:
    assert TestClient(build(bare.app, ON).app).get("/nothing").content == b"bare"


def test_websockets_are_left_alone(client: TestClient) -> None:
    with client.websocket_connect("/echo") as websocket:
        websocket.send_text("hello")
        assert websocket.receive_text() == "hello"


def test_an_error_of_the_service_is_not_a_problem_of_the_caller(build: Build) -> None:
    """A ValidationError of the service's own data is a 500, and shows none of it."""
    app = FastAPI()

    class Row(BaseModel):
        amount: int

    @app.get("/row")
    def row() -> Row:
        return Row.model_validate({"amount": "hunter2"})

    answer = TestClient(build(app, ON).app, raise_server_exceptions=False).get("/row")
    problem(answer, 500)
    assert "hunter2" not in answer.text


def test_a_validation_error_that_the_service_raises_itself_is_a_422(build: Build) -> None:
    app = FastAPI()

    @app.get("/")
    def check() -> None:
        raise RequestValidationError([{"msg": "no such order"}])

    (error,) = problem(TestClient(build(app, ON).app).get("/"), 422)["errors"]
    assert error["detail"] == "no such order"


# The OpenAPI document


def test_the_document_says_what_errors_look_like(build: Build) -> None:
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


def test_the_document_can_be_asked_for_more_than_once(build: Build) -> None:
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


def test_turned_off_everything_is_as_before(build: Build) -> None:
    """Byte for byte, the id of the request aside."""
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


def test_the_default_is_on_unless_the_service_was_there_before(build: Build) -> None:
    answer = TestClient(build(FastAPI()).app).get("/nothing")

    expected = "application/json" if ADOPTED else "application/problem+json"
    assert answer.headers["content-type"] == expected
