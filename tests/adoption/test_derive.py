"""Answers are derived from a service's files, with the evidence for and against them."""

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
    "name of the project": (
        {**APP, "pyproject.toml": '[project]\nname = "my_shop"\n'},
        "service_name", "my-shop", ["pyproject.toml:2"], False,
    ),
    "name of a required package gets a suffix": (
        {**APP, "pyproject.toml": '[project]\nname = "fastapi"\n'},
        "service_name", "fastapi-service", ["pyproject.toml:2"], True,
    ),
    "name of the project, which its extras repeat": (
        {
            **APP,
            "pyproject.toml": '[project]\nname = "My_Shop"\n[project.optional-dependencies]\n'
            'all = ["my-shop[fast]"]\n',
        },
        "service_name", "my-shop", ["pyproject.toml:2"], False,
    ),
    "name in compose of the service, not of another image": (
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
    "name of the folder": (APP, "service_name", "folder", [], True),
    "only application, never started": (APP, "app", "shop.main:app", ["shop/main.py:3"], False),
    "one of two applications that the image starts": (
        {**APP, "shop/admin.py": "app = FastAPI()\n", "Dockerfile": "CMD uvicorn shop.main:app\n"},
        "app", "shop.main:app", ["shop/main.py:3", "Dockerfile:1"], False,
    ),
    "one of two applications, the other is started for development": (
        {
            **APP,
            "shop/admin.py": "app = FastAPI()\n",
            "deploy/local/start.sh": "uvicorn shop.admin:app --reload\n",
            "deploy/start.sh": "gunicorn shop.main:app\n",
        },
        "app", "shop.main:app", ["shop/main.py:3", "deploy/start.sh:1"], True,
    ),
    "Python that fits the project, not that of an image where uv downloads its own": (
        {
            **APP,
            "Dockerfile": "FROM python:3.11\n",
            ".python-version": "3.13\n",
            "pyproject.toml": "[project]\nname = 'shop'\nrequires-python = '>=3.13'\n",
        },
        "python_version", "3.13", [".python-version:1"], False,
    ),
    "Python of the project, older in its image": (
        {
            **APP,
            "Dockerfile": "FROM python:3.11\n",
            "pyproject.toml": "[project]\nname = 'shop'\nrequires-python = '>=3.12'\n",
        },
        "python_version", "3.12", ["pyproject.toml:3"], True,
    ),
    "port of the image that is deployed, not of another one": (
        {
            **APP,
            "admin/build/Dockerfile": "FROM python\nEXPOSE 8001\n",
            "admin/a.py": "",
            "shop/build/Dockerfile": "FROM python\nEXPOSE 8002\n",
        },
        "service_port", 8002, ["shop/build/Dockerfile:2"], False,
    ),
    "one of two applications, never started": (
        {**APP, "shop/admin.py": "app = FastAPI()\n"},
        "app", "shop.admin:app", ["shop/admin.py:1"], True,
    ),
    "package in src, started by its own module": (
        {"src/shop/web.py": "api = FastAPI()\nif x:\n    uvicorn.run(api)\n"},
        "app", "shop.web:api", ["src/shop/web.py:1", "src/shop/web.py:3", "src/shop/web.py:3"],
        False,
    ),
    "package in src": (
        {"src/shop/__init__.py": "", "src/shop/web.py": "api = FastAPI()\n"},
        "package_path", "src/shop", ["src/shop/web.py:1"], False,
    ),
    "new package next to a flat module": (
        {"main.py": "app = FastAPI()\n"}, "package_path", "folder", ["main.py:1"], False,
    ),
    "ports of other software are ignored": (
        {**APP, "config.yml": "shop.port: 5000\nprometheus.port: 9000\nredis.port: 6379\n"},
        "service_port", 5000, ["config.yml:1"], False,
    ),
    "unused management port": (
        {**APP, "config.yml": "shop.port: 5000\nprometheus.port: 9000\n"},
        "management_port", 9001, [], False,
    ),
    "port that needs root is not used": (
        {**APP, "Dockerfile": "EXPOSE 80\n"}, "service_port", 8000, [], True,
    ),
    "chart for a service without one": (APP, "helm", True, [], False),
    "no second chart in chart": (
        {**APP, "chart/Chart.yaml": "name: shop\n"}, "helm", False, ["chart/Chart.yaml"], False,
    ),
    "no chart in a package called chart": (
        {"chart/__init__.py": "", "chart/web.py": "app = FastAPI()\n"},
        "helm", False, ["chart/__init__.py"], False,
    ),
    "no second chart next to one elsewhere": (
        {**APP, "helm/Chart.yaml": "name: shop\n"}, "helm", False, ["helm/Chart.yaml:1"], False,
    ),
    "chart next to manifests": (
        {**APP, "a.yml": "apiVersion: v1\nkind: Deployment\nmetadata: {name: shop}\n"},
        "helm", True, [], True,
    ),
    "no pipeline": (APP, "ci", "none", [], False),
    "no pipeline next to its own": (
        {**APP, "Jenkinsfile": "", ".github/workflows/a.yml": ""},
        "ci", "none", [".github/workflows/a.yml", "Jenkinsfile"], False,
    ),
    "lowest Python that it allows": (
        {**APP, "pyproject.toml": '[project]\nname = "a"\nrequires-python = ">=3.12"\n'},
        "python_version", "3.12", ["pyproject.toml:3"], False,
    ),
    "Python that the standard no longer supports": (
        {**APP, "Dockerfile": "FROM python:3.8\n"}, "python_version", "3.11", [], True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DERIVED)
def test_answer_has_value_and_evidence(case: str) -> None:
    files, name, value, evidence, doubtful = DERIVED[case]
    found = answers(files)[name]
    assert (found.value, where(found), found.doubtful) == (value, evidence, doubtful)


def test_contradicting_facts_are_shown() -> None:
    files = {**APP, "Dockerfile": "CMD uvicorn shop.main:app --port 8001\nEXPOSE 8002\n"}
    port = answers(files)["service_port"]
    assert {port.value, *(int(fact.value) for fact in port.against)} == {8001, 8002}
    assert [fact.path for fact in port.against] == ["Dockerfile"]


def test_readme_does_not_outweigh_the_image() -> None:
    files = {
        **APP,
        "README.md": "# Shop\n\n    uvicorn shop.main:app --port 8009\n",
        "Dockerfile": "CMD uvicorn shop.main:app --port 8001\n",
    }
    port = answers(files)["service_port"]
    assert (port.value, port.doubtful) == (8001, False)
    assert [fact.where for fact in port.against] == ["README.md:3"]


def test_other_framework_is_bad_input() -> None:
    with pytest.raises(BadInput, match=r"a\.py:1: this is a Flask application"):
        answers({"a.py": "app = Flask(__name__)\n"})


def test_missing_application_is_bad_input() -> None:
    with pytest.raises(BadInput, match="no ASGI application found"):
        answers({"a.py": ""})


COPY = {
    **APP,
    "shop/chassis/identity.py": 'APP: Final[str] = "shop.main:app"\nADOPTED: Final = False\n',
    "shop/chassis/application.py": "",
}
COPIES: dict[str, tuple[Mapping[str, str], dict[str, Any]]] = {
    "release without these questions": ({"noxfile.py": "def lint(session): ..."}, {}),
    "release without these questions, own chart and pipeline": (
        {"noxfile.py": "", "chart/Chart.yaml": "", ".gitlab-ci.yml": ""},
        {"helm": False, "ci": "none"},
    ),
    "chart and pipeline of the template": (
        {
            "noxfile.py": "def push(session): ...\ndef chart(session): ...\n",
            "chart/Chart.yaml": "",
            ".gitlab-ci.yml": "# It is in noxfile.py, for you to run as well\n",
        },
        {"helm": True, "ci": "gitlab"},
    ),
    "neither, and an own pipeline": (
        {"noxfile.py": "def push(session): ...\n", "Jenkinsfile": "pipeline {}\n"},
        {"helm": False, "ci": "none"},
    ),
}


@pytest.mark.parametrize("case", COPIES)
def test_copy_keeps_its_chart_and_pipeline(case: str) -> None:
    files, expected = COPIES[case]
    found = answers({**COPY, **files})
    assert {name: found[name].value for name in ("helm", "ci") if name in found} == expected


def test_application_of_the_image_wins_over_the_readme_but_is_in_doubt() -> None:
    files = {
        "Dockerfile": "FROM python:3.12\nCMD cron && python -m real\n",
        "README.md": "# shop\n\nuvicorn toy:app\n",
        "real.py": "import fastapi\napp = fastapi.FastAPI()\n",
        "toy.py": "import fastapi\napp = fastapi.FastAPI()\n",
    }
    found = {one.name: one for one in derive(gather(files), files, "shop")}
    assert (found["app"].value, found["app"].doubtful) == ("real:app", True)
    assert "toy.py:app" in {fact.value for fact in found["app"].against}


def test_port_comes_from_gunicorn_settings() -> None:
    files = {
        "gunicorn.conf.py": 'workers = 2\nbind = "0.0.0.0:7100"\n',
        "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    found = {one.name: one for one in derive(gather(files), files, "shop")}
    assert found["service_port"].value == 7100


APP_TEXT = "import fastapi\napp = fastapi.FastAPI()\n"
REFUSED: dict[str, tuple[Mapping[str, str], str]] = {
    "factory of Flask in another module": (
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
    "factory with arguments": (
        {"a.py": "def make(db, *, url):\n    app = FastAPI()\n    return app\n"},
        r"a\.py:1: make\(db, url\) needs arguments",
    ),
    "several services": (
        {
            "orders/pyproject.toml": "[project]\n", "orders/main.py": APP_TEXT,
            "prices/requirements.txt": "fastapi\n", "prices/prices/main.py": APP_TEXT,
            "web/package.json": "{}",
        },
        "the folder holds several services: .*: orders, prices$",
    ),
    "several services with tools at the root": (
        {
            "pyproject.toml": "[tool.ruff]\n", "a/Pipfile": "", "a/m.py": APP_TEXT,
            "b/Pipfile": "", "b/m.py": APP_TEXT,
        },
        "the folder holds several services: .*: a, b$",
    ),
    "several services, one with only a Dockerfile": (
        {
            "Dockerfile": "FROM eclipse-temurin:11\nCMD java -jar a.jar\n",
            "volume/a/requirements.txt": "fastapi\n", "volume/a/main.py": APP_TEXT,
            "volume/b/Dockerfile": "FROM python:3.11\n", "volume/b/app.py": APP_TEXT,
        },
        "the folder holds several services: .*: volume/a, volume/b$",
    ),
    "workspace with a service in a folder": (
        {
            "pyproject.toml": "[tool.uv.workspace]\nmembers = ['backend']\n",
            "backend/pyproject.toml": "[project]\n", "backend/m.py": APP_TEXT,
        },
        "the folder holds a service in a subfolder: .*: backend$",
    ),
    "service in a folder": (
        {"backend/Pipfile": "", "backend/m.py": APP_TEXT},
        "the folder holds a service in a subfolder: .*: backend$",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_folder_that_is_no_service_is_bad_input(case: str) -> None:
    files, message = REFUSED[case]
    with pytest.raises(BadInput, match=message):
        derive(gather(files), files, "shop")


def test_given_application_allows_any_folder() -> None:
    files, _ = REFUSED["several services"]
    facts = [*gather(files), Fact("app", "orders/main:app", "--data", 0, 100)]
    found = {one.name: one.value for one in derive(facts, files, "shop")}
    assert found["app"] == "main:app"


GIVEN = {
    "another value": ("service_port", 8100, ["--data"], ["Dockerfile:2"]),
    "the derived value": ("service_port", 8000, ["Dockerfile:2"], []),
    "a value in text": ("service_port", "8000", ["Dockerfile:2"], []),
    "another value of yes or no": ("helm", False, ["--data"], []),
    "a value that the default replaced": ("packaging", "poetry", ["--data"], []),
}


@pytest.mark.parametrize("case", GIVEN)
def test_evidence_of_another_value_speaks_against_a_given_answer(case: str) -> None:
    name, value, evidence, against = GIVEN[case]
    files = {
        "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "Dockerfile": "FROM python:3.12\nEXPOSE 8000\n",
        "pyproject.toml": '[tool.poetry]\nname = "shop"\n',
        "k8s/web.yaml": "kind: Deployment\n",
    }
    derived = derive(gather(files), files, "shop", {name: value})
    (answer,) = (one for one in derived if one.name == name)
    assert (answer.value, answer.doubtful) == (value, False)
    assert where(answer) == evidence
    assert [fact.where for fact in answer.against] == against


MISSING = {
    "a module that does not exist": (
        "shop.api:app",
        r"app=shop.api:app: the service has no module shop.api \(shop/api.py\): "
        r"commit it first, or name another one, like shop.main:app$",
    ),
    "an attribute that does not exist": (
        "shop.main:application",
        r"app=shop.main:application: shop/main.py defines no application: "
        r"name what it does define, like shop.main:app$",
    ),
}


@pytest.mark.parametrize("case", MISSING)
def test_given_application_that_does_not_exist_is_bad_input(case: str) -> None:
    app, message = MISSING[case]
    for files in (APP, {"shop/main.py": "app = 1\n"}):
        with pytest.raises(BadInput, match=message):
            derive(gather(files), files, "shop", {"app": app})


@pytest.mark.parametrize(
    ("files", "app"),
    [
        ({"src/shop/api.py": "app = make()\n"}, "shop.api:app"),
        ({"backend/shop/api/__init__.py": "from .app import *\n"}, "shop.api:app"),
        ({"shop/api.py": "def __getattr__(name): ...\n"}, "shop.api:app"),
        ({"shop/api.py": "print 'Python 2'\n"}, "shop.api:app"),
        ({}, "shop/main.py"),  # not module:attribute, which the question itself refuses
    ],
)
def test_given_application_that_may_exist_is_taken(files: dict[str, str], app: str) -> None:
    derived = derive(gather(APP | files), APP | files, "shop", {"app": app})
    assert [one.value for one in derived if one.name == "app"] == [app]


def test_package_of_an_unknown_application_is_doubtful() -> None:
    files = {
        "shop/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "other/main.py": "app = make()\n",
    }
    for app, doubtful in (("shop.main:app", False), ("other.main:app", True)):
        derived = derive(gather(files), files, "shop", {"app": app})
        assert [one.doubtful for one in derived if one.name == "package_path"] == [doubtful]


@pytest.mark.parametrize("routes", ["app.routes", ".routes", "."])
def test_root_of_a_module_follows_its_imports(routes: str) -> None:
    run = f"from {routes} import router\nimport fastapi, uvicorn\napp = fastapi.FastAPI()\n"
    files = {
        "requirements.txt": "fastapi\n",
        "app/main.py": run + 'uvicorn.run("main:app")\n',
        "app/routes.py": "router = None\n",
    }
    found = {one.name: one.value for one in derive(gather(files), files, "shop")}
    assert (found["app"], found["package_path"]) == ("app.main:app", "app")


@pytest.mark.parametrize("arguments", ['"main:app"', 'app="main:app"', 'port=80, app="main:app"'])
def test_root_of_a_module_follows_the_command_that_starts_it(
    arguments: str,
) -> None:
    run = "from health.api import router\nimport fastapi, uvicorn\napp = fastapi.FastAPI()\n"
    files = {
        "requirements.txt": "fastapi\n",
        "src/__init__.py": "",
        "src/main.py": f"{run}uvicorn.run({arguments})\n",
        "src/health/__init__.py": "",
        "src/health/api.py": "router = None\n",
    }
    found = {one.name: one.value for one in derive(gather(files), files, "shop")}
    assert (found["app"], found["package_path"]) == ("main:app", "src/shop")


def test_python_comes_from_a_pipfile() -> None:
    files = {"Pipfile": '[requires]\npython_version = "3.12"\n', "main.py": APP_TEXT}
    found = {one.name: one for one in derive(gather(files), files, "shop")}
    assert found["python_version"].value == "3.12"
    assert [fact.where for fact in found["python_version"].evidence] == ["Pipfile:2"]
