"""`@validator` -> `@field_validator`."""

import pytest

from tests.codemods.pydantic.support import assert_same
from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "pydantic-validators"

FIX: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "plain validator": (
        """
        from pydantic import BaseModel, validator

        class A(BaseModel):
            name: str

            # as the shop writes it
            @validator("name")
            def strip(cls, v):
                '''Strip.'''
                return v.strip()  # spaces
        """,
        """
        from pydantic import BaseModel, field_validator

        class A(BaseModel):
            name: str

            # as the shop writes it
            @field_validator("name")
            @classmethod
            def strip(cls, v):
                '''Strip.'''
                return v.strip()  # spaces
        """,
        ("dump(A(name=' a '))",),
    ),
    "pre, several fields, allow_reuse": (
        """
        import pydantic

        class A(pydantic.BaseModel):
            x: int
            y: int = 0

            @pydantic.validator("x", "y", pre=True, allow_reuse=True)
            def parse(cls, value: object) -> object:
                return str(value).replace("a", "1")
        """,
        """
        import pydantic

        class A(pydantic.BaseModel):
            x: int
            y: int = 0

            @pydantic.field_validator("x", "y", mode="before")
            @classmethod
            def parse(cls, value: object) -> object:
                return str(value).replace("a", "1")
        """,
        ("dump(A(x='a'))", "dump(A(x='aa', y='2a'))", "A(x='b')", "A(x='b', y='c')"),
    ),
    "values": (
        """
        from typing import Any, Dict, Optional
        from pydantic import BaseModel, validator

        class A(BaseModel):
            start: int
            end: int

            @validator("end")
            def is_later(cls, v: int, values: Dict[str, Any], **kwargs: Any) -> int:
                if "start" in values and v < values["start"]:
                    raise ValueError("too early")
                return v + values.get("start", 0)
        """,
        """
        from typing import Optional
        from pydantic import BaseModel, ValidationInfo, field_validator

        class A(BaseModel):
            start: int
            end: int

            @field_validator("end")
            @classmethod
            def is_later(cls, v: int, info: ValidationInfo) -> int:
                if "start" in info.data and v < info.data["start"]:
                    raise ValueError("too early")
                return v + info.data.get("start", 0)
        """,
        ("dump(A(start=1, end=2))", "A(start=2, end=1)", "A(start='x', end=1)"),
    ),
    "always": (
        """
        from typing import Optional
        from pydantic import BaseModel, Field, validator

        class A(BaseModel):
            x: int
            y: Optional[int] = None
            z: str = Field("z", max_length=9)
            need: int = Field(..., gt=0)

            @validator("y", "z", "need", always=True)
            def fill(cls, v, values):
                return v or values["x"]
        """,
        """
        from typing import Optional
        from pydantic import BaseModel, Field, ValidationInfo, field_validator

        class A(BaseModel):
            x: int
            y: Optional[int] = Field(None, validate_default=True)
            z: str = Field("z", max_length=9, validate_default=True)
            need: int = Field(..., gt=0)

            @field_validator("y", "z", "need")
            @classmethod
            def fill(cls, v, info: ValidationInfo):
                return v or info.data["x"]
        """,
        ("dump(A(x=5, need=1))", "dump(A(x=5, y=6, z='q', need=1))", "A(x=5)"),
    ),
    "always, field on several lines": (
        """
        from pydantic import BaseModel, Field, validator

        class A(BaseModel):
            x: int = Field(
                1,
                gt=0,
            )
            @validator("x", always=True)
            def double(cls, v):
                return v * 2
        """,
        """
        from pydantic import BaseModel, Field, field_validator

        class A(BaseModel):
            x: int = Field(
                1,
                gt=0,
                validate_default=True,
            )
            @field_validator("x")
            @classmethod
            def double(cls, v):
                return v * 2
        """,
        ("dump(A())", "dump(A(x=2))"),
    ),
    "each item of a list": (
        """
        from typing import List, Optional
        from pydantic import BaseModel, validator


        # tags and the like
        class A(BaseModel):
            tags: List[str]
            more: Optional[List[str]] = None

            @validator("tags", "more", each_item=True)
            def lower(cls, tag):
                if not tag:
                    raise ValueError("empty")
                return tag.lower()
        """,
        """
        from typing import Annotated, List, Optional
        from pydantic import AfterValidator, BaseModel


        def _lower(tag):
            if not tag:
                raise ValueError("empty")
            return tag.lower()


        # tags and the like
        class A(BaseModel):
            tags: List[Annotated[str, AfterValidator(_lower)]]
            more: Optional[List[Annotated[str, AfterValidator(_lower)]]] = None
        """,
        ("dump(A(tags=['A', 'b']))", "A(tags=['a', ''])", "dump(A(tags=[], more=['X']))"),
    ),
    "each item of a dict, pre": (
        """
        from typing import Dict
        from pydantic import BaseModel, validator

        class A(BaseModel):
            sizes: Dict[str, int]

            @validator("sizes", each_item=True, pre=True)
            def parse(cls, v):
                return str(v).removesuffix("cm")

            def total(self):
                return sum(self.sizes.values())
        """,
        """
        from typing import Annotated, Dict
        from pydantic import BaseModel, BeforeValidator


        def _parse(v):
            return str(v).removesuffix("cm")


        class A(BaseModel):
            sizes: Dict[str, Annotated[int, BeforeValidator(_parse)]]

            def total(self):
                return sum(self.sizes.values())
        """,
        ("A(sizes={'a': '3cm', 'b': 4}).total()", "A(sizes={'a': 'x'})"),
    ),
    "reused function": (
        """
        from pydantic import BaseModel, validator

        def title(name: str):
            return name.title()

        class A(BaseModel):
            name: str
            city: str
            _name = validator("name", allow_reuse=True)(title)
            _city = validator("city", pre=True, allow_reuse=True)(title)
        """,
        """
        from pydantic import BaseModel, field_validator

        def title(name: str):
            return name.title()

        class A(BaseModel):
            name: str
            city: str
            _name = field_validator("name")(title)
            _city = field_validator("city", mode="before")(title)
        """,
        ("dump(A(name='a', city='b c'))",),
    ),
    "TypeError": (
        """
        from pydantic import BaseModel, validator

        class A(BaseModel):
            x: int

            @validator("x")
            @classmethod
            def small(cls, v):
                if v > 9:
                    raise TypeError(f"{v} is too large")
                assert v >= 0
                return v
        """,
        """
        from pydantic import BaseModel, field_validator

        class A(BaseModel):
            x: int

            @field_validator("x")
            @classmethod
            def small(cls, v):
                if v > 9:
                    raise ValueError(f"{v} is too large")
                assert v >= 0
                return v
        """,
        ("A(x=10)", "A(x=-1)", "dump(A(x=1))"),
    ),
    "field.name, and name info is taken": (
        """
        from pydantic import BaseModel, validator

        class A(BaseModel):
            x: int
            y: int

            @validator("x", "y")
            def check(cls, v, values, field):
                info = f"{field.name} after {sorted(values)}"
                if v < 0:
                    raise ValueError(info)
                return v + len(info)
        """,
        """
        from pydantic import BaseModel, ValidationInfo, field_validator

        class A(BaseModel):
            x: int
            y: int

            @field_validator("x", "y")
            @classmethod
            def check(cls, v, validation_info: ValidationInfo):
                info = f"{validation_info.field_name} after {sorted(validation_info.data)}"
                if v < 0:
                    raise ValueError(info)
                return v + len(info)
        """,
        ("dump(A(x=1, y=2))", "A(x=1, y=-2)"),
    ),
    "all fields, in a class without fields": (
        """
        from pydantic import BaseModel, validator

        class Base(BaseModel):
            @validator("*", pre=True)
            def empty(cls, v):
                return None if v == "" else v

            @validator("x", check_fields=False)
            def positive(cls, v):
                assert v is None or v > 0
                return v

        class A(Base):
            x: int = 1
        """,
        """
        from pydantic import BaseModel, field_validator

        class Base(BaseModel):
            @field_validator("*", mode="before")
            @classmethod
            def empty(cls, v):
                return None if v == "" else v

            @field_validator("x", check_fields=False)
            @classmethod
            def positive(cls, v):
                assert v is None or v > 0
                return v

        class A(Base):
            x: int = 1
        """,
        ("dump(A())", "A(x='')", "A(x=0)", "dump(A(x=3))"),
    ),
    "values is modified": (
        """
        from pydantic import BaseModel, validator

        class A(BaseModel):
            x: int
            y: int

            @validator("y")
            def move(cls, v, values):
                values["x"] += v
                return v
        """,
        """
        from pydantic import BaseModel, ValidationInfo, field_validator

        class A(BaseModel):
            x: int
            y: int

            @field_validator("y")
            @classmethod
            def move(cls, v, info: ValidationInfo):
                info.data["x"] += v
                return v
        """,
        ("dump(A(x=1, y=2))",),
    ),
}

