"""Arguments of `FastAPI()`."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-application"

_RENAMED: dict[str, tuple[Files, Files]] = {
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
FIX: dict[str, tuple[Files, Files]] = _RENAMED | {
    "arguments that are none": (
        "from fastapi import FastAPI\napp = FastAPI(title='x', config=config, key=3)\n",
        "from fastapi import FastAPI\napp = FastAPI(title='x')\n"
        'app.extra = {"config": config, "key": 3}\n',
    ),
    "nothing but arguments that are none": (
        "from fastapi import FastAPI\napp = FastAPI( config=config )  # known\n",
        'from fastapi import FastAPI\napp = FastAPI()  # known\napp.extra = {"config": config}\n',
    ),
    "arguments that are none among others, over several lines": (
        "from fastapi import FastAPI\n\ndef make():\n    self.app = FastAPI(\n        a=1,\n"
        "        title='x',  # shown\n        b=2,\n        openapi_prefix='/a',\n    )\n"
        "    return self.app\n",
        "from fastapi import FastAPI\n\ndef make():\n    self.app = FastAPI(\n"
        "        title='x',  # shown\n        root_path='/a',\n    )\n"
        '    self.app.extra = {"a": 1, "b": 2}\n    return self.app\n',
    ),
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
    "arguments that are none, where it has no name": (
        "from fastapi import FastAPI\ndef make():\n    return FastAPI(config=3)\n",
        "FastAPI() no longer takes config, which were in app.extra: app.extra = {...}, once it",
    ),
    "arguments of a class of its own": (
        "from fastapi import FastAPI\nclass App(FastAPI): ...\n"
        "app = App(config=3, strict_content_type=True)\n",
        "",
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
