"""Custom types, and URLs that are no texts: all of it is told."""

import pytest

from tests.codemods.support import Files, assert_left

RULE = "pydantic-types"
HEAD = "from pydantic import AnyHttpUrl, BaseModel, PostgresDsn\n\n\n"

REPORTED: dict[str, tuple[Files, str]] = {
    "validators of a type": (
        "class A(str):\n    @classmethod\n    def __get_validators__(cls):\n        yield cls.check\n",
        "__get_pydantic_core_schema__",
    ),
    "the schema of a type": (
        "class A(str):\n    @classmethod\n    def __modify_schema__(cls, schema): ...\n",
        "__get_pydantic_json_schema__",
    ),
    "a URL": (HEAD + "class A(BaseModel):\n    url: AnyHttpUrl\n", "url: AnyHttpUrl is no longer a str"),
    "URLs": (
        "from typing import List, Optional\n" + HEAD
        + "class A(BaseModel):\n    urls: Optional[List[AnyHttpUrl]] = None\n",
        "urls: AnyHttpUrl",
    ),
    "a database": (
        "import pydantic\nclass A(pydantic.BaseModel):\n    db: pydantic.PostgresDsn\n",
        "str(...)",
    ),
    "a URL that is built": (
        HEAD + "x = PostgresDsn.build(scheme='postgresql', user='u', host='h', path='/db')\n",
        "username= for user=",
    ),
    "a constrained text": (
        "from pydantic.networks import HttpUrl\nfrom pydantic import BaseModel\n"
        "class A(BaseModel):\n    x: 'int'\n    y: HttpUrl = None\n",
        "HttpUrl is no longer a str",
    ),
    "of a class in another module": (
        {"app/__init__.py": "", "app/base.py": "from pydantic import BaseModel\nclass Base(BaseModel): ...\n",
         "app/a.py": "from pydantic import AnyUrl\nfrom .base import Base\nclass A(Base):\n    x: AnyUrl\n"},
        "x: AnyUrl",
    ),
}  # fmt: skip

NOOP: dict[str, tuple[Files, str]] = {
    "no model": (HEAD + "class A:\n    url: AnyHttpUrl\n", ""),
    "same name from another library": ("from shop import AnyUrl\nfrom pydantic import BaseModel\n"
                          "class A(BaseModel):\n    x: AnyUrl\n", ""),
    "a function of that name": ("def __get_validators__(): ...\n", ""),
    "what is new": ("class A:\n    def __get_pydantic_core_schema__(cls): ...  # Url\n", ""),
    "something else that builds": ("from shop import Dsn\nDsn.build(user='x')\n", ""),
    "a text": (HEAD + "class A(BaseModel):\n    url: str  # AnyHttpUrl\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("row", REPORTED)
def test_type_is_reported(row: str) -> None:
    assert_left(RULE, *REPORTED[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
