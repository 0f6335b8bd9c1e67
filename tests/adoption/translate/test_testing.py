"""A service's own tests run under the settings that they ran under before."""

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from drydock.adoption.translate.testing import carry

STANDARD = """\
[pytest]
testpaths = ["tests"]
addopts = ["--strict-markers", "--strict-config"]
xfail_strict = true
filterwarnings = ["error"]
"""
ASKED_FOR = {"requirements-dev.txt": "pytest-timeout\npytest-asyncio\n"}

CARRIED: dict[str, tuple[Mapping[str, str], dict[str, Any]]] = {
    "options before the standard's": (
        {"pytest.ini": "[pytest]\naddopts = -q -k 'a b'\n"},
        {"addopts": ["-q", "-k", "a b", "--strict-markers", "--strict-config"]},
    ),
    "of pyproject.toml": (
        {"pyproject.toml": "[tool.pytest.ini_options]\nfilterwarnings = ['ignore:x']\n"},
        {"filterwarnings": ["ignore:x", "error"]},
    ),
    "of tox.ini": ({"tox.ini": "[pytest]\nlog_cli = yes\n"}, {"log_cli": True}),
    "of setup.cfg": (
        {"setup.cfg": "[tool:pytest]\nmarkers =\n    slow: long\n    fast\n"},
        {"markers": ["slow: long", "fast"]},
    ),
    "of the one that pytest reads": (
        {"pytest.ini": "[pytest]\nlog_level = INFO\n", "tox.ini": "[pytest]\nlog_level = DEBUG\n"},
        {"log_level": "INFO"},
    ),
    "the folders that it was told": (
        {"pytest.ini": "[pytest]\ntestpaths = checks more\n", "unit/test_a.py": ""},
        {"testpaths": ["checks", "more", "tests"]},
    ),
    "the folders that it found by itself": (
        {"app/tests/unit/test_a.py": "", "app/tests/b_test.py": "", "test_c.py": ""},
        {"testpaths": ["app/tests", "test_c.py", "tests"]},
    ),
    "markers that nobody declared": (
        {"tests/test_a.py": "@pytest.mark.slow\n@pytest.mark.skip\n@pytest.mark.fast\n"},
        {"markers": ["fast", "slow"]},
    ),
    "no marker twice": (
        {
            "pytest.ini": "[pytest]\nmarkers = slow(n): long\n",
            "tests/test_a.py": "@pytest.mark.slow(1)\n",
        },
        {"markers": ["slow(n): long"]},
    ),
    "settings of plugins": (
        {**ASKED_FOR, "pytest.ini": "[pytest]\ntimeout = 30\nasyncio_mode = auto\n"},
        {"timeout": "30", "asyncio_mode": "auto"},
    ),
    "async fixtures without a mark, as before pytest-asyncio 0.19": (
        {"requirements-dev.txt": "pytest-asyncio==0.18.3\n"},
        {"asyncio_mode": "auto"},
    ),
    "the version that was locked": (
        {
            "pyproject.toml": "[tool.poetry.dev-dependencies]\npytest-asyncio = '*'\n",
            "poetry.lock": "[[package]]\nname = 'pytest-asyncio'\nversion = '0.16.0'\n",
        },
        {"asyncio_mode": "auto"},
    ),
    "that of a newer pytest-asyncio": ({"requirements-dev.txt": "pytest-asyncio==0.21.0\n"}, {}),
    "tests that are expected to fail, and may pass": (
        {"tests/test_a.py": "@pytest.mark.xfail\ndef test_a(): ...\n"},
        {"xfail_strict": False},
    ),
    "where tests import from": (
        {"tests/test_a.py": "from app.main import app\nimport os\n", "app/main.py": ""},
        {"pythonpath": ["."]},
    ),
    "where tests import from, in src": (
        {"tests/test_a.py": "import shop\n", "src/shop/__init__.py": ""},
        {"pythonpath": ["src"]},
    ),
    "what pytest puts on the path by itself": (
        {
            "tests/__init__.py": "",
            "tests/test_a.py": "import main\nimport helper\n",
            "main.py": "",
        },
        {},
    ),
    "what it says of strictness": ({"pytest.ini": "[pytest]\nxfail_strict = no\n"},
                                   {"xfail_strict": False}),
}  # fmt: skip


@pytest.mark.parametrize("case", CARRIED)
def test_what_comes_in(case: str) -> None:
    files, expected = CARRIED[case]
    found = tomllib.loads(carry(STANDARD, files).text)["pytest"]
    assert found == {**tomllib.loads(STANDARD)["pytest"], **expected}


def test_without_settings_it_is_the_standards() -> None:
    carried = carry(STANDARD, {"app/main.py": ""})
    assert (carried.text, carried.rules, carried.todo) == (STANDARD, (), ())


def test_a_setting_that_no_plugin_knows_is_told() -> None:
    """pytest only warned of it; under --strict-config it would run no test at all."""
    carried = carry(STANDARD, {"pytest.ini": "[pytest]\nlog_level = INFO\ntimeout = 30\n"})
    assert tomllib.loads(carried.text)["pytest"].get("timeout") is None
    assert [(todo.path, todo.line) for todo in carried.todo] == [("pytest.ini", 3)]
    assert carried.accounted == frozenset()


def test_only_a_file_of_nothing_else_is_accounted_for() -> None:
    plain, noted = "[pytest]\nlog_level = INFO\n", "[pytest]\n# why\nlog_level = INFO\n"
    assert carry(STANDARD, {"pytest.ini": plain}).accounted == {"pytest.ini"}
    assert carry(STANDARD, {"pytest.ini": noted}).accounted == frozenset()


def test_settings_that_are_not_read_any_more_are_told() -> None:
    (todo,) = carry(STANDARD, {"tox.ini": "[tox]\n[pytest]\nlog_level = INFO\n"}).todo
    assert (todo.path, todo.line) == ("tox.ini", 2)
