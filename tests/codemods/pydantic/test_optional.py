"""`Optional[X]` without a default -> `= None`; `X = None` -> `Optional[X] = None`."""

import pytest

from tests.codemods.pydantic.support import assert_same
from tests.codemods.support import Files, apply, assert_fixed, assert_left

RULE = "pydantic-optional"
PINNED = {"requirements.txt": "fastapi==0.85\npydantic==1.10.2\n"}


def _old(text: str) -> dict[str, str]:
    return {"service.py": text, **PINNED}


FIX: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "Optional": (
        """
        from typing import Optional
        from pydantic import BaseModel

        class A(BaseModel):
            x: Optional[int]  # not known
            y: str
        """,
        """
        from typing import Optional
        from pydantic import BaseModel

        class A(BaseModel):
            x: Optional[int] = None  # not known
            y: str
        """,
        ("dump(A(y=''))", "A(x=None)", "dump(A(x='1', y='a'))"),
    ),
    "union with None in both notations": (
        """
        import typing as t
        from pydantic import BaseModel

        class A(BaseModel):
            x: t.Union[int, None]
            y: int | None
            z: t.Union[None, int, str]
        """,
        """
        import typing as t
        from pydantic import BaseModel

        class A(BaseModel):
            x: t.Union[int, None] = None
            y: int | None = None
            z: t.Union[None, int, str] = None
        """,
        ("dump(A())", "dump(A(x=1, y=2, z='a'))"),
    ),
    "Any": (
        """
        from typing import Any
        from pydantic import BaseModel

        class A(BaseModel):
            x: Any
        """,
        """
        from typing import Any
        from pydantic import BaseModel

        class A(BaseModel):
            x: Any = None
        """,
        ("dump(A())", "dump(A(x=[]))"),
    ),
    "default None without Optional": (
        """
        from pydantic import BaseModel

        class A(BaseModel):
            x: str = None
            y: list = None
        """,
        """
        from typing import Optional
        from pydantic import BaseModel

        class A(BaseModel):
            x: Optional[str] = None
            y: Optional[list] = None
        """,
        ("dump(A())", "dump(A(x=None))", "dump(A(x='a', y=[1]))"),
    ),
    "Field(None) without Optional": (
        """
        from typing import List, Optional
        from pydantic import BaseModel, Field

        class A(BaseModel):
            x: str = Field(None, max_length=3)
            y: List[int] = Field(default=None, description="y")
        """,
        """
        from typing import List, Optional
        from pydantic import BaseModel, Field

        class A(BaseModel):
            x: Optional[str] = Field(None, max_length=3)
            y: Optional[List[int]] = Field(default=None, description="y")
        """,
        ("dump(A())", "dump(A(x=None, y=None))", "A(x='abcd')"),
    ),
    "Field without a default": (
        """
        from typing import Optional
        from pydantic import BaseModel, Field

        class A(BaseModel):
            x: Optional[str] = Field(alias="X")
            y: Optional[str] = Field(
                alias="Y",
                description="y",
            )
        """,
        """
        from typing import Optional
        from pydantic import BaseModel, Field

        class A(BaseModel):
            x: Optional[str] = Field(None, alias="X")
            y: Optional[str] = Field(
                None,
                alias="Y",
                description="y",
            )
        """,
        ("dump(A())", "dump(A(X='a', Y=None))"),
    ),
    "annotation as string": (
        """
        from typing import Optional
        from pydantic import BaseModel

        class A(BaseModel):
            x: "Optional[int]"
            y: "int" = None
        """,
        """
        from typing import Optional
        from pydantic import BaseModel

        class A(BaseModel):
            x: "Optional[int]" = None
            y: "Optional[int]" = None
        """,
        (),
    ),
    "derived class": (
        """
        from typing import Optional
        from pydantic import BaseModel

        class Base(BaseModel):
            pass

        class A(Base):
            class Inner(Base):
                x: Optional[int]
            inner: Optional[Inner]
        """,
        """
        from typing import Optional
        from pydantic import BaseModel

        class Base(BaseModel):
            pass

        class A(Base):
            class Inner(Base):
                x: Optional[int] = None
            inner: Optional[Inner] = None
        """,
        ("dump(A())", "dump(A(inner={}))"),
    ),
    "constrained type": (
        """
        from pydantic import BaseModel, conint

        class A(BaseModel):
            x: conint(gt=1) = None
        """,
        """
        from typing import Optional
        from pydantic import BaseModel, conint

        class A(BaseModel):
            x: Optional[conint(gt=1)] = None
        """,
        ("dump(A())", "A(x=1)", "dump(A(x=None))"),
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "required and nullable": (
        _old("""
        from typing import Optional
        from pydantic import BaseModel, Field
        class A(BaseModel):
            x: Optional[int] = ...
            y: Optional[int] = Field(..., alias="Y")
        """),
        "",
    ),
    "written for Pydantic 2": (
        {"service.py": """
        from typing import Optional
        from pydantic import BaseModel
        class A(BaseModel):
            x: Optional[int]
        """, "requirements.txt": "pydantic>=2.1\n"},
        "",
    ),
    "unknown version of Pydantic": (
        """
        from typing import Optional
        from pydantic import BaseModel
        class A(BaseModel):
            x: Optional[int]
        """,
        "correct only if the code was written for Pydantic 1",
    ),
    "not a model": (
        _old("""
        from typing import Optional
        from dataclasses import dataclass
        @dataclass
        class A:
            x: Optional[int]
        """),
        "",
    ),
    "class variable, private attribute, default factory": (
        _old("""
        from typing import ClassVar, Optional
        from pydantic import BaseModel, Field
        class A(BaseModel):
            a: ClassVar[Optional[int]]
            _b: Optional[int]
            c: Optional[list] = Field(default_factory=list)
            d: int = 1
        """),
        "",
    ),
    "inside a method": (
        _old("""
        from typing import Optional
        from pydantic import BaseModel
        class A(BaseModel):
            def f(self):
                x: Optional[int]
        """),
        "",
    ),
    "type variable": (
        _old("""
        from typing import TypeVar
        from pydantic import BaseModel
        T = TypeVar("T")
        class A(BaseModel):
            x: T = None
        """),
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    before, after, _ = FIX[row]
    assert_fixed(RULE, _old(before), {"service.py": after})


@pytest.mark.parametrize("row", [name for name, row in FIX.items() if row[2]])
def test_behaviour_is_the_same(row: str) -> None:
    assert_same(RULE, _old(FIX[row][0]), *FIX[row][2])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])


