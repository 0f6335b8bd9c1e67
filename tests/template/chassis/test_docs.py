"""The API's documentation pages need nothing from the internet."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from . import support

Build = Callable[..., Any]

OFFLINE = {"docs.offline": True}


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_pages_load_scripts_from_the_service(build: Build, path: str) -> None:
    client = TestClient(build(FastAPI(title="API"), OFFLINE).app)

    page = client.get(path)

    assert page.status_code == 200
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert loaded
    for address in loaded:
        assert address.startswith(("/", "data:"))
        if address.startswith("/"):
            assert client.get(address).status_code == 200
    assert "//" not in "".join(loaded)


def test_pages_work_behind_a_prefix(build: Build) -> None:
    client = TestClient(build(FastAPI(), OFFLINE).app, root_path="/prefix")

    page = client.get("/docs").text

    assert 'src="/prefix/docs/assets/swagger-ui-bundle.js"' in page
    assert "'/prefix/openapi.json'" in page


def test_disabled_pages_stay_disabled(build: Build) -> None:
    client = TestClient(build(FastAPI(docs_url=None), OFFLINE).app)

    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 200


def test_page_defined_by_the_service_is_kept(build: Build) -> None:
    app = FastAPI(docs_url=None)
    app.add_route("/docs", lambda _: PlainTextResponse("ours"))

    assert TestClient(build(app, OFFLINE).app).get("/docs").text == "ours"


@pytest.mark.parametrize("path", ["/{rest:path}", "/{page}"])
def test_catch_all_route_hides_no_page(build: Build, path: str) -> None:
    app = FastAPI()
    app.get(path)(lambda: "ours")

    client = TestClient(build(app, OFFLINE).app)

    assert "/docs/assets/" in client.get("/docs").text
    assert client.get("/openapi.json").json()["openapi"]
    assert client.get("/docs/assets/swagger-ui.css").status_code == 200
    assert client.get("/else").json() == "ours"


def test_custom_page_address_is_kept(build: Build) -> None:
    client = TestClient(build(FastAPI(docs_url="/about/api"), OFFLINE).app)

    assert "/about/api/assets/swagger-ui.css" in client.get("/about/api").text
    assert client.get("/about/api/assets/swagger-ui.css").status_code == 200


def test_adopted_service_keeps_its_pages(build: Build) -> None:
    page = TestClient(build(FastAPI()).app).get("/docs").text

    assert ("/docs/assets/" in page) is not support.ADOPTED


def test_wrapped_application_has_pages(build: Build) -> None:
    app = TrustedHostMiddleware(FastAPI(), allowed_hosts=["*"])

    assert "/docs/assets/" in TestClient(build(app, OFFLINE).app).get("/docs").text
