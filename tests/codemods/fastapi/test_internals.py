"""Names of FastAPI and Starlette that are elsewhere."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-internals"

OLD, NEW = "from starlette.exceptions import", "from starlette.middleware.exceptions import"
FIX: dict[str, tuple[Files, Files]] = {
    "alone": (f"{OLD} ExceptionMiddleware\n", f"{NEW} ExceptionMiddleware\n"),
    "above a text that is no docstring": (
        f"{OLD} ExceptionMiddleware\nTEXT = 'a text'\n",
        f"{NEW} ExceptionMiddleware\nTEXT = 'a text'\n",
    ),
    "by another name": (
        f"{OLD} ExceptionMiddleware as Errors\nx = Errors\n",
        f"{NEW} ExceptionMiddleware as Errors\nx = Errors\n",
    ),
    "first of two": (
        f"{OLD} ExceptionMiddleware, HTTPException  # both\n",
        f"{OLD} HTTPException  # both\n{NEW} ExceptionMiddleware\n",
    ),
    "last of two": (
        f"{OLD} HTTPException, ExceptionMiddleware\n",
        f"{OLD} HTTPException\n{NEW} ExceptionMiddleware\n",
    ),
    "in brackets": (
        f"{OLD} (\n    ExceptionMiddleware,\n    HTTPException,\n)\n",
        f"{OLD} (\n    HTTPException,\n)\n{NEW} ExceptionMiddleware\n",
    ),
    "beside what is there": (
        f"{NEW} x\n{OLD} ExceptionMiddleware\n",
        f"{NEW} ExceptionMiddleware, x\n",
    ),
    "among other imports": (
        f"import os\n{OLD} ExceptionMiddleware\nimport uvicorn\n",
        f"import os\n{NEW} ExceptionMiddleware\nimport uvicorn\n",
    ),
    "after a docstring": (
        f"'Doc.'\n{OLD} ExceptionMiddleware\n",
        f"'Doc.'\n{NEW} ExceptionMiddleware\n",
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "already": (f"{NEW} ExceptionMiddleware\n", ""),
    "another's": ("from shop import ExceptionMiddleware\n", ""),
    "what is gone": (
        "from fastapi.utils import create_response_field\n",
        "use pydantic.TypeAdapter",
    ),
    "what Starlette had for itself": (
        "from starlette.routing import iscoroutinefunction_or_partial\n",
        "use inspect.iscoroutinefunction",
    ),
    "the routes of the application": (
        "from fastapi import FastAPI\napp = FastAPI()\nfor one in app.routes: ...\n",
        "walk the tree",
    ),
    "the routes of something else": ("for one in bus.routes: ...\n", ""),
    "events by hand": ("async def f(app):\n    await app.router.startup()\n", "lifespan_context"),
}


@pytest.mark.parametrize("row", FIX)
def test_is_fixed(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_left(RULE, *NOOP[row])
