"""`ORJSONResponse` -> `JSONResponse`."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-responses"

FIX: dict[str, tuple[Files, Files]] = {
    "file with a method": (
        "from fastapi.responses import FileResponse\nr = FileResponse('a', method='GET')\n",
        "from fastapi.responses import FileResponse\nr = FileResponse('a')\n",
    ),
    "file with a method and other arguments": (
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
    "response in a function": (
        "from fastapi.responses import UJSONResponse\ndef f():\n    return UJSONResponse({})\n",
        "from fastapi.responses import JSONResponse\ndef f():\n    return JSONResponse({})\n",
    ),
    "JSONResponse is already imported": (
        "from fastapi.responses import JSONResponse, ORJSONResponse\nx = ORJSONResponse, JSONResponse\n",
        "from fastapi.responses import JSONResponse\nx = JSONResponse, JSONResponse\n",
    ),
    "attribute of the module": (
        "from fastapi import responses\nx = responses.ORJSONResponse\n",
        "from fastapi import responses\nx = responses.JSONResponse\n",
    ),
    "response class of a route": (
        "from fastapi import APIRouter\nfrom fastapi.responses import ORJSONResponse as Fast\n"
        "router = APIRouter()\n@router.get('/', response_class=Fast)\ndef f(): ...\n",
        "from fastapi import APIRouter\nfrom fastapi.responses import JSONResponse\n"
        "router = APIRouter()\n@router.get('/', response_class=JSONResponse)\ndef f(): ...\n",
    ),
    "name is taken": (
        "from fastapi.responses import ORJSONResponse\nclass JSONResponse: ...\nx = ORJSONResponse\n",
        "import fastapi.responses\nclass JSONResponse: ...\nx = fastapi.responses.JSONResponse\n",
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "unsafe without --unsafe": (
        "from fastapi.responses import ORJSONResponse\nx = ORJSONResponse\n",
        "raises on NaN",
    ),
    "JSONResponse": ("from fastapi.responses import JSONResponse\nx = JSONResponse\n", ""),
    "the service's own": ("class ORJSONResponse: ...\nx = ORJSONResponse\n", ""),
    "same name from another library": ("from shop import ORJSONResponse\nx = ORJSONResponse\n", ""),
    "file without a method": (
        "from fastapi.responses import FileResponse\nr = FileResponse('a')\n",
        "",
    ),
    "FileResponse from another package": (
        "from shop import FileResponse\nr = FileResponse('a', method='GET')\n",
        "",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])


@pytest.mark.parametrize("row", UNSAFE)
def test_unsafe_code_is_migrated_on_request(row: str) -> None:
    assert_fixed(RULE, *UNSAFE[row], unsafe=True)
