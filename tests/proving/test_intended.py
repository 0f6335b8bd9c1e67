"""A difference is intended only where the versions, the request and both responses say so."""

import json

import pytest
from drydock.proving.comparing import differences
from drydock.proving.intended import Exchange, Setting, everywhere, reason
from drydock.proving.messages import Request, Response

OLD = {"fastapi": "0.63.0", "starlette": "0.13.6", "pydantic": "1.8.1"}
NEW = {"fastapi": "0.165.0", "starlette": "1.10.0", "pydantic": "2.14.4"}
UPGRADED = Setting(OLD, NEW, (False, True))
SAME = Setting(NEW, NEW, (False, False))
JSON = ("content-type", "application/json")
POST = Request("POST /a", "valid", "POST", "/a", (JSON,), b"{}")
BARE = Request("POST /a", "invalid", "POST", "/a", (), b"{}")


def said(status: int, body: object, *headers: tuple[str, str], kind: str = JSON[1]) -> Response:
    return Response(status, (("content-type", kind), *headers), json.dumps(body).encode())


def wrong(*places: str, message: str) -> Response:
    return said(422, {"detail": [{"loc": ["body", one], "msg": message} for one in places]})


LOGIN = said(403, {"detail": "Not authenticated"})
PROBLEM = said(404, {"title": "Not Found"}, kind="application/problem+json")
NOT_FOUND = said(404, {"detail": "Not Found"})
FORBIDDEN = Request("POST /a", "invalid", "POST", "/a", (JSON,), b"[]")
ORIGIN = ("vary", "Origin")

