"""`@root_validator` -> `@model_validator`."""

import pytest

from tests.codemods.pydantic.support import assert_same
from tests.codemods.support import Files, apply, assert_fixed, assert_left

RULE = "pydantic-root-validators"

FIX: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "without arguments": (
        """
        from typing import Any, Dict
        from pydantic import BaseModel, root_validator

        class A(BaseModel):
            x: int
            y: int = 2

            @root_validator
            def check(cls, values: Dict[str, Any]) -> Dict[str, Any]:
                '''Check both.'''
                if values.get("x") == values["y"]:
                    raise ValueError("equal")  # not wanted
                return values
        """,
        """
        from typing import Self
        from pydantic import BaseModel, model_validator

        class A(BaseModel):
            x: int
            y: int = 2

            @model_validator(mode="after")
            def check(self) -> Self:
                '''Check both.'''
                if self.x == self.y:
                    raise ValueError("equal")  # not wanted
                return self
        """,
        ("dump(A(x=1))", "dump(A(x='1', y=3))", "A(y=1)"),
    ),
    "empty call, attribute of the library": (
        """
        import pydantic

        class A(pydantic.BaseModel):
            x: int

            @pydantic.root_validator()
            def check(cls, values):
                assert values["x"] > 0, "small"
                return values
        """,
        """
        import pydantic

        class A(pydantic.BaseModel):
            x: int

            @pydantic.model_validator(mode="after")
            def check(self):
                assert self.x > 0, "small"
                return self
        """,
        ("dump(A(x=1))",),
    ),
    "skip_on_failure, field of the base, use of cls": (
        """
        from pydantic import BaseModel, root_validator

        class Base(BaseModel):
            x: int

        class A(Base):
            y: int = 0

            @root_validator(skip_on_failure=True, allow_reuse=True)
            def check(cls, values):
                cls.seen(values["x"], values.get("y", 3))
                return values

            @staticmethod
            def seen(x, y):
                if x < y:
                    raise TypeError("wrong")
        """,
        """
        from pydantic import BaseModel, model_validator

        class Base(BaseModel):
            x: int

        class A(Base):
            y: int = 0

            @model_validator(mode="after")
            def check(self):
                type(self).seen(self.x, self.y)
                return self

            @staticmethod
            def seen(x, y):
                if x < y:
                    raise TypeError("wrong")
        """,
        ("dump(A(x=1))", "dump(A(x=1, y=1))"),
    ),
    "sets a field": (
        """
        from typing import Optional
        from pydantic import BaseModel, root_validator

        class A(BaseModel):
            first: str
            last: str
            name: Optional[str] = None

            @root_validator
            def fill(cls, values):
                if not values.get("name"):
                    values["name"] = values["first"] + " " + values["last"]
                return values
        """,
        """
        from typing import Optional
        from pydantic import BaseModel, model_validator

        class A(BaseModel):
            first: str
            last: str
            name: Optional[str] = None

            @model_validator(mode="after")
            def fill(self):
                if not self.name:
                    self.name = self.first + " " + self.last
                return self
        """,
        ("dump(A(first='a', last='b'))", "dump(A(first='a', last='b', name='c'))"),
    ),
    "other use of values": (
        """
        from pydantic import BaseModel, root_validator

        class A(BaseModel):
            x: int
            y: int = 1

            @root_validator
            def total(cls, values):
                return {**values, "y": sum(values.values())}
        """,
        """
        from pydantic import BaseModel, root_validator

        class A(BaseModel):
            x: int
            y: int = 1

            @root_validator(skip_on_failure=True)
            def total(cls, values):
                return {**values, "y": sum(values.values())}
        """,
        (),
    ),
    "sets a field where exclude_unset is used": (
        """
        from pydantic import BaseModel, root_validator

        class A(BaseModel):
            x: int = 0
            y: int = 1

            @root_validator(allow_reuse=True)
            def both(cls, values):
                values["y"] = values["x"]
                return values

        def changes(a):
            return a.dict(exclude_unset=True)
        """,
        """
        from pydantic import BaseModel, root_validator

        class A(BaseModel):
            x: int = 0
            y: int = 1

            @root_validator(allow_reuse=True, skip_on_failure=True)
            def both(cls, values):
                values["y"] = values["x"]
                return values

        def changes(a):
            return a.dict(exclude_unset=True)
        """,
        (),
    ),
    "pre": (
        """
        from pydantic import BaseModel, root_validator

        class A(BaseModel):
            x: int

            @root_validator(pre=True)
            def old_name(cls, values):
                '''Clients of old send z.'''
                if "z" in values:
                    values["x"] = values.pop("z")
                return values

        class B(BaseModel):
            a: A
        """,
        """
        from pydantic import BaseModel, model_validator

        class A(BaseModel):
            x: int

            @model_validator(mode="before")
            @classmethod
            def old_name(cls, values):
                '''Clients of old send z.'''
                if not isinstance(values, dict):
                    return values
                values = dict(values)
                if "z" in values:
                    values["x"] = values.pop("z")
                return values

        class B(BaseModel):
            a: A
        """,
        (
            "dump(A(z=1))",
            "dump(A(x=2))",
            "dump(load(A, {'z': '3'}))",
            "(lambda d: (dump(load(B, d)), d))({'a': {'z': 1}})",
            "load(B, {'a': 'text'})",
            "dump(B(a=A(x=1)))",
        ),
    ),
    "pre that only reads": (
        """
        from pydantic import BaseModel, root_validator

        class A(BaseModel):
            x: int = 0

            @root_validator(pre=True, allow_reuse=True)
            def check(cls, data):
                if "y" in data:
                    raise TypeError("y is gone")
                return {key.lower(): value for key, value in data.items()}
        """,
        """
        from pydantic import BaseModel, model_validator

        class A(BaseModel):
            x: int = 0

            @model_validator(mode="before")
            @classmethod
            def check(cls, data):
                if not isinstance(data, dict):
                    return data
                if "y" in data:
                    raise ValueError("y is gone")
                return {key.lower(): value for key, value in data.items()}
        """,
        ("dump(A(X=1))", "dump(A())"),
    ),
    "reused function": (
        """
        from pydantic import BaseModel, root_validator

        def check(cls, values):
            return values

        class A(BaseModel):
            x: int
            _check = root_validator(allow_reuse=True)(check)
        """,
        """
        from pydantic import BaseModel, root_validator

        def check(cls, values):
            return values

        class A(BaseModel):
            x: int
            _check = root_validator(allow_reuse=True, skip_on_failure=True)(check)
        """,
        (),
    ),
}

