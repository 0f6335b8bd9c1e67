"""Which of several Dockerfiles is the service's."""

from collections.abc import Mapping

import pytest
from drydock.adoption.facts.image import main_dockerfile

PYTHON = "FROM python:3.12\n"
JAVA = "FROM eclipse-temurin:11-jdk\nCMD java -jar a.jar\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, ""),
        ({"Dockerfile": PYTHON, "dockerfile": PYTHON}, "Dockerfile"),
        ({"dockerfile": PYTHON, "Dockerfile.dev": PYTHON}, "dockerfile"),
        ({"Containerfile": PYTHON, "Dockerfile.dev": PYTHON}, "Containerfile"),
        ({"docker/Dockerfile": PYTHON, "Dockerfile.dev": PYTHON}, "Dockerfile.dev"),
        ({"backend.Dockerfile": JAVA, "api/Dockerfile": PYTHON}, "api/Dockerfile"),
        ({"Dockerfile": "FROM node:20 AS web\nFROM python:3.12\n"}, "Dockerfile"),
        ({"Dockerfile": "FROM registry.example.com/node:20\nRUN npm ci\n"}, ""),
        ({"Dockerfile": "FROM nginx\nRUN python3 -m venv /v\n"}, "Dockerfile"),
        ({"Dockerfile": "FROM registry.example.com/base:1\nCOPY . .\n"}, "Dockerfile"),
    ],
)
def test_the_one_that_is_built_for_it(files: Mapping[str, str], expected: str) -> None:
    assert main_dockerfile(files) == expected
