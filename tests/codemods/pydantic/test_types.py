"""Custom types, and URLs, which are no longer `str`: all are only reported."""

import pytest

from tests.codemods.support import Files, assert_left

RULE = "pydantic-types"
HEAD = "from pydantic import AnyHttpUrl, BaseModel, PostgresDsn\n\n\n"

REPORTED: dict[str, tuple[Files, str]] = {
    "validators of a custom type": (
        "class A(str):\n    @classmethod\n    def __get_validators__(cls):\n        yield cls.check\n",
        "__get_pydantic_core_schema__",
    ),
    "schema of a custom type": (
        "class A(str):\n    @classmethod\n    def __modify_schema__(cls, schema): ...\n",
        "__get_pydantic_json_schema__",
    ),
    "URL": (HEAD + "class A(BaseModel):\n    url: AnyHttpUrl\n", "url: AnyHttpUrl is no longer a str"),
    "list of URLs": (
        "from typing import List, Optional\n" + HEAD
        + "class A(BaseModel):\n    urls: Optional[List[AnyHttpUrl]] = None\n",
        "urls: AnyHttpUrl",
    ),
    "DSN": (
        "import pydantic\nclass A(pydantic.BaseModel):\n    db: pydantic.PostgresDsn\n",
        "str(...)",
    ),
    "build of a URL": (
        HEAD + "x = PostgresDsn.build(scheme='postgresql', user='u', host='h', path='/db')\n",
        "username= for user=",
    ),
    "URL from pydantic.networks": (
        "from pydantic.networks import HttpUrl\nfrom pydantic import BaseModel\n"
        "class A(BaseModel):\n    x: 'int'\n    y: HttpUrl = None\n",
        "HttpUrl is no longer a str",
    ),
    "base in another module": (
        {"app/__init__.py": "", "app/base.py": "from pydantic import BaseModel\nclass Base(BaseModel): ...\n",
         "app/a.py": "from pydantic import AnyUrl\nfrom .base import Base\nclass A(Base):\n    x: AnyUrl\n"},
        "x: AnyUrl",
    ),
}  # fmt: skip

NOOP: dict[str, tuple[Files, str]] = {
    "not a model": (HEAD + "class A:\n    url: AnyHttpUrl\n", ""),
    "same name from another library": ("from shop import AnyUrl\nfrom pydantic import BaseModel\n"
                          "class A(BaseModel):\n    x: AnyUrl\n", ""),
    "function with the same name": ("def __get_validators__(): ...\n", ""),
    "method of Pydantic 2": ("class A:\n    def __get_pydantic_core_schema__(cls): ...  # Url\n", ""),
    "build of another class": ("from shop import Dsn\nDsn.build(user='x')\n", ""),
    "str field": (HEAD + "class A(BaseModel):\n    url: str  # AnyHttpUrl\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("row", REPORTED)
def test_type_is_reported(row: str) -> None:
    assert_left(RULE, *REPORTED[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
