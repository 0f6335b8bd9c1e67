"""Request id middleware."""

import pytest

from tests.codemods.chassis.support import APP, assert_kept, assert_removed

RULE = "chassis-request-ids"

IMPORT = "from asgi_correlation_id import CorrelationIdMiddleware\n"

FIX: dict[str, tuple[str, str]] = {
    "plain": (IMPORT + APP + "app.add_middleware(CorrelationIdMiddleware)\n", APP),
    "with options": (
        IMPORT + APP + "app.add_middleware(CorrelationIdMiddleware, header_name='X-Request-ID')\n",
        APP,
    ),
    "on several lines": (
        IMPORT
        + APP
        + "app.add_middleware(\n    CorrelationIdMiddleware,\n    validator=None,\n)\nx = 1\n",
        APP + "x = 1\n",
    ),
    "imported from its module": (
        "from asgi_correlation_id.middleware import CorrelationIdMiddleware as Ids\n"
        + APP
        + "app.add_middleware(Ids)\n",
        APP,
    ),
    "attribute of the imported library": (
        "import asgi_correlation_id as ids\n"
        + APP
        + "app.add_middleware(ids.CorrelationIdMiddleware)\n",
        APP,
    ),
    "starlette_context": (
        "from starlette_context.middleware import RawContextMiddleware\n"
        + APP
        + "app.add_middleware(RawContextMiddleware)\n",
        APP,
    ),
    "fastapi_request_id": (
        "from fastapi_request_id import RequestIdMiddleware\n"
        "from shop import make\n\n\ndef build():\n    app = make()\n"
        "    app.add_middleware(RequestIdMiddleware)\n    return app\n",
        "from shop import make\n\n\ndef build():\n    app = make()\n    return app\n",
    ),
    "among other middleware": (
        IMPORT + "from shop import Own\n" + APP + "app.add_middleware(Own)\n"
        "app.add_middleware(CorrelationIdMiddleware)\napp.add_middleware(Own, more=1)\n",
        "from shop import Own\n"
        + APP
        + "app.add_middleware(Own)\napp.add_middleware(Own, more=1)\n",
    ),
}

NOOP: dict[str, tuple[str, str]] = {
    "another middleware": (APP + "from shop import Own\napp.add_middleware(Own)\n", ""),
    "same name from another library": (
        "from shop import CorrelationIdMiddleware\n"
        + APP
        + "app.add_middleware(CorrelationIdMiddleware)\n",
        "",
    ),
    "derived class": (
        IMPORT + APP + "class Own(CorrelationIdMiddleware): ...\napp.add_middleware(Own)\n",
        "",
    ),
    "use of the id": (
        "from asgi_correlation_id import correlation_id\nx = correlation_id.get()  # add_middleware\n",
        "",
    ),
    "call without arguments": (APP + "app.add_middleware()\n", ""),
    "another method": (IMPORT + APP + "app.add(CorrelationIdMiddleware)  # add_middleware\n", ""),
    "two statements on a line": (
        IMPORT + APP + "app.add_middleware(CorrelationIdMiddleware); x = 1\n",
        "put it on its own line first",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_redundant_code_is_removed_if_rule_is_named(row: str) -> None:
    assert_removed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_kept(RULE, *NOOP[row])
