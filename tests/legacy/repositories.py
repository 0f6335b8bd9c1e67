"""A repository with two packages, and a service with its own chart and pipeline."""

from tests.legacy import Legacy

_SHARED = {
    "libs/common/pyproject.toml": '[tool.poetry]\nname = "common"\nversion = "1.0.0"\n',
    "libs/common/common/__init__.py": "RATE = 2\n",
    "libs/common/Dockerfile": "FROM python:3.9\n",
}

PRICING = Legacy(
    folder="services/pricing",
    files={
        **_SHARED,
        "README.md": "# everything\n",
        "services/pricing/pyproject.toml": (
            "[tool.poetry]\n"
            'name = "pricing"\n'
            'version = "1.2.3"\n'
            'description = ""\n'
            "authors = []\n\n"
            "[tool.poetry.dependencies]\n"
            'python = ">=3.9,<4.0"\n'
            'fastapi = "*"\n'
            'common = { path = "../../libs/common", develop = true }\n'
            'rates = { version = "^1.2", source = "internal" }\n'
            'tariffs = { git = "https://example.com/tariffs.git", tag = "v3" }\n\n'
            "[[tool.poetry.source]]\n"
            'name = "internal"\n'
            'url = "https://packages.example.com/simple"\n'
        ),
        "services/pricing/pricing/__init__.py": "",
        "services/pricing/pricing/web.py": (
            "import fastapi\nfrom common import RATE\n\n"
            "application: fastapi.FastAPI = fastapi.FastAPI()\n\n\n"
            "@application.get('/price')\ndef price():\n    return RATE\n"
        ),
        "services/pricing/config/settings.toml": "[server]\nport = 7000\n\n[redis]\nport = 6379\n",
    },
    answers={
        "adopted": True,
        "service_name": "pricing",
        "package_path": "pricing",
        "app": "pricing.web:application",
        "service_port": 7000,
        "python_version": "3.11",
    },
    carried={
        "pyproject.toml": (
            '    "common",\n    "rates>=1.2,<2",\n    "tariffs",\n',
            'common = { path = "../../libs/common", editable = true }\n',
            'rates = { index = "internal" }\n',
            '[[tool.uv.index]]\nname = "internal"\nurl = "https://packages.example.com/simple"\n',
            'tariffs = { git = "https://example.com/tariffs.git", tag = "v3" }\n',
        ),
    },
    todo=("pyproject.toml | common = {", "pyproject.toml | url = ", ".pre-commit-config.yaml"),
)

CHARTED = Legacy(
    files={
        "pyproject.toml": (
            "[project]\n"
            'name = "ledger"\n'
            'version = "3.0.0"\n'
            'requires-python = ">=3.11"\n'
            'dependencies = ["fastapi>=0.100", "sqlalchemy>=2"]\n\n'
            "[dependency-groups]\n"
            'dev = ["pytest>=8", "httpx"]\n'
        ),
        "uv.lock": 'version = 1\nrequires-python = ">=3.11"\n',
        ".gitignore": "__pycache__/\n*.sqlite\n",
        ".gitlab-ci.yml": "test:\n  script:\n    - uv run pytest\n",
        "Containerfile": (
            "FROM debian:bookworm\n"
            "WORKDIR /srv\n"
            "ADD https://example.com/ca.pem /usr/local/share/ca-certificates/ca.crt\n"
            "COPY . .\n"
            "VOLUME /srv/data\n"
            "CMD uvicorn ledger.api:app --port 8600\n"
        ),
        "charts/ledger/Chart.yaml": "apiVersion: v2\nname: ledger-books\nversion: 1.0.0\n",
        "charts/ledger/values.yaml": "service:\n  port: 80\n  targetPort: 8600\n",
        "charts/ledger/templates/deployment.yaml": "kind: Deployment\nspec: {{ .Values.x }}\n",
        "charts/ledger/templates/nightly.yaml": "\nkind: CronJob\nspec: {{ .Values.x }}\n",
        "ledger/__init__.py": "",
        "ledger/api.py": (
            "from starlette.applications import Starlette\n"
            "from starlette.responses import PlainTextResponse\n"
            "from starlette.routing import Route\n\n\n"
            "async def balance(request):\n    return PlainTextResponse('42')\n\n\n"
            "app = Starlette(routes=[Route('/balance', balance)])\n"
        ),
        "tests/conftest.py": "",
        "tests/test_balance.py": (
            "from ledger.api import app\nfrom starlette.testclient import TestClient\n\n\n"
            "def test_balance():\n    assert TestClient(app).get('/balance').text == '42'\n"
        ),
    },
    answers={
        "adopted": True,
        "service_name": "ledger",
        "package_path": "ledger",
        "app": "ledger.api:app",
        "service_port": 8600,
        "helm": False,
        "ci": "none",
    },
    carried={"pyproject.toml": ('    "sqlalchemy>=2",\n', 'version = "3.0.0"\n', '    "httpx",\n')},
    todo=(
        "charts/ledger/Chart.yaml | name:",
        ".gitlab-ci.yml",
        "Containerfile",
        "Containerfile | ADD",
        "Containerfile | VOLUME",
    ),
    routes=("/balance",),
    tests="tests/test_balance.py",
)
