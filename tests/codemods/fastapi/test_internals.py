"""Names of FastAPI and Starlette that were moved or removed."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-internals"

OLD, NEW = "from starlette.exceptions import", "from starlette.middleware.exceptions import"
FIX: dict[str, tuple[Files, Files]] = {
    "single name": (f"{OLD} ExceptionMiddleware\n", f"{NEW} ExceptionMiddleware\n"),
    "string below that is no docstring": (
        f"{OLD} ExceptionMiddleware\nTEXT = 'a text'\n",
        f"{NEW} ExceptionMiddleware\nTEXT = 'a text'\n",
    ),
    "import alias": (
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
    "names in brackets": (
        f"{OLD} (\n    ExceptionMiddleware,\n    HTTPException,\n)\n",
        f"{OLD} (\n    HTTPException,\n)\n{NEW} ExceptionMiddleware\n",
    ),
    "import from the new module exists": (
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
    "already migrated": (f"{NEW} ExceptionMiddleware\n", ""),
    "same name from another package": ("from shop import ExceptionMiddleware\n", ""),
    "removed name": (
        "from fastapi.utils import create_response_field\n",
        "use pydantic.TypeAdapter",
    ),
    "removed name of Starlette": (
        "from starlette.routing import iscoroutinefunction_or_partial\n",
        "use inspect.iscoroutinefunction",
    ),
    "routes of the application": (
        "from fastapi import FastAPI\napp = FastAPI()\nfor one in app.routes: ...\n",
        "walk the tree",
    ),
    "routes of another object": ("for one in bus.routes: ...\n", ""),
    "startup called by hand": (
        "async def f(app):\n    await app.router.startup()\n",
        "lifespan_context",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
