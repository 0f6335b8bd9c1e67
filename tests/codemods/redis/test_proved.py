"""`drydock prove` checks the move from aioredis 2, which starts on Python 3.10 or older."""

from pathlib import Path

import pytest
from drydock.codemods.run import run

from tests.codemods.proved import found, proved

MAIN = """\
import aioredis
from aioredis.exceptions import ConnectionError as Unreachable
from fastapi import FastAPI

app = FastAPI(title="stock")
cache = aioredis.from_url("redis://127.0.0.1:1/4", decode_responses=True)


@app.get("/cache")
async def read_cache():
    options = cache.connection_pool.connection_kwargs
    awaits = hasattr(cache, "__aenter__")
    return {"db": options["db"], "decodes": options["decode_responses"], "awaits": awaits}


@app.get("/stock/{name}")
async def read_stock(name: str):
    try:
        return {"name": name, "stock": await cache.get(name)}
    except Unreachable:
        return {"name": name, "stock": None}
"""
FILES = {
    "main.py": MAIN,
    "requirements.txt": "fastapi==0.115.6\nuvicorn==0.34.0\naioredis==2.0.1\n",
}
pytestmark = [pytest.mark.rules, pytest.mark.usefixtures("packages")]


@pytest.fixture(scope="module")
def modern() -> dict[str, str]:
    """The files of the migrated service."""
    return {**FILES, **run(FILES, ["aioredis"], unsafe=False).texts}


def test_service_with_aioredis_behaves_as_before(tmp_path: Path, modern: dict[str, str]) -> None:
    assert modern["requirements.txt"].endswith("\nredis>=4.2\n")
    proof = proved(tmp_path / "stock", FILES, modern)
    assert (found(proof), proof.exit_code) == (set(), 0), proof.verdict


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("from redis import asyncio as aioredis", "import redis as aioredis"),
        ("from redis.exceptions import ConnectionError", "from redis.exceptions import LockError"),
    ],
)
def test_proof_finds_mistake_of_rule(
    right: str, wrong: str, tmp_path: Path, modern: dict[str, str]
) -> None:
    files = {path: text.replace(right, wrong) for path, text in modern.items()}
    assert files != modern
    proof = proved(tmp_path / "stock", FILES, files)
    assert proof.exit_code == 1
    assert found(proof) or "does not start" in proof.verdict