@pytest.mark.parametrize(
    ("files", "written_for"),
    [
        ({"requirements.txt": "pydantic==1.10.2\n"}, 1),
        ({"requirements.txt": "pydantic[email]<2\n"}, 1),
        ({"requirements.txt": "pydantic>=1.8,<2.0\n"}, 1),
        ({"requirements/base.txt": "pydantic~=1.9  # as the shop\n"}, 1),
        ({"requirements.txt": "pydantic==2.5.0\n"}, 2),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npydantic = "^1.8"\n'}, 1),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npydantic = {version = "^2"}\n'}, 2),
        ({"pyproject.toml": 'dependencies = [\n    "pydantic>=1.10,<2",\n]\n'}, 1),
        ({"poetry.lock": '[[package]]\nname = "pydantic"\nversion = "1.9.0"\n'}, 1),
        ({"uv.lock": '[[package]]\nname = "pydantic"\nversion = "2.9.0"\n'}, 2),
        ({"Pipfile.lock": '{"default": {"pydantic": {"version": "==1.9.0"}}}'}, 1),
        ({"requirements.txt": "pydantic\n"}, 0),
        ({"a.py": "from pydantic import BaseSettings\n"}, 1),
        ({"a.py": "from pydantic import BaseModel, field_validator\n"}, 2),
        (
            {"a.py": "from pydantic import validator\n", "b.py": "from pydantic import ConfigDict"},
            0,
        ),
    ],
)
def test_version_that_code_was_written_for(files: dict[str, str], written_for: int) -> None:
    model = "from typing import Optional\nfrom pydantic import BaseModel\n\n\n"
    model += "class A(BaseModel):\n    x: Optional[int]\n"
    found = apply(RULE, {**files, "m.py": model}).findings
    assert [one.certainty for one in found] == {1: ["changed"], 2: [], 0: ["unsafe"]}[written_for]
