"""The service's own metrics server."""

import pytest

from tests.codemods.chassis.support import APP, assert_kept, assert_removed

RULE = "chassis-metrics"

INSTRUMENTATOR = "from prometheus_fastapi_instrumentator import Instrumentator\n"

FIX: dict[str, tuple[str, str]] = {
    "server": (
        "from prometheus_client import Counter, start_http_server\n\nC = Counter('a', 'b')\n"
        "start_http_server(9000)  # as the shop scrapes\n",
        "from prometheus_client import Counter\n\nC = Counter('a', 'b')\n",
    ),
    "server in a function": (
        "import os\nimport prometheus_client\n\n\n"
        "def start():\n    prometheus_client.start_http_server(1)\n",
        "import os\n\n\ndef start():\n    pass\n",
    ),
    "server in an unused variable": (
        "from prometheus_client.exposition import start_http_server\n\n"
        "server, thread = start_http_server(9000)\nx = 1\n",
        "x = 1\n",
    ),
    "WSGI server": (
        "from prometheus_client import start_wsgi_server as start\nimport os\n\n"
        "if os.environ:\n    x = 1\n    start(9000)\n",
        "import os\n\nif os.environ:\n    x = 1\n",
    ),
    "mounted application": (
        "from prometheus_client import make_asgi_app\n"
        + APP
        + "app.mount('/metrics', make_asgi_app())\n",
        APP,
    ),
    "instrumentator": (
        INSTRUMENTATOR + APP + "Instrumentator().instrument(app).expose(app)\n",
        APP,
    ),
    "instrumentator on several lines": (
        INSTRUMENTATOR + APP + "\nx = 1\nInstrumentator(\n    should_group_status_codes=False,\n"
        ").instrument(\n    app,\n).expose(app, include_in_schema=False)\ny = 2\n",
        APP + "\nx = 1\ny = 2\n",
    ),
    "starlette_exporter": (
        "from starlette_exporter import PrometheusMiddleware, handle_metrics\n"
        + APP
        + "app.add_middleware(PrometheusMiddleware, app_name='shop')\n"
        "app.add_route('/metrics', handle_metrics)\n",
        APP,
    ),
}

NOOP: dict[str, tuple[str, str]] = {
    "metric": ("from prometheus_client import Counter\nC = Counter('a', 'b')\n", ""),
    "another server": ("from shop import start_http_server\nstart_http_server(1)\n", ""),
    "another middleware": (
        "from starlette_exporter import PrometheusMiddleware\n"
        "from shop import Own\n" + APP + "app.add_middleware(Own)\nx = PrometheusMiddleware\n",
        "",
    ),
    "instrumentator in a variable": (
        INSTRUMENTATOR + APP + "made = Instrumentator()\nmade.instrument(app).expose(app)\n",
        "made is used elsewhere: remove those uses first",
    ),
    "server is shut down elsewhere": (
        "from prometheus_client import start_http_server\nserver, _ = start_http_server(1)\n\n\n"
        "def stop():\n    server.shutdown()\n",
        "server is used elsewhere",
    ),
    "two statements on a line": (
        "from prometheus_client import start_http_server\nstart_http_server(1); x = 1\n",
        "put it on its own line first",
    ),
    "call is returned": (
        "from prometheus_client import start_http_server\n\n\n"
        "def start(port):\n    return start_http_server(port)\n",
        "",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_redundant_code_is_removed_if_rule_is_named(row: str) -> None:
    assert_removed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_kept(RULE, *NOOP[row])
