"""The pages at `/docs` and `/redoc`, without anything from the internet.

FastAPI's own pages load their scripts from a public server, which closed networks do not reach.
"""

from importlib.util import find_spec

from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

SCRIPTS = "fastapi_offline"  # the package that the scripts come from
NO_ICON = "data:,"


def install(app: object) -> None:
    """Let the pages that a FastAPI application has come with their scripts.

    Pages that it does not have, or that the service made itself, are left alone.
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
    for index, route in reversed([*enumerate(routes)]):
        if isinstance(route, Route) and route.endpoint.__module__ == FastAPI.__module__:
            page = pages.get(route.path)
            if page is not None:
                scripts = Mount(f"{route.path}/assets", StaticFiles(packages=[(SCRIPTS, "static")]))
                routes[index : index + 1] = [
                    Route(route.path, page, include_in_schema=False),
                    scripts,
                ]


def _root(request: Request) -> str:
    root: str = request.scope.get("root_path", "")
    return root.rstrip("/")
