"""`.dict()` -> `.model_dump()`, and other renamed methods."""

import pytest

from tests.codemods.pydantic.support import assert_same
from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "pydantic-methods"

MODEL = """\
from typing import Dict, List, Optional, Type
from pydantic import BaseModel


class Base(BaseModel):
    pass


class Item(Base):
    name: str
    size: Optional[int] = None


class Cart(Base):
    items: List[Item]
    best: Item


def find(name: str) -> Optional[Item]:
    return Item(name=name)


"""


def _in(code: str) -> str:
    return MODEL + code


FIX: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "annotated parameter": (
        "def f(item: Item, other: 'Item' = None):\n"
        "    return item.dict(exclude_unset=True), other.dict()  # both\n",
        "def f(item: Item, other: 'Item' = None):\n"
        "    return item.model_dump(exclude_unset=True), other.model_dump()  # both\n",
        ("f(Item(name='a'), Item(name='b', size=1))",),
    ),
    "instance of the class": (
        "def f(data):\n    item = Item(**data)\n    same = item\n"
        "    return same.dict(), item.copy(update={'size': 3}).dict()\n",
        "def f(data):\n    item = Item(**data)\n    same = item\n"
        "    return same.model_dump(), item.model_copy(update={'size': 3}).model_dump()\n",
        ("f({'name': 'a'})",),
    ),
    "methods of the class": (
        "def f(data, text):\n"
        "    return Item.parse_obj(data), Item.parse_raw(text), Item.construct(name='x')\n",
        "def f(data, text):\n"
        "    return Item.model_validate(data), Item.model_validate_json(text), "
        "Item.model_construct(name='x')\n",
        ("f({'name': 'a'}, '{\"name\": \"b\"}')", "f({}, '')"),
    ),
    "fields, items and return values": (
        "def f(cart: Cart):\n"
        "    found = find('x')\n"
        "    return [one.dict() for one in cart.items], cart.best.dict(), cart.items[0].dict(), "
        "found.dict(skip_defaults=True)\n",
        "def f(cart: Cart):\n"
        "    found = find('x')\n"
        "    return [one.model_dump() for one in cart.items], cart.best.model_dump(), "
        "cart.items[0].model_dump(), found.model_dump(exclude_unset=True)\n",
        ("f(Cart(items=[{'name': 'a'}], best={'name': 'b'}))",),
    ),
    "names of the fields": (
        "def f(name):\n    return list(Item.__fields__.keys()), name in Cart.__fields__, "
        "[one for one in Item.__fields__]\n",
        "def f(name):\n    return list(Item.model_fields.keys()), name in Cart.model_fields, "
        "[one for one in Item.model_fields]\n",
        ("f('best')", "f('worst')"),
    ),
    "names of the fields by string": (
        "def f():\n    found = Item.__dict__['__fields__'].keys()  # of both\n"
        "    for name in vars(Cart)['__fields__']:\n        found = [*found, name]\n"
        "    return sorted(found), len(getattr(Item, '__fields__'))\n",
        "def f():\n    found = Item.model_fields.keys()  # of both\n"
        "    for name in Cart.model_fields:\n        found = [*found, name]\n"
        "    return sorted(found), len(Item.model_fields)\n",
        ("f()",),
    ),
    "json": (
        "def f(item: Item):\n    return item.json(by_alias=True, indent=2)\n",
        "def f(item: Item):\n    return item.model_dump_json(by_alias=True, indent=2)\n",
        ("f(Item(name='a'))",),
    ),
    "loop variable and self": (
        "class More(Item):\n    def shown(self):\n        return self.dict()\n\n"
        "    @classmethod\n    def of(cls, data):\n        return cls.parse_obj(data)\n\n\n"
        "def f(items: List[Item]):\n    for one in items:\n        yield one.dict()\n",
        "class More(Item):\n    def shown(self):\n        return self.model_dump()\n\n"
        "    @classmethod\n    def of(cls, data):\n        return cls.model_validate(data)\n\n\n"
        "def f(items: List[Item]):\n    for one in items:\n        yield one.model_dump()\n",
        ("More.of({'name': 'a'}).shown()", "list(f([Item(name='a')]))"),
    ),
    "fields set, schema, forward references": (
        "Item.update_forward_refs()\nkeys = sorted(Item.schema()['properties'])\n"
        "def f(item: Item):\n    return item.__fields_set__\n",
        "Item.model_rebuild()\nkeys = sorted(Item.model_json_schema()['properties'])\n"
        "def f(item: Item):\n    return item.model_fields_set\n",
        ("keys", "f(Item(name='a'))"),
    ),
}

