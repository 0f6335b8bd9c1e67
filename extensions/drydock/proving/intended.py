"""Differences that a change of the stack or the standard brings on purpose, each with its reason.

A reason is as narrow as what it explains: it looks at both responses, the request, and the
versions on both sides. What no reason fits stays a difference.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from packaging.version import Version

from drydock.proving.comparing import ABSENT, Difference
from drydock.proving.messages import Request, Response

_NONE = Version("0")
_LOGIN_ASKED = ("Not authenticated", "Invalid authentication credentials")


@dataclass(frozen=True)
class Setting:
    """What is known of both sides."""

    before: Mapping[str, str]
    """Installed versions by package."""
    after: Mapping[str, str]
    has_chassis: tuple[bool, bool]

    def crosses(self, package: str, version: str) -> bool:
        """Tell whether a package is older than `version` before, and not after."""
        old, new = (Version(side.get(package, "0")) for side in (self.before, self.after))
        return _NONE < old < Version(version) <= new

    @property
    def gains_chassis(self) -> bool:
        """Whether only the new side has a chassis."""
        return self.has_chassis == (False, True)


@dataclass(frozen=True)
class Exchange:
    """One request with both responses."""

    request: Request
    before: Response
    after: Response


def everywhere(setting: Setting, difference: Difference) -> str:
    """Return why any response of the service has this difference; empty if not every one has."""
    new = difference.part == "header" and difference.before == ABSENT
    if setting.gains_chassis and new and difference.where == "x-request-id":
        return "the chassis tells the id of each request in X-Request-ID"
    return ""


Reason = Callable[[Setting, Exchange, Difference], str | None]
_REASONS: list[Reason] = []


def reason(setting: Setting, exchange: Exchange, difference: Difference) -> str:
    """Return why a difference is meant; empty if nothing foretold it."""
    found = (one(setting, exchange, difference) for one in _REASONS)
    return next(filter(None, found), "")


def _one(function: Reason) -> Reason:
    _REASONS.append(function)
    return function


@_one
def _missing_login(setting: Setting, exchange: Exchange, difference: Difference) -> str | None:
    old, new = exchange.before, exchange.after
    is_it = (old.status, new.status) == (403, 401) and any(
        said in str(old.json) for said in _LOGIN_ASKED
    )
    if is_it and setting.crosses("fastapi", "0.122"):
        return "FastAPI 0.122: a missing login is 401 with WWW-Authenticate, was 403"
    return None


@_one
def _content_type(setting: Setting, exchange: Exchange, difference: Difference) -> str | None:
    request = exchange.request
    bare = bool(request.body) and request.header("content-type") is None
    if bare and exchange.after.status == 422 and setting.crosses("fastapi", "0.132"):
        return "FastAPI 0.132: JSON without a Content-Type is refused; strict_content_type=False"
    return None


@_one
def _problem(setting: Setting, exchange: Exchange, difference: Difference) -> str | None:
    old, new = exchange.before, exchange.after
    is_problem = new.media_type == "application/problem+json" != old.media_type
    is_of_problem = difference.part == "body" or difference.where == "content-type"
    if setting.has_chassis[1] and is_problem and is_of_problem and old.status == new.status >= 400:
        return "the chassis says errors as problem+json (errors.problem_json)"
    return None


@_one
def _validation(setting: Setting, exchange: Exchange, difference: Difference) -> str | None:
    """Explain a message of Pydantic 2 about the same places."""
    if not difference.where.startswith("$.detail") or exchange.after.status != 422:
        return None
    if exchange.before.status != 422:
        return None
    places, now = (set(_places(one.json)) for one in (exchange.before, exchange.after))
    if setting.crosses("pydantic", "2") and places and places == now:
        return "Pydantic 2 says in other words what is wrong, of the same fields"
    return None


def _places(document: Any) -> Iterator[tuple[str, ...]]:
    for one in _details(document):
        # Of the model as a whole, for which Pydantic 1 has a name.
        place = one.get("loc")
        parts = place if isinstance(place, list) else [place]
        yield tuple(str(part) for part in parts if part != "__root__")


def _details(document: Any) -> Iterator[Mapping[str, Any]]:
    details = document.get("detail") if isinstance(document, Mapping) else None
    yield from (
        one for one in (details if isinstance(details, list) else ()) if isinstance(one, Mapping)
    )


@_one
def _address_of_error(setting: Setting, exchange: Exchange, difference: Difference) -> str | None:
    is_it = difference.where == "$.detail[].url" and difference.after == ABSENT
    if (
        is_it
        and difference.before.startswith('"https://errors.pydantic.dev/')
        and setting.crosses("fastapi", "0.110.2")
    ):
        return "FastAPI 0.110.2: a refusal no longer links to Pydantic's page about the error"
    return None


@_one
def _coercion(setting: Setting, exchange: Exchange, difference: Difference) -> str | None:
    """Explain the refusal of what the API document forbids: numbers for text, truth for times."""
    refused = exchange.after.status == 422 and any(_details(exchange.after.json))
    refused = refused and difference.part != "header"
    if setting.crosses("pydantic", "2") and exchange.request.kind == "invalid" and refused:
        return "Pydantic 2 refuses what the API document forbids, and Pydantic 1 made fit"
    return None


@_one
def _universal_time(setting: Setting, exchange: Exchange, difference: Difference) -> str | None:
    before, after = difference.before, difference.after
    is_same = before.endswith('+00:00"') and before.replace('+00:00"', 'Z"') == after
    if setting.crosses("pydantic", "2") and difference.part == "body" and is_same:
        return "Pydantic 2 writes Z for UTC, was +00:00"
    return None


@_one
def _cross_origin(setting: Setting, exchange: Exchange, difference: Difference) -> str | None:
    """Explain what CORSMiddleware says otherwise, where it says nothing less."""
    if difference.part != "header" or not setting.crosses("starlette", "1.7"):
        return None
    old, new = ({part.strip() for part in value.split(",")} - {ABSENT}
                for value in (difference.before, difference.after))  # fmt: skip
    added = {
        "vary": {"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers",
                 "Access-Control-Request-Private-Network"},
        "access-control-allow-methods": {"QUERY"},
    }  # fmt: skip
    if old < new and new - old <= added.get(difference.where, set()):
        return "Starlette 1.7: CORSMiddleware always tells what a response varies by, and QUERY"
    return None


@_one
def _redirect(setting: Setting, exchange: Exchange, difference: Difference) -> str | None:
    """Explain where a redirect to the same path leads, with a slash at its end or without."""
    if (difference.part, difference.where) != ("header", "location"):
        return None
    old, new = urlsplit(difference.before), urlsplit(difference.after)
    asked = exchange.request.target.partition("?")[0]
    is_of_slashes = exchange.after.status == 307 and new.path.strip("/") == asked.strip("/")
    prefix = old.path.removesuffix(new.path)
    is_same = old._replace(path=new.path) == new and prefix not in {"", old.path}
    if setting.crosses("starlette", "0.35") and is_of_slashes and is_same:
        return (
            f"Starlette 0.35: {prefix}, the root_path, is no longer put before a redirect; where a "
            "proxy takes it away, set server.root_path"
        )
    return None


@_one
def _served_file(setting: Setting, exchange: Exchange, difference: Difference) -> str | None:
    change = difference.part, difference.where, difference.before
    if change == ("header", "accept-ranges", ABSENT) and setting.crosses("starlette", "0.39"):
        return "Starlette 0.39: a file can be asked for in ranges"
    is_quoted = difference.after == f'"{difference.before}"'
    if change[:2] == ("header", "etag") and is_quoted and setting.crosses("starlette", "0.38.6"):
        return "Starlette puts the ETag of a file in quotes, as HTTP asks for"
    return None


@_one
def _allowed_methods(setting: Setting, exchange: Exchange, difference: Difference) -> str | None:
    is_new = (difference.part, difference.where, difference.before) == ("header", "allow", ABSENT)
    if is_new and exchange.after.status == 405 and setting.crosses("starlette", "0.19"):
        return "Starlette 0.19: 405 tells the methods that are allowed"
    return None
