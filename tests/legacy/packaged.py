"""Services packaged with setuptools: PEP 621 with a factory, and setup.py."""

from dataclasses import replace

from tests.legacy import Legacy

_FACTORY = """\
from fastapi import FastAPI, WebSocket


def create_app(greeting: str = "hello") -> FastAPI:
    app = FastAPI(title="lobby")

    @app.get("/v1/hello")
    async def hello() -> dict[str, str]:
        return {"says": greeting}

    @app.websocket("/v1/chat")
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(greeting)
        await socket.close()

    return app
"""

LOBBY = Legacy(
    files={
        "pyproject.toml": (
            "# The lobby is where visitors wait.\n"
            "[build-system]\n"
            'requires = ["setuptools>=68", "setuptools-scm"]\n'
            'build-backend = "setuptools.build_meta"\n\n'
            "[project]\n"
            'name = "lobby"\n'
            'description = "Where visitors wait"\n'
            'dynamic = ["version"]\n'
            'readme = "README.rst"\n'
            'requires-python = ">=3.12"\n'
            'authors = [{ name = "Front Desk", email = "desk@example.com" }]\n'
            "dependencies = [\n"
            "    # the web\n"
            '    "fastapi[standard]>=0.115",\n'
            '    "aiosqlite",  # chats\n'
            "]\n\n"
            "[project.optional-dependencies]\n"
            'redis = ["redis>=5"]\n'
            'test = ["pytest", "httpx"]\n\n'
            "[project.urls]\n"
            'Source = "https://example.com/lobby"\n\n'
            "[project.scripts]\n"
            'lobby = "app.__main__:main"\n\n'
            "[tool.setuptools.packages.find]\n"
            'include = ["app*"]\n\n'
            "[tool.ruff]\n"
            "line-length = 120  # wide\n\n"
            "[[tool.mypy.overrides]]\n"
            'module = "redis.*"\n'
            "ignore_missing_imports = true\n\n"
            "[tool.uv.sources]\n"
            'redis = { index = "internal" }\n'
        ),
        "README.rst": "Lobby\n=====\n\nWhere visitors wait for whom they visit.\n",
        "docker-compose.yml": (
            "services:\n  lobby:\n    build: .\n    ports:\n      - '80:8001'\n"
            "    command: uvicorn app.factory:create_app --factory --port 8001\n"
            "  redis:\n    image: redis\n    ports: ['6379:6379']\n"
        ),
        "pytest.ini": "[pytest]\nmarkers =\n    slow: takes long\nlog_cli = true\ntimeout = 30\n",
        "app/__init__.py": "",
        "app/__main__.py": "def main():\n    raise SystemExit(0)\n",
        "app/factory.py": _FACTORY,
        "app/tests/__init__.py": "",
        "app/tests/test_hello.py": (
            "from fastapi.testclient import TestClient\n\nfrom app.factory import create_app\n\n\n"
            "def test_hello():\n    says = TestClient(create_app()).get('/v1/hello').json()\n"
            "    assert says == {'says': 'hello'}\n"
        ),
    },
    answers={
        "adopted": True,
        "service_name": "lobby",
        "description": "Where visitors wait",
        "owner": "Front Desk",
        "package_path": "app",
        "app": "app.factory:create_app",
        "service_port": 8001,
        "python_version": "3.12",
    },
    carried={
        "pyproject.toml": (
            'readme = "README.rst"\n',
            'requires-python = ">=3.12"\n',
            '    "fastapi[standard]",\n',
            '    "aiosqlite",  # chats\n',
            'redis = [\n    "redis>=5",\n]\n',
            'Source = "https://example.com/lobby"\n',
            "line-length = 120  # wide\n",
            'module = "redis.*"\n',
            'redis = { index = "internal" }\n',
            '    "httpx",\n',
        ),
        "pytest.toml": (
            'testpaths = ["app/tests", "tests"]\n',
            'markers = ["slow: takes long"]\n',
            "log_cli = true\n",
        ),
    },
    todo=(
        "pyproject.toml | # The lobby is",
        "pyproject.toml",  # a script with the standard's name
        "pyproject.toml | [tool.setuptools",
        "pyproject.toml | [tool.ruff]",
        "pytest.ini | timeout",  # of a plugin that the service does not require
        "pyproject.toml | [[tool.mypy",
    ),
)

