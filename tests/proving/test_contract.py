"""Changes of an API document that break its clients, and changes that do not."""

from collections.abc import Iterator
from typing import Any

import pytest
from drydock.proving.contract import breaks

Json = dict[str, Any]


def document(operation: Json, **schemas: Json) -> Json:
    return {"paths": {"/items": {"post": operation}}, "components": {"schemas": schemas}}


def accepts(schema: Json, *, required: bool = True, **schemas: Json) -> Json:
    body = {"required": required, "content": {"application/json": {"schema": schema}}}
    return document({"requestBody": body, "responses": {}}, **schemas)


def returns(schema: Json, status: str = "200", **schemas: Json) -> Json:
    content = {"application/json": {"schema": schema}}
    return document({"responses": {status: {"content": content}}}, **schemas)


def parameter(required: bool = False, **schema: Any) -> Json:
    query = {"in": "query", "name": "q", "required": required, "schema": schema}
    return document({"parameters": [query], "responses": {}})


def item(*required: str, **properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(required)}


TEXT, NUMBER, INTEGER = {"type": "string"}, {"type": "number"}, {"type": "integer"}
NOTHING = document({"responses": {}})

BROKEN = {
    "operation removed": (NOTHING, {"paths": {}}, "the operation was removed"),
    "field became required": (
        accepts(item(name=TEXT)),
        accepts(item("name", name=TEXT)),
        "body.name became required",
    ),
    "field of a referenced model became required": (
        accepts({"$ref": "#/components/schemas/A"}, A=item(name=TEXT)),
        accepts({"$ref": "#/components/schemas/B"}, B=item("name", name=TEXT)),
        "body.name became required",
    ),
    "parameter became required": (
        parameter(type="string"),
        parameter(True, type="string"),
        "parameter q became required",
    ),
    "parameter removed": (parameter(type="string"), NOTHING, "parameter q was removed"),
    "parameter of another type": (
        parameter(type="string"),
        parameter(type="integer"),
        "parameter q: type was string, is integer",
    ),
    "tighter bound": (
        parameter(type="integer", maximum=100),
        parameter(type="integer", maximum=10),
        "parameter q: maximum was 100, is 10",
    ),
    "different pattern": (
        parameter(type="string", pattern="[a-z]+"),
        parameter(type="string", pattern="^[a-z]+$"),
        "parameter q: pattern was [a-z]+, is ^[a-z]+$",
    ),
    "choice removed": (
        parameter(enum=["a", "b"]),
        parameter(enum=["a"]),
        "parameter q: 'b' is no longer allowed",
    ),
    "body became required": (
        accepts(item(), required=False),
        accepts(item()),
        "the body became required",
    ),
    "null no longer accepted": (
        accepts(item(name={"anyOf": [TEXT, {"type": "null"}]})),
        accepts(item(name=TEXT)),
        "body.name can no longer be null",
    ),
    "success removed": (returns(item()), returns(item(), "201"), "response 200 was removed"),
    "field of a response removed": (
        returns(item(name=TEXT, age=INTEGER)),
        returns(item(name=TEXT)),
        "response 200.age was removed",
    ),
    "field of a response of another type": (
        returns(item(age=INTEGER)),
        returns(item(age=TEXT)),
        "response 200.age: type was integer, is string",
    ),
    "number instead of an integer": (
        returns(item(age=INTEGER)),
        returns(item(age=NUMBER)),
        "response 200.age: type was integer, is number",
    ),
    "different error of the service": (
        returns(item(why=TEXT), "409"),
        returns(item(), "409"),
        "response 409.why was removed",
    ),
    "item of a list": (
        returns({"type": "array", "items": item(a=TEXT)}),
        returns({"type": "array", "items": item(a=NUMBER)}),
        "response 200[].a: type was string, is number",
    ),
}
ADDED = item(name=TEXT, more=TEXT)
COMPATIBLE = {
    "no change": (NOTHING, NOTHING),
    "optional field added": (accepts(item(name=TEXT)), accepts(ADDED)),
    "field of a response added": (returns(item(name=TEXT)), returns(ADDED)),
    "wider bound": (
        parameter(type="integer", maximum=10),
        parameter(type="integer"),
    ),
    "integer became number in a request": (parameter(type="integer"), parameter(type="number")),
    "renamed model": (
        accepts({"$ref": "#/components/schemas/A"}, A=ADDED),
        accepts({"$ref": "#/components/schemas/B"}, B=ADDED),
    ),
    "allOf with one entry": (
        returns({"title": "A", "allOf": [{"$ref": "#/components/schemas/A"}]}, A=ADDED),
        returns({"$ref": "#/components/schemas/A"}, A=ADDED),
    ),
    "optional in Pydantic 2": (
        accepts(item(name=TEXT)),
        accepts(item(name={"anyOf": [TEXT, {"type": "null"}]})),
    ),
    "nullable of OpenAPI 3.0": (
        accepts(item(name={"type": "string", "nullable": True})),
        accepts(item(name={"type": ["string", "null"]})),
    ),
    "constant": (returns(item(a={"enum": ["x"]})), returns(item(a={"const": "x"}))),
    "bound of OpenAPI 3.0": (
        parameter(type="integer", minimum=0, exclusiveMinimum=True),
        parameter(type="integer", exclusiveMinimum=0),
    ),
    "file in current FastAPI": (
        accepts(item(f={"type": "string", "format": "binary"})),
        accepts(item(f={"type": "string", "contentMediaType": "application/octet-stream"})),
    ),
    "login form of FastAPI": (
        accepts(item(grant_type={"type": "string", "pattern": "password"}, password=TEXT)),
        accepts(
            item(
                grant_type={"type": "string", "pattern": "^password$"},
                password={"type": "string", "format": "password"},
            )
        ),
    ),
    "validation error of FastAPI": (
        returns(
            {"$ref": "#/components/schemas/HTTPValidationError"},
            "422",
            HTTPValidationError=item(loc=TEXT),
        ),
        returns(
            {"$ref": "#/components/schemas/HTTPValidationError"},
            "422",
            HTTPValidationError=item(loc={"anyOf": [TEXT, INTEGER]}),
        ),
    ),
    "title and description": (
        returns({"type": "string", "title": "A", "description": "old"}),
        returns({"type": "string", "title": "B"}),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_breaking_change_is_reported(name: str) -> None:
    before, after, change = BROKEN[name]
    assert list(breaks(before, after)) == [("POST /items", change)]


@pytest.mark.parametrize("name", COMPATIBLE)
def test_compatible_change_is_not_reported(name: str) -> None:
    assert list(breaks(*COMPATIBLE[name])) == []


def test_recursive_model_is_compared_once() -> None:
    tree = item(name=TEXT, child={"$ref": "#/components/schemas/Tree"})
    other = item(name=NUMBER, child={"$ref": "#/components/schemas/Tree"})
    reference = {"$ref": "#/components/schemas/Tree"}

    changes = list(breaks(returns(reference, Tree=tree), returns(reference, Tree=other)))

    assert changes == [("POST /items", "response 200.name: type was string, is number")]


USUAL: Json = {
    "paths": {
        "/items": {
            "post": {
                "parameters": [{"in": "query", "name": "q", "schema": {"type": "string"}}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}},
                },
                "responses": {"200": {"content": {"application/json": {"schema": {}}}}},
            }
        }
    },
    "components": {
        "schemas": {
            "A": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "kind": {"allOf": [{"enum": ["a", "b"]}]},
                    "list": {"type": "array", "items": {"type": "integer", "minimum": 3}},
                },
            }
        }
    },
}
REPLACEMENTS: list[Any] = [None, 3, "x", [3], ["x"], {"x": 3}, {"$ref": "#/paths/x"}, {"$ref": 3}]


