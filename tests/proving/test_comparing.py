"""Responses are compared by meaning; what differs between two runs is noise."""

import json

import pytest
from drydock.proving.comparing import Difference, Noise, differences, form
from drydock.proving.messages import Request, Response

JSON = ("Content-Type", "application/json")
GET = Request("GET /items", "valid", "GET", "/items")


def response(body: object, status: int = 200, **headers: str) -> Response:
    more = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, (JSON, *more), json.dumps(body).encode())


def places(before: Response, after: Response) -> list[tuple[str, str]]:
    return [difference.place for difference in differences(before, after)]


SAME = {
    "order of keys": (response({"a": 1, "b": 2}), response({"b": 2, "a": 1})),
    "spaces": (
        Response(200, (JSON,), b'{"a": [1, 2]}'),
        Response(200, (JSON,), b'{"a":[1,2]}'),
    ),
    "escapes": (Response(200, (JSON,), b'"\\u00e9"'), Response(200, (JSON,), '"é"'.encode())),
    "another notation of a number": (response(1.0), Response(200, (JSON,), b"1.00")),
    "date and server": (
        response(1, date="today", server="a"),
        response(1, date="later", server="b"),
    ),
    "case and spaces of the content type": (
        Response(200, (("Content-Type", "text/plain; charset=UTF-8"),)),
        Response(200, (("content-type", "text/plain;charset=utf-8"),)),
    ),
    "both failed alike": (Response(failure="no"), Response(failure="no")),
}
OTHER = {
    "status": (response(1), response(1, 201), ("status", "")),
    "value": (response({"a": [{"b": 1}]}), response({"a": [{"b": 2}]}), ("body", "$.a[].b")),
    "field removed": (response({"a": 1, "b": 2}), response({"a": 1}), ("body", "$.b")),
    "field added": (response({"a": 1}), response({"a": 1, "b": 2}), ("body", "$.b")),
    "fewer items": (response([1, 2]), response([1]), ("body", "$[]")),
    "boolean and number": (response({"a": 1}), response({"a": True}), ("body", "$.a")),
    "null and absent": (response({"a": None}), response({}), ("body", "$.a")),
    "string and number": (response("1"), response(1), ("body", "$")),
    "header removed": (response(1, x_total="3"), response(1), ("header", "x-total")),
    "header added": (response(1), response(1, x_total="3"), ("header", "x-total")),
    "repeated header": (
        Response(200, (("Set-Cookie", "a"), ("Set-Cookie", "b"))),
        Response(200, (("Set-Cookie", "a"),)),
        ("header", "set-cookie"),
    ),
    "binary body": (Response(200, (), b"a"), Response(200, (), b"b"), ("body", "")),
    "no response": (response(1), Response(failure="closed"), ("response", "")),
}


@pytest.mark.parametrize("name", SAME)
def test_equal_meaning_is_not_a_difference(name: str) -> None:
    assert places(*SAME[name]) == []


@pytest.mark.parametrize("name", OTHER)
def test_different_meaning_is_a_difference(name: str) -> None:
    before, after, place = OTHER[name]
    assert places(before, after) == [place]


def test_difference_has_both_values() -> None:
    (difference,) = differences(response({"price": 1.5}), response({"price": "free"}))
    assert difference == Difference("body", "$.price", "1.5", '"free"')


SAME_FORMS = {
    "a time": ('"2026-11-28T09:00:00.123456"', '"2026-11-28T09:00:01.654321"'),
    "an identifier": (
        '"0f8fad5b-d9cb-469f-a165-70867728950e"',
        '"7c9e6679-7425-40de-944b-e07fc1f90ae7"',
    ),
    "a count": ("17", "18"),
    "a token": ('"eyJhbGciOiJI.abc-1"', '"eyJ0eXAiOiJK.xyz_9"'),
    "a path with a number": ('"/files/17"', '"/files/18"'),
}
DIFFERENT_FORMS = {
    "a time that gains a zone": ('"2026-11-28T09:00:00"', '"2026-11-28T09:00:00Z"'),
    "Z instead of an offset": ('"2026-11-28T09:00:00+00:00"', '"2026-11-28T09:00:00Z"'),
    "a time that loses its fraction": ('"2026-11-28T09:00:00.5"', '"2026-11-28T09:00:00"'),
    "a number as a string": ("17", '"17"'),
    "a number instead of an identifier": ('"0f8fad5b-d9cb-469f-a165-70867728950e"', "17"),
    "null instead of a time": ('"2026-11-28T09:00:00"', "null"),
    "a space instead of the T": ('"2026-11-28T09:00:00"', '"2026-11-28 09:00:00"'),
}


@pytest.mark.parametrize("name", SAME_FORMS)
def test_random_values_of_a_kind_have_the_same_form(name: str) -> None:
    first, second = SAME_FORMS[name]
    assert form(first) == form(second)


@pytest.mark.parametrize("name", DIFFERENT_FORMS)
def test_values_of_different_kinds_have_different_forms(name: str) -> None:
    first, second = DIFFERENT_FORMS[name]
    assert form(first) != form(second)


def test_noise_of_two_runs_is_ignored_for_its_operation() -> None:
    first, second = (
        response({"at": "2026-11-28T09:00:00", "n": 1}),
        response({"at": "2026-11-28T09:00:05", "n": 1}),
    )
    noise = Noise.between([GET], [first], [second])
    after = response({"at": "2026-11-28T09:07:00", "n": 2})

    assert [difference.where for difference in differences(first, after, noise.of(GET))] == ["$.n"]
    other = Request("GET /others", "valid", "GET", "/others")
    everything = differences(first, after, noise.of(other))
    assert {difference.where for difference in everything} == {"$.n", "$.at"}


def test_noise_of_another_form_is_a_difference() -> None:
    first, second = response({"at": "2026-11-28T09:00:00"}), response({"at": "2026-11-28T09:00:05"})
    noise = Noise.between([GET], [first], [second])

    changes = list(differences(first, response({"at": "2026-11-28T09:07:00Z"}), noise.of(GET)))

    assert [difference.where for difference in changes] == ["$.at"]


def test_different_status_is_never_noise() -> None:
    noise = Noise.between([GET], [response(1)], [response(1, 500)])
    (difference,) = differences(response(1), response(1, 404), noise.of(GET))
    assert difference.part == "status"
