"""Which of several Dockerfiles builds the image that is deployed."""

from collections.abc import Mapping

import pytest
from drydock.adoption.facts.image import main_dockerfile, rivals

PYTHON = "FROM python:3.12\n"
APP = "app = FastAPI()\n"
JAVA = "FROM eclipse-temurin:11-jdk\nCMD java -jar a.jar\n"
PLAIN, PRODUCTION = "docker/Dockerfile", "docker/Dockerfile.production"
PROD, DEPLOYED = "docker/prod/Dockerfile", "deploy/api.Dockerfile"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, ""),
        ({"Dockerfile": PYTHON, "dockerfile": PYTHON}, "Dockerfile"),
        ({"dockerfile": PYTHON, "Dockerfile.dev": PYTHON}, "dockerfile"),
        ({"Containerfile": PYTHON, "Dockerfile.dev": PYTHON}, "Containerfile"),
        ({"docker/Dockerfile": PYTHON, "Dockerfile.dev": PYTHON}, "docker/Dockerfile"),
        ({"Dockerfile.dev": PYTHON}, "Dockerfile.dev"),
        ({".devcontainer/Dockerfile": PYTHON, "deploy/api.Dockerfile": PYTHON}, DEPLOYED),
        ({"docker/Dockerfile": PYTHON, "docker/Dockerfile.production": PYTHON}, PRODUCTION),
        ({"docker/dev/Dockerfile": PYTHON, "docker/prod/Dockerfile": PYTHON}, PROD),
        ({"Dockerfile": PYTHON, "Dockerfile.prod": PYTHON}, "Dockerfile"),
        ({"docker/Dockerfile": PYTHON, "docker/Dockerfile.prod": "FROM nginx\n"}, PLAIN),
        ({"backend.Dockerfile": JAVA, "api/Dockerfile": PYTHON}, "api/Dockerfile"),
        ({"Dockerfile": "FROM node:20 AS web\nFROM python:3.12\n"}, "Dockerfile"),
        ({"Dockerfile": "FROM registry.example.com/node:20\nRUN npm ci\n"}, ""),
        ({"Dockerfile": "FROM nginx\nRUN python3 -m venv /v\n"}, "Dockerfile"),
        ({"Dockerfile": "FROM registry.example.com/base:1\nCOPY . .\n"}, "Dockerfile"),
        ({"ShopDockerfile": PYTHON, "Dockerfile_dev": PYTHON}, "ShopDockerfile"),
        (
            {
                "admin/Dockerfile": PYTHON,
                "admin/a.py": "",
                "shop/b.py": APP,
                "shop/Dockerfile": PYTHON,
            },
            "shop/Dockerfile",
        ),
        (
            {
                "docker/Dockerfile": PYTHON,
                "docker/a.py": "",
                "shop/b.py": APP,
                "x/Dockerfile": PYTHON,
            },
            "docker/Dockerfile",
        ),
        (
            {"admin/Dockerfile": PYTHON, "admin/a.py": "", "shop/Dockerfile": PYTHON},
            "admin/Dockerfile",
        ),
    ],
)
def test_main_dockerfile_is_the_likeliest_to_be_deployed(
    files: Mapping[str, str], expected: str
) -> None:
    assert main_dockerfile(files) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Dockerfile": PYTHON}, []),
        ({"Dockerfile": PYTHON, "Dockerfile.dev": PYTHON}, []),
        ({"Dockerfile": PYTHON, "worker/Dockerfile": PYTHON}, []),
        ({"Dockerfile": PYTHON, "Dockerfile.prod": PYTHON}, ["Dockerfile.prod"]),
        ({PLAIN: PYTHON, PRODUCTION: PYTHON}, [PLAIN]),
        ({PLAIN: PYTHON, PROD: PYTHON}, [PROD]),
        ({PLAIN: PYTHON, "web/Dockerfile.prod": "FROM nginx\n"}, []),
    ],
)
def test_rivals_make_the_main_dockerfile_a_guess(
    files: Mapping[str, str], expected: list[str]
) -> None:
    assert rivals(main_dockerfile(files), files) == expected
