"""A service of 2021 with code for each rule, and a deliberate mistake of each rule."""

OLD_REQUIREMENTS = """\
fastapi==0.85.2
starlette[full]==0.20.4
pydantic==1.10.13
uvicorn==0.20.0
sqlalchemy==1.4.54
aiosqlite==0.17.0
httpx==0.23.3
pytest==7.4.4
pytest-asyncio==0.18.3
"""
NEW_REQUIREMENTS = """\
fastapi>=0.160
pydantic>=2
pydantic-settings>=2
uvicorn
jinja2
sqlalchemy
greenlet
aiosqlite
httpx
pytest
pytest-asyncio
"""

MAIN = """\
from typing import List, Optional

from fastapi import FastAPI, Query, Request, status
from fastapi.responses import FileResponse, PlainTextResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, BaseSettings, Field, conlist, root_validator, validator
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.exceptions import ExceptionMiddleware


class Settings(BaseSettings):
    greeting: str = "hello"
    place: str = Field("here", env="SHOP_LOCATION")

    class Config:
        env_prefix = "SHOP_"


class Row:
    name = "bolt"
    size = 3


class Item(BaseModel):
    name: str
    size: Optional[int]
    tags: conlist(str, max_items=2) = []
    code: str = "none"
    stock = 0

    class Config:
        orm_mode = True
        anystr_strip_whitespace = True

    @validator("name")
    def upper(cls, v):
        return v.upper()

    @validator("code", always=True)
    def code_of_name(cls, v, values):
        return f"{v}-{values.get('name')}"

    @root_validator
    def not_both(cls, values):
        if values.get("size") is not None and values["size"] < 0:
            raise ValueError("unlucky")
        return values


class Names(BaseModel):
    __root__: List[str]


settings = Settings()
app = FastAPI(title="shop", openapi_prefix="/api")
app.add_middleware(ExceptionMiddleware, handlers={})
templates = Jinja2Templates(directory="templates")
state = {}


@app.on_event("startup")
async def connect():
    state["connected"] = "yes"


@app.get("/state")
def read_state():
    return state


@app.get("/settings")
def read_settings():
    return settings.dict()


@app.get("/find")
def find(q: str = Query("a", regex="^[a-c]+$")):
    return {"q": q}


@app.post("/items")
def add(item: Item):
    return {**item.dict(), "changed": sorted(item.__fields_set__)}


@app.get("/row")
def row():
    return Item.from_orm(Row()).dict(exclude={"tags"})


@app.post("/names")
def names(names: Names):
    return {"quotes": names.json().count('\\"')}


@app.get("/stock")
async def stock():
    async with create_async_engine("sqlite+aiosqlite://").connect() as connection:
        return {"stock": (await connection.execute(text("SELECT 3"))).scalar()}


@app.get("/refused")
def refused():
    return {"code": status.HTTP_422_UNPROCESSABLE_ENTITY}


@app.get("/page")
def page(request: Request):
    return templates.TemplateResponse("page.html", {"request": request, "name": "x"})


@app.get("/file")
def file():
    return FileResponse("templates/page.html", method="GET", media_type="text/plain")


@app.get("/message")
def message(q: str = "a"):
    return {"message": "{} at {}".format(q, settings.place)}


@app.route("/raw")
def raw(request):
    return PlainTextResponse("raw")


@app.get("/prefix")
def prefix(request: Request):
    return {"root_path": request.scope["root_path"], "raw": str(app.url_path_for("raw"))}
"""
TESTS = """\
import pytest
from httpx import AsyncClient

from main import app


@pytest.fixture
async def client():
    async with AsyncClient(app=app, base_url="http://test") as client:
        yield client


@pytest.mark.asyncio
async def test_raw(client):
    response = await client.get("/raw")
    assert response.text == "raw"
"""
FILES = {
    "requirements.txt": OLD_REQUIREMENTS,
    "main.py": MAIN,
    "templates/page.html": "<p>{{ name }}</p>\n",
    "tests/test_main.py": TESTS,
    "conftest.py": "",
}

BROKEN = {
    "fastapi-application": ('root_path="/api"', 'root_path="/other"'),
    "fastapi-internals": ("from starlette.middleware.exceptions", "from starlette.exceptions"),
    "fastapi-jinja2": ("\njinja2\n", "\n"),
    "fastapi-lifespan": ("    await connect()\n", ""),
    "fastapi-pattern": ('pattern="^[a-c]+$"', 'pattern="^[a-d]+$"'),
    "fastapi-responses": (', media_type="text/plain")', ")"),
    "fastapi-routes": ('@app.router.route("/raw")', '@app.router.route("/rare", name="raw")'),
    "fastapi-status": ("status.HTTP_422_UNPROCESSABLE_CONTENT", "status.HTTP_200_OK"),
    "fastapi-templates": ('request, "page.html", {"name": "x"}', 'request, "page.html", {}'),
    "fastapi-testing": ("transport=ASGITransport(app=app)", "transport=ASGITransport(app=None)"),
    "pydantic-config": ("from_attributes=True", "from_attributes=False"),
    "pydantic-dependency": ("pydantic-settings>=2\n", ""),
    "pydantic-fields": (
        'validation_alias="SHOP_LOCATION"',
        'json_schema_extra={"env": "SHOP_LOCATION"}',
    ),
    "pydantic-imports": (
        "from pydantic_settings import BaseSettings",
        "from pydantic import BaseSettings",
    ),
    "pydantic-methods": ('model_dump(exclude={"tags"})', "model_dump()"),
    "pydantic-optional": ("size: Optional[int] = None", "size: Optional[int]"),
    "pydantic-root-model": ("RootModel[List[str]]", "RootModel[List[int]]"),
    "pydantic-root-validators": ("self.size < 0", "self.size > 0"),
    "pydantic-untyped": ("stock: int = 0", "stock: str = 0"),
    "pydantic-validators": (", validate_default=True", ""),
    "pytest-async-fixtures": ("@pytest_asyncio.fixture", "@pytest.fixture"),
    "sqlalchemy-greenlet": ("\ngreenlet\n", "\n"),
}
"""By rule: its correct output, and the output of a mistake."""
RUFF = ('f"{q} at {settings.place}"', 'f"{q} at {q}"')
"""The correct output of ruff, and the output of a mistake."""
