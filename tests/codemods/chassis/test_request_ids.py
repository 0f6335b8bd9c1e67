"""A middleware for request ids."""

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
    "of its module": (
        "from asgi_correlation_id.middleware import CorrelationIdMiddleware as Ids\n"
        + APP
        + "app.add_middleware(Ids)\n",
        APP,
    ),
    "by the library's name": (
        "import asgi_correlation_id as ids\n"
        + APP
        + "app.add_middleware(ids.CorrelationIdMiddleware)\n",
        APP,
    ),
    "of starlette_context": (
        "from starlette_context.middleware import RawContextMiddleware\n"
        + APP
        + "app.add_middleware(RawContextMiddleware)\n",
        APP,
    ),
    "of fastapi_request_id": (
        "from fastapi_request_id import RequestIdMiddleware\n"
        "from shop import make\n\n\ndef build():\n    app = make()\n"
        "    app.add_middleware(RequestIdMiddleware)\n    return app\n",
        "from shop import make\n\n\ndef build():\n    app = make()\n    return app\n",
    ),
    "among others": (
        IMPORT + "from shop import Own\n" + APP + "app.add_middleware(Own)\n"
        "app.add_middleware(CorrelationIdMiddleware)\napp.add_middleware(Own, more=1)\n",
        "from shop import Own\n"
        + APP
        + "app.add_middleware(Own)\napp.add_middleware(Own, more=1)\n",
    ),
}

NOOP: dict[str, tuple[str, str]] = {
    "another middleware": (APP + "from shop import Own\napp.add_middleware(Own)\n", ""),
    "another library's": (
        "from shop import CorrelationIdMiddleware\n"
        + APP
        + "app.add_middleware(CorrelationIdMiddleware)\n",
        "",
    ),
    "one that is derived": (
        IMPORT + APP + "class Own(CorrelationIdMiddleware): ...\napp.add_middleware(Own)\n",
        "",
    ),
    "the id itself": (
        "from asgi_correlation_id import correlation_id\nx = correlation_id.get()  # add_middleware\n",
        "",
    ),
    "no middleware": (APP + "app.add_middleware()\n", ""),
    "another method": (IMPORT + APP + "app.add(CorrelationIdMiddleware)  # add_middleware\n", ""),
    "two things on a line": (
        IMPORT + APP + "app.add_middleware(CorrelationIdMiddleware); x = 1\n",
        "give it a line of its own",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_is_removed_by_the_name_of_its_rule(row: str) -> None:
    assert_removed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_kept(RULE, *NOOP[row])
