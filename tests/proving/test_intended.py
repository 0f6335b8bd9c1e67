"""A difference is intended only if versions, request and both responses match."""

import json

import pytest
from drydock.proving.comparing import differences
from drydock.proving.intended import Exchange, Versions, everywhere, reason
from drydock.proving.messages import Request, Response

OLD = {"fastapi": "0.63.0", "starlette": "0.13.6", "pydantic": "1.8.1"}
NEW = {"fastapi": "0.165.0", "starlette": "1.10.0", "pydantic": "2.14.4"}
UPGRADED = Versions(OLD, NEW, (False, True))
SAME = Versions(NEW, NEW, (False, False))
JSON = ("content-type", "application/json")
POST = Request("POST /a", "valid", "POST", "/a", (JSON,), b"{}")
BARE = Request("POST /a", "invalid", "POST", "/a", (), b"{}")


def response(status: int, body: object, *headers: tuple[str, str], kind: str = JSON[1]) -> Response:
    return Response(status, (("content-type", kind), *headers), json.dumps(body).encode())


def invalid(*places: str, message: str) -> Response:
    return response(422, {"detail": [{"loc": ["body", place], "msg": message} for place in places]})


LOGIN = response(403, {"detail": "Not authenticated"})
PROBLEM = response(404, {"title": "Not Found"}, kind="application/problem+json")
NOT_FOUND = response(404, {"detail": "Not Found"})
FORBIDDEN = Request("POST /a", "invalid", "POST", "/a", (JSON,), b"[]")
ORIGIN = ("vary", "Origin")

