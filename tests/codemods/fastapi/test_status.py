"""Constants of `status` by their new names."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-status"


def _both(code: str) -> tuple[str, str]:
    """Return a row: what has the old name, and the same with the new one."""
    new = code
    for old, name in {
        "HTTP_422_UNPROCESSABLE_ENTITY": "HTTP_422_UNPROCESSABLE_CONTENT",
        "HTTP_413_REQUEST_ENTITY_TOO_LARGE": "HTTP_413_CONTENT_TOO_LARGE",
        "HTTP_414_REQUEST_URI_TOO_LONG": "HTTP_414_URI_TOO_LONG",
        "HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE": "HTTP_416_RANGE_NOT_SATISFIABLE",
    }.items():
        new = new.replace(old, name)
    return code, new


FIX: dict[str, tuple[Files, Files]] = {
    "422": _both("from fastapi import status\nx = status.HTTP_422_UNPROCESSABLE_ENTITY  # no\n"),
    "413": _both("from fastapi import status\nx = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE\n"),
    "414": _both("from starlette import status\nx = status.HTTP_414_REQUEST_URI_TOO_LONG\n"),
    "416": _both(
        "from starlette import status as s\nx = s.HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE\n"
    ),
    "by the library's name": _both(
        "import fastapi\nx = fastapi.status.HTTP_422_UNPROCESSABLE_ENTITY\n"
    ),
    "imported alone": _both(
        "from fastapi.status import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY\n\n\n"
        "def f(code=HTTP_422_UNPROCESSABLE_ENTITY):\n    return code == HTTP_422_UNPROCESSABLE_ENTITY\n"
    ),
    "imported by another name": (
        "from starlette.status import HTTP_422_UNPROCESSABLE_ENTITY as WRONG\nx = WRONG\n",
        "from starlette.status import HTTP_422_UNPROCESSABLE_CONTENT as WRONG\nx = WRONG\n",
    ),
    "in a decorator over several lines": _both(
        "from fastapi import APIRouter, status\nrouter = APIRouter()\n\n\n@router.get(\n    '/',\n"
        "    responses={status.HTTP_422_UNPROCESSABLE_ENTITY: {}},\n)\ndef f(): ...\n"
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "already": ("from fastapi import status\nx = status.HTTP_422_UNPROCESSABLE_CONTENT\n", ""),
    "another code": ("from fastapi import status\nx = status.HTTP_404_NOT_FOUND\n", ""),
    "another library's": (
        "from rest_framework import status\nx = status.HTTP_422_UNPROCESSABLE_ENTITY\n",
        "",
    ),
    "hidden": (
        "from fastapi import status\ndef f(status): return status.HTTP_422_UNPROCESSABLE_ENTITY\n",
        "",
    ),
    "a text": ("from fastapi import status\nx = 'HTTP_422_UNPROCESSABLE_ENTITY'\n", ""),
    "the service's own": ("HTTP_422_UNPROCESSABLE_ENTITY = 422\n", ""),
    "handed on by name": (
        {"a/__init__.py": "", "a/codes.py": "from fastapi.status import HTTP_422_UNPROCESSABLE_ENTITY\n",
         "a/b.py": "from .codes import HTTP_422_UNPROCESSABLE_ENTITY as WRONG\n"},
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", FIX)
def test_is_fixed(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_left(RULE, *NOOP[row])
