"""The models as FastAPI sees them: types, bounds, names, required and nullable fields."""

from typing import Annotated, Any

import pytest
from drydock.codemods.marshmallow.schema_adapter import (
    Integer,
    Length,
    List,
    Model,
    Nested,
    OneOf,
    Range,
    Schema,
    String,
    optional,
)
from pydantic import Field, TypeAdapter, ValidationError


class PartData(Model):
    size: Annotated[Integer, Range(min=1)]


class PartSchema(Schema):
    load_model = PartData


class ThingIn(Model):
    name: Annotated[String, Length(min=1, max=5)] = Field(alias="Name")
    color: Annotated[String, OneOf(["red", "green"])] = optional(description="how it looks")
    count: Integer | None = 3
    parts: Annotated[list[PartData], Nested(PartSchema, many=True)] = optional()
    tags: Annotated[List[String], Length(max=2)] = optional()


PROPERTIES: dict[str, Any] = {
    "Name": {"minLength": 1, "maxLength": 5, "title": "Name", "type": "string"},
    "color": {
        "description": "how it looks",
        "enum": ["red", "green"],
        "title": "Color",
        "type": "string",
    },
    "count": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": 3, "title": "Count"},
    "parts": {"items": {"$ref": "#/$defs/PartData"}, "title": "Parts", "type": "array"},
    "tags": {"items": {"type": "string"}, "maxItems": 2, "title": "Tags", "type": "array"},
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_field_has_json_schema(name: str) -> None:
    assert ThingIn.model_json_schema()["properties"][name] == PROPERTIES[name]


def test_required_fields_are_required_in_json_schema() -> None:
    schema = ThingIn.model_json_schema()
    assert schema["required"] == ["Name"]
    assert schema["$defs"]["PartData"]["properties"]["size"]["minimum"] == 1


def test_body_is_validated_without_the_schema() -> None:
    thing = TypeAdapter(ThingIn).validate_python({"Name": "a", "parts": [{"size": "2"}]})
    assert thing.parts[0].size == 2
    assert thing.model_fields_set == {"name", "parts"}


@pytest.mark.parametrize(
    ("body", "location"),
    [
        ({}, ("Name",)),
        ({"Name": ""}, ("Name",)),
        ({"Name": "a", "parts": [{"size": 0}]}, ("parts", 0, "size")),
        ({"Name": "a", "more": 1}, ("more",)),
        ({"Name": "a", "color": None}, ("color",)),
    ],
    ids=str,
)
def test_validation_error_has_location(body: Any, location: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        ThingIn.model_validate(body)
    assert [each["loc"] for each in caught.value.errors()] == [location]
