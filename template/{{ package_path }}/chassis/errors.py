"""Errors as problem+json (RFC 9457), with the request id that the log has too."""

import json
from http import HTTPStatus
from typing import Any, cast

import structlog
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
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Host, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger()


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
    """Return the answer that tells the caller of a request what went wrong."""
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


class ErrorsMiddleware:
    """Logs an exception that nothing else handled, and answers it if nothing else did."""

    def __init__(self, app: ASGIApp, *, problem_json: bool) -> None:
        self.app = app
        self.problem_json = problem_json

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        started = complete = False

        async def observed_send(message: Message) -> None:
            nonlocal started, complete
            started = True
            await send(message)
            complete = message["type"] == "http.response.body" and not message.get("more_body")

        try:
            await self.app(scope, receive, observed_send)
        except Exception:
            if not complete and (started or not self.problem_json):
                raise  # the server logs it, and ends the connection
            log.exception("unhandled exception")
            if not started:
                await problem(scope, 500)(scope, receive, send)


def unwrapped(app: Any) -> Any:
    """Return the application within the middleware that the service has put around it."""
    while not hasattr(app, "routes") and hasattr(app, "app"):
        app = app.app
    return app


def install(app: ASGIApp) -> None:
    """Let a Starlette or FastAPI application, and those mounted in it, answer with problems.

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


def _http_exception(request: Request, exc: Exception) -> Response:
    error = cast(HTTPException, exc)
    headers = dict(error.headers) if error.headers else None
    if error.status_code < 200 or error.status_code in (204, 205, 304):
        return Response(status_code=error.status_code, headers=headers)
    detail: Any = error.detail  # FastAPI allows any JSON here
    if isinstance(detail, str):
        return problem(request.scope, error.status_code, detail, headers=headers)
    return problem(request.scope, error.status_code, context=detail, headers=headers)


def _invalid_request(request: Request, exc: Exception) -> Response:
    errors = [_invalid_input(error) for error in cast(RequestValidationError, exc).errors()]
    return problem(request.scope, 422, "The request is not valid.", errors=errors)


def _invalid_input(error: dict[str, Any]) -> InvalidInput:
    """Return what the caller should mend; an error of the service's own making may lack parts."""
    location, *path = error.get("loc") or ["request"]
    if error.get("type") == "json_invalid":
        path = []  # where in the text, which no pointer can say
    pointer = "".join(f"/{_escape(part)}" for part in path)
    return InvalidInput(location=str(location), pointer=pointer, detail=str(error.get("msg", "")))


def _escape(part: int | str) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _unexpected(request: Request, _exc: Exception) -> Response:
    return problem(request.scope, 500)


def _document(app: FastAPI) -> None:
    """Let the OpenAPI document say what the errors look like."""
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
            for operation in operations.values():
                responses = operation.setdefault("responses", {})
                if "HTTPValidationError" in json.dumps(responses.get("422")):
                    responses["422"] = {"description": "Invalid request", "content": content}
                responses.setdefault("default", {"description": "Error", "content": content})
        for name in ("HTTPValidationError", "ValidationError"):
            if f"#/components/schemas/{name}" not in json.dumps(document):
                schemas.pop(name, None)
        return document

    app.openapi = openapi  # type: ignore[method-assign]
