"""Health routes that return a constant."""

import pytest

from tests.codemods.chassis.support import APP, assert_kept, assert_removed

RULE = "chassis-health"

ROUTER = "from fastapi import APIRouter\n\nrouter = APIRouter()\n"
REST = "\n\n@app.get('/x')\ndef x(): ...\n"

FIX: dict[str, tuple[str, str]] = {
    "a dictionary": (
        APP + "\n\n@app.get('/health')\ndef health():\n    return {'ok': True}\n" + REST,
        APP + REST,
    ),
    "a docstring": (
        APP + "\n\n@app.get('/health')\ndef h():\n    'Fine.'\n    return 'ok'\n" + REST,
        APP + REST,
    ),
    "async, by a router": (
        ROUTER + "@router.get(path='/livez', include_in_schema=False)\n"
        "async def live():\n    return 'ok'\n",
        ROUTER,
    ),
    "readiness": (
        APP + "\n\n@app.get('/ready', status_code=200)\ndef ready() -> bool:\n    return True\n",
        APP,
    ),
    "two": (
        APP + "\n\n@app.get('/live')\ndef live():\n    return 1\n"
        "\n\n@app.get('/readiness')\ndef ready():\n    return 1\n" + REST,
        APP + REST,
    ),
    "on one line": (APP + "\n\n@app.get('/healthz')\ndef h(): return None\n", APP),
    "of an attribute": (
        "from shop import core\n\n\n@core.app.get('/healthz')\ndef h():\n    return core.OK\n\n\n"
        "x = core\n",
        "from shop import core\n\n\nx = core\n",
    ),
    "its response class": (
        "from fastapi.responses import PlainTextResponse\n"
        + APP
        + "\n\n@app.get('/liveness', response_class=PlainTextResponse)\n"
        "def h():\n    return 'alive'\n",
        APP,
    ),
}

NOOP: dict[str, tuple[str, str]] = {
    "one that checks": (
        APP + "@app.get('/health')\ndef health():\n    return {'db': check()}\n",
        "",
    ),
    "one that counts": (
        APP + "@app.get('/health')\ndef health():\n    n = 1\n    return n\n",
        "",
    ),
    "another path": (APP + "@app.get('/healthy')\ndef f():\n    return 1\n", ""),
    "another method": (APP + "@app.post('/health')\ndef f():\n    return 1\n", ""),
    "one that has a rate": (
        APP + "@limit(1)\n@app.get('/health')\ndef f():\n    return 1\n",
        "",
    ),
    "one that returns nothing": (APP + "@app.get('/health')\ndef f():\n    return\n", ""),
    "one that is called": (
        APP + "@app.get('/health')\ndef f():\n    return 1\n\n\nprint(f())\n",
        "f is used elsewhere: take that out, too",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_is_removed_by_the_name_of_its_rule(row: str) -> None:
    assert_removed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_kept(RULE, *NOOP[row])
