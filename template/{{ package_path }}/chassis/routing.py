"""Routes of included routers, found as quickly as the application's own.

FastAPI looks for the route of an included router twice for each request. Before its 0.137 it copied
such routes into the application; so does this.
"""

import inspect
from collections.abc import Iterator

from fastapi import APIRouter, FastAPI
from fastapi.params import Form
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import BaseRoute

# Limits of forms are those of the router, too, and a route with a form is not copied.
_OPTIONS = inspect.signature(APIRoute).parameters.keys() - {"form_limits"}

# What a route makes of its options, and what a copy has otherwise.
_MADE = {
    "app", "body_field", "dependant", "form_limits", "include_in_schema", "response_field",
    "response_fields", "stream_item_field",
}  # fmt: skip


class _Copy(APIRoute):
    """A route of an included router, as a route of the application."""


def install(app: object) -> None:
    """Let a FastAPI application try copies of its routers' routes before the routers.

    The routers stay: they are in the OpenAPI document, and have what cannot be copied.
    """
    if isinstance(app, FastAPI):
        routes: list[BaseRoute] = app.router.routes
        routers = [route for route in routes if not isinstance(route, _Copy)]
        routes[:] = [one for router in routers for one in (*_copies(router), router)]


def _copies(router: BaseRoute) -> Iterator[_Copy]:
    """Copy the first routes of a router; one that cannot be copied comes before all others."""
    if not _is_plain(router):
        return
    for context in iter_route_contexts([router]):
        if context.original_route is router or not _can_be_copied(context):
            return
        options = {name: getattr(context, name) for name in _OPTIONS}
        copy = _Copy(**options | {"include_in_schema": False})
        if not _is_whole(copy, context):
            return
        yield copy


def _is_plain(router: BaseRoute) -> bool:
    """Whether requests reach the routes of a router, and of those in it, in FastAPI's own way."""
    if (included := getattr(router, "original_router", None)) is None:
        return True
    kind = type(included)
    return (
        kind.matches is APIRouter.matches
        and kind.handle is APIRouter.handle
        and all(_is_plain(route) for route in included.routes)
    )


def _can_be_copied(context: RouteContext) -> bool:
    """Whether a route is FastAPI's own kind, without a form, and all of its options are known."""
    return (
        type(context.original_route) is APIRoute
        and not (context.body_field and isinstance(context.body_field.field_info, Form))
        and all(hasattr(context, name) for name in _OPTIONS)
    )


def _is_whole(copy: _Copy, context: RouteContext) -> bool:
    """Whether a copy has all that its route has: no option says the type of a stream's items."""
    original = vars(context.original_route)
    return all(
        getattr(copy, name, None) == getattr(context, name, value)
        for name, value in original.items()
        if name not in _MADE and not name.startswith("_")
    )
