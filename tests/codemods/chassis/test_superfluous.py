"""What the chassis makes superfluous: told, and removed by the name of its rule."""

import pytest
from drydock.codemods.run import run

from tests.codemods.support import Files, assert_fixed, assert_left, files_of

ADOPTED = {".copier-answers.yml": "_commit: v1.5.0\npackage_path: shop\n"}
APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"

REMOVED: dict[str, tuple[str, str, str]] = {
    "metrics server": (
        "chassis-metrics",
        "from prometheus_client import Counter, start_http_server\n\nC = Counter('a', 'b')\n"
        "start_http_server(9000)  # as the shop scrapes\n",
        "from prometheus_client import Counter\n\nC = Counter('a', 'b')\n",
    ),
    "instrumentator": (
        "chassis-metrics",
        "from prometheus_fastapi_instrumentator import Instrumentator\n"
        + APP
        + "Instrumentator().instrument(app).expose(app)\n",
        APP,
    ),
    "metrics server in a function": (
        "chassis-metrics",
        "import os\nimport prometheus_client\n\n\n"
        "def start():\n    prometheus_client.start_http_server(1)\n",
        "import os\n\n\ndef start():\n    pass\n",
    ),
    "health": (
        "chassis-health",
        APP
        + "\n\n@app.get('/health')\ndef health():\n    '''Fine.'''\n    return {'ok': True}\n\n\n"
        "@app.get('/x')\ndef x(): ...\n",
        APP + "\n\n@app.get('/x')\ndef x(): ...\n",
    ),
    "health, async, by a router": (
        "chassis-health",
        "from fastapi import APIRouter\nrouter = APIRouter()\n"
        "@router.get(path='/livez', include_in_schema=False)\nasync def live():\n    return 'ok'\n",
        "from fastapi import APIRouter\nrouter = APIRouter()\n",
    ),
    "logging": (
        "chassis-logging",
        "import logging\n\nlogging.basicConfig(\n    level='INFO',\n)\nlog = logging.getLogger()\n",
        "import logging\n\nlog = logging.getLogger()\n",
    ),
    "logging from a dict": (
        "chassis-logging",
        "from logging.config import dictConfig\nimport os\n\ndictConfig({'version': 1})\n",
        "import os\n",
    ),
    "request ids": (
        "chassis-request-ids",
        "from asgi_correlation_id import CorrelationIdMiddleware\n"
        + APP
        + "app.add_middleware(CorrelationIdMiddleware, header_name='X-Request-ID')\n",
        APP,
    ),
    "start": (
        "chassis-start",
        "import uvicorn\n"
        + APP
        + "\nif __name__ == '__main__':\n    uvicorn.run(app, port=8000)\n",
        APP,
    ),
}

KEPT: dict[str, tuple[str, str]] = {
    "a metric": (
        "chassis-metrics",
        "from prometheus_client import Counter\nC = Counter('a', 'b')\n",
    ),
    "a health route that checks": (
        "chassis-health",
        APP + "@app.get('/health')\ndef health():\n    return {'db': check()}\n",
    ),
    "another route": ("chassis-health", APP + "@app.get('/healthy')\ndef f():\n    return 1\n"),
    "a health route that has a rate": (
        "chassis-health",
        APP + "@limit(1)\n@app.get('/health')\ndef f():\n    return 1\n",
    ),
    "a log": ("chassis-logging", "import logging\nlog = logging.getLogger('basicConfig')\n"),
    "another middleware": ("chassis-request-ids", APP + "app.add_middleware(Own)\n"),
    "a start that does more": (
        "chassis-start",
        "import uvicorn\nif __name__ == '__main__':\n    migrate()\n    uvicorn.run('a:b')\n",
    ),
    "another start": ("chassis-start", "import uvicorn\ndef main():\n    uvicorn.run('a:b')\n"),
}


@pytest.mark.parametrize("row", REMOVED)
def test_is_removed_by_the_name_of_its_rule(row: str) -> None:
    rule, before, after = REMOVED[row]
    assert_fixed(rule, {**ADOPTED, "service.py": before}, {"service.py": after})


@pytest.mark.parametrize("row", REMOVED)
def test_is_told_and_kept_otherwise(row: str) -> None:
    rule, before, _ = REMOVED[row]
    outcome = run(files_of({**ADOPTED, "service.py": before}), None, unsafe=False)
    told = [one for one in outcome.findings if one.rule == rule]
    assert [one.certainty for one in told] == ["left"]
    assert told[0].how == f"drydock modernize --rule {rule}"
    assert rule not in {one.rule for one in outcome.findings if one.certainty == "changed"}


@pytest.mark.parametrize("row", REMOVED)
def test_is_nothing_to_a_service_without_a_chassis(row: str) -> None:
    rule, before, _ = REMOVED[row]
    assert_left(rule, before)


@pytest.mark.parametrize("row", KEPT)
def test_is_kept(row: str) -> None:
    rule, text = KEPT[row]
    files: Files = {**ADOPTED, "service.py": text}
    assert_left(rule, files)


def test_loaders_of_configuration_are_told() -> None:
    text = "import yaml\n\nsettings = yaml.safe_load(open('config.yml'))\n"
    assert_left("chassis-configuration", {**ADOPTED, "service.py": text}, "add the values")
    assert_left("chassis-configuration", text)
