"""ruff for black, isort, flake8 and pyupgrade; nox for tox and Makefile."""

import pytest
from drydock.codemods.run import run

from tests.codemods.support import Files, assert_fixed, assert_left

SETTINGS = "tools-settings"
RUFF = "tools-ruff"

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

FIX: dict[str, tuple[Files, Files]] = {
    "types": (
        "from typing import List, Optional\n\nx: Optional[List[int]] = None\n",
        # Whether an import is unused is not ruff's UP to tell.
        "from typing import List, Optional\n\nx: list[int] | None = None\n",
    ),
    "formats": ("x = 'a {}'.format(y)\n", "x = f'a {y}'\n"),
    "open": ("open('a', 'r')\n", "open('a')\n"),
    "encoding": ("'a'.encode('utf-8')\n", "b'a'\n"),
    "classes": ("class A(object):\n    pass\n", "class A:\n    pass\n"),
    "errors": ("try: ...\nexcept IOError: ...\n", "try: ...\nexcept OSError: ...\n"),
    "super": (
        "class A(B):\n    def f(self):\n        super(A, self).f()\n",
        "class A(B):\n    def f(self):\n        super().f()\n",
    ),
    "texts": ("x = u'a'\n", "x = 'a'\n"),
}


@pytest.mark.parametrize("row", TOLD)
def test_is_told(row: str) -> None:
    assert_left(SETTINGS, *TOLD[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_left(SETTINGS, NOOP[row])


@pytest.mark.parametrize("row", FIX)
def test_ruff_does_it_by_the_name_of_the_rule(row: str) -> None:
    assert_fixed(RUFF, *FIX[row])


def test_ruff_tells_its_count_otherwise() -> None:
    outcome = run({"a.py": "x = u'a'\n", "b.py": "y = u'a'\n"}, None, unsafe=False)
    assert outcome.texts == {}
    (told,) = [one for one in outcome.findings if one.rule == RUFF]
    assert (told.certainty, told.what) == ("left", "ruff --select UP,FAST: 2 UP025")
    assert told.how == "drydock modernize --rule tools-ruff"


@pytest.mark.parametrize("text", ["x = 'a'\n", "x: int | None = None\n", "# u'a'\n", "f(u)\n"])
def test_ruff_leaves_what_is_new(text: str) -> None:
    assert_left(RUFF, text)


def test_without_ruff_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert_left(RUFF, "x = u'a'\n", "install ruff")