MORE: dict[str, tuple[Files, Files]] = {
    "class from another module": (
        {
            "app/__init__.py": "",
            "app/schemas.py": MODEL,
            "app/api.py": "from app import schemas\n\n\ndef f(row):\n"
            "    return schemas.Item.from_orm(row)\n",
        },
        {
            "app/api.py": "from app import schemas\n\n\ndef f(row):\n"
            "    return schemas.Item.model_validate(row)\n",
        },
    ),
    "instance from another module": (
        {
            "app/__init__.py": "",
            "app/config.py": "from pydantic_settings import BaseSettings\n\n\n"
            "class Settings(BaseSettings):\n    x: int = 1\n\n\nsettings = Settings()\n",
            "app/api.py": "from .config import settings\n\nshown = settings.dict()\n",
        },
        {"app/api.py": "from .config import settings\n\nshown = settings.model_dump()\n"},
    ),
    "parse_obj_as": (
        "from typing import List\nfrom pydantic import parse_obj_as\n\n\n"
        "def f(data):\n    return parse_obj_as(List[int], data)\n",
        "from typing import List\nfrom pydantic import TypeAdapter\n\n\n"
        "def f(data):\n    return TypeAdapter(List[int]).validate_python(data)\n",
    ),
    "parse_raw_as as attribute": (
        "import pydantic\n\nx = pydantic.parse_raw_as(int, '1')\n",
        "import pydantic\n\nx = pydantic.TypeAdapter(int).validate_json('1')\n",
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "json of a response, copy of a dict": (
        _in("def f(response, data: dict):\n    return response.json(), data.copy()\n"),
        "",
    ),
    "unknown object": (
        _in("def f(item: Item, other):\n    item = other\n    return item.dict()\n"),
        "not known to be a model",
    ),
    "name shadowed in an inner function": (
        _in("def f(item: Item):\n    def g(item):\n        return item.dict()\n    return g\n"),
        "not known to be a model",
    ),
    "overridden method": (
        _in("class Own(Item):\n    def dict(self, **given):\n        return {}\n\n\n"
            "def f(item: Item):\n    return item.dict()\n"),
        "a model of the service overrides dict()",
    ),
    "removed argument": (
        _in("def f(item: Item):\n    return item.json(ensure_ascii=False)\n"),
        "do what ensure_ascii= did in your own code",
    ),
    "copy with include": (
        _in("def f(item: Item):\n    return item.copy(include={'name'})\n"),
        "do what include= did in your own code",
    ),
    "values of __fields__": (_in("kinds = [one.outer_type_ for one in Item.__fields__.values()]\n"),
               "read model_fields"),
    "__fields__ by string": (
        _in("kind = Item.__dict__['__fields__']['name'].type_\n"),
        "is no longer an attribute of models",
    ),
    "getattr of __fields__": (
        _in("fields = getattr(Item, '__fields__')\n"),
        "read model_fields of the class",
    ),
    "names of the fields of an unknown object": (
        _in("def f(kind):\n    return list(kind.__dict__['__fields__'].keys())\n"),
        "read model_fields of the class",
    ),
    "__fields_set__ by string": (
        _in("def f(item: Item):\n    return getattr(item, '__fields_set__', set())\n"),
        "read model_fields_set",
    ),
    "__config__": (_in("title = Item.__config__.title\n"), "read model_config, which is a dict"),
    "__config__ by string": (
        _in("title = vars(Item)['__config__'].title\n"),
        "read model_config, which is a dict",
    ),
    "__validators__": (_in("many = len(Item.__validators__)\n"), "call model_validate()"),
    "__validators__ by string": (
        _in("def f(kind):\n    return hasattr(kind, '__pre_root_validators__')\n"),
        "call model_validate()",
    ),
    "__config__ of another object": ("def f(shop):\n    return shop.__config__\n", ""),
    "not a model": (
        "class Item:\n    def dict(self): ...\n\n\ndef f(item: Item):\n    return item.json()\n",
        "",
    ),
    "already migrated": (_in("def f(item: Item):\n    return item.model_dump()\n"), ""),
}  # fmt: skip


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, _in(FIX[row][0]), _in(FIX[row][1]))


@pytest.mark.parametrize("row", FIX)
def test_behaviour_is_the_same(row: str) -> None:
    assert_same(RULE, _in(FIX[row][0]), *FIX[row][2])


@pytest.mark.parametrize("row", MORE)
def test_code_is_migrated_across_modules(row: str) -> None:
    assert_fixed(RULE, *MORE[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])


def test_likely_model_is_changed_on_request() -> None:
    before = _in("def f(item, other):\n    return item.dict(), other.from_orm(1), other.json()\n")
    after = before.replace("item.dict()", "item.model_dump()").replace("from_orm", "model_validate")
    assert_fixed(RULE, before, after, unsafe=True)
