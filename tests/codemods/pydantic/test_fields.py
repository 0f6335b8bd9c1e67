"""Arguments of `Field` and the like by their new names."""

import pytest

from tests.codemods.pydantic.support import assert_same, run_new, run_old, said
from tests.codemods.support import Files, apply, assert_fixed, assert_left

RULE = "pydantic-fields"

HEAD = "from typing import List\nfrom pydantic import BaseModel, Field, conlist, conset\n\n\n"
SETTINGS = "from pydantic import Field\nfrom pydantic_settings import BaseSettings\n\n\n"


def _in(annotation: str, head: str = HEAD, base: str = "BaseModel") -> str:
    return f"{head}class A({base}):\n    x: {annotation}\n"


FIX: dict[str, tuple[Files, Files, tuple[str, ...]]] = {
    "items of a field": (
        _in("List[int] = Field([], min_items=1, max_items=2)  # few"),
        _in("List[int] = Field([], min_length=1, max_length=2)  # few"),
        ("A(x=[])", "dump(A(x=[1]))", "A(x=[1, 2, 3])", "dump(A())"),
    ),
    "items of a list": (
        _in("conlist(int, min_items=2)"),
        _in("conlist(int, min_length=2)"),
        ("A(x=[1])", "dump(A(x=['1', 2]))"),
    ),
    "items of a set": (
        _in("conset(int, max_items=2)"),
        _in("conset(int, max_length=2)"),
        ("A(x=[1, 2, 3])", "dump(A(x=[1, 1, 2]))"),
    ),
    "not to be changed": (
        _in("int = Field(1, allow_mutation=False)"),
        _in("int = Field(1, frozen=True)"),
        (),
    ),
    "by the library's name, over several lines": (
        "import pydantic\n\nL = pydantic.conlist(\n    int,\n    min_items=1,  # one at least\n)\n",
        "import pydantic\n\nL = pydantic.conlist(\n    int,\n    min_length=1,  # one at least\n)\n",
        (),
    ),
    "variable of settings": (
        _in('str = Field("d", env="MY_X")', SETTINGS, "BaseSettings"),
        _in('str = Field("d", validation_alias="MY_X")', SETTINGS, "BaseSettings"),
        (),
    ),
    "variables of settings": (
        _in('str = Field("d", env=["MY_X", "X"], description="x")', SETTINGS, "BaseSettings"),
        _in(
            'str = Field("d", validation_alias=AliasChoices("MY_X", "X"), description="x")',
            SETTINGS.replace("import Field", "import AliasChoices, Field"),
            "BaseSettings",
        ),
        (),
    ),
    "variable of settings that derive": (
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
    "both arguments": (_in("List[int] = Field([], min_items=1, min_length=1)"), "keep one of them"),
    "same name from another library": (
        "from shop import Field\nx = Field(min_items=1, env='x')\n",
        "",
    ),
    "unique": (_in("List[int] = Field([], unique_items=True)"), "use Set[...]"),
    "constant": (_in("int = Field(1, const=True)"), "use Literal[...]"),
    "lengths of the items, in Pydantic 1": (
        {
            "service.py": _in("List[str] = Field([], min_length=1)"),
            "requirements.txt": "pydantic==1.10.2\n",
        },
        "write Annotated[str, Field(min_length=...)] for the items of x",
    ),
    "lengths of the items of lists in it": (
        {
            "service.py": _in("list[list[str]] = Field([], max_length=9)"),
            "requirements.txt": "pydantic==1.10.2\n",
        },
        "max_length= of a list of str held for each item",
    ),
    "lengths of the list, in Pydantic 2": (
        {
            "service.py": _in("List[str] = Field([], min_length=1)"),
            "requirements.txt": "pydantic==2.5.0\n",
        },
        "",
    ),
    "bounds of the items": (
        _in("List[int] = Field([], gt=0, le=9)"),
        "gt=, le= of a list of int held for each item",
    ),
    "a length of a text": (_in("str = Field('x', min_length=1)"), ""),
    "env of what is no settings": (_in("int = Field(1, env='X')"), ""),
    "the field is passed by name": (
        _in("str = Field('d', env='X')", SETTINGS, "BaseSettings") + "\n\na = A(x='1')\n",
        "x= is passed in service.py",
    ),
    "an alias is there": (
        _in("str = Field('d', env='X', alias='y')", SETTINGS, "BaseSettings"),
        "AliasChoices",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row][:2])


@pytest.mark.parametrize("row", [name for name, row in FIX.items() if row[2]])
def test_does_what_it_did(row: str) -> None:
    assert_same(RULE, FIX[row][0], *FIX[row][2])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])


def test_the_variable_of_settings_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_X", "from the environment")
    before = _in('str = Field("d", env="MY_X")', SETTINGS, "BaseSettings")
    old = before.replace("pydantic_settings", "pydantic")
    assert said(run_old(old), "A().x") == "'from the environment'"
    new = apply(RULE, before).texts["service.py"]
    assert said(run_new(new), "A().x") == "'from the environment'"


def test_what_held_for_each_item_in_pydantic_1_is_written_so_for_pydantic_2() -> None:
    old = run_old(_in("List[str] = Field([], min_length=1)"))
    head = HEAD.replace("List\n", "Annotated, List\n")
    new = run_new(_in("List[Annotated[str, Field(min_length=1)]] = []", head))
    taken = ("A(x=[]).x", "A(x=['a']).x")
    assert [said(old, one) for one in taken] == [said(new, one) for one in taken]
    assert [said(side, "A(x=['']).x") for side in (old, new)] == [{("x", 0)}, {("x", 0)}]
