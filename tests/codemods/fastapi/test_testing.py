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
    "by the library's name": (
        "import httpx\nclient = httpx.AsyncClient(base_url='http://test', app=make())\n",
        "import httpx\n"
        "client = httpx.AsyncClient(base_url='http://test', transport=httpx.ASGITransport(app=make()))\n",
    ),
    "over several lines": (
        "from httpx import AsyncClient\nc = AsyncClient(\n    app=app,\n    headers={},\n)\n",
        "from httpx import ASGITransport, AsyncClient\n"
        "c = AsyncClient(\n    transport=ASGITransport(app=app),\n    headers={},\n)\n",
    ),
    "by another name": (
        "from httpx import AsyncClient as Client\nc = Client(app=app)\n",
        "from httpx import ASGITransport, AsyncClient as Client\n"
        "c = Client(transport=ASGITransport(app=app))\n",
    ),
    "the transport is there": (
        "from httpx import ASGITransport, AsyncClient\nc = AsyncClient(app=app)\n",
        "from httpx import ASGITransport, AsyncClient\n"
        "c = AsyncClient(transport=ASGITransport(app=app))\n",
    ),
    "a client of WSGI": (
        "import httpx\nc = httpx.Client(app=app)\n",
        "import httpx\nc = httpx.Client(transport=httpx.WSGITransport(app=app))\n",
    ),
    "redirects": (
        "from fastapi.testclient import TestClient\nclient = TestClient(app)\n"
        "def test_it():\n    client.get('/', allow_redirects=False)\n",
        "from fastapi.testclient import TestClient\nclient = TestClient(app)\n"
        "def test_it():\n    client.get('/', follow_redirects=False)\n",
    ),
    "redirects of Starlette's": (
        "from starlette.testclient import TestClient\nclient = TestClient(app)\n"
        "client.post('/', json={}, allow_redirects=True)\n",
        "from starlette.testclient import TestClient\nclient = TestClient(app)\n"
        "client.post('/', json={}, follow_redirects=True)\n",
    ),
}  # fmt: skip

NOOP: dict[str, tuple[Files, str]] = {
    "already": (
        "from httpx import ASGITransport, AsyncClient\n"
        "c = AsyncClient(transport=ASGITransport(app=app))\n",
        "",
    ),
    "no application": ("from httpx import AsyncClient\nc = AsyncClient(base_url='http://x')\n", ""),
    "another library's": ("from shop import AsyncClient\nc = AsyncClient(app=app)\n", ""),
    "both": (
        "from httpx import AsyncClient\nc = AsyncClient(app=app, transport=t)\n",
        "keep the transport",
    ),
    "requests": ("import requests\nrequests.get('http://x', allow_redirects=False)\n", ""),
    "a fixture": (
        "def test_it(client):\n    client.get('/', allow_redirects=False)\n",
        "client is likely a TestClient",
    ),
    "aiohttp": ("async def f(session):\n    session.get('http://x', allow_redirects=False)\n", ""),
}


@pytest.mark.parametrize("row", FIX)
def test_is_fixed(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_left(RULE, *NOOP[row])
