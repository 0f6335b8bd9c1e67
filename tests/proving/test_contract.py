"""What clients of the old API document trip over in the new one, and what only looks otherwise."""

from collections.abc import Iterator
from typing import Any

import pytest
from drydock.proving.contract import breaks

Json = dict[str, Any]


def document(operation: Json, **schemas: Json) -> Json:
    return {"paths": {"/items": {"post": operation}}, "components": {"schemas": schemas}}


def asked(schema: Json, *, required: bool = True, **schemas: Json) -> Json:
    body = {"required": required, "content": {"application/json": {"schema": schema}}}
    return document({"requestBody": body, "responses": {}}, **schemas)


def answered(schema: Json, status: str = "200", **schemas: Json) -> Json:
    content = {"application/json": {"schema": schema}}
    return document({"responses": {status: {"content": content}}}, **schemas)


def parameter(required: bool = False, **schema: Any) -> Json:
    one = {"in": "query", "name": "q", "required": required, "schema": schema}
    return document({"parameters": [one], "responses": {}})


def item(*required: str, **properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(required)}


TEXT, NUMBER, INTEGER = {"type": "string"}, {"type": "number"}, {"type": "integer"}
NOTHING = document({"responses": {}})

BROKEN = {
    "operation gone": (NOTHING, {"paths": {}}, "the operation is gone"),
    "field became required": (
        asked(item(name=TEXT)),
        asked(item("name", name=TEXT)),
        "body.name became required",
    ),
    "field of a referenced model became required": (
        asked({"$ref": "#/components/schemas/A"}, A=item(name=TEXT)),
        asked({"$ref": "#/components/schemas/B"}, B=item("name", name=TEXT)),
        "body.name became required",
    ),
    "parameter became required": (
        parameter(type="string"),
        parameter(True, type="string"),
        "parameter q became required",
    ),
    "parameter gone": (parameter(type="string"), NOTHING, "parameter q is gone"),
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
    "another pattern": (
        parameter(type="string", pattern="[a-z]+"),
        parameter(type="string", pattern="^[a-z]+$"),
        "parameter q: pattern was [a-z]+, is ^[a-z]+$",
    ),
    "choice gone": (
        parameter(enum=["a", "b"]),
        parameter(enum=["a"]),
        "parameter q: 'b' is no longer possible",
    ),
    "body became required": (
        asked(item(), required=False),
        asked(item()),
        "the body became required",
    ),
    "null no longer taken": (
        asked(item(name={"anyOf": [TEXT, {"type": "null"}]})),
        asked(item(name=TEXT)),
        "body.name may no longer be null",
    ),
    "success gone": (answered(item()), answered(item(), "201"), "response 200 is gone"),
    "field of a response gone": (
        answered(item(name=TEXT, age=INTEGER)),
        answered(item(name=TEXT)),
        "response 200.age is gone",
    ),
    "field of a response of another type": (
        answered(item(age=INTEGER)),
        answered(item(age=TEXT)),
        "response 200.age: type was integer, is string",
    ),
    "number where an integer was": (
        answered(item(age=INTEGER)),
        answered(item(age=NUMBER)),
        "response 200.age: type was integer, is number",
    ),
    "another error of the service's own": (
        answered(item(why=TEXT), "409"),
        answered(item(), "409"),
        "response 409.why is gone",
    ),
    "item of a list": (
        answered({"type": "array", "items": item(a=TEXT)}),
        answered({"type": "array", "items": item(a=NUMBER)}),
        "response 200[].a: type was string, is number",
    ),
}
ADDED = item(name=TEXT, more=TEXT)
KEPT = {
    "nothing": (NOTHING, NOTHING),
    "optional field added": (asked(item(name=TEXT)), asked(ADDED)),
    "field of a response added": (answered(item(name=TEXT)), answered(ADDED)),
    "wider bound": (
        parameter(type="integer", maximum=10),
        parameter(type="integer"),
    ),
    "integer became number in a request": (parameter(type="integer"), parameter(type="number")),
    "another name of a model": (
        asked({"$ref": "#/components/schemas/A"}, A=ADDED),
        asked({"$ref": "#/components/schemas/B"}, B=ADDED),
    ),
    "allOf with one entry": (
        answered({"title": "A", "allOf": [{"$ref": "#/components/schemas/A"}]}, A=ADDED),
        answered({"$ref": "#/components/schemas/A"}, A=ADDED),
    ),
    "optional as Pydantic 2 says it": (
        asked(item(name=TEXT)),
        asked(item(name={"anyOf": [TEXT, {"type": "null"}]})),
    ),
    "nullable of OpenAPI 3.0": (
        asked(item(name={"type": "string", "nullable": True})),
        asked(item(name={"type": ["string", "null"]})),
    ),
    "constant": (answered(item(a={"enum": ["x"]})), answered(item(a={"const": "x"}))),
    "bound of OpenAPI 3.0": (
        parameter(type="integer", minimum=0, exclusiveMinimum=True),
        parameter(type="integer", exclusiveMinimum=0),
    ),
    "a file as FastAPI says it now": (
        asked(item(f={"type": "string", "format": "binary"})),
        asked(item(f={"type": "string", "contentMediaType": "application/octet-stream"})),
    ),
    "FastAPI's form of a login": (
        asked(item(grant_type={"type": "string", "pattern": "password"}, password=TEXT)),
        asked(
            item(
                grant_type={"type": "string", "pattern": "^password$"},
                password={"type": "string", "format": "password"},
            )
        ),
    ),
    "what FastAPI says on wrong input": (
        answered(
            {"$ref": "#/components/schemas/HTTPValidationError"},
            "422",
            HTTPValidationError=item(loc=TEXT),
        ),
        answered(
            {"$ref": "#/components/schemas/HTTPValidationError"},
            "422",
            HTTPValidationError=item(loc={"anyOf": [TEXT, INTEGER]}),
        ),
    ),
    "words": (
        answered({"type": "string", "title": "A", "description": "old"}),
        answered({"type": "string", "title": "B"}),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_promise_is_named(name: str) -> None:
    before, after, told = BROKEN[name]
    assert list(breaks(before, after)) == [("POST /items", told)]


@pytest.mark.parametrize("name", KEPT)
def test_what_keeps_the_promise_is_not_told(name: str) -> None:
    assert list(breaks(*KEPT[name])) == []


def test_a_model_that_holds_itself_is_compared_once() -> None:
    tree = item(name=TEXT, child={"$ref": "#/components/schemas/Tree"})
    other = item(name=NUMBER, child={"$ref": "#/components/schemas/Tree"})
    reference = {"$ref": "#/components/schemas/Tree"}

    found = list(breaks(answered(reference, Tree=tree), answered(reference, Tree=other)))

    assert found == [("POST /items", "response 200.name: type was string, is number")]


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
INSTEAD: list[Any] = [None, 3, "x", [3], ["x"], {"x": 3}, {"$ref": "#/paths/x"}, {"$ref": 3}]


def with_each_part_replaced(part: Any) -> Iterator[Any]:
    """Yield a document again and again, each time with something else at one place of it."""
    yield from INSTEAD
    for key, held in part.items() if isinstance(part, dict) else enumerate(part):
        if not isinstance(held, dict | list):
            yield from ({**part, key: one} for one in INSTEAD if isinstance(part, dict))
            continue
        for inner in with_each_part_replaced(held):
            yield {**part, key: inner} if isinstance(part, dict) else [inner]


def test_any_document_can_be_compared() -> None:
    """What a service calls its document may be anything: no fault, whichever side it is on."""
    odd = [one for one in with_each_part_replaced(USUAL) if isinstance(one, dict)]
    assert len(odd) > 200
    for one in odd:
        list(breaks(USUAL, one))
        list(breaks(one, USUAL))


def test_what_a_document_refers_to_is_read_like_what_it_says() -> None:
    said = {"in": "query", "name": "q", "required": False, "schema": {"type": "string"}}
    by_reference = document(
        {"parameters": [{"$ref": "#/components/parameters/q"}], "responses": {}}
    )
    by_reference["components"]["parameters"] = {"q": said}
    now = document({"parameters": [{**said, "required": True}], "responses": {}})
    assert list(breaks(by_reference, now)) == [("POST /items", "parameter q became required")]
