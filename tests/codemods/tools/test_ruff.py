"""pyupgrade's and FastAPI's own rules, by ruff."""

import pytest
from drydock.codemods.run import run

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "tools-ruff"

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

NOOP: dict[str, Files] = {
    "a text": "x = 'a'\n",
    "new types": "x: int | None = None\n",
    "a comment": "# u'a'\n",
    "a name": "f(u)\n",
    "what is not safe": "x = '%s' % (y,)\n",
    "a file of another kind": {"service.txt": "x = u'a'\n"},
}


@pytest.mark.parametrize("row", FIX)
def test_ruff_does_it_by_the_name_of_the_rule(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_left(RULE, NOOP[row])


def test_its_count_is_told_otherwise() -> None:
    outcome = run({"a.py": "x = u'a'\n", "b.py": "y = u'a'\n"}, None, unsafe=False)
    assert outcome.texts == {}
    (told,) = [one for one in outcome.findings if one.rule == RULE]
    assert (told.certainty, told.what) == ("left", "ruff --select UP,FAST: 2 UP025")
    assert told.how == "drydock modernize --rule tools-ruff"


def test_without_ruff_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert_left(RULE, "x = u'a'\n", "install ruff")
