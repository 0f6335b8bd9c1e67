"""Minimal services, one for each kind that exists in practice."""

from tests.legacy import Legacy

_MAIN = (
    "from fastapi import FastAPI\n\napp = FastAPI(title='{name}')\n\n\n"
    "@app.get('/v1/{name}')\ndef listed():\n    return {{'items': [1, 2]}}\n"
)


def _main(name: str) -> str:
    return _MAIN.format(name=name)


def _routes(name: str) -> tuple[str, ...]:
    return (f"/v1/{name}", "/openapi.json")


# A logging configuration that disables existing loggers.
_LOGS = (
    "import logging.config\n\n"
    "logging.config.dictConfig({\n    'version': 1,\n    'disable_existing_loggers': True,\n"
    "    'handlers': {'own': {'class': 'logging.StreamHandler'}},\n"
    "    'root': {'handlers': ['own'], 'level': 'WARNING'},\n})\n"
)

PIPFILE = Legacy(
    files={
        "Pipfile": (
            '[[source]]\nurl = "https://pypi.org/simple"\nverify_ssl = true\nname = "pypi"\n\n'
            '[packages]\nfastapi = "*"\nuvicorn = {extras = ["standard"], version = "*"}\n'
            'colorama = "==0.4.6"\n\n[dev-packages]\npytest = "==7.2.0"\nhttpx = "*"\n\n'
            '[requires]\npython_version = "3.11"\n'
        ),
        "Procfile": "web: uvicorn pots.main:app --port 8010\n",
        "pots/__init__.py": "",
        "pots/main.py": "import colorama\n" + _main("pots") + "\nprint(colorama.__version__)\n",
        "tests/test_pots.py": (
            "from fastapi.testclient import TestClient\n\nfrom pots.main import app\n\n\n"
            "def test_pots():\n    assert TestClient(app).get('/v1/pots').status_code == 200\n"
        ),
    },
    answers={"package_path": "pots", "app": "pots.main:app", "service_port": 8010},
    routes=_routes("pots"),
    tests="tests/test_pots.py",
)

UTF16 = Legacy(
    files={
        "requirements.txt": "fastapi==0.110.0\r\nuvicorn==0.29.0\r\ncolorama==0.4.6\r\n".encode(
            "utf-16"
        ),
        "main.py": _main("pans"),
        "README.md": "# pans\n\nLends pans to people who cook.\n\n    uvicorn main:app\n",
    },
    answers={
        "app": "main:app",
        "service_name": "pans",
        "description": "Lends pans to people who cook.",
    },
    removed=("requirements.txt",),
    routes=_routes("pans"),
)

MIGRATES = Legacy(
    files={
        "requirements.txt": "fastapi\ngunicorn\nuvicorn\nalembic\n",
        "Dockerfile": (
            "FROM python:3.11-slim\nWORKDIR /srv\nCOPY . .\nRUN pip install -r requirements.txt\n"
            'ENV PYTHON_ENV=production\nENTRYPOINT ["./entrypoint.sh"]\n'
        ),
        "entrypoint.sh": (
            "#!/bin/sh\nset -e\nalembic upgrade head\n"
            "exec gunicorn lids.main:app -c gunicorn.conf.py -k uvicorn.workers.UvicornWorker\n"
        ),
        "gunicorn.conf.py": 'bind = "0.0.0.0:8020"\nworkers = 4\ntimeout = 30\n',
        "alembic.ini": "[alembic]\nscript_location = migrations\n",
        "migrations/env.py": "from alembic import context\n",
        "lids/__init__.py": "",
        "lids/main.py": _main("lids"),
    },
    answers={"package_path": "lids", "app": "lids.main:app", "service_port": 8020},
    carried={
        "Dockerfile": ("ENV PYTHON_ENV=production", "entrypoint.sh"),
        "entrypoint.sh": ("alembic upgrade head\n", 'exec "$@"'),
    },
    todo=("gunicorn.conf.py | workers",),
    routes=_routes("lids"),
)

