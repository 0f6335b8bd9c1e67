"""The contract test of a service, and which changes it considers breaking."""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import BaseModel

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
