"""aioredis as a part of redis."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "aioredis"

FIX: dict[str, tuple[Files, Files]] = {
    "the library": (
        "import aioredis\nr = aioredis.from_url('redis://x')\n",
        "from redis import asyncio as aioredis\nr = aioredis.from_url('redis://x')\n",
    ),
    "by another name": (
        "import aioredis as redis\nr = redis.Redis()\n",
        "from redis import asyncio as redis\nr = redis.Redis()\n",
    ),
    "names of it": (
        "from aioredis import Redis, from_url as connect  # both\nr: Redis = connect('x')\n",
        "from redis.asyncio import Redis, from_url as connect  # both\nr: Redis = connect('x')\n",
    ),
    "in brackets": (
        "from aioredis import (\n    ConnectionPool,\n    Redis,\n)\n",
        "from redis.asyncio import (\n    ConnectionPool,\n    Redis,\n)\n",
    ),
    "of its modules": (
        "from aioredis.client import PubSub\nfrom aioredis.lock import Lock\n",
        "from redis.asyncio.client import PubSub\nfrom redis.asyncio.lock import Lock\n",
    ),
    "its exceptions": (
        "from aioredis.exceptions import LockError, RedisError\n",
        "from redis.exceptions import LockError, RedisError\n",
    ),
    "its exceptions, by the library": (
        "import aioredis\ntry: ...\nexcept aioredis.exceptions.ConnectionError: ...\n",
        "from redis import asyncio as aioredis\ntry: ...\nexcept aioredis.ConnectionError: ...\n",
    ),
    "within a function": (
        "def connect():\n    import aioredis\n    return aioredis.from_url('x')\n",
        "def connect():\n    from redis import asyncio as aioredis\n"
        "    return aioredis.from_url('x')\n",
    ),
    "a requirement": (
        {"app.py": "import aioredis\n", "requirements.txt": "aioredis[hiredis]==2.0.1  # x\nb\n"},
        {"requirements.txt": "redis[hiredis]>=4.2  # x\nb\n"},
    ),
    "a requirement with a pin alone": (
        {"app.py": "import aioredis\n", "requirements.txt": "a==1\naioredis==2.0.1\n"},
        {"requirements.txt": "a==1\nredis>=4.2\n"},
    ),
    "a requirement of any version": (
        {"app.py": "import aioredis\n", "requirements.in": "aioredis\n"},
        {"requirements.in": "redis>=4.2\n"},
    ),
    "a requirement of a marker": (
        {"app.py": "import aioredis\n", "requirements.txt": "aioredis>=2,<3 ; os_name=='posix'\n"},
        {"requirements.txt": "redis>=4.2 ; os_name=='posix'\n"},
    ),
    "a dependency": (
        {
            "app.py": "import aioredis\n",
            "pyproject.toml": '[project]\ndependencies = [\n    "aioredis>=2",\n    "b",\n]\n',
        },
        {"pyproject.toml": '[project]\ndependencies = [\n    "redis>=4.2",\n    "b",\n]\n'},
    ),
    "Poetry's": (
        {
            "app.py": "import aioredis\n",
            "pyproject.toml": '[tool.poetry.dependencies]\naioredis = "^2.0.1"\nb = "*"\n',
        },
        {"pyproject.toml": '[tool.poetry.dependencies]\nredis = ">=4.2"\nb = "*"\n'},
    ),
    "Poetry's, with extras": (
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
    "a requirement beside redis": (
        {"app.py": "import aioredis\n", "requirements.txt": "aioredis==2.0.1\nredis==4.6\n"},
        {"requirements.txt": "redis==4.6\n"},
    ),
}

FIRST = "connect by redis.asyncio.from_url()"
NOOP: dict[str, tuple[Files, str]] = {
    "already": ("from redis import asyncio as aioredis\nr = aioredis.from_url('x')\n", ""),
    "a name like it": ("import aioredis_lock\nfrom aioredis_lock import Lock\n", ""),
    "another's": ("from shop.aioredis import Redis\nfrom .aioredis import x\n", ""),
    "aioredis 1, by its code": (
        "import aioredis\nasync def f():\n    return await aioredis.create_redis_pool('x')\n",
        FIRST,
    ),
    "aioredis 1, by another module's": (
        {
            "a.py": "from aioredis import create_redis\n",
            "b.py": "from aioredis import Redis\nr: Redis\n",
            "requirements.txt": "aioredis\n",
        },
        FIRST,
    ),
    "aioredis 1, by a pin": (
        {"a.py": "from aioredis import Redis\n", "requirements.txt": "aioredis==1.3.1\n"},
        FIRST,
    ),
    "aioredis 1, by a lock": (
        {
            "a.py": "import aioredis\n",
            "poetry.lock": '[[package]]\nname = "aioredis"\nversion = "1.3.1"\n',
        },
        FIRST,
    ),
    "what redis lacks": ("from aioredis.connection import SocketBuffer\n", "redis.asyncio"),
    "all of it": ("from aioredis import *\n", "redis.asyncio"),
    "beside another": ("import aioredis, os\n", "redis.asyncio"),
    "in a text": ("def f(mocker):\n    mocker.patch('aioredis.from_url')\n", "name redis.asyncio"),
    "aioredis 1, for another library": (
        {"a.py": "import redis\n", "requirements.txt": "aioredis==1.3.1\nredis\n"},
        "",
    ),
    "required and not imported": ({"a.py": "", "requirements.txt": "aioredis==2.0.1\n"}, ""),
}


@pytest.mark.parametrize("row", FIX)
def test_is_fixed(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_left(RULE, *NOOP[row])