INTENDED = {
    "a missing login": (POST, LOGIN, said(401, {"detail": "Not authenticated"})),
    "JSON without a type": (BARE, said(201, {}), said(422, {"detail": []})),
    "a problem": (POST, NOT_FOUND, PROBLEM),
    "other words for the same field": (
        POST,
        wrong("name", message="field required"),
        wrong("name", message="Field required"),
    ),
    "other words for the model as a whole": (
        POST,
        wrong("__root__", message="it ends before it starts"),
        said(422, {"detail": [{"loc": ["body"], "msg": "Value error, it ends before it starts"}]}),
    ),
    "what was made to fit": (
        FORBIDDEN,
        said(201, {"start": "1970-01-01T00:00:01"}),
        wrong("start", message="Input should be a valid datetime"),
    ),
    "what was wrong in another way": (
        FORBIDDEN,
        wrong("__root__", message="it ends before it starts"),
        wrong("start", "end", message="Input should be a valid datetime"),
    ),
    "the page about an error": (
        POST,
        said(422, {"detail": [{"loc": ["a"], "url": "https://errors.pydantic.dev/2.5/v/int"}]}),
        said(422, {"detail": [{"loc": ["a"]}]}),
    ),
    "Z for UTC": (
        POST,
        said(200, {"at": "2000-01-01T00:00:00+00:00"}),
        said(200, {"at": "2000-01-01T00:00:00Z"}),
    ),
    "what a response varies by": (POST, said(200, {}), said(200, {}, ORIGIN)),
    "one more method": (
        POST,
        said(200, {}, ("access-control-allow-methods", "GET, POST")),
        said(200, {}, ("access-control-allow-methods", "GET, POST, QUERY")),
    ),
    "a redirect without root_path": (
        Request("GET /a", "route", "GET", "/a/?b=1"),
        said(307, "", ("location", "http://localhost/shop/a?b=1")),
        said(307, "", ("location", "http://localhost/a?b=1")),
    ),
    "a file in ranges": (POST, said(200, {}), said(200, {}, ("accept-ranges", "bytes"))),
    "an ETag in quotes": (POST, said(200, {}, ("etag", "a1")), said(200, {}, ("etag", '"a1"'))),
    "methods with 405": (POST, said(405, {}), said(405, {}, ("allow", "GET"))),
}
NOT_INTENDED = {
    "another ETag": (POST, said(200, {}, ("etag", "a1")), said(200, {}, ("etag", '"a2"'))),
    "another address of an error": (
        POST,
        said(422, {"detail": [{"loc": ["a"], "url": "https://shop.example/errors"}]}),
        said(422, {"detail": [{"loc": ["b"]}]}),
    ),
    "a redirect to another place": (
        Request("GET /a", "route", "GET", "/a"),
        said(307, "", ("location", "/shop/login")),
        said(307, "", ("location", "/login")),
    ),
    "a redirect to another host": (
        Request("GET /a", "route", "GET", "/a/"),
        said(307, "", ("location", "http://localhost/shop/a")),
        said(307, "", ("location", "http://elsewhere/a")),
    ),
    "places that are none": (
        POST,
        said(422, {"detail": [{"loc": 3, "msg": "a"}]}),
        said(422, {"detail": [{"loc": {"a": 1}, "msg": "b"}]}),
    ),
    "a login that is refused": (POST, said(403, {"detail": "admins only"}), said(401, {})),
    "a login that is no longer asked for": (POST, LOGIN, said(200, {})),
    "JSON with its type": (POST, said(201, {}), said(422, {"detail": []})),
    "no body at all": (
        Request("GET /a", "valid", "GET", "/a"),
        said(200, {}),
        said(422, {"detail": []}),
    ),
    "a problem of another status": (
        POST,
        NOT_FOUND,
        said(500, {"title": "Error"}, kind="application/problem+json"),
    ),
    "a problem for a success": (
        POST,
        said(200, {}),
        said(200, {}, kind="application/problem+json"),
    ),
    "another field": (
        POST,
        wrong("name", message="field required"),
        wrong("name", "age", message="Field required"),
    ),
    "422 for a success": (POST, said(200, {}), wrong("name", message="Field required")),
    "Z for another zone": (
        POST,
        said(200, {"at": "2000-01-01T00:00:00+01:00"}),
        said(200, {"at": "2000-01-01T00:00:00Z"}),
    ),
    "Z where no zone was": (
        POST,
        said(200, {"at": "2000-01-01T00:00:00"}),
        said(200, {"at": "2000-01-01T00:00:00Z"}),
    ),
    "another time": (
        POST,
        said(200, {"at": "2000-01-01T00:00:00+00:00"}),
        said(200, {"at": "2000-01-01T01:00:00Z"}),
    ),
    "what is allowed and refused": (
        POST,
        said(201, {}),
        wrong("note", message="Field required"),
    ),
    "a header that goes with it": (
        FORBIDDEN,
        said(422, {}, ("x-total", "1")),
        wrong("start", message="Input should be a valid datetime"),
    ),
    "what is forbidden and breaks it": (FORBIDDEN, said(201, {}), said(500, {})),
    "what is forbidden and taken": (
        FORBIDDEN,
        wrong("start", message="invalid datetime format"),
        said(201, {}),
    ),
    "a varying that is gone": (POST, said(200, {}, ORIGIN), said(200, {})),
    "varies by something else": (POST, said(200, {}), said(200, {}, ("vary", "Cookie"))),
    "a method that is gone": (
        POST,
        said(200, {}, ("access-control-allow-methods", "GET, POST")),
        said(200, {}, ("access-control-allow-methods", "GET, QUERY")),
    ),
}


def reasons(setting: Setting, request: Request, before: Response, after: Response) -> list[str]:
    exchange = Exchange(request, before, after)
    found = [reason(setting, exchange, one) for one in differences(before, after)]
    assert found
    return found


@pytest.mark.parametrize("name", INTENDED)
def test_what_an_upgrade_brings_is_intended(name: str) -> None:
    assert all(reasons(UPGRADED, *INTENDED[name]))


@pytest.mark.parametrize("name", NOT_INTENDED)
def test_what_only_looks_like_it_is_not(name: str) -> None:
    assert not all(reasons(UPGRADED, *NOT_INTENDED[name]))


@pytest.mark.parametrize("name", INTENDED)
def test_without_the_upgrade_nothing_is_intended(name: str) -> None:
    assert not any(reasons(SAME, *INTENDED[name]))


def test_the_chassis_adds_one_header_to_every_response() -> None:
    plain, marked = said(200, {}), said(200, {}, ("X-Request-ID", "1"))
    (added,), (gone,) = differences(plain, marked), differences(marked, plain)
    assert everywhere(UPGRADED, added)
    assert not everywhere(SAME, added)
    assert not everywhere(UPGRADED, gone)
