"""A partly translated service: both kinds of schemas raise the same class of errors."""

import importlib
from typing import Any

import marshmallow
import pytest
from drydock.codemods.run import run

from tests.codemods.marshmallow.pairs import RULE

SCHEMAS = """\
from marshmallow import Schema, ValidationError, fields, post_load, validates_schema


def not_b(value):
    if value == "b":
        raise ValidationError("no b")


class LeftSchema(Schema):
    class Meta:
        register = False

    word = fields.Str(validate=not_b)


class ThingSchema(Schema):
    word = fields.Str(validate=not_b)
    words = fields.List(fields.Str(validate=not_b))
    made = fields.Method(deserialize="load_made")

    def load_made(self, value):
        if value == "b":
            raise ValidationError("not made")
        return value

    @validates_schema
    def not_empty(self, data, **kwargs):
        if not data:
            raise ValidationError("empty", "word")

    @post_load
    def keep(self, data, **kwargs):
        if data.get("word") == "c":
            raise ValidationError("no c")
        return data
"""
CASES: list[Any] = [
    {},
    {"word": "a"},
    {"word": "b"},
    {"word": "c"},
    {"word": 1, "words": ["a", "b", None]},
    {"made": "b"},
    {"other": 1},
    [],
]


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The module before and after the rule."""
    folder = tmp_path_factory.mktemp("beside")
    files = {"beside/__init__.py": "", "beside/schemas.py": SCHEMAS}
    after = run({**files, "requirements.txt": "marshmallow~=4.0\n"}, [RULE], unsafe=False).texts
    for path, text in {**files, **after, "beside/before.py": SCHEMAS}.items():
        (folder / path).parent.mkdir(exist_ok=True, parents=True)
        (folder / path).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return (importlib.import_module("beside.before"), importlib.import_module("beside.schemas"))


def _messages(schema: Any, data: Any) -> Any:
    try:
        return ("loaded", schema.load(data))
    except marshmallow.ValidationError as error:
        return error.messages


def test_one_schema_is_translated_and_the_other_unchanged(modules: tuple[Any, Any]) -> None:
    _, after = modules
    assert issubclass(after.LeftSchema, marshmallow.Schema)
    assert not issubclass(after.ThingSchema, marshmallow.Schema)


@pytest.mark.parametrize("data", CASES, ids=str)
@pytest.mark.parametrize("name", ["LeftSchema", "ThingSchema"])
def test_one_except_clause_catches_errors_of_both(
    modules: tuple[Any, Any], name: str, data: Any
) -> None:
    before, after = modules
    assert _messages(getattr(after, name)(), data) == _messages(getattr(before, name)(), data)
    assert getattr(after, name)().validate(data) == getattr(before, name)().validate(data)


def test_translated_models_are_plain_pydantic_models(modules: tuple[Any, Any]) -> None:
    _, after = modules
    schema = after.ThingIn.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["words"] == {
        "items": {"type": "string"},
        "title": "Words",
        "type": "array",
    }
    assert after.ThingIn(word="a").word == "a"
    with pytest.raises(ValueError, match="no b"):
        after.ThingIn(word="b")