_PROJECT = str(LOBBY.files["pyproject.toml"])
LOBBY_AT_HAND = replace(
    LOBBY,
    files={
        **LOBBY.files,
        "pyproject.toml": _PROJECT.partition("\n[tool.uv.sources]")[0].replace(
            'requires-python = ">=3.12"', 'requires-python = ">=3.11"'
        ),
    },
    routes=("/v1/hello", "/openapi.json"),
    tests="app/tests/test_hello.py",
)
"""The same service without the missing index, for every Python of the standard."""

STOCK = Legacy(
    files={
        "setup.py": (
            "import os\n\nfrom setuptools import find_packages, setup\n\n"
            'raise SystemExit("nobody is to run this")\n\n'
            "setup(\n"
            '    name="stock_levels",\n'
            '    version="0.9.0",\n'
            '    description="Knows how much there is",\n'
            '    author="Warehouse",\n'
            "    packages=find_packages(),\n"
            "    install_requires=[\n"
            '        "fastapi",\n'
            '        "uvicorn",\n'
            '        "cachetools>=5",\n'
            "    ],\n"
            '    extras_require={"dev": ["httpx"], "s3": ["boto3"]},\n'
            '    entry_points={"console_scripts": ["stock=stock_levels.main:main"]},\n'
            '    package_data={"stock_levels": ["*.csv"]},\n'
            '    python_requires=">=3.8",\n'
            ")\n"
        ),
        "setup.cfg": "[flake8]\nmax-line-length = 120\n\n[tool:pytest]\naddopts = -q\n",
        "tox.ini": "[tox]\nenvlist = py38\n\n[testenv]\ncommands = pytest\n",
        "Makefile": "run:\n\tuvicorn stock_levels.main:app --port 8500\n",
        "README": "Stock\n",
        "stock_levels/__init__.py": "",
        "stock_levels/levels.csv": "item,count\nbolt,3\n",
        "stock_levels/main.py": (
            "import csv\nfrom pathlib import Path\n\nimport uvicorn\n"
            "from fastapi import FastAPI\n\n"
            "app = FastAPI()\n"
            "ROWS = Path(__file__).with_name('levels.csv').read_text().splitlines()\n\n\n"
            "@app.get('/levels')\ndef levels():\n    return list(csv.DictReader(ROWS))\n\n\n"
            "def main():\n    uvicorn.run(app, port=8500)\n"
        ),
        "tests/test_levels.py": (
            "from fastapi.testclient import TestClient\n\nfrom stock_levels.main import app\n\n\n"
            "def test_levels():\n"
            "    assert TestClient(app).get('/levels').json()[0]['item'] == 'bolt'\n"
        ),
    },
    answers={
        "adopted": True,
        "service_name": "stock-levels",
        "description": "Knows how much there is",
        "owner": "Warehouse",
        "package_path": "stock_levels",
        "app": "stock_levels.main:app",
        "service_port": 8500,
        "python_version": "3.11",
    },
    carried={
        "pyproject.toml": (
            'version = "0.9.0"\n',
            'readme = { file = "README", content-type = "text/plain" }\n',
            '    "cachetools>=5",\n',
            's3 = [\n    "boto3",\n]\n',
            '    "httpx",\n',
            'stock = "stock_levels.main:main"\n',
        ),
        "pytest.toml": ('addopts = ["-q", "--strict-markers", "--strict-config"]\n',),
    },
    todo=("setup.py", "setup.py | package_data", "setup.cfg | [tool:pytest]"),
    routes=("/levels", "/openapi.json"),
    tests="tests/test_levels.py",
)
