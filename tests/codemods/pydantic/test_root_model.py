"""`__root__` -> RootModel."""

import pytest

from tests.codemods.pydantic.support import run_new, run_old
from tests.codemods.support import Files, apply, assert_fixed, assert_left

RULE = "pydantic-root-model"

OLD, NEW = "from pydantic import BaseModel\n", "from pydantic import RootModel\n"
FIX: dict[str, tuple[Files, Files]] = {
    "list": (
        f"from typing import List\n{OLD}\n\nclass A(BaseModel):\n    __root__: List[int]  # all\n",
        f"from typing import List\n{NEW}\n\nclass A(RootModel[List[int]]):\n    pass\n",
    ),
    "dict": (
        f"{OLD}\n\nclass A(BaseModel):\n    __root__: dict[str, int]\n",
        f"{NEW}\n\nclass A(RootModel[dict[str, int]]):\n    pass\n",
    ),
    "default": (
        f"{OLD}\n\nclass A(BaseModel):\n    __root__: str = 'a'\n",
        f"{NEW}\n\nclass A(RootModel[str]):\n    root: str = 'a'\n",
    ),
    "attribute of the imported library": (
        "import pydantic\nclass A(pydantic.BaseModel):\n    __root__: int\n",
        "import pydantic\nclass A(pydantic.RootModel[int]):\n    pass\n",
    ),
    "docstring": (
        f"{OLD}class A(BaseModel):\n    'An A.'\n\n    __root__: int\n",
        f"{NEW}class A(RootModel[int]):\n    'An A.'\n",
    ),
    "method": (
        f"{OLD}class A(BaseModel):\n    __root__: int\n\n    def name(self):\n        return 'a'\n",
        f"{NEW}class A(RootModel[int]):\n\n    def name(self):\n        return 'a'\n",
    ),
    "another model in the module": (
        f"{OLD}class B(BaseModel):\n    x: int\nclass A(BaseModel):\n    __root__: list[B]\n",
        "from pydantic import BaseModel, RootModel\n"
        "class B(BaseModel):\n    x: int\nclass A(RootModel[list[B]]):\n    pass\n",
    ),
    "import alias": (
        "from pydantic import BaseModel as B\nclass A(B):\n    __root__: int\n",
        "from pydantic import RootModel\nclass A(RootModel[int]):\n    pass\n",
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "already migrated": (
        "from pydantic import RootModel\nclass A(RootModel[int]): ...  # __root__\n",
        "",
    ),
    "__root__ is read in the service": (
        {"a.py": f"{OLD}class A(BaseModel):\n    __root__: int\n", "b.py": "x = a.__root__\n"},
        "b.py reads or passes __root__",
    ),
    "__root__ is passed as keyword": (
        {"a.py": f"{OLD}class A(BaseModel):\n    __root__: int\na = A(__root__=1)\n"},
        "reads or passes __root__",
    ),
    "configuration": (
        f"{OLD}class A(BaseModel):\n    __root__: int\n    class Config:\n        title = 'a'\n",
        "the class has a configuration",
    ),
    "validator": (
        f"{OLD}from pydantic import validator\nclass A(BaseModel):\n    __root__: int\n"
        "    @validator('__root__')\n    def f(cls, v): return v\n",
        "the class has a configuration, validators",
    ),
    "derived from another model": (
        f"{OLD}class B(BaseModel): ...\nclass A(B):\n    __root__: int\n",
        "the class has other bases than BaseModel",
    ),
    "not a model": ("class A:\n    __root__: int\n", ""),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])


def test_input_and_output_are_the_same() -> None:
    before = FIX["list"][0]
    assert isinstance(before, str)
    new = run_new(apply(RULE, before).texts["service.py"])
    old = run_old(before)
    assert new["A"].model_validate(["1", 2]).model_dump_json() == "[1,2]"
    assert old["A"].parse_obj(["1", 2]).json() == "[1, 2]"
    with pytest.raises(ValueError, match="A"):
        new["A"].model_validate(["x"])
