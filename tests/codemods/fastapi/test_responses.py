"""`ORJSONResponse` -> `JSONResponse`."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-responses"

FIX: dict[str, tuple[Files, Files]] = {
    "method of a file": (
        "from fastapi.responses import FileResponse\nr = FileResponse('a', method='GET')\n",
        "from fastapi.responses import FileResponse\nr = FileResponse('a')\n",
    ),
    "method of a file among others": (
        "import starlette.responses as r\nx = r.FileResponse('a', method=m, filename='b')\n",
        "import starlette.responses as r\nx = r.FileResponse('a', filename='b')\n",
    ),
}
UNSAFE: dict[str, tuple[Files, Files]] = {
    "default of the application": (
        "from fastapi import FastAPI\nfrom fastapi.responses import ORJSONResponse\n\n"
        "app = FastAPI(default_response_class=ORJSONResponse)  # fast\n",
        "from fastapi import FastAPI\nfrom fastapi.responses import JSONResponse\n\n"
        "app = FastAPI(default_response_class=JSONResponse)  # fast\n",
    ),
    "made": (
        "from fastapi.responses import UJSONResponse\ndef f():\n    return UJSONResponse({})\n",
        "from fastapi.responses import JSONResponse\ndef f():\n    return JSONResponse({})\n",
    ),
    "beside the other": (
        "from fastapi.responses import JSONResponse, ORJSONResponse\nx = ORJSONResponse, JSONResponse\n",
        "from fastapi.responses import JSONResponse\nx = JSONResponse, JSONResponse\n",
    ),
    "by the module's name": (
        "from fastapi import responses\nx = responses.ORJSONResponse\n",
        "from fastapi import responses\nx = responses.JSONResponse\n",
    ),
    "of a route": (
        "from fastapi import APIRouter\nfrom fastapi.responses import ORJSONResponse as Fast\n"
        "router = APIRouter()\n@router.get('/', response_class=Fast)\ndef f(): ...\n",
        "from fastapi import APIRouter\nfrom fastapi.responses import JSONResponse\n"
        "router = APIRouter()\n@router.get('/', response_class=JSONResponse)\ndef f(): ...\n",
    ),
    "the name is taken": (
        "from fastapi.responses import ORJSONResponse\nclass JSONResponse: ...\nx = ORJSONResponse\n",
        "import fastapi.responses\nclass JSONResponse: ...\nx = fastapi.responses.JSONResponse\n",
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "not without being asked": (
        "from fastapi.responses import ORJSONResponse\nx = ORJSONResponse\n",
        "NaN, which becomes null",
    ),
    "JSONResponse": ("from fastapi.responses import JSONResponse\nx = JSONResponse\n", ""),
    "the service's own": ("class ORJSONResponse: ...\nx = ORJSONResponse\n", ""),
    "another library's": ("from shop import ORJSONResponse\nx = ORJSONResponse\n", ""),
    "a file": ("from fastapi.responses import FileResponse\nr = FileResponse('a')\n", ""),
    "another's method": (
        "from shop import FileResponse\nr = FileResponse('a', method='GET')\n",
        "",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_is_fixed(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_left(RULE, *NOOP[row])


@pytest.mark.parametrize("row", UNSAFE)
def test_is_fixed_on_request(row: str) -> None:
    assert_fixed(RULE, *UNSAFE[row], unsafe=True)
