"""Errors as problem+json (RFC 9457), with the request id that the log has too."""

import json
from copy import copy
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exception_handlers import (
    http_exception_handler,
    request_validation_exception_handler,
)
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Host, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

MEDIA_TYPE = "application/problem+json"

_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}


class InvalidInput(BaseModel):
    """One reason why a request was not understood; the pointer is a JSON pointer (RFC 6901)."""

    location: str
    pointer: str
    detail: str


class Problem(BaseModel):
    """What every error answer looks like."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    context: Any | None = None
    request_id: str | None = None
    errors: list[InvalidInput] | None = None


def problem(
    scope: Scope,
    status: int,
    detail: str | None = None,
    *,
    context: Any | None = None,
    errors: list[InvalidInput] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Return the response that tells the client of a request what went wrong."""
    known = status in HTTPStatus.__members__.values()
    title = HTTPStatus(status).phrase if known else "Error"
    content = Problem(
        title=title,
        status=status,
        detail=None if detail == title else detail,
        context=context,
        request_id=scope.get("state", {}).get("request_id"),
        errors=errors,
    )
    return JSONResponse(
        content.model_dump(exclude_none=True), status, headers=headers, media_type=MEDIA_TYPE
    )


class ErrorResponses:
    """Responses of the chassis in the application's place, outside of all its middleware.

    They have the application's CORS headers: a browser hides responses without them from a page.
    """

    def __init__(self, app: Any, *, problem_json: bool) -> None:
        self.problem_json = problem_json
        self._cors = _cors(app)
        self.busy = _with_cors(self._cors, _Busy())

    def response(
        self, scope: Scope, status: int, detail: str | None, headers: dict[str, str] | None
    ) -> ASGIApp:
        """Return the response to a request that went wrong."""
        return _with_cors(self._cors, problem(scope, status, detail, headers=headers))


class _Busy:
    """The response to one request too many, prepared except for the request's id."""

    def __init__(self) -> None:
        mark = "00000000-the-request-id"
        scope = {"state": {"request_id": mark}}
        response = problem(scope, 503, "The service is busy.", headers={"retry-after": "1"})
        self._before, _, self._after = bytes(response.body).partition(mark.encode())
        self._headers = [item for item in response.raw_headers if item[0] != b"content-length"]

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        request_id: str = scope["state"]["request_id"]
        body = self._before + request_id.encode() + self._after
        headers = [*self._headers, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _cors(app: Any) -> CORSMiddleware | None:
    """Return the CORS middleware around or in an application."""
    while not isinstance(app, CORSMiddleware | Starlette) and hasattr(app, "app"):
        app = app.app
    if isinstance(app, Starlette):
        for middleware in app.user_middleware:
            if isinstance(middleware.cls, type) and issubclass(middleware.cls, CORSMiddleware):
                arguments: Any = middleware
                return middleware.cls(app, *arguments.args, **arguments.kwargs)
    return app if isinstance(app, CORSMiddleware) else None


def _with_cors(cors: CORSMiddleware | None, response: ASGIApp) -> ASGIApp:
    """Wrap another application in the middleware."""
    if cors is None:
        return response
    around = copy(cors)
    around.app = response
    return around


def unwrapped(app: Any) -> Any:
    """Return the application within the middleware that the service has put around it."""
    while not hasattr(app, "routes") and hasattr(app, "app"):
        app = app.app
    return app


def install(app: ASGIApp) -> None:
    """Make a Starlette or FastAPI application, and those mounted in it, respond with problems.

    Handlers that the service registered itself stay. Other ASGI applications are left alone.
    """
    app = unwrapped(app)
    if isinstance(app, Starlette):
        handlers = app.exception_handlers
        if handlers.get(HTTPException) in (None, http_exception_handler):
            handlers[HTTPException] = _http_exception
        if handlers.get(RequestValidationError) in (None, request_validation_exception_handler):
            handlers[RequestValidationError] = _invalid_request
        if 500 not in handlers:
            handlers.setdefault(Exception, _unexpected)
        if isinstance(app, FastAPI):
            _document(app)
    for context in iter_route_contexts(getattr(app, "routes", [])):
        route = context.original_route
        if isinstance(route, (Mount, Host)):
            install(route.app)


async def _http_exception(request: Request, exc: Exception) -> Response:
    error = cast(HTTPException, exc)
    headers = dict(error.headers) if error.headers else None
    if error.status_code < 200 or error.status_code in (204, 205, 304):
        return Response(status_code=error.status_code, headers=headers)
    detail: Any = error.detail  # FastAPI allows any JSON here
    if isinstance(detail, str):
        return problem(request.scope, error.status_code, detail, headers=headers)
    return problem(request.scope, error.status_code, context=detail, headers=headers)


async def _invalid_request(request: Request, exc: Exception) -> Response:
    errors = [_invalid_input(error) for error in cast(RequestValidationError, exc).errors()]
    return problem(request.scope, 422, "The request is not valid.", errors=errors)


def _invalid_input(error: dict[str, Any]) -> InvalidInput:
    """Return what the client should fix; an error of the service's own making may lack parts."""
    location, *path = error.get("loc") or ["request"]
    detail = str(error.get("msg", ""))
    context = error.get("ctx")
    reason = str(context.get("error", "")) if isinstance(context, dict) else ""
    if error.get("type") == "json_invalid" and path and reason not in detail:
        # Not JSON at all: a position in the text, which a pointer cannot express. Pydantic's own
        # errors of this type, about a text with JSON in it, have a place and the reason already.
        detail = f"{detail}: {reason} at position {path[0]}"
        path = []
    pointer = "".join(f"/{_escape(part)}" for part in path)
    return InvalidInput(location=str(location), pointer=pointer, detail=detail)


def _escape(part: int | str) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


async def _unexpected(request: Request, _exc: Exception) -> Response:
    # Starlette sends this from outside of the application's middleware, too.
    return cast(Response, _with_cors(_cors(request.app), problem(request.scope, 500)))


def _document(app: FastAPI) -> None:
    """Describe the errors in the OpenAPI document."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if schemas.keys() & {"Problem", "InvalidInput"}:
            return document  # done before, or names of the service's own
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs"), Problem=schema)
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for operations in document.get("paths", {}).values():
            for method in _METHODS & operations.keys():
                operation = operations[method]
                responses = operation.setdefault("responses", {})
                if "HTTPValidationError" in json.dumps(responses.get("422")):
                    responses["422"] = {"description": "Invalid request", "content": content}
                responses.setdefault("default", {"description": "Error", "content": content})
        for name in ("HTTPValidationError", "ValidationError"):
            if f"#/components/schemas/{name}" not in json.dumps(document):
                schemas.pop(name, None)
        return document

    app.openapi = openapi  # type: ignore[method-assign]
