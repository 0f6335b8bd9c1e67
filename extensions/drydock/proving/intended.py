"""Recognizes differences that a new release of a library, or the standard, makes on purpose.

A reason is as narrow as possible: it checks both responses, the request, and the versions on both
sides. A difference without a reason remains a difference.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from packaging.version import Version

from drydock.proving.comparing import ABSENT, Difference
from drydock.proving.messages import Request, Response

_ABSENT_VERSION = Version("0")
_LOGIN_MESSAGES = ("Not authenticated", "Invalid authentication credentials")


@dataclass(frozen=True)
class Versions:
    """The installed versions on both sides, and which side has a chassis."""

    before: Mapping[str, str]
    """By package."""
    after: Mapping[str, str]
    has_chassis: tuple[bool, bool]

    def crosses(self, package: str, version: str) -> bool:
        """Return whether a package is older than `version` before, but not after."""
        old, new = (Version(side.get(package, "0")) for side in (self.before, self.after))
        return _ABSENT_VERSION < old < Version(version) <= new

    @property
    def gains_chassis(self) -> bool:
        """Whether only the new side has a chassis."""
        return self.has_chassis == (False, True)


@dataclass(frozen=True)
class Exchange:
    """A request with the responses of both sides."""

    request: Request
    before: Response
    after: Response


def everywhere(versions: Versions, difference: Difference) -> str:
    """Return the reason why all responses have this difference; empty if they do not."""
    is_new = difference.part == "header" and difference.before == ABSENT
    if versions.gains_chassis and is_new and difference.where == "x-request-id":
        return "the chassis adds X-Request-ID to each response"
    return ""


Reason = Callable[[Versions, Exchange, Difference], str | None]
_REASONS: list[Reason] = []


def reason(versions: Versions, exchange: Exchange, difference: Difference) -> str:
    """Return why a difference is intended; empty if it is not."""
    reasons = (find(versions, exchange, difference) for find in _REASONS)
    return next(filter(None, reasons), "")


def _register(function: Reason) -> Reason:
    _REASONS.append(function)
    return function


@_register
def _missing_login(versions: Versions, exchange: Exchange, difference: Difference) -> str | None:
    old, new = exchange.before, exchange.after
    is_missing = (old.status, new.status) == (403, 401) and any(
        message in str(old.json) for message in _LOGIN_MESSAGES
    )
    if is_missing and versions.crosses("fastapi", "0.122"):
        return "FastAPI 0.122: missing credentials give 401 with WWW-Authenticate, not 403"
    return None


@_register
def _content_type(versions: Versions, exchange: Exchange, difference: Difference) -> str | None:
    request = exchange.request
    bare = bool(request.body) and request.header("content-type") is None
    if bare and exchange.after.status == 422 and versions.crosses("fastapi", "0.132"):
        return (
            "FastAPI 0.132 rejects JSON without Content-Type (strict_content_type=False accepts it)"
        )
    return None


@_register
def _problem(versions: Versions, exchange: Exchange, difference: Difference) -> str | None:
    old, new = exchange.before, exchange.after
    is_problem = new.media_type == "application/problem+json" != old.media_type
    is_affected = difference.part == "body" or difference.where == "content-type"
    if versions.has_chassis[1] and is_problem and is_affected and old.status == new.status >= 400:
        return "the chassis returns errors as problem+json (errors.problem_json)"
    return None


@_register
def _validation(versions: Versions, exchange: Exchange, difference: Difference) -> str | None:
    """Explain different messages of Pydantic 2 about the same fields."""
    if not difference.where.startswith("$.detail") or exchange.after.status != 422:
        return None
    if exchange.before.status != 422:
        return None
    old, new = (set(_places(side.json)) for side in (exchange.before, exchange.after))
    if versions.crosses("pydantic", "2") and old and old == new:
        return "Pydantic 2 words the validation errors of the same fields differently"
    return None


def _places(document: Any) -> Iterator[tuple[str, ...]]:
    for detail in _details(document):
        place = detail.get("loc")
        parts = place if isinstance(place, list) else [place]
        # Pydantic 1 names the model itself `__root__`.
        yield tuple(str(part) for part in parts if part != "__root__")


def _details(document: Any) -> Iterator[Mapping[str, Any]]:
    details = document.get("detail") if isinstance(document, Mapping) else None
    details = details if isinstance(details, list) else []
    yield from (detail for detail in details if isinstance(detail, Mapping))


@_register
def _address_of_error(versions: Versions, exchange: Exchange, difference: Difference) -> str | None:
    is_removed = difference.where == "$.detail[].url" and difference.after == ABSENT
    if (
        is_removed
        and difference.before.startswith('"https://errors.pydantic.dev/')
        and versions.crosses("fastapi", "0.110.2")
    ):
        return "FastAPI 0.110.2: validation errors no longer link to Pydantic's documentation"
    return None


@_register
def _coercion(versions: Versions, exchange: Exchange, difference: Difference) -> str | None:
    """Explain why invalid input is rejected: numbers for strings, booleans for times."""
    is_rejected = exchange.after.status == 422 and any(_details(exchange.after.json))
    is_rejected = is_rejected and difference.part != "header"
    if versions.crosses("pydantic", "2") and exchange.request.kind == "invalid" and is_rejected:
        return "Pydantic 2 rejects invalid input that Pydantic 1 converted"
    return None


@_register
def _universal_time(versions: Versions, exchange: Exchange, difference: Difference) -> str | None:
    before, after = difference.before, difference.after
    is_same = before.endswith('+00:00"') and before.replace('+00:00"', 'Z"') == after
    if versions.crosses("pydantic", "2") and difference.part == "body" and is_same:
        return "Pydantic 2 writes UTC as Z, not as +00:00"
    return None


@_register
def _cross_origin(versions: Versions, exchange: Exchange, difference: Difference) -> str | None:
    """Explain additional values in the headers of CORSMiddleware."""
    if difference.part != "header" or not versions.crosses("starlette", "1.7"):
        return None
    old, new = ({part.strip() for part in value.split(",")} - {ABSENT}
                for value in (difference.before, difference.after))  # fmt: skip
    added = {
        "vary": {"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers",
                 "Access-Control-Request-Private-Network"},
        "access-control-allow-methods": {"QUERY"},
    }  # fmt: skip
    if old < new and new - old <= added.get(difference.where, set()):
        return "Starlette 1.7: CORSMiddleware always sends Vary, and allows QUERY"
    return None


@_register
def _redirect(versions: Versions, exchange: Exchange, difference: Difference) -> str | None:
    """Explain redirects that add or remove a trailing slash, without the root path."""
    if (difference.part, difference.where) != ("header", "location"):
        return None
    old, new = urlsplit(difference.before), urlsplit(difference.after)
    requested = exchange.request.target.partition("?")[0]
    is_slash_redirect = exchange.after.status == 307 and new.path.strip("/") == requested.strip("/")
    prefix = old.path.removesuffix(new.path)
    is_same = old._replace(path=new.path) == new and prefix not in {"", old.path}
    if versions.crosses("starlette", "0.35") and is_slash_redirect and is_same:
        return (
            f"Starlette 0.35: redirects no longer start with {prefix}, the root_path; if a proxy "
            "strips it, set server.root_path"
        )
    return None


@_register
def _served_file(versions: Versions, exchange: Exchange, difference: Difference) -> str | None:
    change = difference.part, difference.where, difference.before
    if change == ("header", "accept-ranges", ABSENT) and versions.crosses("starlette", "0.39"):
        return "Starlette 0.39: files support range requests"
    is_quoted = difference.after == f'"{difference.before}"'
    if change[:2] == ("header", "etag") and is_quoted and versions.crosses("starlette", "0.38.6"):
        return "Starlette 0.38.6 quotes the ETag of a file, as HTTP requires"
    return None


@_register
def _allowed_methods(versions: Versions, exchange: Exchange, difference: Difference) -> str | None:
    is_new = (difference.part, difference.where, difference.before) == ("header", "allow", ABSENT)
    if is_new and exchange.after.status == 405 and versions.crosses("starlette", "0.19"):
        return "Starlette 0.19: 405 responses list the allowed methods"
    return None
