"""`AsyncClient(app=)` -> `ASGITransport`."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-testing"

FIX: dict[str, tuple[Files, Files]] = {
    "async client": (
        """
        from httpx import AsyncClient

        async def test(app):
            async with AsyncClient(app=app, base_url="http://test") as client:  # in process
                await client.get("/")
        """,
        """
        from httpx import ASGITransport, AsyncClient

        async def test(app):
            async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:  # in process
                await client.get("/")
        """,
    ),
    "attribute of the imported library": (
        "import httpx\nclient = httpx.AsyncClient(base_url='http://test', app=make())\n",
        "import httpx\n"
        "client = httpx.AsyncClient(base_url='http://test', transport=httpx.ASGITransport(app=make()))\n",
    ),
    "several lines": (
        "from httpx import AsyncClient\nc = AsyncClient(\n    app=app,\n    headers={},\n)\n",
        "from httpx import ASGITransport, AsyncClient\n"
        "c = AsyncClient(\n    transport=ASGITransport(app=app),\n    headers={},\n)\n",
    ),
    "import alias": (
        "from httpx import AsyncClient as Client\nc = Client(app=app)\n",
        "from httpx import ASGITransport, AsyncClient as Client\n"
        "c = Client(transport=ASGITransport(app=app))\n",
    ),
    "transport is already imported": (
        "from httpx import ASGITransport, AsyncClient\nc = AsyncClient(app=app)\n",
        "from httpx import ASGITransport, AsyncClient\n"
        "c = AsyncClient(transport=ASGITransport(app=app))\n",
    ),
    "WSGI client": (
        "import httpx\nc = httpx.Client(app=app)\n",
        "import httpx\nc = httpx.Client(transport=httpx.WSGITransport(app=app))\n",
    ),
    "redirects": (
        "from fastapi.testclient import TestClient\nclient = TestClient(app)\n"
        "def test_it():\n    client.get('/', allow_redirects=False)\n",
        "from fastapi.testclient import TestClient\nclient = TestClient(app)\n"
        "def test_it():\n    client.get('/', follow_redirects=False)\n",
    ),
    "redirects of Starlette's TestClient": (
        "from starlette.testclient import TestClient\nclient = TestClient(app)\n"
        "client.post('/', json={}, allow_redirects=True)\n",
        "from starlette.testclient import TestClient\nclient = TestClient(app)\n"
        "client.post('/', json={}, follow_redirects=True)\n",
    ),
}  # fmt: skip

NOOP: dict[str, tuple[Files, str]] = {
    "already migrated": (
        "from httpx import ASGITransport, AsyncClient\n"
        "c = AsyncClient(transport=ASGITransport(app=app))\n",
        "",
    ),
    "client without an application": (
        "from httpx import AsyncClient\nc = AsyncClient(base_url='http://x')\n",
        "",
    ),
    "same name from another library": (
        "from shop import AsyncClient\nc = AsyncClient(app=app)\n",
        "",
    ),
    "app= and transport=": (
        "from httpx import AsyncClient\nc = AsyncClient(app=app, transport=t)\n",
        "remove app=",
    ),
    "requests": ("import requests\nrequests.get('http://x', allow_redirects=False)\n", ""),
    "client fixture": (
        "def test_it(client):\n    client.get('/', allow_redirects=False)\n",
        "client is probably a TestClient",
    ),
    "aiohttp": ("async def f(session):\n    session.get('http://x', allow_redirects=False)\n", ""),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
