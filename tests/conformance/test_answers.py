"""Answers that the code of a service contradicts."""

from typing import Any

import pytest
from drydock.conformance.answers import disagreements

IDENTITY = "src/iris/chassis/identity.py"
FILES = {
    IDENTITY: 'SERVICE: str = "iris"\nSERVICE_PORT: int = 8000\nMANAGEMENT_PORT: int = 9000\n',
    "src/iris/chassis/application.py": "",
    "src/iris/chassis/inference.py": "",
    "src/iris/main.py": "app = FastAPI()\n",
    "Dockerfile": "FROM python:3.13-slim\n",
    "uv.lock": "",
    "noxfile.py": "def push(session): ...\ndef chart(session): ...\n",
    "Jenkinsfile": "// What the stages do is in noxfile.py, for you to run as well\n",
}
ANSWERS: dict[str, Any] = {
    "service_name": "iris",
    "service_port": 8000,
    "management_port": 9000,
    "package_path": "src/iris",
    "app": "iris.main:app",
    "inference": "local",
    "python_version": "3.13",
    "packaging": "uv",
    "helm": True,
    "ci": "jenkins",
}


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"src/iris/main.py": "from .factory import app\n"},
        {"src/iris/main.py": "from .factory import *\n"},
        {"src/iris/main.py": "def app(): ...\n"},
        {"src/iris/main.py": "(\n"},
        {"src/iris/main.py": "if True:\n    app = 1\n"},
        {"src/iris/main/__init__.py": "app = 1\n", "src/iris/main.py": "app = 1\n"},
        {"Dockerfile": "FROM registry.example.com/base:1\n"},
        {"uv.lock": "", "poetry.lock": ""},
    ],
)
def test_answers_that_the_code_confirms_or_leaves_open_are_not_reported(
    files: dict[str, str],
) -> None:
    assert list(disagreements(FILES | files, ANSWERS)) == []


@pytest.mark.parametrize(
    ("files", "answers", "expected"),
    [
        ({}, {"service_port": 8080}, ("service_port", "8080", "8000", f"{IDENTITY}:2")),
        ({}, {"service_name": "rose"}, ("service_name", "rose", "iris", f"{IDENTITY}:1")),
        (
            {},
            {"inference": "none"},
            ("inference", "none", "local", "src/iris/chassis/inference.py"),
        ),
        ({}, {"python_version": "3.12"}, ("python_version", "3.12", "3.13", "Dockerfile:1")),
        ({}, {"helm": None}, ("helm", "None", "True", "noxfile.py:2")),
        ({}, {"helm": False}, ("helm", "False", "True", "noxfile.py:2")),
        ({}, {"ci": "gitlab"}, ("ci", "gitlab", "jenkins", "Jenkinsfile")),
        (
            {},
            {"app": "iris.api:app"},
            ("app", "iris.api:app", "no such module", "src/iris/api.py"),
        ),
        (
            {"src/iris/main.py": "application = 1\n"},
            {},
            ("app", "iris.main:app", "no app in it", "src/iris/main.py"),
        ),
    ],
)
def test_answer_that_the_code_contradicts_is_reported(
    files: dict[str, str], answers: dict[str, Any], expected: tuple[str, ...]
) -> None:
    found = disagreements(FILES | files, ANSWERS | answers)
    assert [(item.answer, item.recorded, item.found, item.where) for item in found] == [expected]


def test_lock_file_of_another_package_manager_is_reported() -> None:
    files = {name: text for name, text in FILES.items() if name != "uv.lock"} | {"poetry.lock": ""}
    found = [item for item in disagreements(files, ANSWERS) if item.answer == "packaging"]
    assert [(item.recorded, item.found, item.where) for item in found] == [
        ("uv", "poetry", "poetry.lock")
    ]


def test_missing_lock_file_is_not_reported() -> None:
    files = {name: text for name, text in FILES.items() if name != "uv.lock"}
    assert list(disagreements(files, ANSWERS)) == []
