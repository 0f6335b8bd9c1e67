"""`@pytest.fixture` on an `async def` -> `@pytest_asyncio.fixture`."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "pytest-async-fixtures"

FIX: dict[str, tuple[Files, Files]] = {
    "plain fixture": (
        "import pytest\n\n\n@pytest.fixture\nasync def client():\n    yield 1\n\n\n"
        "@pytest.mark.asyncio\nasync def test_it(client): ...\n",
        "import pytest\nimport pytest_asyncio\n\n\n@pytest_asyncio.fixture\nasync def client():\n"
        "    yield 1\n\n\n@pytest.mark.asyncio\nasync def test_it(client): ...\n",
    ),
    "fixture with arguments": (
        "import pytest\n@pytest.fixture(scope='session', autouse=True)  # once\nasync def db(): ...\n",
        "import pytest_asyncio\n@pytest_asyncio.fixture(scope='session', autouse=True)  # once\n"
        "async def db(): ...\n",
    ),
    "fixture imported by name": (
        "from pytest import fixture\n@fixture()\nasync def db(): ...\n",
        "import pytest_asyncio\n@pytest_asyncio.fixture()\nasync def db(): ...\n",
    ),
    "import alias": (
        "import pytest as p\n@p.fixture\nasync def db(): ...\n@p.fixture\ndef x(): ...\n",
        "import pytest as p\nimport pytest_asyncio\n@pytest_asyncio.fixture\nasync def db(): ...\n"
        "@p.fixture\ndef x(): ...\n",
    ),
    "pytest_asyncio is already imported": (
        "import pytest\nimport pytest_asyncio\n@pytest.fixture\nasync def db(): ...\n",
        "import pytest_asyncio\n@pytest_asyncio.fixture\nasync def db(): ...\n",
    ),
    "in a class": (
        "import pytest\nclass TestIt:\n    @pytest.fixture\n    async def db(self): ...\n",
        "import pytest_asyncio\nclass TestIt:\n    @pytest_asyncio.fixture\n    async def db(self): ...\n",
    ),
    "explicit strict mode": (
        {"pytest.ini": "[pytest]\nasyncio_mode = strict\n",
         "conftest.py": "import pytest\n@pytest.fixture\nasync def db(): ...\n"},
        {"conftest.py": "import pytest_asyncio\n@pytest_asyncio.fixture\nasync def db(): ...\n"},
    ),
    "sync and async fixtures": (
        "import pytest\n@pytest.fixture\nasync def a(): ...\n@pytest.fixture\ndef b(): ...\n"
        "@pytest.fixture\nasync def c(): ...\n",
        "import pytest\nimport pytest_asyncio\n@pytest_asyncio.fixture\nasync def a(): ...\n"
        "@pytest.fixture\ndef b(): ...\n@pytest_asyncio.fixture\nasync def c(): ...\n",
    ),
}  # fmt: skip

ASYNC = "import pytest\n@pytest.fixture\nasync def db(): ...\n"
NOOP: dict[str, tuple[Files, str]] = {
    "sync fixture": ("import pytest\n@pytest.fixture\ndef db(): ...\n", ""),
    "already migrated": (
        "import pytest_asyncio\n@pytest_asyncio.fixture\nasync def db(): ...\n",
        "",
    ),
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
    "anyio and pytest-asyncio": (
        {
            "conftest.py": ASYNC,
            "requirements.txt": "pytest-asyncio\n",
            "a.py": "x = 'mark.anyio'\n",
        },
        "both anyio and pytest-asyncio",
    ),
    "event_loop fixture": (
        "import pytest\n@pytest.fixture(scope='session')\ndef event_loop(): ...\n",
        "removed the event_loop fixture",
    ),
    "same name from another library": (
        "from shop import fixture\n@fixture\nasync def db(): ...\n",
        "",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
