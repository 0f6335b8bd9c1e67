"""greenlet as a dependency."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "sqlalchemy-greenlet"

USES = {"db.py": "from sqlalchemy.ext.asyncio import create_async_engine\n"}
PLAIN = {"requirements.txt": "fastapi\nSQLAlchemy==1.4.54\nuvicorn\n"}
DONE = {"requirements.txt": "fastapi\nSQLAlchemy==1.4.54\ngreenlet>=3\nuvicorn\n"}

FIX: dict[str, tuple[Files, Files]] = {
    "engine": ({**USES, **PLAIN}, DONE),
    "module with an alias": ({"db.py": "import sqlalchemy.ext.asyncio as sa\n", **PLAIN}, DONE),
    "module imported by name": ({"db.py": "from sqlalchemy.ext import asyncio\n", **PLAIN}, DONE),
    "submodule": (
        {"db.py": "from sqlalchemy.ext.asyncio.session import AsyncSession\n", **PLAIN},
        DONE,
    ),
    "import in a function": (
        {"db.py": "def f():\n    from sqlalchemy.ext.asyncio import AsyncSession\n", **PLAIN},
        DONE,
    ),
    "SQLModel": (
        {
            "db.py": "from sqlmodel.ext.asyncio.session import AsyncSession\n",
            "requirements.txt": "sqlmodel\n",
        },
        {"requirements.txt": "sqlmodel\ngreenlet>=3\n"},
    ),
    "another extra": (
        {**USES, "requirements.txt": "sqlalchemy[mypy]>=2  # of the shop\n"},
        {"requirements.txt": "sqlalchemy[mypy]>=2  # of the shop\ngreenlet>=3\n"},
    ),
    "item in pyproject.toml": (
        {**USES, "pyproject.toml": '[project]\ndependencies = [\n  "sqlalchemy~=2.0",\n]\n'},
        {
            "pyproject.toml": '[project]\ndependencies = [\n  "sqlalchemy~=2.0",\n  "greenlet>=3",\n]\n'
        },
    ),
    "Poetry dependency": (
        {**USES, "pyproject.toml": '[tool.poetry.dependencies]\nsqlalchemy = "^2.0"\n'},
        {"pyproject.toml": '[tool.poetry.dependencies]\nsqlalchemy = "^2.0"\ngreenlet = "^3"\n'},
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "already required": ({**USES, "requirements.txt": "sqlalchemy\ngreenlet==2.0\n"}, ""),
    "required with the extra": ({**USES, "requirements.txt": "SQLAlchemy[asyncio]>=2\n"}, ""),
    "required with two extras": (
        {
            **USES,
            "pyproject.toml": '[project]\ndependencies = [\n  "sqlalchemy[mypy,asyncio]",\n]\n',
        },
        "",
    ),
    "required with the extra by Poetry": (
        {
            **USES,
            "pyproject.toml": "[tool.poetry.dependencies]\n"
            'sqlalchemy = {extras = ["asyncio"], version = "^2.0"}\n',
        },
        "",
    ),
    "synchronous code": ({"db.py": "from sqlalchemy import create_engine\n", **PLAIN}, ""),
    "same module of another package": ({"db.py": "from shop.ext.asyncio import x\n", **PLAIN}, ""),
    "no requirement to add it after": (
        {**USES, "requirements.txt": "databases\n"},
        "add greenlet>=3",
    ),
    "comment": ({"db.py": "# import sqlalchemy.ext.asyncio\n", **PLAIN}, ""),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
