"""greenlet as a dependency."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "sqlalchemy-greenlet"

USES = {"db.py": "from sqlalchemy.ext.asyncio import create_async_engine\n"}
PLAIN = {"requirements.txt": "fastapi\nSQLAlchemy==1.4.54\nuvicorn\n"}
DONE = {"requirements.txt": "fastapi\nSQLAlchemy==1.4.54\ngreenlet>=3\nuvicorn\n"}

FIX: dict[str, tuple[Files, Files]] = {
    "an engine": ({**USES, **PLAIN}, DONE),
    "the module": ({"db.py": "import sqlalchemy.ext.asyncio as sa\n", **PLAIN}, DONE),
    "the module by its name": ({"db.py": "from sqlalchemy.ext import asyncio\n", **PLAIN}, DONE),
    "a part of it": (
        {"db.py": "from sqlalchemy.ext.asyncio.session import AsyncSession\n", **PLAIN},
        DONE,
    ),
    "within a function": (
        {"db.py": "def f():\n    from sqlalchemy.ext.asyncio import AsyncSession\n", **PLAIN},
        DONE,
    ),
    "SQLModel's": (
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
    "in an array": (
        {**USES, "pyproject.toml": '[project]\ndependencies = [\n  "sqlalchemy~=2.0",\n]\n'},
        {
            "pyproject.toml": '[project]\ndependencies = [\n  "sqlalchemy~=2.0",\n  "greenlet>=3",\n]\n'
        },
    ),
    "in Poetry's list": (
        {**USES, "pyproject.toml": '[tool.poetry.dependencies]\nsqlalchemy = "^2.0"\n'},
        {"pyproject.toml": '[tool.poetry.dependencies]\nsqlalchemy = "^2.0"\ngreenlet = "^3"\n'},
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "there already": ({**USES, "requirements.txt": "sqlalchemy\ngreenlet==2.0\n"}, ""),
    "there by its extra": ({**USES, "requirements.txt": "SQLAlchemy[asyncio]>=2\n"}, ""),
    "there by its extra, among others": (
        {
            **USES,
            "pyproject.toml": '[project]\ndependencies = [\n  "sqlalchemy[mypy,asyncio]",\n]\n',
        },
        "",
    ),
    "there by its extra, as Poetry writes it": (
        {
            **USES,
            "pyproject.toml": "[tool.poetry.dependencies]\n"
            'sqlalchemy = {extras = ["asyncio"], version = "^2.0"}\n',
        },
        "",
    ),
    "not asynchronous": ({"db.py": "from sqlalchemy import create_engine\n", **PLAIN}, ""),
    "of another": ({"db.py": "from shop.ext.asyncio import x\n", **PLAIN}, ""),
    "nowhere to add it": ({**USES, "requirements.txt": "databases\n"}, "add greenlet>=3"),
    "of a comment": ({"db.py": "# import sqlalchemy.ext.asyncio\n", **PLAIN}, ""),
}


@pytest.mark.parametrize("row", FIX)
def test_is_fixed(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_left(RULE, *NOOP[row])
