"""Settings of black, isort and flake8, tox and Makefile: reported with the equivalent."""

import pytest

from tests.codemods.support import Files, assert_left

RULE = "tools-settings"

REPORTED: dict[str, tuple[Files, str]] = {
    "black": ({"pyproject.toml": "[tool.black]\nline-length = 88\n"}, "set line-length in ruff.toml"),
    "isort": ({"pyproject.toml": "[tool.isort]\nknown_first_party = ['a']\n"}, "lint.isort.known"),
    "isort.cfg": ({".isort.cfg": "[settings]\nline_length = 99\n"}, "isort sets line_length = 99"),
    "flake8": ({".flake8": "[flake8]\nextend-ignore = E203\n"}, "set lint.ignore in ruff.toml"),
    "flake8 in setup.cfg": ({"setup.cfg": "[flake8]\nmax-complexity = 9\n"}, "lint.mccabe"),
    "no equivalent": ({"tox.ini": "[flake8]\nstatistics = True\n"}, "ruff has no equivalent"),
    "tox": ({"tox.ini": "[tox]\nenvlist = py39\n"}, "turn it into nox sessions"),
    "Makefile": ({"Makefile": "test:\n\tpytest -q\n"}, "turn it into a nox session"),
}  # fmt: skip

NOOP: dict[str, Files] = {
    "ruff settings": {"pyproject.toml": "[tool.ruff]\nline-length = 88\n"},
    "isort profile black": {"pyproject.toml": '[tool.isort]\nprofile = "black"\n'},
    "another section": {"setup.cfg": "[metadata]\nname = a\n"},
    "other task": {"Makefile": "run:\n\tuvicorn main:app\n"},
    "file in a folder": {"docs/.flake8": "[flake8]\nignore = E1\n"},
    "comment": {"Makefile": "# pytest runs the tests\n"},
}


@pytest.mark.parametrize("row", REPORTED)
def test_setting_is_reported(row: str) -> None:
    assert_left(RULE, *REPORTED[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, NOOP[row])
