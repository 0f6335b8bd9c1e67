"""Constants of `status` -> their new names."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-status"


def _both(code: str) -> tuple[str, str]:
    """Return a row: code with the old name, and the same code with the new one."""
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
    "attribute of the imported library": _both(
        "import fastapi\nx = fastapi.status.HTTP_422_UNPROCESSABLE_ENTITY\n"
    ),
    "imported constant": _both(
        "from fastapi.status import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY\n\n\n"
        "def f(code=HTTP_422_UNPROCESSABLE_ENTITY):\n    return code == HTTP_422_UNPROCESSABLE_ENTITY\n"
    ),
    "imported constant with an alias": (
        "from starlette.status import HTTP_422_UNPROCESSABLE_ENTITY as WRONG\nx = WRONG\n",
        "from starlette.status import HTTP_422_UNPROCESSABLE_CONTENT as WRONG\nx = WRONG\n",
    ),
    "decorator on several lines": _both(
        "from fastapi import APIRouter, status\nrouter = APIRouter()\n\n\n@router.get(\n    '/',\n"
        "    responses={status.HTTP_422_UNPROCESSABLE_ENTITY: {}},\n)\ndef f(): ...\n"
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "already migrated": ("from fastapi import status\nx = status.HTTP_422_UNPROCESSABLE_CONTENT\n", ""),
    "other status code": ("from fastapi import status\nx = status.HTTP_404_NOT_FOUND\n", ""),
    "same name from another library": (
        "from rest_framework import status\nx = status.HTTP_422_UNPROCESSABLE_ENTITY\n",
        "",
    ),
    "shadowed name": (
        "from fastapi import status\ndef f(status): return status.HTTP_422_UNPROCESSABLE_ENTITY\n",
        "",
    ),
    "string": ("from fastapi import status\nx = 'HTTP_422_UNPROCESSABLE_ENTITY'\n", ""),
    "constant of the service": ("HTTP_422_UNPROCESSABLE_ENTITY = 422\n", ""),
    "imported by another module": (
        {"a/__init__.py": "", "a/codes.py": "from fastapi.status import HTTP_422_UNPROCESSABLE_ENTITY\n",
         "a/b.py": "from .codes import HTTP_422_UNPROCESSABLE_ENTITY as WRONG\n"},
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
