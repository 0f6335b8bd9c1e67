"""A service with Poetry, `src/`, flat YAML keys, its own Prometheus server, work at startup."""

from dataclasses import replace

from tests.legacy import Legacy

_PYPROJECT = """\
[tool.poetry]
name = "parcel-orders"
version = "2.4.1"
description = "Keeps the orders of parcels."
authors = ["Ada Byron <ada@example.com>", "Grace Murray"]
maintainers = ["Shop Team <shop@example.com>"]
license = "MIT"
readme = "README.md"
homepage = "https://example.com/orders"
repository = "https://example.com/git/orders"
documentation = "https://example.com/docs/orders"
keywords = ["orders", "parcels"]
classifiers = ["Framework :: FastAPI"]
packages = [{ include = "parcel_orders", from = "src" }]
include = ["CHANGES.txt"]

[tool.poetry.urls]
"Bug Tracker" = "https://example.com/orders/issues"

[tool.poetry.dependencies]
python = "^3.9"
fastapi = "^0.110.0"
uvicorn = { version = "~0.29", extras = ["standard"] }
prometheus-client = ">=0.19"
pyyaml = "^6.0"
# calendars
python-dateutil = "^2.8"  # not pendulum
tomli = { version = "^2.0", python = "<3.11" }
orjson = { version = "^3.9", optional = true }

[tool.poetry.extras]
fast = ["orjson"]

[tool.poetry.group.dev.dependencies]
pytest = "^8.0"
httpx = "^0.27"
black = "^24.0"

[tool.poetry.group.reports.dependencies]
tabulate = "^0.9"

[tool.poetry.scripts]
orders-web = "parcel_orders.run:main"
old-name = "parcel_orders.run:main"

[tool.poetry.plugins."orders.exporters"]
plain = "parcel_orders.exports:plain"

[build-system]
requires = ["poetry-core>=1.0.0"]
build-backend = "poetry.core.masonry.api"

[tool.black]
line-length = 110

[tool.pytest.ini_options]
testpaths = ["tests"]
markers = ["nightly: takes hours"]
addopts = "-ra -q"

[tool.coverage.run]
branch = true
"""

_DOCKERFILE = """\
FROM python:3.10-slim AS builder
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get update && apt-get install -y build-essential libpq-dev
COPY requirements.txt /
RUN pip install -r /requirements.txt --user && pip install parcel-orders --user

FROM python:3.10-slim
ARG USERNAME=orders
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 tzdata \\
    && rm -rf /var/lib/apt/lists/*
RUN useradd -u 1001 -m ${USERNAME}
COPY --from=builder /root/.local /home/${USERNAME}/.local
COPY default_config.yml /etc/${USERNAME}/config.yml
ENV PATH=/home/${USERNAME}/.local/bin:$PATH ORDERS_CONFIG=/etc/${USERNAME}/config.yml
RUN python -c "import parcel_orders; parcel_orders.warm()"
EXPOSE 5000 8081
HEALTHCHECK CMD curl --fail http://localhost:5000/version || exit 1
CMD ["orders-web"]
"""

_CONFIG = """\
orders.port: 5000
orders.currency: EUR
orders.logLevel: info
prometheus.enabled: false
prometheus.port: 8081
redis.port: 6379
"""

_APP = '''\
"""The application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from parcel_orders.settings import CONFIG, start_metrics

READY = []


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    start_metrics()
    READY.append("yes")
    yield
    READY.clear()


app = FastAPI(title="orders", lifespan=lifespan)


@app.get("/orders/{number}")
def order(number: int) -> dict[str, object]:
    return {"number": number, "currency": CONFIG["orders.currency"], "ready": READY}


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "OK"}
'''

_SETTINGS = '''\
"""Reads the configuration and starts what it says."""

import logging
import os
from pathlib import Path

import prometheus_client
import yaml

CONFIG = yaml.safe_load(Path(os.getenv("ORDERS_CONFIG", "default_config.yml")).read_text())


def start_metrics() -> None:
    logging.basicConfig(level=CONFIG["orders.logLevel"].upper())
    if CONFIG["prometheus.enabled"]:
        prometheus_client.start_http_server(CONFIG["prometheus.port"])
'''

_RUN = """\
import uvicorn

from parcel_orders.app import app
from parcel_orders.settings import CONFIG


def main() -> None:
    uvicorn.run(app, host="0.0.0.0", port=CONFIG["orders.port"])
"""

_TEST = """\
from fastapi.testclient import TestClient
from parcel_orders.app import app


def test_an_order_names_its_currency() -> None:
    with TestClient(app) as client:
        assert client.get("/orders/7").json() == {"number": 7, "currency": "EUR", "ready": ["yes"]}
"""

