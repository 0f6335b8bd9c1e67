"""Arguments of `Field`, `conlist` and `conset` -> their new names."""

import pytest

from tests.codemods.pydantic.support import assert_same, run_new, run_old, value_or_error
from tests.codemods.support import Files, apply, assert_fixed, assert_left

RULE = "pydantic-fields"

HEAD = "from typing import List\nfrom pydantic import BaseModel, Field, conlist, conset\n\n\n"
SETTINGS = "from pydantic import Field\nfrom pydantic_settings import BaseSettings\n\n\n"


def _in(annotation: str, head: str = HEAD, base: str = "BaseModel") -> str:
    return f"{head}class A({base}):\n    x: {annotation}\n"


FIX: dict[str, tuple[Files, Files, tuple[str, ...]]] = {
    "min_items of Field": (
        _in("List[int] = Field([], min_items=1, max_items=2)  # few"),
        _in("List[int] = Field([], min_length=1, max_length=2)  # few"),
        ("A(x=[])", "dump(A(x=[1]))", "A(x=[1, 2, 3])", "dump(A())"),
    ),
    "min_items of conlist": (
        _in("conlist(int, min_items=2)"),
        _in("conlist(int, min_length=2)"),
        ("A(x=[1])", "dump(A(x=['1', 2]))"),
    ),
    "items of conset": (
        _in("conset(int, max_items=2)"),
        _in("conset(int, max_length=2)"),
        ("A(x=[1, 2, 3])", "dump(A(x=[1, 1, 2]))"),
    ),
    "allow_mutation": (
        _in("int = Field(1, allow_mutation=False)"),
        _in("int = Field(1, frozen=True)"),
        (),
    ),
    "attribute of the library on several lines": (
        "import pydantic\n\nL = pydantic.conlist(\n    int,\n    min_items=1,  # one at least\n)\n",
        "import pydantic\n\nL = pydantic.conlist(\n    int,\n    min_length=1,  # one at least\n)\n",
        (),
    ),
    "env of settings": (
        _in('str = Field("d", env="MY_X")', SETTINGS, "BaseSettings"),
        _in('str = Field("d", validation_alias="MY_X")', SETTINGS, "BaseSettings"),
        (),
    ),
    "several env of settings": (
        _in('str = Field("d", env=["MY_X", "X"], description="x")', SETTINGS, "BaseSettings"),
        _in(
            'str = Field("d", validation_alias=AliasChoices("MY_X", "X"), description="x")',
            SETTINGS.replace("import Field", "import AliasChoices, Field"),
            "BaseSettings",
        ),
        (),
    ),
    "env of derived settings": (
        SETTINGS
        + "class Base(BaseSettings): ...\n\n\nclass A(Base):\n    x: str = Field(..., env='X')\n",
        SETTINGS
        + "class Base(BaseSettings): ...\n\n\n"
        + "class A(Base):\n    x: str = Field(..., validation_alias='X')\n",
        (),
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "already migrated": (_in("List[int] = Field([], min_length=1)"), ""),
    "both arguments": (
        _in("List[int] = Field([], min_items=1, min_length=1)"),
        "keep min_length= only",
    ),
    "same name from another library": (
        "from shop import Field\nx = Field(min_items=1, env='x')\n",
        "",
    ),
    "unique_items": (_in("List[int] = Field([], unique_items=True)"), "use Set[...]"),
    "const": (_in("int = Field(1, const=True)"), "use Literal[...]"),
    "min_length of items in Pydantic 1": (
        {
            "service.py": _in("List[str] = Field([], min_length=1)"),
            "requirements.txt": "pydantic==1.10.2\n",
        },
        "write Annotated[str, Field(min_length=...)] for the items of x",
    ),
    "max_length of nested items": (
        {
            "service.py": _in("list[list[str]] = Field([], max_length=9)"),
            "requirements.txt": "pydantic==1.10.2\n",
        },
        "max_length= on a list of str applied to each item",
    ),
    "min_length of a list in Pydantic 2": (
        {
            "service.py": _in("List[str] = Field([], min_length=1)"),
            "requirements.txt": "pydantic==2.5.0\n",
        },
        "",
    ),
    "bounds of items": (
        _in("List[int] = Field([], gt=0, le=9)"),
        "gt=, le= on a list of int applied to each item",
    ),
    "min_length of a str": (_in("str = Field('x', min_length=1)"), ""),
    "env outside settings": (_in("int = Field(1, env='X')"), ""),
    "field is passed as keyword": (
        _in("str = Field('d', env='X')", SETTINGS, "BaseSettings") + "\n\na = A(x='1')\n",
        "x= is passed in service.py",
    ),
    "field has an alias": (
        _in("str = Field('d', env='X', alias='y')", SETTINGS, "BaseSettings"),
        "AliasChoices",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row][:2])


@pytest.mark.parametrize("row", [name for name, row in FIX.items() if row[2]])
def test_behaviour_is_the_same(row: str) -> None:
    assert_same(RULE, FIX[row][0], *FIX[row][2])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])


def test_variable_of_settings_is_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_X", "from the environment")
    before = _in('str = Field("d", env="MY_X")', SETTINGS, "BaseSettings")
    old = before.replace("pydantic_settings", "pydantic")
    assert value_or_error(run_old(old), "A().x") == "'from the environment'"
    new = apply(RULE, before).texts["service.py"]
    assert value_or_error(run_new(new), "A().x") == "'from the environment'"


def test_item_constraint_of_pydantic_1_equals_annotated_item_of_pydantic_2() -> None:
    old = run_old(_in("List[str] = Field([], min_length=1)"))
    head = HEAD.replace("List\n", "Annotated, List\n")
    new = run_new(_in("List[Annotated[str, Field(min_length=1)]] = []", head))
    taken = ("A(x=[]).x", "A(x=['a']).x")
    assert [value_or_error(old, one) for one in taken] == [
        value_or_error(new, one) for one in taken
    ]
    assert [value_or_error(side, "A(x=['']).x") for side in (old, new)] == [{("x", 0)}, {("x", 0)}]