HEAD = (
    "from typing import List\nfrom pydantic import BaseModel, validator\n\n\nclass A(BaseModel):\n"
)
NOOP: dict[str, tuple[Files, str]] = {
    "already migrated": (
        "from pydantic import field_validator\nclass A:\n    @field_validator('x')\n"
        "    @classmethod\n    def f(cls, v): return v\n",
        "",
    ),
    "same name from another library": (
        "from shop import validator\nclass A:\n    @validator('x')\n    def f(cls, v): return v\n",
        "",
    ),
    "field.type_ is read": (
        HEAD + "    x: int\n    @validator('x')\n    def f(cls, v, field): return field.type_(v)\n",
        "it reads more of field than field.name",
    ),
    "config parameter": (
        HEAD + "    x: int\n    @validator('x')\n    def f(cls, v, config): return config\n",
        "it takes config",
    ),
    "two pre for one field": (
        HEAD + "    x: int\n    @validator('x', pre=True)\n    def f(cls, v): return v\n"
        "    @validator('x', pre=True)\n    def g(cls, v): return v\n",
        "runs in the opposite order",
    ),
    "always, field of the base": (
        HEAD + "    x: int = 1\n\n\nclass B(A):\n    @validator('x', always=True)\n"
        "    def f(cls, v): return v\n",
        "x is not declared in the class itself",
    ),
    "each item of lists of lists": (
        HEAD + "    x: List[List[int]]\n    @validator('x', each_item=True)\n"
        "    def f(cls, v): return v\n",
        "is not a list of plain items",
    ),
    "each item, class is used": (
        HEAD + "    x: List[int]\n    @validator('x', each_item=True)\n"
        "    def f(cls, v): return cls.y\n",
        "each_item=True and uses the class",
    ),
    "computed arguments": (
        HEAD + "    x: int\n    @validator(*FIELDS, pre=EARLY)\n    def f(cls, v): return v\n",
        "its arguments are not literals",
    ),
    "values is assigned": (
        HEAD + "    x: int\n    @validator('x')\n    def f(cls, v, values):\n"
        "        values = dict(values)\n        return v\n",
        "it gives values another value",
    ),
    "unknown function": (
        HEAD + "    x: int\n    _x = validator('x', allow_reuse=True)(str.strip)\n",
        "an unknown function",
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
