"""`@pytest.fixture` of an `async def` -> `@pytest_asyncio.fixture`."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "pytest-async-fixtures"

FIX: dict[str, tuple[Files, Files]] = {
    "plain": (
        "import pytest\n\n\n@pytest.fixture\nasync def client():\n    yield 1\n\n\n"
        "@pytest.mark.asyncio\nasync def test_it(client): ...\n",
        "import pytest\nimport pytest_asyncio\n\n\n@pytest_asyncio.fixture\nasync def client():\n"
        "    yield 1\n\n\n@pytest.mark.asyncio\nasync def test_it(client): ...\n",
    ),
    "with arguments": (
        "import pytest\n@pytest.fixture(scope='session', autouse=True)  # once\nasync def db(): ...\n",
        "import pytest_asyncio\n@pytest_asyncio.fixture(scope='session', autouse=True)  # once\n"
        "async def db(): ...\n",
    ),
    "by its name": (
        "from pytest import fixture\n@fixture()\nasync def db(): ...\n",
        "import pytest_asyncio\n@pytest_asyncio.fixture()\nasync def db(): ...\n",
    ),
    "by another name": (
        "import pytest as p\n@p.fixture\nasync def db(): ...\n@p.fixture\ndef x(): ...\n",
        "import pytest as p\nimport pytest_asyncio\n@pytest_asyncio.fixture\nasync def db(): ...\n"
        "@p.fixture\ndef x(): ...\n",
    ),
    "where the plugin is imported": (
        "import pytest\nimport pytest_asyncio\n@pytest.fixture\nasync def db(): ...\n",
        "import pytest_asyncio\n@pytest_asyncio.fixture\nasync def db(): ...\n",
    ),
    "in a class": (
        "import pytest\nclass TestIt:\n    @pytest.fixture\n    async def db(self): ...\n",
        "import pytest_asyncio\nclass TestIt:\n    @pytest_asyncio.fixture\n    async def db(self): ...\n",
    ),
    "strict mode, said": (
        {"pytest.ini": "[pytest]\nasyncio_mode = strict\n",
         "conftest.py": "import pytest\n@pytest.fixture\nasync def db(): ...\n"},
        {"conftest.py": "import pytest_asyncio\n@pytest_asyncio.fixture\nasync def db(): ...\n"},
    ),
    "among others": (
        "import pytest\n@pytest.fixture\nasync def a(): ...\n@pytest.fixture\ndef b(): ...\n"
        "@pytest.fixture\nasync def c(): ...\n",
        "import pytest\nimport pytest_asyncio\n@pytest_asyncio.fixture\nasync def a(): ...\n"
        "@pytest.fixture\ndef b(): ...\n@pytest_asyncio.fixture\nasync def c(): ...\n",
    ),
}  # fmt: skip

ASYNC = "import pytest\n@pytest.fixture\nasync def db(): ...\n"
NOOP: dict[str, tuple[Files, str]] = {
    "sync": ("import pytest\n@pytest.fixture\ndef db(): ...\n", ""),
    "already": ("import pytest_asyncio\n@pytest_asyncio.fixture\nasync def db(): ...\n", ""),
    "auto mode": ({"pytest.ini": "[pytest]\nasyncio_mode = auto\n", "conftest.py": ASYNC}, ""),
    "auto mode in pyproject": (
        {
            "pyproject.toml": '[tool.pytest.ini_options]\nasyncio_mode = "auto"\n',
            "conftest.py": ASYNC,
        },
        "",
    ),
    "anyio": (
        {
            "conftest.py": ASYNC,
            "test_a.py": "import pytest\n@pytest.mark.anyio\nasync def test_a(): ...\n",
        },
        "",
    ),
    "both": (
        {
            "conftest.py": ASYNC,
            "requirements.txt": "pytest-asyncio\n",
            "a.py": "x = 'mark.anyio'\n",
        },
        "both plugins",
    ),
    "the loop": (
        "import pytest\n@pytest.fixture(scope='session')\ndef event_loop(): ...\n",
        "event_loop is no fixture any more",
    ),
    "another library's": ("from shop import fixture\n@fixture\nasync def db(): ...\n", ""),
}


@pytest.mark.parametrize("row", FIX)
def test_is_fixed(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_left(RULE, *NOOP[row])
