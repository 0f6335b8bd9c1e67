"""A metrics server of the service's own."""

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
    "server that nothing stops": (
        "from prometheus_client.exposition import start_http_server\n\n"
        "server, thread = start_http_server(9000)\nx = 1\n",
        "x = 1\n",
    ),
    "server of WSGI": (
        "from prometheus_client import start_wsgi_server as start\nimport os\n\n"
        "if os.environ:\n    x = 1\n    start(9000)\n",
        "import os\n\nif os.environ:\n    x = 1\n",
    ),
    "application": (
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
    "exporter": (
        "from starlette_exporter import PrometheusMiddleware, handle_metrics\n"
        + APP
        + "app.add_middleware(PrometheusMiddleware, app_name='shop')\n"
        "app.add_route('/metrics', handle_metrics)\n",
        APP,
    ),
}

NOOP: dict[str, tuple[str, str]] = {
    "a metric": ("from prometheus_client import Counter\nC = Counter('a', 'b')\n", ""),
    "another server": ("from shop import start_http_server\nstart_http_server(1)\n", ""),
    "another middleware": (
        "from starlette_exporter import PrometheusMiddleware\n"
        "from shop import Own\n" + APP + "app.add_middleware(Own)\nx = PrometheusMiddleware\n",
        "",
    ),
    "an instrumentator with a name": (
        INSTRUMENTATOR + APP + "made = Instrumentator()\nmade.instrument(app).expose(app)\n",
        "made is used elsewhere: take that out, too",
    ),
    "a server that is stopped": (
        "from prometheus_client import start_http_server\nserver, _ = start_http_server(1)\n\n\n"
        "def stop():\n    server.shutdown()\n",
        "server is used elsewhere",
    ),
    "two things on a line": (
        "from prometheus_client import start_http_server\nstart_http_server(1); x = 1\n",
        "give it a line of its own",
    ),
    "what is returned": (
        "from prometheus_client import start_http_server\n\n\n"
        "def start(port):\n    return start_http_server(port)\n",
        "",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_is_removed_by_the_name_of_its_rule(row: str) -> None:
    assert_removed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_kept(RULE, *NOOP[row])