STAGES = Legacy(
    files={
        "requirements.txt": "fastapi\nuvicorn\n",
        "Dockerfile": (
            "FROM python:3.12-slim AS base\nWORKDIR /code\nCOPY requirements.txt .\n"
            "RUN pip install -r requirements.txt\n"
            "FROM base AS development\nRUN pip install debugpy\n"
            "FROM base AS production\nCOPY . .\nENV GREETING=hello\n"
            'CMD ["uvicorn", "cups.main:app", "--host", "0.0.0.0", "--port", "8030"]\n'
        ),
        "docker-compose.yml": (
            "services:\n  cups:\n    build:\n      context: .\n      target: development\n"
            "    ports:\n      - 8030:8030\n"
        ),
        "cups/__init__.py": "",
        "cups/main.py": _main("cups"),
    },
    answers={"app": "cups.main:app", "service_port": 8030, "python_version": "3.12"},
    carried={"Dockerfile": ("ENV GREETING=hello",)},
    todo=("docker-compose.yml | build:",),
    routes=_routes("cups"),
)

CRON = Legacy(
    files={
        "requirements.txt": "fastapi\nuvicorn\n",
        "Dockerfile": (
            "FROM python:3.11\nRUN apt-get update && apt-get install -y cron\nCOPY . /app\n"
            "WORKDIR /app\nRUN pip install -r requirements.txt\nEXPOSE 8040\n"
            "CMD cron && python -m real\n"
        ),
        "README.md": "# jugs\n\nRun it: `uvicorn demo:app --port 9999`.\n",
        "real/__init__.py": "",
        "real/__main__.py": (
            "import uvicorn\n\nfrom real.api import app\n\nuvicorn.run(app, port=8040)\n"
        ),
        "real/api.py": _main("jugs"),
        "demo.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
    },
    answers={"app": "real.api:app", "service_port": 8040},
    todo=("Dockerfile | CMD cron",),
    routes=_routes("jugs"),
)

MANY = Legacy(
    files={
        "README.md": "# shop\n",
        "client/package.json": '{"name": "shop-client"}\n',
        "client/src/App.js": "fetch('http://localhost:3000')\n",
        "stock/requirements.txt": "fastapi\nuvicorn\n",
        "stock/stock/__init__.py": "",
        "stock/stock/main.py": _main("stock"),
        "stock/Dockerfile": (
            "FROM python:3.11\nCOPY . /app\nRUN pip install -r requirements.txt\n"
            "CMD uvicorn stock.main:app --port 8050\n"
        ),
        "orders/requirements.txt": "fastapi\nuvicorn\n",
        "orders/main.py": _main("orders"),
        "mail/requirements.txt": "fastapi\nuvicorn\n",
        "mail/main.py": _main("mail"),
    },
    folder="stock",
    answers={"app": "stock.main:app", "package_path": "stock", "service_port": 8050},
    routes=_routes("stock"),
)

CONDA = Legacy(
    files={
        "environment.yml": (
            "name: bowls\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n"
            "  - gdal=3.8\n  - pip\n  - pip:\n    - fastapi>=0.100\n    - uvicorn\n"
            "    - colorama==0.4.6  # colours\n"
        ),
        "bowls/__init__.py": "",
        "bowls/main.py": "import colorama\n" + _main("bowls") + "\nprint(colorama.__version__)\n",
        "Makefile": "run:\n\tuvicorn bowls.main:app --port 8060\n",
    },
    answers={"app": "bowls.main:app", "python_version": "3.11"},
    carried={"pyproject.toml": ('    "colorama==0.4.6",  # colours\n',)},
    todo=("environment.yml | gdal=3.8",),
    routes=_routes("bowls"),
)

