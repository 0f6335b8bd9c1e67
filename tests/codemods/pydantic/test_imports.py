"""Names of Pydantic 1 that moved or were removed."""

import pytest

from tests.codemods.pydantic.support import assert_same
from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "pydantic-imports"

FIX: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "settings": (
        """
        from pydantic import BaseSettings


        class Settings(BaseSettings):
            x: int = 1
        """,
        """
        from pydantic_settings import BaseSettings


        class Settings(BaseSettings):
            x: int = 1
        """,
        ("dump(Settings())", "dump(Settings(x='2'))", "Settings(y=1)"),
    ),
    "settings among other names": (
        """
        from pydantic import BaseModel, BaseSettings, Field  # the shop's

        class Settings(BaseSettings):
            x: int = Field(1, gt=0)
        """,
        """
        from pydantic import BaseModel, Field  # the shop's
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            x: int = Field(1, gt=0)
        """,
        ("dump(Settings())", "Settings(x=0)"),
    ),
    "settings last in brackets": (
        """
        import os
        from pydantic import (
            AnyHttpUrl,
            BaseSettings,
        )
        import shop
        """,
        """
        import os
        from pydantic import (
            AnyHttpUrl,
        )
        from pydantic_settings import BaseSettings
        import shop
        """,
        (),
    ),
    "settings with an alias": (
        "from pydantic import BaseSettings as Base\nclass S(Base):\n    x: int = 1\n",
        "from pydantic_settings import BaseSettings as Base\nclass S(Base):\n    x: int = 1\n",
        ("dump(S())",),
    ),
    "settings as attribute": (
        "import pydantic\nclass S(pydantic.BaseSettings):\n    x: pydantic.StrictInt = 1\n",
        "import pydantic\nfrom pydantic_settings import BaseSettings\n"
        "class S(BaseSettings):\n    x: pydantic.StrictInt = 1\n",
        ("dump(S())",),
    ),
    "generic model": (
        """
        from typing import Generic, List, TypeVar
        from pydantic.generics import GenericModel

        T = TypeVar("T")

        class Page(GenericModel, Generic[T]):
            items: List[T]
        """,
        """
        from typing import Generic, List, TypeVar
        from pydantic import BaseModel

        T = TypeVar("T")

        class Page(BaseModel, Generic[T]):
            items: List[T]
        """,
        ("dump(Page[int](items=['1']))", "Page[int](items=['a'])", "Page[int].__name__"),
    ),
    "generic model and another base": (
        """
        from typing import Generic, TypeVar
        from pydantic import BaseModel
        from pydantic.generics import GenericModel

        T = TypeVar("T")

        class Base(BaseModel):
            total: int

        class Page(Base, GenericModel, Generic[T]):
            item: T
        """,
        """
        from typing import Generic, TypeVar
        from pydantic import BaseModel

        T = TypeVar("T")

        class Base(BaseModel):
            total: int

        class Page(Base, Generic[T]):
            item: T
        """,
        ("dump(Page[int](total=1, item='2'))",),
    ),
    "modules in which the library defined them": (
        """
        from pydantic.main import BaseModel
        from pydantic.error_wrappers import ValidationError
        from pydantic.utils import to_lower_camel

        class A(BaseModel):
            x: int

        def check(data):
            try:
                return A(**data).x
            except ValidationError:
                return to_lower_camel("not_valid")
        """,
        """
        from pydantic import BaseModel, ValidationError
        from pydantic.alias_generators import to_camel

        class A(BaseModel):
            x: int

        def check(data):
            try:
                return A(**data).x
            except ValidationError:
                return to_camel("not_valid")
        """,
        ("check({'x': 1})", "check({})"),
    ),
    "aliases of types": (
        """
        from pydantic import BaseModel, NoneStr, StrBytes

        class A(BaseModel):
            x: NoneStr = None
            y: StrBytes
        """,
        """
        from typing import Optional, Union
        from pydantic import BaseModel

        class A(BaseModel):
            x: Optional[str] = None
            y: Union[str, bytes]
        """,
        ("dump(A(y='a'))", "dump(A(x=None, y='b'))"),
    ),
    "sections separated by blank lines": (
        """
        import os

        from pydantic import BaseSettings

        from service import x
        """,
        """
        import os

        from pydantic_settings import BaseSettings

        from service import x
        """,
        (),
    ),
    "import aliases of types": (
        "from pydantic.types import PyObject\n",
        "from pydantic import ImportString\n",
        (),
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "already migrated": ("from pydantic_settings import BaseSettings\n", ""),
    "code for both versions": (
        "try:\n    from pydantic_settings import BaseSettings\n"
        "except ImportError:\n    from pydantic import BaseSettings\n",
        "",
    ),
    "same name from another library": ("from shop.pydantic import BaseSettings\n", ""),
    "unchanged name": (
        "from pydantic import BaseModel, Field, EmailStr\nfrom pydantic.types import conint\n",
        "",
    ),
    "model field": ("from pydantic.fields import ModelField\n", "read model_fields"),
    "error wrapper": (
        "from pydantic.error_wrappers import ErrorWrapper\n",
        "RequestValidationError",
    ),
    "constrained class": (
        "from pydantic import ConstrainedStr\nclass A(ConstrainedStr):\n    max_length = 3\n",
        "StringConstraints",
    ),
    "internals": ("import pydantic\npydantic.typing.get_args\n", "Pydantic 2 has no such name"),
    "explicit pydantic.v1": ("from pydantic.v1 import BaseSettings\n", ""),
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
