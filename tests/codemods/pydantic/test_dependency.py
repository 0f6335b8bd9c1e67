"""pydantic-settings as a dependency."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "pydantic-dependency"

USES = {"app.py": "from pydantic_settings import BaseSettings\n"}


def _in(path: str, before: str, after: str) -> tuple[dict[str, str], dict[str, str]]:
    return {**USES, path: before}, {path: after}


FIX: dict[str, tuple[Files, Files]] = {
    "requirements": _in(
        "requirements.txt",
        "fastapi==0.85.0\npydantic==1.10.2\nuvicorn\n",
        "fastapi==0.85.0\npydantic==1.10.2\npydantic-settings>=2\nuvicorn\n",
    ),
    "requirement with extra and comment": _in(
        "requirements/base.txt",
        "pydantic[email,dotenv]<2  # for the shop\nuvicorn\n",
        "pydantic[email,dotenv]<2  # for the shop\npydantic-settings>=2\nuvicorn\n",
    ),
    "input of pip-compile": _in(
        "requirements.in", "fastapi\npydantic\n", "fastapi\npydantic\npydantic-settings>=2\n"
    ),
    "output of pip-compile": _in(
        "requirements.txt",
        "pydantic==1.10.2\n    # via\n    #   fastapi\nuvicorn==0.20\n",
        "pydantic==1.10.2\n    # via\n    #   fastapi\npydantic-settings>=2\nuvicorn==0.20\n",
    ),
    "item in pyproject.toml": _in(
        "pyproject.toml",
        '[project]\ndependencies = [\n    "pydantic>=1.8",\n    "uvicorn",\n]\n',
        '[project]\ndependencies = [\n    "pydantic>=1.8",\n    "pydantic-settings>=2",\n'
        '    "uvicorn",\n]\n',
    ),
    "last item in pyproject.toml": _in(
        "pyproject.toml",
        '[project]\ndependencies = [\n    "pydantic>=1.8"\n]\n',
        '[project]\ndependencies = [\n    "pydantic>=1.8",\n    "pydantic-settings>=2",\n]\n',
    ),
    "Poetry dependency": _in(
        "pyproject.toml",
        '[tool.poetry.dependencies]\npydantic = "^1.8"\nuvicorn = "*"\n',
        '[tool.poetry.dependencies]\npydantic = "^1.8"\npydantic-settings = "^2"\nuvicorn = "*"\n',
    ),
    "Poetry dependency with extras": _in(
        "pyproject.toml",
        '[tool.poetry.dependencies]\npydantic = {extras = ["dotenv"], version = "^1"}\n',
        '[tool.poetry.dependencies]\npydantic = {extras = ["dotenv"], version = "^1"}\n'
        'pydantic-settings = "^2"\n',
    ),
    "lock file is reported": (
        {**USES, "requirements.txt": "pydantic\n", "uv.lock": "version = 1\n"},
        {"requirements.txt": "pydantic\npydantic-settings>=2\n"},
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "already required": ({**USES, "requirements.txt": "pydantic\npydantic_settings==2.1\n"}, ""),
    "not imported": ({"app.py": "import os\n", "requirements.txt": "pydantic\n"}, ""),
    "no requirement to add it after": (
        {**USES, "requirements.txt": "fastapi\n"},
        "add pydantic-settings>=2",
    ),
    "pin of Pydantic 1": (
        {"app.py": "from pydantic import ConfigDict\n", "requirements.txt": "pydantic==1.10.2\n"},
        "the code now uses Pydantic 2",
    ),
    "written for Pydantic 2": (
        {"app.py": "from pydantic import ConfigDict\n", "requirements.txt": "pydantic==2.5.0\n"},
        "",
    ),
    "requirement with hashes": (
        {**USES, "requirements.txt": "pydantic==1.10.2 \\\n    --hash=sha256:abc\n"},
        "add pydantic-settings>=2",
    ),
    "comment": (
        {"app.py": "# from pydantic_settings import x\n", "requirements.txt": "pydantic\n"},
        "",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