_README = """\
<img alt="build" src="https://example.com/build.svg">

# Orders

Keeps the [orders](https://example.com/orders) of parcels
and their prices. It has done so since 2019.

## Install

You need to install it with Poetry before you can do anything with it.
"""

_LOCK = """\
fastapi==0.110.3 ; python_version >= "3.9" and python_version < "4.0"
h11==0.14.0 ; python_version >= "3.9" and python_version < "4.0"
python-dateutil==2.8.2 ; python_version >= "3.9" and python_version < "4.0"
starlette==0.37.2 ; python_version >= "3.9" and python_version < "4.0"
uvicorn[standard]==0.29.0 ; python_version >= "3.9" and python_version < "4.0"
"""

ORDERS = Legacy(
    files={
        "pyproject.toml": _PYPROJECT,
        "poetry.lock": "# made by Poetry\n",
        "requirements.txt": _LOCK,
        "README.md": _README,
        "CHANGES.txt": "2.4.1: prices\n",
        "default_config.yml": _CONFIG,
        "docker/Dockerfile": _DOCKERFILE,
        "src/parcel_orders/__init__.py": '__version__ = "2.4.1"\n',
        "src/parcel_orders/app.py": _APP,
        "src/parcel_orders/settings.py": _SETTINGS,
        "src/parcel_orders/run.py": _RUN,
        "tests/__init__.py": "",
        "tests/test_orders.py": _TEST,
    },
    answers={
        "adopted": True,
        "service_name": "parcel-orders",
        "description": "Keeps the orders of parcels.",
        "owner": "Ada Byron",
        "package_path": "src/parcel_orders",
        "app": "parcel_orders.app:app",
        "service_port": 5000,
        "management_port": 9000,
        "python_version": "3.11",
        "inference": "none",
    },
    carried={
        "pyproject.toml": (
            'version = "2.4.1"\n',
            '{ name = "Ada Byron", email = "ada@example.com" },\n    { name = "Grace Murray" },\n',
            'maintainers = [\n    { name = "Shop Team", email = "shop@example.com" },\n]\n',
            'license = { text = "MIT" }\n',
            'Homepage = "https://example.com/orders"\n',
            'Repository = "https://example.com/git/orders"\n',
            'Documentation = "https://example.com/docs/orders"\n',
            '"Bug Tracker" = "https://example.com/orders/issues"\n',
            'keywords = [\n    "orders",\n    "parcels",\n]\n',
            '    "Framework :: FastAPI",\n',
            '    # calendars\n    "python-dateutil>=2.8,<3",  # not pendulum\n',
            "    \"tomli>=2.0,<3; python_version < '3.11'\",\n",
            '    "uvicorn[standard]",\n',
            'fast = [\n    "orjson>=3.9,<4",\n]\n',
            'reports = [\n    "tabulate>=0.9,<0.10",\n]\n',
            '    "httpx>=0.27,<0.28",\n    "black>=24.0,<25",\n',
            'orders-web = "parcel_orders.run:main"\nold-name = "parcel_orders.run:main"\n',
            '[project.entry-points."orders.exporters"]\nplain = "parcel_orders.exports:plain"\n',
            "[tool.black]\nline-length = 110\n",
            "[tool.coverage.run]\nbranch = true\n",
        ),
        "pytest.toml": (
            'markers = ["nightly: takes hours"]\n',
            'addopts = ["-ra", "-q", "--strict-markers", "--strict-config"]\n',
        ),
        "Dockerfile": (
            "--no-install-recommends libpq5 tzdata \\\n",
            "COPY default_config.yml /etc/orders/config.yml\n",
            "ENV ORDERS_CONFIG=/etc/orders/config.yml\n",
        ),
    },
    todo=(
        "pyproject.toml | include = [",
        "pyproject.toml | [tool.black]",
        "pyproject.toml | [tool.pytest",
        "poetry.lock",
        "requirements.txt",
        "docker/Dockerfile",
        "docker/Dockerfile | RUN python -c",
        "docker/Dockerfile | HEALTHCHECK",
        'src/parcel_orders/app.py | @app.get("/health")',
        "src/parcel_orders/settings.py | logging.basicConfig(",
        "src/parcel_orders/settings.py | start_http_server(",
        "default_config.yml",
    ),
    routes=("/orders/7", "/health", "/openapi.json"),
    tests="tests/test_orders.py",
)

_EVENTS = f"""{_APP.replace(", lifespan=lifespan", "")}

@app.on_event("startup")
def begin() -> None:
    start_metrics()
"""

ORDERS_EVENTS = replace(
    ORDERS,
    files={**ORDERS.files, "src/parcel_orders/app.py": _EVENTS},
    todo=(*ORDERS.todo, "src/parcel_orders/app.py | on_event"),
    routes=(),
    tests="",
)
"""The same service with startup events, which current FastAPI lacks: it cannot start yet."""
