"""`class Config` -> `model_config`."""

import pytest

from tests.codemods.pydantic.support import assert_same
from tests.codemods.support import Files, apply, assert_fixed, assert_left

RULE = "pydantic-config"

FIX: dict[str, tuple[Files, Files, tuple[str, ...]]] = {
    "orm_mode": (
        """
        from pydantic import BaseModel

        class User(BaseModel):
            name: str

            class Config:
                orm_mode = True
        """,
        """
        from pydantic import BaseModel, ConfigDict

        class User(BaseModel):
            name: str

            model_config = ConfigDict(from_attributes=True)
        """,
        ("dump(orm(User, name='a'))",),
    ),
    "all renamed keys, with comments": (
        """
        from pydantic import BaseModel, Field

        class User(BaseModel):
            name: str = Field("  X ", alias="Name")

            class Config:  # as the shop has it
                # clients send either
                allow_population_by_field_name = True
                anystr_strip_whitespace = True  # spaces
                anystr_lower = True
                max_anystr_length = 5
                min_anystr_length = 1
                validate_all = True

            def shown(self):
                return self.name
        """,
        """
        from pydantic import BaseModel, ConfigDict, Field

        class User(BaseModel):
            name: str = Field("  X ", alias="Name")

            model_config = ConfigDict(  # as the shop has it
                # clients send either
                populate_by_name=True,
                str_strip_whitespace=True,  # spaces
                str_to_lower=True,
                str_max_length=5,
                str_min_length=1,
                validate_default=True,
            )

            def shown(self):
                return self.name
        """,
        (
            "User().shown()",
            "User(name=' Ab').shown()",
            "User(Name=' Ab').shown()",
            "User(Name='abcdef')",
            "User(Name='')",
        ),
    ),
    "allow_mutation is negated": (
        """
        import pydantic

        class Point(pydantic.BaseModel):
            x: int
            class Config:
                allow_mutation = False
                extra = pydantic.Extra.forbid
        """,
        """
        import pydantic

        class Point(pydantic.BaseModel):
            x: int
            model_config = pydantic.ConfigDict(frozen=True, extra="forbid")
        """,
        ("dump(Point(x=1))", "Point(x=1, y=2)"),
    ),
    "extra as enum": (
        """
        from pydantic import BaseModel, Extra

        class A(BaseModel):
            x: int
            class Config:
                extra = Extra.allow
        """,
        """
        from pydantic import BaseModel, ConfigDict

        class A(BaseModel):
            x: int
            model_config = ConfigDict(extra="allow")
        """,
        ("dump(A(x=1, y=2))",),
    ),
    "schema_extra keeps its lines": (
        """
        from pydantic import BaseModel

        class A(BaseModel):
            x: int

            class Config:
                schema_extra = {
                    "example": {
                        # any number
                        "x": 1,
                    }
                }
                use_enum_values = True
        """,
        """
        from pydantic import BaseModel, ConfigDict

        class A(BaseModel):
            x: int

            model_config = ConfigDict(
                json_schema_extra={
                    "example": {
                        # any number
                        "x": 1,
                    }
                },
                use_enum_values=True,
            )
        """,
        ("dump(A(x='1'))",),
    ),
    "Config derived from the base's Config": (
        """
        from pydantic import BaseModel as B

        class Base(B):
            class Config:
                orm_mode = True

        class User(Base):
            name: str
            class Config(Base.Config):
                extra = "forbid"
        """,
        """
        from pydantic import BaseModel as B, ConfigDict

        class Base(B):
            model_config = ConfigDict(from_attributes=True)

        class User(Base):
            name: str
            model_config = ConfigDict(extra="forbid")
        """,
        ("dump(orm(User, name='a'))", "User(name='a', b=1)"),
    ),
    "base in another module": (
        {
            "app/__init__.py": "",
            "app/base.py": "from pydantic import BaseModel\n\nclass Base(BaseModel):\n    x: int\n",
            "app/user.py": (
                "from .base import Base\n\n\nclass User(Base):\n"
                "    class Config:\n        orm_mode = True\n"
            ),
        },
        {
            "app/user.py": (
                "from pydantic import ConfigDict\nfrom .base import Base\n\n\nclass User(Base):\n"
                "    model_config = ConfigDict(from_attributes=True)\n"
            ),
        },
        (),
    ),
    "settings with an env_file": (
        """
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            debug: bool = False

            class Config:
                env_file = ".env"
                env_prefix = "APP_"
        """,
        """
        from pydantic_settings import BaseSettings, SettingsConfigDict

        class Settings(BaseSettings):
            debug: bool = False

            model_config = SettingsConfigDict(env_file=".env", env_prefix="APP_", extra="ignore")
        """,
        (),
    ),
    "keys that are defaults in Pydantic 2": (
        """
        from pydantic import BaseModel

        class A(BaseModel):
            x: int
            _y: int = 1
            class Config:
                smart_union = True
                underscore_attrs_are_private = True
        """,
        """
        from pydantic import BaseModel

        class A(BaseModel):
            x: int
            _y: int = 1
        """,
        ("dump(A(x=1))", "A(x=1)._y"),
    ),
    "docstring becomes a comment": (
        """
        from pydantic import BaseModel

        class A(BaseModel):
            x: int

            class Config:
                '''For the database.'''
                orm_mode = True
        """,
        """
        from pydantic import BaseModel, ConfigDict

        class A(BaseModel):
            x: int

            model_config = ConfigDict(
                # For the database.
                from_attributes=True,
            )
        """,
        ("dump(orm(A, x=1))",),
    ),
    "removed key is reported": (
        """
        from pydantic import BaseModel
        import orjson

        class A(BaseModel):
            x: int
            class Config:
                json_loads = orjson.loads
                title = "An A"
        """,
        """
        from pydantic import BaseModel, ConfigDict
        import orjson

        class A(BaseModel):
            x: int
            model_config = ConfigDict(title="An A")
        """,
        (),
    ),
}  # fmt: skip

