"""A service's own tests keep the settings that they ran with."""

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
PLUGINS = {"requirements-dev.txt": "pytest-timeout\npytest-asyncio\n"}

CARRIED: dict[str, tuple[Mapping[str, str], dict[str, Any]]] = {
    "options before the standard's": (
        {"pytest.ini": "[pytest]\naddopts = -q -k 'a b'\n"},
        {"addopts": ["-q", "-k", "a b", "--strict-markers", "--strict-config"]},
    ),
    "settings in pyproject.toml": (
        {"pyproject.toml": "[tool.pytest.ini_options]\nfilterwarnings = ['ignore:x']\n"},
        {"filterwarnings": ["ignore:x", "error"]},
    ),
    "settings in tox.ini": ({"tox.ini": "[pytest]\nlog_cli = yes\n"}, {"log_cli": True}),
    "settings in setup.cfg": (
        {"setup.cfg": "[tool:pytest]\nmarkers =\n    slow: long\n    fast\n"},
        {"markers": ["slow: long", "fast"]},
    ),
    "settings in the file that pytest reads": (
        {"pytest.ini": "[pytest]\nlog_level = INFO\n", "tox.ini": "[pytest]\nlog_level = DEBUG\n"},
        {"log_level": "INFO"},
    ),
    "configured folders of tests": (
        {"pytest.ini": "[pytest]\ntestpaths = checks more\n", "unit/test_a.py": ""},
        {"testpaths": ["checks", "more", "tests"]},
    ),
    "discovered folders of tests": (
        {"app/tests/unit/test_a.py": "", "app/tests/b_test.py": "", "test_c.py": ""},
        {"testpaths": ["app/tests", "test_c.py", "tests"]},
    ),
    "undeclared markers": (
        {"tests/test_a.py": "@pytest.mark.slow\n@pytest.mark.skip\n@pytest.mark.fast\n"},
        {"markers": ["fast", "slow"]},
    ),
    "declared marker": (
        {
            "pytest.ini": "[pytest]\nmarkers = slow(n): long\n",
            "tests/test_a.py": "@pytest.mark.slow(1)\n",
        },
        {"markers": ["slow(n): long"]},
    ),
    "settings of plugins": (
        {**PLUGINS, "pytest.ini": "[pytest]\ntimeout = 30\nasyncio_mode = auto\n"},
        {"timeout": "30", "asyncio_mode": "auto"},
    ),
    "async fixtures before pytest-asyncio 0.19": (
        {"requirements-dev.txt": "pytest-asyncio==0.18.3\n"},
        {"asyncio_mode": "auto"},
    ),
    "locked version of pytest-asyncio": (
        {
            "pyproject.toml": "[tool.poetry.dev-dependencies]\npytest-asyncio = '*'\n",
            "poetry.lock": "[[package]]\nname = 'pytest-asyncio'\nversion = '0.16.0'\n",
        },
        {"asyncio_mode": "auto"},
    ),
    "newer pytest-asyncio": ({"requirements-dev.txt": "pytest-asyncio==0.21.0\n"}, {}),
    "expected failures that may pass": (
        {"tests/test_a.py": "@pytest.mark.xfail\ndef test_a(): ...\n"},
        {"xfail_strict": False},
    ),
    "root of imports": (
        {"tests/test_a.py": "from app.main import app\nimport os\n", "app/main.py": ""},
        {"pythonpath": ["."]},
    ),
    "root of imports in src": (
        {"tests/test_a.py": "import shop\n", "src/shop/__init__.py": ""},
        {"pythonpath": ["src"]},
    ),
    "root that pytest inserts": (
        {
            "tests/__init__.py": "",
            "tests/test_a.py": "import main\nimport helper\n",
            "main.py": "",
        },
        {},
    ),
    "strictness of the service": ({"pytest.ini": "[pytest]\nxfail_strict = no\n"},
                                   {"xfail_strict": False}),
}  # fmt: skip


@pytest.mark.parametrize("case", CARRIED)
def test_setting_is_carried_over(case: str) -> None:
    files, expected = CARRIED[case]
    found = tomllib.loads(carry(STANDARD, files).text)["pytest"]
    assert found == {**tomllib.loads(STANDARD)["pytest"], **expected}


def test_service_without_settings_gets_the_standards() -> None:
    carried = carry(STANDARD, {"app/main.py": ""})
    assert (carried.text, carried.rules, carried.todo) == (STANDARD, (), ())


def test_setting_without_its_plugin_is_reported() -> None:
    """pytest only warned about it; with --strict-config it would run no tests."""
    carried = carry(STANDARD, {"pytest.ini": "[pytest]\nlog_level = INFO\ntimeout = 30\n"})
    assert tomllib.loads(carried.text)["pytest"].get("timeout") is None
    assert [(todo.path, todo.line) for todo in carried.todo] == [("pytest.ini", 3)]
    assert carried.accounted == frozenset()


def test_only_a_file_without_comments_is_accounted_for() -> None:
    plain, noted = "[pytest]\nlog_level = INFO\n", "[pytest]\n# why\nlog_level = INFO\n"
    assert carry(STANDARD, {"pytest.ini": plain}).accounted == {"pytest.ini"}
    assert carry(STANDARD, {"pytest.ini": noted}).accounted == frozenset()


def test_settings_that_are_no_longer_read_are_reported() -> None:
    (todo,) = carry(STANDARD, {"tox.ini": "[tox]\n[pytest]\nlog_level = INFO\n"}).todo
    assert (todo.path, todo.line) == ("tox.ini", 2)


def test_unclosed_quote_is_left_by_hand() -> None:
    carried = carry(STANDARD, {"pytest.ini": '[pytest]\naddopts = -k "a\nlog_level = INFO\n'})
    assert 'log_level = "INFO"' in carried.text
    assert [(one.path, one.line, "quote" in one.why) for one in carried.todo] == [
        ("pytest.ini", 2, True)
    ]
    assert not carried.accounted
