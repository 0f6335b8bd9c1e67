"""A field without a type -> the type of its default."""

import pytest

from tests.codemods.pydantic.support import assert_same
from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "pydantic-untyped"
MODEL = "from pydantic import BaseModel\n\n\nclass A(BaseModel):\n"
NESTED = """
from pydantic import BaseModel


class Address(BaseModel):
    host: str = "here"


class A(BaseModel):
    address{} = Address()
    name: str = "a"
"""

FIX: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "text": (
        f"{MODEL}    x = 'a'  # not known\n",
        f"{MODEL}    x: str = 'a'  # not known\n",
        ("dump(A())", "dump(A(x='b'))", "A(x=[])"),
    ),
    "a number": (
        f"{MODEL}    x = 1\n    y = -1.5\n",
        f"{MODEL}    x: int = 1\n    y: float = -1.5\n",
        ("dump(A())", "dump(A(x=2, y=3))", "A(x='a', y=[])"),
    ),
    "a truth": (
        f"{MODEL}    x = False\n",
        f"{MODEL}    x: bool = False\n",
        ("dump(A())", "dump(A(x=True))", "A(x='maybe')"),
    ),
    "bytes, and texts one after the other": (
        f"{MODEL}    x = b'a'\n    y = 'a' 'b'\n    z = f'{{3}}'\n",
        f"{MODEL}    x: bytes = b'a'\n    y: str = 'a' 'b'\n    z: str = f'{{3}}'\n",
        ("dump(A())", "A(y=[], z=[])"),
    ),
    "collections": (
        f"{MODEL}    x = []\n    y = {{}}\n    z = {{1}}\n    t = (1, 'a')\n",
        f"{MODEL}    x: list = []\n    y: dict = {{}}\n    z: set = {{1}}\n"
        "    t: tuple = (1, 'a')\n",
        ("dump(A())", "dump(A(x=[1, 'a'], y={'a': 1}, z=[2], t=[3]))", "A(x=1, y=2)"),
    ),
    "another model": (
        NESTED.format(""),
        NESTED.format(": Address"),
        ("dump(A())['address']", "dump(A(address={'host': 'there'}))['address']", "A(address=3)"),
    ),
    "a call of a type": (
        f"{MODEL}    x = int('3')\n    y = list()\n",
        f"{MODEL}    x: int = int('3')\n    y: list = list()\n",
        ("dump(A())", "dump(A(x=4))", "A(x='a')"),
    ),
    "Field": (
        "from pydantic import BaseModel, Field\n\n\nclass A(BaseModel):\n"
        "    x = Field(3, title='X')\n    y = Field(default='a', title='Y')\n",
        "from pydantic import BaseModel, Field\n\n\nclass A(BaseModel):\n"
        "    x: int = Field(3, title='X')\n    y: str = Field(default='a', title='Y')\n",
        ("dump(A())", "A(x=[])", "dump(A(x=5, y='b'))"),
    ),
    "what a base has with a type": (
        f"{MODEL}    x: int\n\n\nclass B(A):\n    x = 3\n",
        f"{MODEL}    x: int\n\n\nclass B(A):\n    x: int = 3\n",
        ("dump(B())", "dump(B(x='4'))", "B(x='a')"),
    ),
    "two on a line": (
        f"{MODEL}    x = 1; y = 2\n",
        f"{MODEL}    x: int = 1; y: int = 2\n",
        ("dump(A())",),
    ),
    "private": (
        f"{MODEL}    _x = 1\n    y = 2\n",
        f"{MODEL}    _x = 1\n    y: int = 2\n",
        ("dump(A())", "dump(A(y=3))"),
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "a type": (f"{MODEL}    x: int = 1\n", ""),
    "no model": ("class A:\n    x = 1\n", ""),
    "in a method": (f"{MODEL}    def f(self):\n        x = 1\n        return x\n", ""),
    "configuration": (
        "from pydantic import BaseModel, ConfigDict\n\n\nclass A(BaseModel):\n"
        "    model_config = ConfigDict(extra='forbid')\n\n    class Config:\n        x = 1\n",
        "",
    ),
    "private": (f"{MODEL}    _x = 1\n    __y = 2\n", ""),
    "a call that may return anything": (
        f"import os\n{MODEL}    x = os.getenv('X')\n",
        "x, in a model, has no type: give it a type; ClassVar, if it is no field",
    ),
    "a name": (f"Y = 3\n{MODEL}    x = Y\n", "x, in a model, has no type"),
    "a default that is made": (
        "from pydantic import BaseModel, Field\n\n\nclass A(BaseModel):\n"
        "    x = Field(default_factory=list)\n",
        "x, in a model, has no type",
    ),
    "several at once": (f"{MODEL}    x = y = 1\n", "fields of a model without a type"),
    "a type of a base that is not built in": (
        f"from typing import Optional\n{MODEL}    x: Optional[int]\n\n\nclass B(A):\n    x = 3\n",
        "x has no type here: give it a type, as where it is inherited from: Optional[int]",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    before, after, _ = FIX[row]
    assert_fixed(RULE, before, after)


@pytest.mark.parametrize("row", FIX)
def test_does_what_it_did(row: str) -> None:
    assert_same(RULE, FIX[row][0], *FIX[row][2])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])


def test_models_that_derive_from_another_module_are_known() -> None:
    files = {
        "base.py": "from pydantic import BaseSettings\n\n\nclass Base(BaseSettings):\n    a: int = 1\n",
        "service.py": "from base import Base\n\n\nclass A(Base):\n    x = 'a'\n",
    }
    assert_fixed(RULE, files, {"service.py": files["service.py"].replace("x =", "x: str =")})
