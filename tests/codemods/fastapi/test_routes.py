"""`app.route`, `app.add_websocket_route` -> those of the router."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-routes"

APP = "from fastapi import FastAPI\nfrom shop import f\n\n\n"
FIX: dict[str, tuple[Files, Files]] = {
    "route": (
        APP + "app = FastAPI()\n\n\n@app.route('/x', methods=['GET'])  # raw\ndef x(request): ...\n",
        APP + "app = FastAPI()\n\n\n@app.router.route('/x', methods=['GET'])  # raw\n"
        "def x(request): ...\n",
    ),
    "websocket route": (
        APP + "app = FastAPI()\napp.add_websocket_route('/ws', f)\n",
        APP + "app = FastAPI()\napp.router.add_websocket_route('/ws', f)\n",
    ),
    "attribute of the imported library": (
        "import fastapi\napp = fastapi.FastAPI()\napp.add_websocket_route('/ws', f)\n",
        "import fastapi\napp = fastapi.FastAPI()\napp.router.add_websocket_route('/ws', f)\n",
    ),
    "Starlette": (
        "from starlette.applications import Starlette\na = Starlette()\n@a.route('/')\ndef f(r): ...\n",
        "from starlette.applications import Starlette\na = Starlette()\n"
        "@a.router.route('/')\ndef f(r): ...\n",
    ),
    "application is a parameter": (
        APP + "def add(app: FastAPI) -> None:\n    app.add_websocket_route('/ws', f)\n",
        APP + "def add(app: FastAPI) -> None:\n    app.router.add_websocket_route('/ws', f)\n",
    ),
    "application in a factory": (
        APP + "def make():\n    application = FastAPI()\n\n    @application.route('/')\n"
        "    def g(request): ...\n\n    return application\n",
        APP + "def make():\n    application = FastAPI()\n\n    @application.router.route('/')\n"
        "    def g(request): ...\n\n    return application\n",
    ),
    "application from a factory": (
        APP + "def make() -> FastAPI: ...\n\n\napp = make()\napp.add_websocket_route('/ws', f)\n",
        APP + "def make() -> FastAPI: ...\n\n\napp = make()\n"
        "app.router.add_websocket_route('/ws', f)\n",
    ),
    "application from another module": (
        {"app/__init__.py": "", "app/main.py": APP + "app = FastAPI()\n",
         "app/ws.py": "from .main import app\napp.add_websocket_route('/ws', f)\n"},
        {"app/ws.py": "from .main import app\napp.router.add_websocket_route('/ws', f)\n"},
    ),
}  # fmt: skip

NOOP: dict[str, tuple[Files, str]] = {
    "router": (
        "from fastapi import APIRouter\nrouter = APIRouter()\nrouter.add_websocket_route('/', f)\n",
        "",
    ),
    "Flask": ("from flask import Flask\napp = Flask('x')\n@app.route('/')\ndef f(): ...\n", ""),
    "already migrated": (APP + "app = FastAPI()\napp.router.add_websocket_route('/ws', f)\n", ""),
    "add_api_route": (APP + "app = FastAPI()\napp.add_api_route('/x', f)\n", ""),
    "unknown object": (
        "def add(app):\n    app.add_websocket_route('/ws', 1)\n",
        "if app is one, call app.router.add_websocket_route",
    ),
    "name is also bound to something else": (
        APP
        + "def add(app: FastAPI): ...\ndef other(app):\n    @app.route('/')\n    def g(): ...\n",
        "",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
