"""aioredis -> `redis.asyncio`."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "aioredis"

FIX: dict[str, tuple[Files, Files]] = {
    "import": (
        "import aioredis\nr = aioredis.from_url('redis://x')\n",
        "from redis import asyncio as aioredis\nr = aioredis.from_url('redis://x')\n",
    ),
    "import alias": (
        "import aioredis as redis\nr = redis.Redis()\n",
        "from redis import asyncio as redis\nr = redis.Redis()\n",
    ),
    "imported names": (
        "from aioredis import Redis, from_url as connect  # both\nr: Redis = connect('x')\n",
        "from redis.asyncio import Redis, from_url as connect  # both\nr: Redis = connect('x')\n",
    ),
    "imported names in brackets": (
        "from aioredis import (\n    ConnectionPool,\n    Redis,\n)\n",
        "from redis.asyncio import (\n    ConnectionPool,\n    Redis,\n)\n",
    ),
    "submodules": (
        "from aioredis.client import PubSub\nfrom aioredis.lock import Lock\n",
        "from redis.asyncio.client import PubSub\nfrom redis.asyncio.lock import Lock\n",
    ),
    "exceptions": (
        "from aioredis.exceptions import LockError, RedisError\n",
        "from redis.exceptions import LockError, RedisError\n",
    ),
    "exceptions as attributes": (
        "import aioredis\ntry: ...\nexcept aioredis.exceptions.ConnectionError: ...\n",
        "from redis import asyncio as aioredis\ntry: ...\nexcept aioredis.ConnectionError: ...\n",
    ),
    "import in a function": (
        "def connect():\n    import aioredis\n    return aioredis.from_url('x')\n",
        "def connect():\n    from redis import asyncio as aioredis\n"
        "    return aioredis.from_url('x')\n",
    ),
    "requirement with an extra": (
        {"app.py": "import aioredis\n", "requirements.txt": "aioredis[hiredis]==2.0.1  # x\nb\n"},
        {"requirements.txt": "redis[hiredis]>=4.2  # x\nb\n"},
    ),
    "pinned requirement": (
        {"app.py": "import aioredis\n", "requirements.txt": "a==1\naioredis==2.0.1\n"},
        {"requirements.txt": "a==1\nredis>=4.2\n"},
    ),
    "requirement without a version": (
        {"app.py": "import aioredis\n", "requirements.in": "aioredis\n"},
        {"requirements.in": "redis>=4.2\n"},
    ),
    "requirement with a marker": (
        {"app.py": "import aioredis\n", "requirements.txt": "aioredis>=2,<3 ; os_name=='posix'\n"},
        {"requirements.txt": "redis>=4.2 ; os_name=='posix'\n"},
    ),
    "item in pyproject.toml": (
        {
            "app.py": "import aioredis\n",
            "pyproject.toml": '[project]\ndependencies = [\n    "aioredis>=2",\n    "b",\n]\n',
        },
        {"pyproject.toml": '[project]\ndependencies = [\n    "redis>=4.2",\n    "b",\n]\n'},
    ),
    "Poetry dependency": (
        {
            "app.py": "import aioredis\n",
            "pyproject.toml": '[tool.poetry.dependencies]\naioredis = "^2.0.1"\nb = "*"\n',
        },
        {"pyproject.toml": '[tool.poetry.dependencies]\nredis = ">=4.2"\nb = "*"\n'},
    ),
    "Poetry dependency with extras": (
        {
            "app.py": "import aioredis\n",
            "pyproject.toml": "[tool.poetry.dependencies]\n"
            'aioredis = {extras = ["hiredis"], version = "^2"}\n',
        },
        {
            "pyproject.toml": "[tool.poetry.dependencies]\n"
            'redis = {extras = ["hiredis"], version = ">=4.2"}\n'
        },
    ),
    "requirements of aioredis and redis": (
        {"app.py": "import aioredis\n", "requirements.txt": "aioredis==2.0.1\nredis==4.6\n"},
        {"requirements.txt": "redis==4.6\n"},
    ),
}

VERSION_1 = "connect with redis.asyncio.from_url()"
NOOP: dict[str, tuple[Files, str]] = {
    "already migrated": ("from redis import asyncio as aioredis\nr = aioredis.from_url('x')\n", ""),
    "similar name": ("import aioredis_lock\nfrom aioredis_lock import Lock\n", ""),
    "same name from another package": (
        "from shop.aioredis import Redis\nfrom .aioredis import x\n",
        "",
    ),
    "aioredis 1 in the module's code": (
        "import aioredis\nasync def f():\n    return await aioredis.create_redis_pool('x')\n",
        VERSION_1,
    ),
    "aioredis 1 in another module's code": (
        {
            "a.py": "from aioredis import create_redis\n",
            "b.py": "from aioredis import Redis\nr: Redis\n",
            "requirements.txt": "aioredis\n",
        },
        VERSION_1,
    ),
    "aioredis 1 in a pin": (
        {"a.py": "from aioredis import Redis\n", "requirements.txt": "aioredis==1.3.1\n"},
        VERSION_1,
    ),
    "aioredis 1 in a lock file": (
        {
            "a.py": "import aioredis\n",
            "poetry.lock": '[[package]]\nname = "aioredis"\nversion = "1.3.1"\n',
        },
        VERSION_1,
    ),
    "aioredis 1 in Pipenv's lock file": (
        {
            "a.py": "import aioredis\n",
            "Pipfile.lock": '{"default": {"aioredis": {"hashes": [], "version": "==1.3.1"}}}',
        },
        VERSION_1,
    ),
    "name that redis does not define": (
        "from aioredis.connection import SocketBuffer\n",
        "redis.asyncio",
    ),
    "star import": ("from aioredis import *\n", "redis.asyncio"),
    "import of two modules": ("import aioredis, os\n", "redis.asyncio"),
    "name in a string": (
        "def f(mocker):\n    mocker.patch('aioredis.from_url')\n",
        "refer to redis.asyncio",
    ),
    "aioredis 1 for another library": (
        {"a.py": "import redis\n", "requirements.txt": "aioredis==1.3.1\nredis\n"},
        "",
    ),
    "required but not imported": ({"a.py": "", "requirements.txt": "aioredis==2.0.1\n"}, ""),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
