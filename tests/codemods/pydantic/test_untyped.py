"""Field without an annotation -> the type of its default."""

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
    "str": (
        f"{MODEL}    x = 'a'  # not known\n",
        f"{MODEL}    x: str = 'a'  # not known\n",
        ("dump(A())", "dump(A(x='b'))", "A(x=[])"),
    ),
    "number": (
        f"{MODEL}    x = 1\n    y = -1.5\n",
        f"{MODEL}    x: int = 1\n    y: float = -1.5\n",
        ("dump(A())", "dump(A(x=2, y=3))", "A(x='a', y=[])"),
    ),
    "bool": (
        f"{MODEL}    x = False\n",
        f"{MODEL}    x: bool = False\n",
        ("dump(A())", "dump(A(x=True))", "A(x='maybe')"),
    ),
    "bytes, concatenated strings": (
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
    "instance of another model": (
        NESTED.format(""),
        NESTED.format(": Address"),
        ("dump(A())['address']", "dump(A(address={'host': 'there'}))['address']", "A(address=3)"),
    ),
    "call of a built-in type": (
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
    "annotated in the base": (
        f"{MODEL}    x: int\n\n\nclass B(A):\n    x = 3\n",
        f"{MODEL}    x: int\n\n\nclass B(A):\n    x: int = 3\n",
        ("dump(B())", "dump(B(x='4'))", "B(x='a')"),
    ),
    "two fields on a line": (
        f"{MODEL}    x = 1; y = 2\n",
        f"{MODEL}    x: int = 1; y: int = 2\n",
        ("dump(A())",),
    ),
    "private name next to it": (
        f"{MODEL}    _x = 1\n    y = 2\n",
        f"{MODEL}    _x = 1\n    y: int = 2\n",
        ("dump(A())", "dump(A(y=3))"),
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "annotated field": (f"{MODEL}    x: int = 1\n", ""),
    "not a model": ("class A:\n    x = 1\n", ""),
    "variable in a method": (f"{MODEL}    def f(self):\n        x = 1\n        return x\n", ""),
    "configuration": (
        "from pydantic import BaseModel, ConfigDict\n\n\nclass A(BaseModel):\n"
        "    model_config = ConfigDict(extra='forbid')\n\n    class Config:\n        x = 1\n",
        "",
    ),
    "private": (f"{MODEL}    _x = 1\n    __y = 2\n", ""),
    "call of an unknown function": (
        f"import os\n{MODEL}    x = os.getenv('X')\n",
        "model field x has no annotation: annotate it with its type, or with ClassVar",
    ),
    "name as default": (f"Y = 3\n{MODEL}    x = Y\n", "model field x has no annotation"),
    "default_factory": (
        "from pydantic import BaseModel, Field\n\n\nclass A(BaseModel):\n"
        "    x = Field(default_factory=list)\n",
        "model field x has no annotation",
    ),
    "chained assignment": (f"{MODEL}    x = y = 1\n", "model fields have no annotation"),
    "annotation of the base is not a built-in type": (
        f"from typing import Optional\n{MODEL}    x: Optional[int]\n\n\nclass B(A):\n    x = 3\n",
        "x has no annotation here: annotate it as in the base class: Optional[int]",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    before, after, _ = FIX[row]
    assert_fixed(RULE, before, after)


@pytest.mark.parametrize("row", FIX)
def test_behaviour_is_the_same(row: str) -> None:
    assert_same(RULE, FIX[row][0], *FIX[row][2])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])


def test_model_with_base_in_another_module_is_known() -> None:
    files = {
        "base.py": "from pydantic import BaseSettings\n\n\nclass Base(BaseSettings):\n    a: int = 1\n",
        "service.py": "from base import Base\n\n\nclass A(Base):\n    x = 'a'\n",
    }
    assert_fixed(RULE, files, {"service.py": files["service.py"].replace("x =", "x: str =")})
