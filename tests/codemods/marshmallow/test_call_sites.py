"""Calls of adapter schemas -> calls of models, on request."""

from textwrap import dedent

import pytest
from drydock.codemods.run import Outcome, run

RULE = "marshmallow-call-sites"
SCHEMAS = """
from shop.schema_adapter import Model, Schema, String


class UserIn(Model):
    name: String


class UserSchema(Schema):
    load_model = UserIn


class ChildSchema(UserSchema):
    pass


class Pickle:
    def load(self, data):
        return data
"""


def _apply(text: str, *, unsafe: bool = True) -> Outcome:
    files = {"shop/__init__.py": "", "shop/schemas.py": SCHEMAS, "shop/views.py": dedent(text)}
    return run(files, [RULE], unsafe=unsafe)


FIX = {
    "load": (
        "from shop.schemas import UserSchema\n\nuser = UserSchema().load(data)\n",
        "from shop.schemas import UserIn\n\nuser = UserIn.model_validate(data)\n",
    ),
    "loads": (
        "from shop.schemas import UserSchema\n\nuser = UserSchema().loads(text)\n",
        "from shop.schemas import UserIn\n\nuser = UserIn.model_validate_json(text)\n",
    ),
    "schema_still_used": (
        "from shop.schemas import UserSchema\n\nuser = UserSchema().load(UserSchema().dump(a))\n",
        "from shop.schemas import UserIn, UserSchema\n\n"
        "user = UserIn.model_validate(UserSchema().dump(a))\n",
    ),
    "attribute_of_the_module": (
        "from shop import schemas\n\nuser = schemas.UserSchema().load(data)\n",
        "from shop import schemas\n\nuser = schemas.UserIn.model_validate(data)\n",
    ),
    "import_alias": (
        "from shop.schemas import UserSchema as Users\n\nuser = Users().load(data)\n",
        "from shop.schemas import UserIn\n\nuser = UserIn.model_validate(data)\n",
    ),
    "list_comprehension": (
        "from shop.schemas import UserSchema\n\nusers = [UserSchema().load(x) for x in data]\n",
        "from shop.schemas import UserIn\n\nusers = [UserIn.model_validate(x) for x in data]\n",
    ),
    "on_several_lines": (
        "from shop.schemas import UserSchema\n\nuser = UserSchema().load(\n    data,  # of all\n)\n",
        "from shop.schemas import UserIn\n\nuser = UserIn.model_validate(\n    data,  # of all\n)\n",
    ),
    "inside_a_function": (
        "from shop.schemas import UserSchema\n\n\ndef f(x):\n    return [UserSchema().load(x)]\n",
        "from shop.schemas import UserIn\n\n\ndef f(x):\n    return [UserIn.model_validate(x)]\n",
    ),
}
NOOP = {
    "options_of_the_schema": (
        "from shop.schemas import UserSchema\n\nuser = UserSchema(many=True).load(data)\n"
    ),
    "options_of_the_call": (
        "from shop.schemas import UserSchema\n\nuser = UserSchema().load(data, partial=True)\n"
    ),
    "dump": "from shop.schemas import UserSchema\n\nuser = UserSchema().dump(data)\n",
    "variable": "from shop.schemas import UserSchema\n\ns = UserSchema()\nuser = s.load(data)\n",
    "schema_without_own_model": "from shop.schemas import ChildSchema\n\nuser = ChildSchema().load(data)\n",
    "not_a_schema": "from shop.schemas import Pickle\n\nuser = Pickle().load(data)\n",
    "load_of_another_object": "import json\n\nuser = json.JSONDecoder().load(data)\n",
}


@pytest.mark.parametrize("row", FIX)
def test_call_of_schema_becomes_call_of_model(row: str) -> None:
    before, after = FIX[row]
    assert _apply(before).texts["shop/views.py"] == after


@pytest.mark.parametrize("row", NOOP)
def test_other_calls_stay_unchanged(row: str) -> None:
    outcome = _apply(NOOP[row])
    assert (outcome.texts, outcome.findings) == ({}, [])


def test_unsafe_rule_is_only_reported_by_default() -> None:
    outcome = _apply(FIX["load"][0], unsafe=False)
    assert outcome.texts == {}
    (finding,) = outcome.findings
    assert finding.certainty == "unsafe"
    assert "UserSchema().load() -> UserIn.model_validate()" in finding.what
    assert "hooks of the schema do not run" in finding.how
