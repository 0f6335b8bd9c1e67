"""The contract test of a service, and which changes it considers breaking."""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from fastapi import Body, Depends, FastAPI
from fastapi.responses import Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel, create_model

Json = dict[str, Any]


class Name(BaseModel):
    """An item as in the contract."""

    name: str


class Number(BaseModel):
    """A different item."""

    number: int


@pytest.fixture(scope="module")
def comparison() -> Any:
    """Return the class of the service's test that compares two documents."""
    file = Path(os.environ["DRYDOCK_SERVICE"], "tests/test_openapi.py")
    spec = importlib.util.spec_from_file_location("service_test_openapi", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Comparison


def image() -> Json:
    app = FastAPI()
    png: dict[int | str, Json] = {200: {"content": {"image/png": {}}}}

    @app.get("/image", responses=png, response_class=Response)
    def get() -> Response:
        return Response()

    return app.openapi()


def stream(item: type[BaseModel]) -> Json:
    app = FastAPI()

    def get() -> Iterator[BaseModel]:
        yield item()

    get.__annotations__["return"] = Iterator[item]  # type: ignore[valid-type]
    app.get("/items")(get)
    return app.openapi()


def test_body_without_schema_is_compared(comparison: Any) -> None:
    assert not list(comparison(image(), image()).breaks())


def test_items_of_a_stream_are_compared(comparison: Any) -> None:
    assert not list(comparison(stream(Name), stream(Name)).breaks())

    breaks = list(comparison(stream(Name), stream(Number)).breaks())

    assert "GET /items: response 200: name is gone" in breaks


def returning(result: Any) -> Json:
    app = FastAPI()
    app.get("/it", response_model=result)(lambda: None)
    return app.openapi()


def taking(body: Any) -> Json:
    app = FastAPI()

    def post(it: Any) -> None: ...

    post.__annotations__["it"] = body
    app.post("/it")(post)
    return app.openapi()


@pytest.mark.parametrize("outer", [list, dict, tuple, "optional", "one of two"])
def test_items_within_others_are_compared(comparison: Any, outer: Any) -> None:
    def around(item: Any) -> Any:
        kinds: dict[Any, Any] = {
            list: list[item],
            dict: dict[str, item],
            tuple: tuple[int, item],
            "optional": item | None,
            "one of two": int | item,
        }
        return kinds[outer]

    different = create_model("Name", number=(int, ...))

    assert not list(comparison(returning(around(Name)), returning(around(Name))).breaks())
    breaks = list(comparison(returning(around(Name)), returning(around(different))).breaks())
    assert any(line.endswith("name is gone") for line in breaks)


def test_values_that_a_client_may_send_or_has_to_expect_are_compared(comparison: Any) -> None:
    class Free(BaseModel):
        colour: str

    class Fixed(BaseModel):
        colour: Literal["red", "green"]

    def breaks(old: Json, new: Json) -> list[str]:
        return list(comparison(old, new).breaks())

    assert any("enum" in line for line in breaks(taking(Free), taking(Fixed)))
    assert not breaks(taking(Fixed), taking(Free))
    assert any("enum" in line for line in breaks(returning(Fixed), returning(Free)))
    assert not breaks(returning(Free), returning(Fixed))


def test_body_that_becomes_required_is_a_break(comparison: Any) -> None:
    def api(default: Any) -> Json:
        app = FastAPI()

        @app.post("/it")
        def post(it: int = Body(default)) -> None: ...

        return app.openapi()

    assert "POST /it: a body became required" in comparison(api(1), api(...)).breaks()
    assert not list(comparison(api(...), api(1)).breaks())


def test_login_that_becomes_required_is_a_break(comparison: Any) -> None:
    def api(*dependencies: Any) -> Json:
        app = FastAPI(dependencies=dependencies)
        app.get("/it")(lambda: None)
        return app.openapi()

    secured = api(Depends(HTTPBearer()))

    assert list(comparison(api(), secured).breaks()) == ["GET /it: a login became required"]
    assert not list(comparison(secured, secured).breaks())
    assert not list(comparison(secured, api()).breaks())


def test_path_may_have_more_than_operations(comparison: Any) -> None:
    document = returning(Name)
    document["paths"]["/it"] |= {"summary": "An item", "parameters": [{"name": "x", "in": "query"}]}

    assert not list(comparison(document, document).breaks())


def test_parameter_may_be_a_reference_or_have_a_media_type(comparison: Any) -> None:
    document = returning(Name)
    document["components"]["parameters"] = {"Limit": {"name": "limit", "in": "query"}}
    document["paths"]["/it"]["get"]["parameters"] = [
        {"$ref": "#/components/parameters/Limit"},
        {"name": "filter", "in": "query", "content": {"application/json": {}}},
    ]

    assert not list(comparison(document, document).breaks())
    breaks = list(comparison(document, returning(Name)).breaks())
    assert "GET /it: parameter limit is gone" in breaks