NOOP: dict[str, tuple[Files, str]] = {
    "not a model": ("class A:\n    class Config:\n        orm_mode = True\n", ""),
    "same name from another library": (
        "from shop import BaseModel\nclass A(BaseModel):\n"
        "    class Config:\n        orm_mode = True\n",
        "",
    ),
    "already migrated": (
        "from pydantic import BaseModel, ConfigDict\nclass A(BaseModel):\n"
        "    model_config = ConfigDict(extra='forbid')\n",
        "",
    ),
    "method in Config": (
        "from pydantic import BaseSettings\nclass A(BaseSettings):\n    class Config:\n"
        "        @classmethod\n        def customise_sources(cls, **given): ...\n",
        "class Config defines customise_sources",
    ),
    "fields key": (
        "from pydantic import BaseModel\nclass A(BaseModel):\n    a: int\n    class Config:\n"
        "        fields = {'a': 'A'}\n",
        "use Field(alias=",
    ),
    "Config derived from another class": (
        "from pydantic import BaseModel\nfrom shop import Common\nclass A(BaseModel):\n"
        "    class Config(Common):\n        orm_mode = True\n",
        "class Config derives from Common",
    ),
    "unknown key": (
        "from pydantic import BaseModel\nclass A(BaseModel):\n"
        "    class Config:\n        ormode = 1\n",
        "which Pydantic does not know",
    ),
    "Config is read elsewhere": (
        "from pydantic import BaseModel\nclass A(BaseModel):\n    x: int\nprint(A.Config)\n",
        "read model_config",
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row][:2])


@pytest.mark.parametrize("row", [name for name, row in FIX.items() if row[2]])
def test_behaviour_is_the_same(row: str) -> None:
    assert_same(RULE, FIX[row][0], *FIX[row][2])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            "orm_mode = True\n        title = 'A'\n        frozen = True\n",
            "class Config -> model_config (from_attributes, title, frozen)",
        ),
        ("smart_union = True\n", "class Config removed: Pydantic 2 needs none of its keys"),
    ],
)
def test_finding_names_new_keys_in_order(config: str, message: str) -> None:
    text = (
        f"from pydantic import BaseModel\nclass A(BaseModel):\n    class Config:\n        {config}"
    )
    (finding,) = apply(RULE, text).findings
    assert finding.what == message
