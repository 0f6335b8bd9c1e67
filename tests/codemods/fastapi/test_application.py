"""Arguments of `FastAPI()`."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-application"

_RENAMED: dict[str, tuple[Files, Files]] = {
    name: (code, code.replace("openapi_prefix", "root_path"))
    for name, code in {
        "prefix": "from fastapi import FastAPI\napp = FastAPI(openapi_prefix='/api')  # behind\n",
        "attribute of the imported library": "import fastapi\napp = fastapi.FastAPI(openapi_prefix=PREFIX)\n",
        "import alias": "from fastapi import FastAPI as F\na = F(title='x', openapi_prefix='')\n",
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
    "unknown arguments": (
        "from fastapi import FastAPI\napp = FastAPI(title='x', config=config, key=3)\n",
        "from fastapi import FastAPI\napp = FastAPI(title='x')\n"
        'app.extra = {"config": config, "key": 3}\n',
    ),
    "only unknown arguments": (
        "from fastapi import FastAPI\napp = FastAPI( config=config )  # known\n",
        'from fastapi import FastAPI\napp = FastAPI()  # known\napp.extra = {"config": config}\n',
    ),
    "known and unknown arguments on several lines": (
        "from fastapi import FastAPI\n\ndef make():\n    self.app = FastAPI(\n        a=1,\n"
        "        title='x',  # shown\n        b=2,\n        openapi_prefix='/a',\n    )\n"
        "    return self.app\n",
        "from fastapi import FastAPI\n\ndef make():\n    self.app = FastAPI(\n"
        "        title='x',  # shown\n        root_path='/a',\n    )\n"
        '    self.app.extra = {"a": 1, "b": 2}\n    return self.app\n',
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "requests without a content type": (
        "from fastapi import FastAPI\napp = FastAPI()\n",
        "FastAPI(strict_content_type=False)",
    ),
    "dict of arguments": (
        "arguments = {'title': 'x', 'openapi_prefix': prefix}\n",
        "correct only if this dict is passed to FastAPI()",
    ),
    "strict_content_type is set": (
        "from fastapi import FastAPI\napp = FastAPI(strict_content_type=False)\n",
        "",
    ),
    "both arguments": (
        "from fastapi import FastAPI\n"
        "app = FastAPI(openapi_prefix='a', root_path='b', strict_content_type=True)\n",
        "keep root_path= only",
    ),
    "unknown arguments of an application without a name": (
        "from fastapi import FastAPI\ndef make():\n    return FastAPI(config=3)\n",
        "no longer accepts unknown arguments (config): set app.extra = {...} after",
    ),
    "arguments of a subclass": (
        "from fastapi import FastAPI\nclass App(FastAPI): ...\n"
        "app = App(config=3, strict_content_type=True)\n",
        "",
    ),
    "same name from another package": (
        "from shop import FastAPI\napp = FastAPI(openapi_prefix='a')\n",
        "",
    ),
    "missing credentials": (
        "from fastapi.security import HTTPBearer\nscheme = HTTPBearer()\n",
        "with 401, no longer with 403",
    ),
    "auto_error=False": (
        "from fastapi.security import APIKeyHeader\nscheme = APIKeyHeader(name='x', auto_error=False)\n",
        "",
    ),
    "missing API key": (
        "from fastapi.security.api_key import APIKeyHeader\nscheme = APIKeyHeader(name='x')\n",
        "tell the teams of its clients",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])


def test_dict_of_arguments_is_changed_on_request() -> None:
    before = 'arguments = {"title": "x", "openapi_prefix": prefix}\n'
    after = 'arguments = {"title": "x", "root_path": prefix}\n'
    assert_fixed(RULE, before, after, unsafe=True)