INTENDED = {
    "missing credentials": (POST, LOGIN, response(401, {"detail": "Not authenticated"})),
    "JSON without a content type": (BARE, response(201, {}), response(422, {"detail": []})),
    "an error as problem+json": (POST, NOT_FOUND, PROBLEM),
    "different message for the same field": (
        POST,
        invalid("name", message="field required"),
        invalid("name", message="Field required"),
    ),
    "different message for the model": (
        POST,
        invalid("__root__", message="it ends before it starts"),
        response(
            422, {"detail": [{"loc": ["body"], "msg": "Value error, it ends before it starts"}]}
        ),
    ),
    "input that was converted": (
        FORBIDDEN,
        response(201, {"start": "1970-01-01T00:00:01"}),
        invalid("start", message="Input should be a valid datetime"),
    ),
    "invalid input with different errors": (
        FORBIDDEN,
        invalid("__root__", message="it ends before it starts"),
        invalid("start", "end", message="Input should be a valid datetime"),
    ),
    "link to the documentation of an error": (
        POST,
        response(422, {"detail": [{"loc": ["a"], "url": "https://errors.pydantic.dev/2.5/v/int"}]}),
        response(422, {"detail": [{"loc": ["a"]}]}),
    ),
    "Z for UTC": (
        POST,
        response(200, {"at": "2000-01-01T00:00:00+00:00"}),
        response(200, {"at": "2000-01-01T00:00:00Z"}),
    ),
    "Vary header": (POST, response(200, {}), response(200, {}, ORIGIN)),
    "additional method": (
        POST,
        response(200, {}, ("access-control-allow-methods", "GET, POST")),
        response(200, {}, ("access-control-allow-methods", "GET, POST, QUERY")),
    ),
    "redirect without root_path": (
        Request("GET /a", "route", "GET", "/a/?b=1"),
        response(307, "", ("location", "http://localhost/shop/a?b=1")),
        response(307, "", ("location", "http://localhost/a?b=1")),
    ),
    "file with range requests": (
        POST,
        response(200, {}),
        response(200, {}, ("accept-ranges", "bytes")),
    ),
    "quoted ETag": (POST, response(200, {}, ("etag", "a1")), response(200, {}, ("etag", '"a1"'))),
    "allowed methods in a 405": (POST, response(405, {}), response(405, {}, ("allow", "GET"))),
}
NOT_INTENDED = {
    "different ETag": (
        POST,
        response(200, {}, ("etag", "a1")),
        response(200, {}, ("etag", '"a2"')),
    ),
    "different link in an error": (
        POST,
        response(422, {"detail": [{"loc": ["a"], "url": "https://shop.example/errors"}]}),
        response(422, {"detail": [{"loc": ["b"]}]}),
    ),
    "redirect to another path": (
        Request("GET /a", "route", "GET", "/a"),
        response(307, "", ("location", "/shop/login")),
        response(307, "", ("location", "/login")),
    ),
    "redirect to another host": (
        Request("GET /a", "route", "GET", "/a/"),
        response(307, "", ("location", "http://localhost/shop/a")),
        response(307, "", ("location", "http://elsewhere/a")),
    ),
    "malformed places": (
        POST,
        response(422, {"detail": [{"loc": 3, "msg": "a"}]}),
        response(422, {"detail": [{"loc": {"a": 1}, "msg": "b"}]}),
    ),
    "rejected credentials": (POST, response(403, {"detail": "admins only"}), response(401, {})),
    "credentials no longer required": (POST, LOGIN, response(200, {})),
    "JSON with its content type": (POST, response(201, {}), response(422, {"detail": []})),
    "no body": (
        Request("GET /a", "valid", "GET", "/a"),
        response(200, {}),
        response(422, {"detail": []}),
    ),
    "problem+json with a different status": (
        POST,
        NOT_FOUND,
        response(500, {"title": "Error"}, kind="application/problem+json"),
    ),
    "problem+json for a success": (
        POST,
        response(200, {}),
        response(200, {}, kind="application/problem+json"),
    ),
    "different field": (
        POST,
        invalid("name", message="field required"),
        invalid("name", "age", message="Field required"),
    ),
    "422 for a success": (POST, response(200, {}), invalid("name", message="Field required")),
    "Z instead of another zone": (
        POST,
        response(200, {"at": "2000-01-01T00:00:00+01:00"}),
        response(200, {"at": "2000-01-01T00:00:00Z"}),
    ),
    "Z instead of no zone": (
        POST,
        response(200, {"at": "2000-01-01T00:00:00"}),
        response(200, {"at": "2000-01-01T00:00:00Z"}),
    ),
    "different time": (
        POST,
        response(200, {"at": "2000-01-01T00:00:00+00:00"}),
        response(200, {"at": "2000-01-01T01:00:00Z"}),
    ),
    "valid input that is rejected": (
        POST,
        response(201, {}),
        invalid("note", message="Field required"),
    ),
    "removed header of a rejection": (
        FORBIDDEN,
        response(422, {}, ("x-total", "1")),
        invalid("start", message="Input should be a valid datetime"),
    ),
    "invalid input that causes a 500": (FORBIDDEN, response(201, {}), response(500, {})),
    "invalid input that is accepted": (
        FORBIDDEN,
        invalid("start", message="invalid datetime format"),
        response(201, {}),
    ),
    "removed Vary header": (POST, response(200, {}, ORIGIN), response(200, {})),
    "Vary by something else": (POST, response(200, {}), response(200, {}, ("vary", "Cookie"))),
    "removed method": (
        POST,
        response(200, {}, ("access-control-allow-methods", "GET, POST")),
        response(200, {}, ("access-control-allow-methods", "GET, QUERY")),
    ),
}


def reasons(versions: Versions, request: Request, before: Response, after: Response) -> list[str]:
    exchange = Exchange(request, before, after)
    results = [reason(versions, exchange, difference) for difference in differences(before, after)]
    assert results
    return results


@pytest.mark.parametrize("name", INTENDED)
def test_difference_of_an_upgrade_is_intended(name: str) -> None:
    assert all(reasons(UPGRADED, *INTENDED[name]))


@pytest.mark.parametrize("name", NOT_INTENDED)
def test_similar_difference_is_not_intended(name: str) -> None:
    assert not all(reasons(UPGRADED, *NOT_INTENDED[name]))


@pytest.mark.parametrize("name", INTENDED)
def test_nothing_is_intended_without_the_upgrade(name: str) -> None:
    assert not any(reasons(SAME, *INTENDED[name]))


def test_request_id_header_of_the_chassis_is_intended_everywhere() -> None:
    plain, with_id = response(200, {}), response(200, {}, ("X-Request-ID", "1"))
    (added,), (removed,) = differences(plain, with_id), differences(with_id, plain)
    assert everywhere(UPGRADED, added)
    assert not everywhere(SAME, added)
    assert not everywhere(UPGRADED, removed)