def with_each_part_replaced(part: Any) -> Iterator[Any]:
    """Yield copies of a document, each with one part replaced by something else."""
    yield from REPLACEMENTS
    for key, value in part.items() if isinstance(part, dict) else enumerate(part):
        if not isinstance(value, dict | list):
            yield from (
                {**part, key: replacement} for replacement in REPLACEMENTS if isinstance(part, dict)
            )
            continue
        for inner in with_each_part_replaced(value):
            yield {**part, key: inner} if isinstance(part, dict) else [inner]


def test_malformed_documents_do_not_raise() -> None:
    """A service can return anything as its document, on both sides."""
    malformed = [broken for broken in with_each_part_replaced(USUAL) if isinstance(broken, dict)]
    assert len(malformed) > 200
    for broken in malformed:
        list(breaks(USUAL, broken))
        list(breaks(broken, USUAL))


def test_referenced_parameter_is_resolved() -> None:
    query = {"in": "query", "name": "q", "required": False, "schema": {"type": "string"}}
    by_reference = document(
        {"parameters": [{"$ref": "#/components/parameters/q"}], "responses": {}}
    )
    by_reference["components"]["parameters"] = {"q": query}
    inline = document({"parameters": [{**query, "required": True}], "responses": {}})
    assert list(breaks(by_reference, inline)) == [("POST /items", "parameter q became required")]
