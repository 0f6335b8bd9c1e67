"""The safe fixes of ruff's rules UP and FAST."""

import pytest
from drydock.codemods.run import run

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "tools-ruff"

FIX: dict[str, tuple[Files, Files]] = {
    "types": (
        "from typing import List, Optional\n\nx: Optional[List[int]] = None\n",
        # The rules UP do not remove unused imports.
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
    "string": "x = 'a'\n",
    "new type syntax": "x: int | None = None\n",
    "comment": "# u'a'\n",
    "name": "f(u)\n",
    "unsafe fix": "x = '%s' % (y,)\n",
    "other file type": {"service.txt": "x = u'a'\n"},
}


@pytest.mark.parametrize("row", FIX)
def test_named_rule_applies_fixes_of_ruff(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, NOOP[row])


def test_unnamed_rule_reports_count() -> None:
    outcome = run({"a.py": "x = u'a'\n", "b.py": "y = u'a'\n"}, None, unsafe=False)
    assert outcome.texts == {}
    (finding,) = [one for one in outcome.findings if one.rule == RULE]
    assert (finding.path, finding.certainty) == (".", "left")
    assert finding.what == "ruff --select UP,FAST: 2 UP025"
    assert finding.how == "drydock modernize --rule tools-ruff"


def test_missing_ruff_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert_left(RULE, "x = u'a'\n", "install ruff")
