"""Settings of black, isort and flake8, tox and Makefile: told, with ruff's or nox's equal."""

import pytest

from tests.codemods.support import Files, assert_left

RULE = "tools-settings"

TOLD: dict[str, tuple[Files, str]] = {
    "black": ({"pyproject.toml": "[tool.black]\nline-length = 88\n"}, "ruff.toml: line-length"),
    "isort": ({"pyproject.toml": "[tool.isort]\nknown_first_party = ['a']\n"}, "lint.isort.known"),
    "isort of its own": ({".isort.cfg": "[settings]\nline_length = 99\n"}, "isort: line_length = 99"),
    "flake8": ({".flake8": "[flake8]\nextend-ignore = E203\n"}, "ruff.toml: lint.ignore"),
    "flake8 in setup.cfg": ({"setup.cfg": "[flake8]\nmax-complexity = 9\n"}, "lint.mccabe"),
    "no equal": ({"tox.ini": "[flake8]\nstatistics = True\n"}, "ruff has no equal setting"),
    "tox": ({"tox.ini": "[tox]\nenvlist = py39\n"}, "make it sessions of nox"),
    "Makefile": ({"Makefile": "test:\n\tpytest -q\n"}, "make it a session of nox"),
}  # fmt: skip

NOOP: dict[str, Files] = {
    "ruff": {"pyproject.toml": "[tool.ruff]\nline-length = 88\n"},
    "isort like black": {"pyproject.toml": '[tool.isort]\nprofile = "black"\n'},
    "another section": {"setup.cfg": "[metadata]\nname = a\n"},
    "a task of another kind": {"Makefile": "run:\n\tuvicorn main:app\n"},
    "a file elsewhere": {"docs/.flake8": "[flake8]\nignore = E1\n"},
    "a comment": {"Makefile": "# pytest runs the tests\n"},
}


@pytest.mark.parametrize("row", TOLD)
def test_is_told(row: str) -> None:
    assert_left(RULE, *TOLD[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_left(RULE, NOOP[row])
