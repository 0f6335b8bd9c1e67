"""Code around the code that a rule changes stays unchanged, byte for byte."""

import ast
from typing import Any

import pytest
from drydock.codemods import all_rules
from drydock.codemods.run import run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.codemods.support import files_of
from tests.codemods.test_tables import TABLES

FAMILIES = ("fastapi-", "pydantic-", "pytest-")
RULES = {one.name for one in all_rules() if one.rewrite and one.name.startswith(FAMILIES)}
# Their rows have several modules, need --unsafe, or are only reported.
UNDRAWN = {"pydantic-methods", "pydantic-types"}


def _rows() -> list[tuple[str, str]]:
    """Return the rule and the module of each row that consists of a single module."""
    fixed: dict[str, Any] = {rule: TABLES[rule]["FIX"] for rule in sorted(RULES - UNDRAWN)}
    return [
        (rule, files_of(row[0])["service.py"])
        for rule, rows in fixed.items()
        for row in rows.values()
        if isinstance(row[0], str)
    ]


ROWS = _rows()
PINNED = {"requirements.txt": "pydantic==1.10.2\n"}
# Code that a formatter would change and no rule does. Each item is complete, and binds no name of a
# row, which would make that name ambiguous.
NOISE = (
    "# ümlaut,\ttab  and trailing space \n",
    "other  =  {  'a':1 ,\n    'b' : [ 2,3 ]  }\n",
    "def  spaced( n1 , n2 = 1 ) :  # odd\n\n\n    return  n1+n2\n",
    "text = '''\n  def not_code(:\n\t# no comment\n'''\n",
    "if  True :\n    pass ;  other = 3\n",
    "class  Odd ( object ) :\n\n    x = 1 ;y = 2\n",
    "long_ = ( 1 +\\\n  2 )\n",
    "lambda_ = lambda n1 , * n2 : ( n1 , n2 )\n",
    "\n\n\n\n",
    "async  def  later():\n    async with n1 as n2 ,  n3 as n4: ...\n",
)


@pytest.mark.slow
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(ROWS), st.lists(st.sampled_from(NOISE), min_size=1, max_size=6))
def test_surrounding_code_stays_unchanged(row: tuple[str, str], noise: list[str]) -> None:
    rule, text = row
    behind = "".join(noise)
    alone, after = (
        run({**PINNED, "service.py": one}, [rule], unsafe=False).texts["service.py"]
        for one in (text, text + behind)
    )
    ast.parse(after)
    assert after == alone + behind


def test_every_rule_that_changes_modules_is_drawn_from() -> None:
    assert RULES - {rule for rule, _ in ROWS} == UNDRAWN
