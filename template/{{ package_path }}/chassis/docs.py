"""The pages at `/docs` and `/redoc`, without anything from the internet.

FastAPI's own pages load their scripts from a public server, which closed networks do not reach.
"""

from collections.abc import Sequence
from importlib.util import find_spec

from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.routing import iter_route_contexts
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

SCRIPTS = "fastapi_offline"  # the package that the scripts come from
NO_ICON = "data:,"


def install(app: object) -> None:
    """Make the pages of a FastAPI application serve their own scripts.

    Pages that it has turned off, or that the service defines itself, are left alone.
    """
    if not isinstance(app, FastAPI) or find_spec(SCRIPTS) is None:
        return

    async def swagger(request: Request) -> HTMLResponse:
        root = _root(request)
        redirect = app.swagger_ui_oauth2_redirect_url
        return get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=f"{app.title} - Swagger UI",
            swagger_js_url=f"{root}{app.docs_url}/assets/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{app.docs_url}/assets/swagger-ui.css",
            swagger_favicon_url=NO_ICON,
            oauth2_redirect_url=f"{root}{redirect}" if redirect else None,
            init_oauth=app.swagger_ui_init_oauth,
            swagger_ui_parameters=app.swagger_ui_parameters,
        )

    async def redoc(request: Request) -> HTMLResponse:
        root = _root(request)
        return get_redoc_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=f"{app.title} - ReDoc",
            redoc_js_url=f"{root}{app.redoc_url}/assets/redoc.standalone.js",
            redoc_favicon_url=NO_ICON,
            with_google_fonts=False,
        )

    pages = {app.docs_url: swagger, app.redoc_url: redoc}
    routes: list[BaseRoute] = app.router.routes
    ours: list[Route | Mount] = []
    for index, route in reversed([*enumerate(routes)]):
        if isinstance(route, Route) and route.endpoint.__module__ == FastAPI.__module__:
            del routes[index]
            ours.insert(0, route)
            if page := pages.get(route.path):
                scripts = Mount(f"{route.path}/assets", StaticFiles(packages=[(SCRIPTS, "static")]))
                ours[:1] = [Route(route.path, page, include_in_schema=False), scripts]
    # Each request tries one route after the other: those of the service come first, if none of
    # them would take a page's path.
    routes[:] = [*ours, *routes] if _any_matches(routes, ours) else [*routes, *ours]


def _any_matches(routes: Sequence[BaseRoute], others: Sequence[Route | Mount]) -> bool:
    """Whether a route takes, or may take, the path of another one."""
    paths = [f"{other.path}/x" if isinstance(other, Mount) else other.path for other in others]
    return any(
        regex is None or any(map(regex.match, paths))
        for regex in (getattr(route, "path_regex", None) for route in iter_route_contexts(routes))
    )


def _root(request: Request) -> str:
    root: str = request.scope.get("root_path", "")
    return root.rstrip("/")
