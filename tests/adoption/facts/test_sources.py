"""Each source of facts: what it finds, where, and what it must ignore."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from drydock.adoption import facts
from drydock.adoption.facts import all_sources, gather

_KEYS = "".join(f"  {key}: 1\n" for key in "abcdefghijkl")
FOUND: dict[str, tuple[Mapping[str, str], str, list[tuple[str, str]]]] = {
    "an application in exec form over two lines": (
        {"Dockerfile": 'FROM x\nCMD ["uvicorn", "a.b:app", \\\n  "--port", "8001"]\n'},
        "app",
        [("a.b:app", "Dockerfile:2")],
    ),
    "a port in exec form": (
        {"Dockerfile": 'CMD ["uvicorn", "a.b:app", "--port", "8001"]\n'},
        "service_port",
        [("8001", "Dockerfile:1")],
    ),
    "an application named by two variables": (
        {
            "Dockerfile": "FROM tiangolo/uvicorn-gunicorn-fastapi:python3.7\n"
            "ENV VARIABLE_NAME=api\nENV MODULE_NAME=main\n"
        },
        "app",
        [("main:api", "Dockerfile:3")],
    ),
    "an application named by one variable": (
        {"Dockerfile": 'FROM tiangolo/uvicorn-gunicorn:python3.11\nENV APP_MODULE="a.b:c"\n'},
        "app",
        [("a.b:c", "Dockerfile:2")],
    ),
    "no application: these variables in another image": (
        {"Dockerfile": "FROM python:3.12\nENV MODULE_NAME=main\n"},
        "app",
        [],
    ),
    "a server with a Config": (
        {"asgi.py": 'import uvicorn\n\nuvicorn.Server(uvicorn.Config("a.b:app")).run()\n'},
        "app",
        [("a.b:app", "asgi.py:3")],
    ),
    "no port: a script in a here-document": (
        {"Dockerfile": "FROM x\nRUN <<EOF\nEXPOSE 9999\nEOF\nEXPOSE 8001\n"},
        "service_port",
        [("8001", "Dockerfile:5")],
    ),
    "no port: a file in a here-document": (
        {"Dockerfile": "COPY <<-'END' <<B /etc/\n\tEXPOSE 1\n\tEND\nEXPOSE 2\nB\nEXPOSE 80\n"},
        "service_port",
        [("80", "Dockerfile:6")],
    ),
    "a server in a here-document": (
        {"Dockerfile": "FROM x\nRUN <<EOF\n# why\nuvicorn a.b:app\nEOF\n"},
        "app",
        [("a.b:app", "Dockerfile:2")],
    ),
    "a continued last line": (
        {"Dockerfile": "FROM x\nEXPOSE 8001 \\"},
        "service_port",
        [("8001", "Dockerfile:2")],
    ),
    "an unclosed here-document": (
        {"Dockerfile": "EXPOSE 8001\nRUN <<EOF\nEXPOSE 1\n"},
        "service_port",
        [("8001", "Dockerfile:1")],
    ),
    "the Python of an image": (
        {"Dockerfile": "FROM --platform=linux/amd64 reg:5000/python:3.12-slim AS b\n"},
        "python_version",
        [("3.12", "Dockerfile:1")],
    ),
    "an application that a script without a suffix starts": (
        {"start": "#!/usr/bin/env bash\nuvicorn a:app\n", "notes": "uvicorn b:app\n"},
        "app",
        [("a:app", "start:2")],
    ),
    "no application: a name without a value until it is started": (
        {"a.py": "app = None\nif __name__ == '__main__':\n    uvicorn.run(app)\n"},
        "app_object",
        [],
    ),
    "no variable: a key of WSGI": (
        {"a.py": "environ.get('wsgi.input')\nos.getenv('A')\n"},
        "variable",
        [("A", "a.py:2")],
    ),
    "no port and name: a worker in compose": (
        {"compose.yml": "services:\n  celery_beat:\n    build: .\n    ports: ['80:8001']\n"},
        "service_port",
        [],
    ),
    "a port that is the default of a variable": (
        {
            "Dockerfile": "CMD uvicorn a:app --port ${PORT:-8001}\n",
            "run.sh": 'gunicorn a:app -b "${HOST:-0.0.0.0}:${PORT-8002}"\n',
        },
        "service_port",
        [("8001", "Dockerfile:1"), ("8002", "run.sh:1")],
    ),
    "no application: a comment": ({"run.sh": "# uvicorn a:app\n"}, "app", []),
    "a port in a flat key": (
        {"config.yml": "shop.port: 5000\nprometheus.port: 8080\nredis.port: 6379\n"},
        "service_port",
        [("5000", "config.yml:1")],
    ),
    "the port of Prometheus": (
        {"config.yml": "shop.port: 5000\nprometheus.port: 8080\n"},
        "metrics_port",
        [("8080", "config.yml:2")],
    ),
    "a port in a nested key": (
        {"conf/settings.toml": "[server]\nport = 7000\n\n[database]\nport = 5432\n"},
        "service_port",
        [("7000", "conf/settings.toml:2")],
    ),
    "a port in a variable": (
        {".env": "DB_PORT=1\nAPP_PORT=8080\n"},
        "service_port",
        [("8080", ".env:2")],
    ),
    "keys of a configuration": (
        {"config.yml": "a:\n  b: 1\nc: 2\n"},
        "configuration",
        [("a.b, c", "config.yml")],
    ),
    "sections of a configuration with many keys": (
        {"config.yml": f"version: 1\nlimits:\n  low: 1\nslo:\n{_KEYS}"},
        "configuration",
        [("slo, version, limits; 14 in all", "config.yml")],
    ),
    "the first of many keys": (
        {"config.yml": "".join(f"{key}: 1\n" for key in "abcdefghijklmn")},
        "configuration",
        [("a, b, c, d, e, f, g, h, i, j, k, l and 2 more", "config.yml")],
    ),
    "no port and configuration: an object of Kubernetes or k3d": (
        {"dev-config.yaml": "apiVersion: k3d.io/v1\nkind: Simple\nkubeAPI:\n  hostPort: 6550\n"},
        "service_port",
        [],
    ),
    "no configuration: a tool's file": ({".pre-commit-config.yaml": "a: 1\n"}, "configuration", []),
    "no configuration: an editor's settings": (
        {".vscode/settings.json": '{"a": 1}\n'},
        "configuration",
        [],
    ),
    **{
        f"no configuration: {path}": ({path: '{"a": 1}\n', "a.py": "x = 1\n"}, "configuration", [])
        for path in (
            "tsconfig.json",
            "jsconfig.json",
            "pyrightconfig.json",
            "config/jest.config.json",
            "web/tsconfig.app.json",
            "release-please-config.json",
            "appsettings.json",
            "appsettings.Development.json",
            "model/tokenizer_config.json",
            "eslint.config.json",
            "otel-collector-config.json",
            "config/prometheus.json",
        )
    },
    "a configuration named by the code": (
        {"app_config.json": '{"a": 1}\n', "a.py": "x = open('app_config.json')\n"},
        "configuration",
        [("a", "app_config.json")],
    ),
    "a configuration with a plain name": (
        {"config/config.json": '{"a": 1}\n', "config/stage.json": '{"b": 1}\n'},
        "configuration",
        [("a", "config/config.json"), ("b", "config/stage.json")],
    ),
    "description below the front matter of a README": (
        {"README.md": "---\ntitle: The shop of shops\nsdk: docker\n---\n\nSells a lot to all.\n"},
        "description",
        [("Sells a lot to all.", "README.md:6")],
    ),
    "an image in lower case": (
        {"dockerfile": "FROM python:3.9\nEXPOSE 8001\n"},
        "service_port",
        [("8001", "dockerfile:2")],
    ),
    "the Python of pyenv and uv": (
        {".python-version": "# ours\n3.12.4\n3.9\n"},
        "python_version",
        [("3.12", ".python-version:2")],
    ),
    "the Python of asdf": (
        {".tool-versions": "nodejs 3.10.1\npython 3.11.2 3.10.1\n"},
        "python_version",
        [("3.11", ".tool-versions:2")],
    ),
    "the Python of Heroku": (
        {"runtime.txt": "python-3.10.4\n"},
        "python_version",
        [("3.10", "runtime.txt:1")],
    ),
    "no Python: the name of an environment": (
        {".python-version": "shop-3.9\n"},
        "python_version",
        [],
    ),
    "no pipeline: other files in its folder": (
        {".github/workflows/README.md": "", ".github/workflows/tests/x.yml": ""},
        "pipeline",
        [],
    ),
    "a description below the title": (
        {"README.md": "# Shop\n\n![x](y)\n\nSells [things](z) to\npeople. And more.\n"},
        "description",
        [("Sells things to people.", "README.md:5")],
    ),
    "no description: after the second heading": (
        {"README.md": "# Shop\n\n## Install\n\nYou can install it in many ways.\n"},
        "description",
        [],
    ),
    "no description: instructions to the reader": (
        {"README.md": "# Shop\n\nRun it with pip or so on.\n"},
        "description",
        [],
    ),
    "a port in compose": (
        {"compose.yml": "services:\n  shop:\n    build: .\n    ports: ['80:8001']\n"},
        "service_port",
        [("8001", "compose.yml:4")],
    ),
    "no port: another image in compose": (
        {"compose.yml": "services:\n  db:\n    image: x\n    ports: ['1:5432']\n"},
        "service_port",
        [],
    ),
    "the name of a Deployment": (
        {"a.yml": "apiVersion: v1\nkind: Deployment\nmetadata:\n  name: shop\n"},
        "service_name",
        [("shop", "a.yml:4")],
    ),
    "the name of a chart": (
        {"chart/Chart.yaml": "apiVersion: v2\nname: shop\ndescription: A Helm chart for x\n"},
        "service_name",
        [("shop", "chart/Chart.yaml:2")],
    ),
    "no name: a template of a chart": (
        {"t/d.yaml": "apiVersion: v1\nkind: Deployment\nmetadata:\n  name: {{ x }}\n"},
        "service_name",
        [],
    ),
    "a server of metrics": (
        {"a.py": "import prometheus_client as p\n\np.start_http_server(port=8081)\n"},
        "metrics_port",
        [("8081", "a.py:3")],
    ),
    "an application with a type": (
        {"a.py": "import fastapi\n\napp: fastapi.FastAPI = fastapi.FastAPI()\n"},
        "app_object",
        [("a.py:app", "a.py:3")],
    ),
    "a factory": (
        {"a.py": "def make(x=1):\n    one = FastAPI()\n    return one\n"},
        "factory",
        [("a.py:make", "a.py:1")],
    ),
    "no factory: it needs an argument": (
        {"a.py": "def make(x):\n    return FastAPI()\n"},
        "factory",
        [],
    ),
    "no application: a test's": ({"tests/a.py": "app = FastAPI()\n"}, "app_object", []),
    "the name in setup.py": (
        {"setup.py": 'import nothing\nsetup(name="shop", version=nothing.x)\n'},
        "service_name",
        [("shop", "setup.py:2")],
    ),
    "the Python in setup.cfg": (
        {"setup.cfg": "[metadata]\nname = shop\n[options]\npython_requires = >=3.9\n"},
        "requires_python",
        [(">=3.9", "setup.cfg:4")],
    ),
    "the author in Poetry's table": (
        {"pyproject.toml": '[tool.poetry]\nname = "shop"\nauthors = ["A B <a@b.c>"]\n'},
        "owner",
        [("A B", "pyproject.toml:3")],
    ),
    "an invalid pyproject.toml": (
        {"pyproject.toml": "[x\n"},
        "broken",
        [("pyproject.toml is not valid: ", "pyproject.toml")],
    ),
    "a Pipfile with a table on one line": (
        {"Pipfile": 'requires = {python_version = "3.11"}\n'},
        "python_version",
        [("3.11", "Pipfile:1")],
    ),
    "a Pipfile with a quoted key": (
        {"Pipfile": '[requires]\n"python_version" = "3.11"\n'},
        "python_version",
        [("3.11", "Pipfile:2")],
    ),
    "a Pipfile with the key in a comment": (
        {"Pipfile": '[requires]\n# not python_version 3.9\npython_version = "3.11"\n'},
        "python_version",
        [("3.11", "Pipfile:3")],
    ),
    "an invalid ruff.toml": (
        {"ruff.toml": "lint = [\n"},
        "broken",
        [("ruff.toml is not valid: ", "ruff.toml")],
    ),
    "a setting of ruff with a wrong type": (
        {"ruff.toml": "[lint]\nignore = 3\n"},
        "broken",
        [("ruff.toml:2 is not valid: lint.ignore must be a list of strings", "ruff.toml:2")],
    ),
    "answers in a chassis": (
        {
            "src/a/chassis/identity.py": 'APP: Final = "a.main:app"\nADOPTED: Final = False\n',
            "src/a/chassis/application.py": "",
        },
        "adopted",
        [("False", "src/a/chassis/identity.py:2")],
    ),
    "a model on a Triton server": (
        {
            "src/a/chassis/identity.py": "",
            "src/a/chassis/application.py": "",
            "src/a/chassis/triton.py": "",
        },
        "inference",
        [("triton", "src/a/chassis/triton.py")],
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_fact_is_found_with_its_line(case: str) -> None:
    files, about, expected = FOUND[case]
    found = [(fact.value, fact.where) for fact in gather(files) if fact.about == about]
    assert [where for _, where in found] == [where for _, where in expected]
    for (value, _), (expected_value, _) in zip(found, expected, strict=True):
        is_broken = about == "broken"
        assert value.startswith(expected_value) if is_broken else value == expected_value


BROKEN = [
    "", "\0", "{", "a: [", "<<<<<<<", "[x", "def f(", "x: !!python/object:os.system a", "- 1\n",
    "\\\n", "\\\n\\\n", "a: &a {b: *a}", "{apiVersion: v1, kind: [Deployment], metadata: {}}",
    "apiVersion: v1\nkind: Service\nmetadata: {}\nspec: &a [*a]\n", "requires = 3\n",
    "services: {a: {build: ., ports: 8000}}\n", "tool.poetry.packages = 3\n",
]  # fmt: skip
NAMES = ["pyproject.toml", "setup.py", "setup.cfg", "Dockerfile", "config.yml", "compose.yml",
         "a.py", "README.md", "chart/Chart.yaml", "chart/values.yaml", ".env", "settings.json",
         "Procfile", "Pipfile", "ruff.toml", ".ruff.toml", "environment.yml", "deploy/a.yaml",
         "poetry.lock", "uv.lock", "a/chassis/identity.py", "a/chassis/application.py"]  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_sources_never_fail_on_invalid_files(text: str) -> None:
    gather(dict.fromkeys(NAMES, text))


def test_every_module_is_a_source() -> None:
    files = {path.stem for path in Path(facts.__file__).parent.glob("*.py")} - {"__init__"}
    found = {source.find.__module__.rpartition(".")[2] for source in all_sources()}
    assert len(files) >= 11
    assert found == files


def test_javascript_client_in_a_folder_is_ignored() -> None:
    files = {
        "client/package.json": "{}",
        "client/Dockerfile": "FROM node\nEXPOSE 3000\n",
        "web/package.json": "{}",
        "web/app.py": "",
        "web/Dockerfile": "FROM python:3.12\nEXPOSE 8000\n",
    }
    assert {fact.path for fact in gather(files)} == {"web/Dockerfile"}


def test_manifest_of_a_database_is_ignored() -> None:
    text = (
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: db\nspec:\n  containers:\n"
        "  - image: docker.io/library/IMAGE\n    ports:\n    - containerPort: 5432\n"
    )
    assert gather({"db.yaml": text.replace("IMAGE", "postgres:16")}) == []
    assert gather({"db.yaml": text.replace("IMAGE", "house/pricing:1")}) != []


def test_application_started_in_code_is_named_by_its_import() -> None:
    files = {
        "real/__main__.py": "import uvicorn\nfrom .api import app as it\nuvicorn.run(it)\n",
        "own.py": "app = make()\nif x:\n    uvicorn.run(app)\n",
        "text.py": "uvicorn.run(reload=True, app='shop.main:app')\n",
    }
    facts = gather(files)
    assert [(fact.value, fact.where) for fact in facts if fact.about == "app"] == [
        ("real.api:app", "real/__main__.py:3"),
        ("shop.main:app", "text.py:1"),
    ]
    own = {(fact.about, fact.value) for fact in facts if fact.path == "own.py"}
    assert own == {("app_object", "own.py:app"), ("app_file", "own.py")}


def test_code_that_python_cannot_parse_is_reported_with_its_line() -> None:
    (fact,) = gather({"a.py": "x = 1\nmatch x:\n  oops\n"})
    assert (fact.about, fact.where) == ("unreadable", "a.py:3")
    assert "cannot parse it" in fact.value


def test_application_created_conditionally_on_import() -> None:
    text = (
        "if __name__ == '__main__':\n    debug = FastAPI()\n"
        "else:\n    app = FastAPI()\n"
        "try:\n    other = FastAPI()\nexcept ImportError:\n    last = FastAPI()\n"
    )
    found = [fact.value for fact in gather({"a.py": text}) if fact.about == "app_object"]
    assert found == ["a.py:app", "a.py:other"]
