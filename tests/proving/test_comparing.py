"""Responses are compared by what they mean; what differs from run to run says nothing."""

import json

import pytest
from drydock.proving.comparing import Difference, Noise, differences, form
from drydock.proving.messages import Request, Response

JSON = ("Content-Type", "application/json")
GET = Request("GET /items", "valid", "GET", "/items")


def said(body: object, status: int = 200, **headers: str) -> Response:
    more = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, (JSON, *more), json.dumps(body).encode())


def places(before: Response, after: Response) -> list[tuple[str, str]]:
    return [one.place for one in differences(before, after)]


SAME = {
    "order of keys": (said({"a": 1, "b": 2}), said({"b": 2, "a": 1})),
    "blanks": (
        Response(200, (JSON,), b'{"a": [1, 2]}'),
        Response(200, (JSON,), b'{"a":[1,2]}'),
    ),
    "escapes": (Response(200, (JSON,), b'"\\u00e9"'), Response(200, (JSON,), '"é"'.encode())),
    "a number written otherwise": (said(1.0), Response(200, (JSON,), b"1.00")),
    "date and server": (said(1, date="today", server="a"), said(1, date="later", server="b")),
    "case and blanks of the type": (
        Response(200, (("Content-Type", "text/plain; charset=UTF-8"),)),
        Response(200, (("content-type", "text/plain;charset=utf-8"),)),
    ),
    "nothing came from either": (Response(failure="no"), Response(failure="no")),
}
OTHER = {
    "status": (said(1), said(1, 201), ("status", "")),
    "value": (said({"a": [{"b": 1}]}), said({"a": [{"b": 2}]}), ("body", "$.a[].b")),
    "field gone": (said({"a": 1, "b": 2}), said({"a": 1}), ("body", "$.b")),
    "field new": (said({"a": 1}), said({"a": 1, "b": 2}), ("body", "$.b")),
    "fewer items": (said([1, 2]), said([1]), ("body", "$[]")),
    "truth and number": (said({"a": 1}), said({"a": True}), ("body", "$.a")),
    "null and nothing": (said({"a": None}), said({}), ("body", "$.a")),
    "text and number": (said("1"), said(1), ("body", "$")),
    "header gone": (said(1, x_total="3"), said(1), ("header", "x-total")),
    "header new": (said(1), said(1, x_total="3"), ("header", "x-total")),
    "header twice": (
        Response(200, (("Set-Cookie", "a"), ("Set-Cookie", "b"))),
        Response(200, (("Set-Cookie", "a"),)),
        ("header", "set-cookie"),
    ),
    "bytes": (Response(200, (), b"a"), Response(200, (), b"b"), ("body", "")),
    "no response": (said(1), Response(failure="closed"), ("response", "")),
}


@pytest.mark.parametrize("name", SAME)
def test_what_means_the_same_is_no_difference(name: str) -> None:
    assert places(*SAME[name]) == []


@pytest.mark.parametrize("name", OTHER)
def test_what_means_something_else_is_a_difference(name: str) -> None:
    before, after, place = OTHER[name]
    assert places(before, after) == [place]


def test_a_difference_tells_both_values() -> None:
    (found,) = differences(said({"price": 1.5}), said({"price": "free"}))
    assert found == Difference("body", "$.price", "1.5", '"free"')


NOISE = {
    "a time": ('"2026-11-28T09:00:00.123456"', '"2026-11-28T09:00:01.654321"'),
    "an identifier": (
        '"0f8fad5b-d9cb-469f-a165-70867728950e"',
        '"7c9e6679-7425-40de-944b-e07fc1f90ae7"',
    ),
    "a count": ("17", "18"),
    "a token": ('"eyJhbGciOiJI.abc-1"', '"eyJ0eXAiOiJK.xyz_9"'),
    "an address with a number in it": ('"/files/17"', '"/files/18"'),
}
NO_NOISE = {
    "a time with a zone now": ('"2026-11-28T09:00:00"', '"2026-11-28T09:00:00Z"'),
    "Z for an offset": ('"2026-11-28T09:00:00+00:00"', '"2026-11-28T09:00:00Z"'),
    "a time without its fraction": ('"2026-11-28T09:00:00.5"', '"2026-11-28T09:00:00"'),
    "a number as text": ("17", '"17"'),
    "a number for an identifier": ('"0f8fad5b-d9cb-469f-a165-70867728950e"', "17"),
    "null for a time": ('"2026-11-28T09:00:00"', "null"),
    "a blank for the T": ('"2026-11-28T09:00:00"', '"2026-11-28 09:00:00"'),
}


@pytest.mark.parametrize("name", NOISE)
def test_noise_has_one_form(name: str) -> None:
    one, other = NOISE[name]
    assert form(one) == form(other)


@pytest.mark.parametrize("name", NO_NOISE)
def test_another_form_is_no_noise(name: str) -> None:
    one, other = NO_NOISE[name]
    assert form(one) != form(other)


def test_what_differs_between_two_runs_is_set_aside_for_its_operation() -> None:
    first, second = (
        said({"at": "2026-11-28T09:00:00", "n": 1}),
        said({"at": "2026-11-28T09:00:05", "n": 1}),
    )
    noise = Noise.between([GET], [first], [second])
    after = said({"at": "2026-11-28T09:07:00", "n": 2})

    assert [one.where for one in differences(first, after, noise.of(GET))] == ["$.n"]
    other = Request("GET /others", "valid", "GET", "/others")
    assert {one.where for one in differences(first, after, noise.of(other))} == {"$.n", "$.at"}


def test_noise_that_takes_another_form_is_a_difference() -> None:
    first, second = said({"at": "2026-11-28T09:00:00"}), said({"at": "2026-11-28T09:00:05"})
    noise = Noise.between([GET], [first], [second])

    found = list(differences(first, said({"at": "2026-11-28T09:07:00Z"}), noise.of(GET)))

    assert [one.where for one in found] == ["$.at"]


def test_another_status_is_never_noise() -> None:
    noise = Noise.between([GET], [said(1)], [said(1, 500)])
    assert [one.part for one in differences(said(1), said(1, 404), noise.of(GET))] == ["status"]