SETUP_CFG = Legacy(
    files={
        "setup.cfg": (
            "[metadata]\nname = mugs\nversion = 2.3.0\ndescription = Lends mugs\n\n[options]\n"
            "packages = find:\ninstall_requires =\n    fastapi\n    uvicorn\n\n"
            "[options.extras_require]\ntest =\n    pytest\n    httpx\n\n"
            "[flake8]\nmax-line-length = 120\n"
        ),
        "setup.py": "from setuptools import setup\n\nsetup()\n",
        "docker-compose.yml": (
            "services:\n  mugs:\n    build: .\n    ports:\n      - 8070:8070\n"
            "    command: uvicorn mugs.app:api --host 0.0.0.0 --port 8070\n"
        ),
        "mugs/__init__.py": "",
        "mugs/app.py": _LOGS + _main("mugs").replace("app", "api"),
        "tests/test_mugs.py": "from mugs.app import api\n\n\ndef test_api():\n    assert api\n",
    },
    answers={"app": "mugs.app:api", "service_name": "mugs", "service_port": 8070},
    carried={"ruff.toml": ("line-length = 120\n",), "pyproject.toml": ('version = "2.3.0"',)},
    todo=("docker-compose.yml | command:", "mugs/app.py | dictConfig"),
    routes=("/v1/mugs", "/openapi.json"),
    tests="tests/test_mugs.py",
)

FACTORY = Legacy(
    files={
        "requirements.txt": "fastapi\nuvicorn\n",
        "jars/__init__.py": "",
        "jars/settings.py": (
            "from dataclasses import dataclass\n\n\n@dataclass\nclass Settings:\n"
            "    greeting: str = 'hello'\n"
        ),
        "jars/factory.py": (
            "from fastapi import FastAPI\n\nfrom jars.settings import Settings\n\n\n"
            "def create_app(settings: Settings) -> FastAPI:\n"
            "    app = FastAPI(title='jars')\n\n    @app.get('/v1/jars')\n    def jars():\n"
            "        return {'says': settings.greeting}\n\n    return app\n"
        ),
        "jars/__main__.py": (
            "import uvicorn\n\nfrom jars.factory import create_app\n"
            "from jars.settings import Settings\n\n\ndef main() -> None:\n"
            "    uvicorn.run(create_app(Settings()), host='0.0.0.0', port=8080)\n\n\n"
            "if __name__ == '__main__':\n    main()\n"
        ),
    },
    answers={"app": "jars.asgi:app", "service_port": 8080},
    routes=_routes("jars"),
)

POETRY = Legacy(
    files={
        "pyproject.toml": (
            '[tool.poetry]\nname = "kegs"\nversion = "1.2.0"\ndescription = "Lends kegs"\n'
            'authors = ["Ada <ada@example.com>"]\n\n[tool.poetry.dependencies]\npython = "^3.11"\n'
            'fastapi = "*"\nuvicorn = "*"\nstaves = { version = "^1.0", source = "house" }\n\n'
            '[tool.poetry.group.dev.dependencies]\npytest = "^7"\n\n'
            '[[tool.poetry.source]]\nname = "house"\nurl = "INDEX"\npriority = "explicit"\n\n'
            '[build-system]\nrequires = ["poetry-core"]\n'
            'build-backend = "poetry.core.masonry.api"\n'
        ),
        "poetry.lock": (
            '[[package]]\nname = "staves"\nversion = "1.0.0"\n\n[package.source]\n'
            'type = "legacy"\nurl = "INDEX"\nreference = "house"\n\n'
            '[[package]]\nname = "idna"\nversion = "3.7"\n\n[metadata]\nlock-version = "2.0"\n'
        ),
        "kegs/__init__.py": "",
        "kegs/main.py": "import staves\n" + _main("kegs") + "\nprint(staves.COUNT)\n",
        "Dockerfile": (
            "FROM python:3.11\nRUN pip install poetry\nCOPY . .\nRUN poetry install\n"
            'CMD ["poetry", "run", "uvicorn", "kegs.main:app", "--port", "8090"]\n'
        ),
    },
    answers={"app": "kegs.main:app", "service_name": "kegs", "service_port": 8090},
    carried={"pyproject.toml": ('staves = { index = "house" }',)},
    routes=_routes("kegs"),
)
"""`INDEX` stands for the address of a private index with staves 1.0.0 and 1.1.0."""
