"""Answers come from what a service says, with the evidence for them and against them."""

from collections.abc import Mapping
from typing import Any

import pytest
from drydock.adoption.derive import Derived, derive
from drydock.adoption.facts import Fact, gather
from drydock.errors import BadInput

APP = {"shop/__init__.py": "", "shop/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n"}


def answers(files: Mapping[str, str], folder: str = "folder") -> dict[str, Derived]:
    return {one.name: one for one in derive(gather(files), files, folder)}


def where(answer: Derived) -> list[str]:
    return [fact.where for fact in answer.evidence]


DERIVED: dict[str, tuple[Mapping[str, str], str, Any, list[str], bool]] = {
    "a name that is written down": (
        {**APP, "pyproject.toml": '[project]\nname = "my_shop"\n'},
        "service_name", "my-shop", ["pyproject.toml:2"], False,
    ),
    "a name that a package has": (
        {**APP, "pyproject.toml": '[project]\nname = "fastapi"\n'},
        "service_name", "fastapi-service", ["pyproject.toml:2"], True,
    ),
    "a name that its own extras have": (
        {
            **APP,
            "pyproject.toml": '[project]\nname = "My_Shop"\n[project.optional-dependencies]\n'
            'all = ["my-shop[fast]"]\n',
        },
        "service_name", "my-shop", ["pyproject.toml:2"], False,
    ),
    "no name of another image in a compose file": (
        {
            **APP,
            "web/Dockerfile": "FROM nginx\n",
            "compose.yml": "services:\n"
            "  gateway:\n    build: ./web\n    ports: ['9080:9000']\n"
            "  portal:\n    build:\n      context: gone\n"
            "  orders:\n    build: .\n",
        },
        "service_name", "orders", ["compose.yml:8"], True,
    ),
    "a name that only the folder has": (APP, "service_name", "folder", [], True),
    "an application that nothing starts": (APP, "app", "shop.main:app", ["shop/main.py:3"], False),
    "the one of two that the image starts": (
        {**APP, "shop/admin.py": "app = FastAPI()\n", "Dockerfile": "CMD uvicorn shop.main:app\n"},
        "app", "shop.main:app", ["shop/main.py:3", "Dockerfile:1"], False,
    ),
    "one of two that nothing starts": (
        {**APP, "shop/admin.py": "app = FastAPI()\n"},
        "app", "shop.admin:app", ["shop/admin.py:1"], True,
    ),
    "a package below src": (
        {"src/shop/__init__.py": "", "src/shop/web.py": "api = FastAPI()\n"},
        "package_path", "src/shop", ["src/shop/web.py:1"], False,
    ),
    "a package beside a module": (
        {"main.py": "app = FastAPI()\n"}, "package_path", "folder", ["main.py:1"], False,
    ),
    "no port of anything else": (
        {**APP, "config.yml": "shop.port: 5000\nprometheus.port: 9000\nredis.port: 6379\n"},
        "service_port", 5000, ["config.yml:1"], False,
    ),
    "a management port that is free": (
        {**APP, "config.yml": "shop.port: 5000\nprometheus.port: 9000\n"},
        "management_port", 9001, [], False,
    ),
    "a port that needs root": (
        {**APP, "Dockerfile": "EXPOSE 80\n"}, "service_port", 8000, [], True,
    ),
    "a chart, where it has none": (APP, "helm", True, [], False),
    "no chart where there is one": (
        {**APP, "chart/Chart.yaml": "name: shop\n"}, "helm", False, ["chart/Chart.yaml"], False,
    ),
    "no chart in a folder of code": (
        {"chart/__init__.py": "", "chart/web.py": "app = FastAPI()\n"},
        "helm", False, ["chart/__init__.py"], False,
    ),
    "no chart beside one elsewhere": (
        {**APP, "helm/Chart.yaml": "name: shop\n"}, "helm", False, ["helm/Chart.yaml:1"], False,
    ),
    "a chart beside manifests": (
        {**APP, "a.yml": "apiVersion: v1\nkind: Deployment\nmetadata: {name: shop}\n"},
        "helm", True, [], True,
    ),
    "no pipeline": (APP, "ci", "none", [], False),
    "no pipeline beside its own": (
        {**APP, "Jenkinsfile": "", ".github/workflows/a.yml": ""},
        "ci", "none", [".github/workflows/a.yml", "Jenkinsfile"], False,
    ),
    "the lowest Python that it allows": (
        {**APP, "pyproject.toml": '[project]\nname = "a"\nrequires-python = ">=3.12"\n'},
        "python_version", "3.12", ["pyproject.toml:3"], False,
    ),
    "a Python that the standard has no more": (
        {**APP, "Dockerfile": "FROM python:3.8\n"}, "python_version", "3.11", [], True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DERIVED)
def test_an_answer(case: str) -> None:
    files, name, value, evidence, doubtful = DERIVED[case]
    found = answers(files)[name]
    assert (found.value, where(found), found.doubtful) == (value, evidence, doubtful)


def test_what_is_said_twice_differently_is_shown() -> None:
    files = {**APP, "Dockerfile": "CMD uvicorn shop.main:app --port 8001\nEXPOSE 8002\n"}
    port = answers(files)["service_port"]
    assert {port.value, *(int(fact.value) for fact in port.against)} == {8001, 8002}
    assert [fact.path for fact in port.against] == ["Dockerfile"]


def test_a_guide_does_not_outweigh_the_image() -> None:
    files = {
        **APP,
        "README.md": "# Shop\n\n    uvicorn shop.main:app --port 8009\n",
        "Dockerfile": "CMD uvicorn shop.main:app --port 8001\n",
    }
    port = answers(files)["service_port"]
    assert (port.value, port.doubtful) == (8001, False)
    assert [fact.where for fact in port.against] == ["README.md:3"]


def test_another_framework_is_refused() -> None:
    with pytest.raises(BadInput, match=r"a\.py:1: this is a Flask application"):
        answers({"a.py": "app = Flask(__name__)\n"})


def test_nothing_to_wrap_is_refused() -> None:
    with pytest.raises(BadInput, match="no ASGI application found"):
        answers({"a.py": ""})


COPY = {
    **APP,
    "shop/chassis/identity.py": 'APP: Final[str] = "shop.main:app"\nADOPTED: Final = False\n',
    "shop/chassis/application.py": "",
}
COPIES: dict[str, tuple[Mapping[str, str], dict[str, Any]]] = {
    "of a release that asked nothing": ({"noxfile.py": "def lint(session): ..."}, {}),
    "of such a release, and shipped since": (
        {"noxfile.py": "", "chart/Chart.yaml": "", ".gitlab-ci.yml": ""},
        {"helm": False, "ci": "none"},
    ),
    "with the template's": (
        {
            "noxfile.py": "def push(session): ...\ndef chart(session): ...\n",
            "chart/Chart.yaml": "",
            ".gitlab-ci.yml": "# It is in noxfile.py, for you to run as well\n",
        },
        {"helm": True, "ci": "gitlab"},
    ),
    "with none, and a pipeline since": (
        {"noxfile.py": "def push(session): ...\n", "Jenkinsfile": "pipeline {}\n"},
        {"helm": False, "ci": "none"},
    ),
}


@pytest.mark.parametrize("case", COPIES)
def test_a_copy_is_shipped_as_it_was(case: str) -> None:
    files, expected = COPIES[case]
    found = answers({**COPY, **files})
    assert {name: found[name].value for name in ("helm", "ci") if name in found} == expected


def test_what_the_image_starts_wins_over_a_guide_and_is_doubtful() -> None:
    files = {
        "Dockerfile": "FROM python:3.12\nCMD cron && python -m real\n",
        "README.md": "# shop\n\nuvicorn toy:app\n",
        "real.py": "import fastapi\napp = fastapi.FastAPI()\n",
        "toy.py": "import fastapi\napp = fastapi.FastAPI()\n",
    }
    found = {one.name: one for one in derive(gather(files), files, "shop")}
    assert (found["app"].value, found["app"].doubtful) == ("real:app", True)
    assert "toy.py:app" in {fact.value for fact in found["app"].against}


def test_gunicorns_settings_give_the_port() -> None:
    files = {
        "gunicorn.conf.py": 'workers = 2\nbind = "0.0.0.0:7100"\n',
        "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    found = {one.name: one for one in derive(gather(files), files, "shop")}
    assert found["service_port"].value == 7100


APP_TEXT = "import fastapi\napp = fastapi.FastAPI()\n"
REFUSED: dict[str, tuple[Mapping[str, str], str]] = {
    "a factory of Flask in another module": (
        {
            "shop/factory.py": "def create_app():\n    app = Flask(__name__)\n    return app\n",
            "wsgi.py": "from shop.factory import create_app\napp = create_app()\n",
        },
        "this is a Flask application, but the chassis wraps only ASGI",
    ),
    "Connexion": (
        {"a.py": "import connexion\napp = connexion.App(__name__)\n"},
        r"a\.py:2: this is a Connexion application",
    ),
    "Litestar": ({"a.py": "app = Litestar([])\n"}, "this is a Litestar application"),
    "BlackSheep": (
        {"a.py": "from blacksheep import Application\napp = Application()\n"},
        "this is a BlackSheep application",
    ),
    "Django": (
        {"site/asgi.py": "application = get_asgi_application()\n"},
        "this is a Django application",
    ),
    "Django that gunicorn starts": (
        {
            "site/__init__.py": "", "site/wsgi.py": "application = get_wsgi_application()\n",
            "Dockerfile": "CMD gunicorn site.wsgi:application\n",
        },
        r"site/wsgi\.py:1: this is a Django application",
    ),
    "a factory with arguments": (
        {"a.py": "def make(db, *, url):\n    app = FastAPI()\n    return app\n"},
        r"a\.py:1: make\(db, url\) needs arguments",
    ),
    "a repository of several services": (
        {
            "orders/pyproject.toml": "[project]\n", "orders/main.py": APP_TEXT,
            "prices/requirements.txt": "fastapi\n", "prices/prices/main.py": APP_TEXT,
            "web/package.json": "{}",
        },
        "the folder holds several services: .*: orders, prices$",
    ),
    "one whose tools alone are at the root": (
        {
            "pyproject.toml": "[tool.ruff]\n", "a/Pipfile": "", "a/m.py": APP_TEXT,
            "b/Pipfile": "", "b/m.py": APP_TEXT,
        },
        "the folder holds several services: .*: a, b$",
    ),
    "services of which one has nothing but an image": (
        {
            "Dockerfile": "FROM eclipse-temurin:11\nCMD java -jar a.jar\n",
            "volume/a/requirements.txt": "fastapi\n", "volume/a/main.py": APP_TEXT,
            "volume/b/Dockerfile": "FROM python:3.11\n", "volume/b/app.py": APP_TEXT,
        },
        "the folder holds several services: .*: volume/a, volume/b$",
    ),
    "a workspace with a service in a folder": (
        {
            "pyproject.toml": "[tool.uv.workspace]\nmembers = ['backend']\n",
            "backend/pyproject.toml": "[project]\n", "backend/m.py": APP_TEXT,
        },
        "the folder holds a service in a subfolder: .*: backend$",
    ),
    "a repository with the service in a folder": (
        {"backend/Pipfile": "", "backend/m.py": APP_TEXT},
        "the folder holds a service in a subfolder: .*: backend$",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_service_of_its_own_is_refused(case: str) -> None:
    files, said = REFUSED[case]
    with pytest.raises(BadInput, match=said):
        derive(gather(files), files, "shop")


def test_an_app_that_is_named_takes_any_folder() -> None:
    files, _ = REFUSED["a repository of several services"]
    facts = [*gather(files), Fact("app", "orders/main:app", "--data", 0, 100)]
    found = {one.name: one.value for one in derive(facts, files, "shop")}
    assert found["app"] == "main:app"


@pytest.mark.parametrize("routes", ["app.routes", ".routes", "."])
def test_imports_tell_where_a_module_is_imported_from(routes: str) -> None:
    run = f"from {routes} import router\nimport fastapi, uvicorn\napp = fastapi.FastAPI()\n"
    files = {
        "requirements.txt": "fastapi\n",
        "app/main.py": run + 'uvicorn.run("main:app")\n',
        "app/routes.py": "router = None\n",
    }
    found = {one.name: one.value for one in derive(gather(files), files, "shop")}
    assert (found["app"], found["package_path"]) == ("app.main:app", "app")


@pytest.mark.parametrize("given", ['"main:app"', 'app="main:app"', 'port=80, app="main:app"'])
def test_a_start_by_the_folder_of_its_modules_tells_that_they_are_imported_from_there(
    given: str,
) -> None:
    run = "from health.api import router\nimport fastapi, uvicorn\napp = fastapi.FastAPI()\n"
    files = {
        "requirements.txt": "fastapi\n",
        "src/__init__.py": "",
        "src/main.py": f"{run}uvicorn.run({given})\n",
        "src/health/__init__.py": "",
        "src/health/api.py": "router = None\n",
    }
    found = {one.name: one.value for one in derive(gather(files), files, "shop")}
    assert (found["app"], found["package_path"]) == ("main:app", "src/shop")


def test_a_pipfile_tells_the_python() -> None:
    files = {"Pipfile": '[requires]\npython_version = "3.12"\n', "main.py": APP_TEXT}
    found = {one.name: one for one in derive(gather(files), files, "shop")}
    assert found["python_version"].value == "3.12"
    assert [fact.where for fact in found["python_version"].evidence] == ["Pipfile:2"]
