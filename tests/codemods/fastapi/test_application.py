"""Arguments of `FastAPI()`."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-application"

FIX: dict[str, tuple[Files, Files]] = {
    name: (code, code.replace("openapi_prefix", "root_path"))
    for name, code in {
        "prefix": "from fastapi import FastAPI\napp = FastAPI(openapi_prefix='/api')  # behind\n",
        "by the library's name": "import fastapi\napp = fastapi.FastAPI(openapi_prefix=PREFIX)\n",
        "by another name": "from fastapi import FastAPI as F\na = F(title='x', openapi_prefix='')\n",
        "of a class derived": "from fastapi import FastAPI\nclass A(FastAPI): ...\n"
        "app = A(openapi_prefix='/a')  # FastAPI(\n",
        "in a function": "from fastapi import FastAPI\ndef f():\n"
        "    return FastAPI(openapi_prefix='/a')\n",
        "over several lines": "from fastapi import FastAPI\napp = FastAPI(\n    title='x',\n"
        "    openapi_prefix='/a',  # as the proxy\n)\n",
        "from where it really is": "from fastapi.applications import FastAPI\n"
        "app = FastAPI(openapi_prefix='/a')\n",
        "computed": "from fastapi import FastAPI\napp = FastAPI(openapi_prefix=get('prefix') or '')\n",
    }.items()
}

NOOP: dict[str, tuple[Files, str]] = {
    "what clients may send": (
        "from fastapi import FastAPI\napp = FastAPI()\n",
        "FastAPI(strict_content_type=False)",
    ),
    "in a dict of arguments": (
        "arguments = {'title': 'x', 'openapi_prefix': prefix}\n",
        "right if it is an argument of FastAPI()",
    ),
    "told already": ("from fastapi import FastAPI\napp = FastAPI(strict_content_type=False)\n", ""),
    "both": (
        "from fastapi import FastAPI\n"
        "app = FastAPI(openapi_prefix='a', root_path='b', strict_content_type=True)\n",
        "keep one of them",
    ),
    "another's": ("from shop import FastAPI\napp = FastAPI(openapi_prefix='a')\n", ""),
    "a login that is missing": (
        "from fastapi.security import HTTPBearer\nscheme = HTTPBearer()\n",
        "with 401, was 403",
    ),
    "a login that is seen to": (
        "from fastapi.security import APIKeyHeader\nscheme = APIKeyHeader(name='x', auto_error=False)\n",
        "",
    ),
    "a key": (
        "from fastapi.security.api_key import APIKeyHeader\nscheme = APIKeyHeader(name='x')\n",
        "tell the clients",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_is_fixed(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_left(RULE, *NOOP[row])


def test_a_dict_of_arguments_is_changed_on_request() -> None:
    before = 'arguments = {"title": "x", "openapi_prefix": prefix}\n'
    after = 'arguments = {"title": "x", "root_path": prefix}\n'
    assert_fixed(RULE, before, after, unsafe=True)
