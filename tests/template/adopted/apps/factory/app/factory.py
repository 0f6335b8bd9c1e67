"""A service that a factory function creates."""

from fastapi import APIRouter, FastAPI, Response

router = APIRouter(prefix="/v1")


@router.get("/hello", response_class=Response)
def hello() -> Response:
    """Respond with a cookie and two headers of the same name."""
    response = Response("hello", media_type="text/plain")
    response.set_cookie("seen", "yes")
    response.headers.append("Link", "</a>; rel=next")
    response.headers.append("Link", "</b>; rel=prev")
    return response


def create_app(title: str = "factory") -> FastAPI:
    """Return the application."""
    app = FastAPI(title=title, docs_url=None)
    app.include_router(router)
    return app