HEAD = "from pydantic import BaseModel, root_validator\n\n\nclass A(BaseModel):\n    x: int\n"
NOOP: dict[str, tuple[Files, str]] = {
    "already migrated": (
        "from pydantic import BaseModel, model_validator\nclass A(BaseModel):\n"
        "    @model_validator(mode='after')\n    def f(self): return self\n",
        "",
    ),
    "same name from another library": (
        "from shop import root_validator\nclass A:\n    @root_validator\n"
        "    def f(cls, values): return values\n",
        "",
    ),
    "pre on a model with orm_mode": (
        HEAD + "    class Config:\n        orm_mode = True\n    @root_validator(pre=True)\n"
        "    def f(cls, values): return values\n",
        "from_orm() passes the object itself",
    ),
    "several pre": (
        HEAD + "    @root_validator(pre=True)\n    def f(cls, values): return values\n"
        "    @root_validator(pre=True)\n    def g(cls, values): return values\n",
        "runs in the opposite order",
    ),
    "pre with validate_assignment": (
        HEAD + "    class Config:\n        validate_assignment = True\n"
        "    @root_validator(pre=True)\n    def f(cls, values): return values\n",
        "it also runs on assignment",
    ),
    "already has skip_on_failure": (
        HEAD + "    @root_validator(skip_on_failure=True)\n"
        "    def f(cls, values): return dict(values)\n",
        "rewrite it as @model_validator",
    ),
    "computed arguments": (
        HEAD + "    @root_validator(pre=EARLY)\n    def f(cls, values): return values\n",
        "rewrite it as @model_validator",
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


@pytest.mark.parametrize("row", ["other use of values", "reused function"])
def test_kept_validator_is_also_reported(row: str) -> None:
    found = apply(RULE, FIX[row][0]).findings
    assert {one.certainty for one in found} == {"changed", "left"}
