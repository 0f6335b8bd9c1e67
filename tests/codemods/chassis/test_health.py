"""Health routes that return a constant."""

import pytest

from tests.codemods.chassis.support import APP, assert_kept, assert_removed

RULE = "chassis-health"

ROUTER = "from fastapi import APIRouter\n\nrouter = APIRouter()\n"
REST = "\n\n@app.get('/x')\ndef x(): ...\n"

FIX: dict[str, tuple[str, str]] = {
    "dictionary": (
        APP + "\n\n@app.get('/health')\ndef health():\n    return {'ok': True}\n" + REST,
        APP + REST,
    ),
    "docstring": (
        APP + "\n\n@app.get('/health')\ndef h():\n    'Fine.'\n    return 'ok'\n" + REST,
        APP + REST,
    ),
    "async route of a router": (
        ROUTER + "@router.get(path='/livez', include_in_schema=False)\n"
        "async def live():\n    return 'ok'\n",
        ROUTER,
    ),
    "readiness route": (
        APP + "\n\n@app.get('/ready', status_code=200)\ndef ready() -> bool:\n    return True\n",
        APP,
    ),
    "two routes": (
        APP + "\n\n@app.get('/live')\ndef live():\n    return 1\n"
        "\n\n@app.get('/readiness')\ndef ready():\n    return 1\n" + REST,
        APP + REST,
    ),
    "one-line function": (APP + "\n\n@app.get('/healthz')\ndef h(): return None\n", APP),
    "application is an attribute": (
        "from shop import core\n\n\n@core.app.get('/healthz')\ndef h():\n    return core.OK\n\n\n"
        "x = core\n",
        "from shop import core\n\n\nx = core\n",
    ),
    "response class is imported for it": (
        "from fastapi.responses import PlainTextResponse\n"
        + APP
        + "\n\n@app.get('/liveness', response_class=PlainTextResponse)\n"
        "def h():\n    return 'alive'\n",
        APP,
    ),
}

NOOP: dict[str, tuple[str, str]] = {
    "route with a check": (
        APP + "@app.get('/health')\ndef health():\n    return {'db': check()}\n",
        "",
    ),
    "route with two statements": (
        APP + "@app.get('/health')\ndef health():\n    n = 1\n    return n\n",
        "",
    ),
    "another path": (APP + "@app.get('/healthy')\ndef f():\n    return 1\n", ""),
    "another method": (APP + "@app.post('/health')\ndef f():\n    return 1\n", ""),
    "route with another decorator": (
        APP + "@limit(1)\n@app.get('/health')\ndef f():\n    return 1\n",
        "",
    ),
    "bare return": (APP + "@app.get('/health')\ndef f():\n    return\n", ""),
    "function is called elsewhere": (
        APP + "@app.get('/health')\ndef f():\n    return 1\n\n\nprint(f())\n",
        "f is used elsewhere: remove those uses first",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_redundant_code_is_removed_if_rule_is_named(row: str) -> None:
    assert_removed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_kept(RULE, *NOOP[row])
