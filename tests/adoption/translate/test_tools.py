"""Development tools among a service's dependencies do not block the standard's."""

import tomllib
from collections.abc import Mapping

import pytest
from drydock.adoption.translate.project import carry

STANDARD = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "shop"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = [
    "uvicorn>=0.34",
    # The service's own:
]

[project.scripts]
shop = "shop.chassis.cli:main"

[dependency-groups]
dev = [
    "mypy>=1.18",
    "pytest>=9",
    # The service's own:
]
"""
CASES: dict[str, tuple[Mapping[str, str], list[str], list[str], str]] = {
    "package that only tests import, not required": (
        {"tests/test_a.py": "# Asks.\nfrom httpx import AsyncClient\nimport redis\n", "a.py": ""},
        ["uvicorn>=0.34"],
        ["mypy>=1.18", "pytest>=9", "httpx"],
        "httpx, which tests/test_a.py imports",
    ),
    "package that only tests import, required": (
        {"requirements.txt": "httpx==0.27\n", "tests/test_a.py": "import httpx\n"},
        ["uvicorn>=0.34", "httpx==0.27"],
        ["mypy>=1.18", "pytest>=9"],
        "dependencies: 1 of requirements.txt",
    ),
    "tool of the standard gets its range": (
        {"requirements.txt": "redis==5\npytest==7.2.0\n"},
        ["uvicorn>=0.34", "redis==5"],
        ["mypy>=1.18", "pytest>=9"],
        "pytest==7.2.0 is a development tool",
    ),
    "other tool keeps its range": (
        {"requirements.txt": "black==22.1\n"},
        ["uvicorn>=0.34"],
        ["mypy>=1.18", "pytest>=9", "black==22.1"],
        "black==22.1 is a development tool",
    ),
    "email-validator with which pydantic 2 does not start": (
        {"requirements.txt": "email-validator~=1.2; python_version < '3.20'\n"},
        ["uvicorn>=0.34", "email-validator>=2; python_version < '3.20'"],
        ["mypy>=1.18", "pytest>=9"],
        "email-validator~=1.2; python_version < '3.20' is now email-validator>=2, which pydantic 2",
    ),
    "email-validator of pydantic 2": (
        {"requirements.txt": "email_validator==2.1.0\n"},
        ["uvicorn>=0.34", "email_validator==2.1.0"],
        ["mypy>=1.18", "pytest>=9"],
        "dependencies: 1 of requirements.txt",
    ),
    "plugin loses its upper bound": (
        {"requirements.txt": "pytest-asyncio==0.21.0\n"},
        ["uvicorn>=0.34"],
        ["mypy>=1.18", "pytest>=9", "pytest-asyncio>=0.21.0"],
        "which follows the standard's pytest",
    ),
    "plugin in a group loses its upper bound": (
        {"pyproject.toml": '[tool.poetry.group.dev.dependencies]\npytest-mock = "^3.8"\n'},
        ["uvicorn>=0.34"],
        ["mypy>=1.18", "pytest>=9", "pytest-mock>=3.8"],
        "which follows the standard's pytest",
    ),
    "tool that the code imports stays a dependency": (
        {"requirements.txt": "pytest==7.2.0\n", "shop/runner.py": "import pytest\n"},
        ["uvicorn>=0.34", "pytest==7.2.0"],
        ["mypy>=1.18", "pytest"],
        "replaces the standard's pytest>=9",
    ),
    "tool that only tests import": (
        {"requirements.txt": "pytest==7.2.0\n", "tests/test_a.py": "import pytest\n"},
        ["uvicorn>=0.34"],
        ["mypy>=1.18", "pytest>=9"],
        "pytest==7.2.0 is a development tool",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_tool_is_in_its_group(case: str) -> None:
    files, runtime, dev, rule = CASES[case]
    carried = carry(STANDARD, files)
    data = tomllib.loads(carried.text)
    assert data["project"]["dependencies"] == runtime
    assert data["dependency-groups"]["dev"] == dev
    assert [one for one in carried.rules if rule in one]
