"""Code around the code that a rule changes stays unchanged, byte for byte."""

import ast
from importlib import import_module

import pytest
from drydock.codemods import all_rules
from drydock.codemods.run import run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.codemods.support import files_of

TABLES = (
    *(f"fastapi.test_{n}" for n in ("lifespan", "pattern", "routes", "status", "templates")),
    *(f"fastapi.test_{name}" for name in ("application", "internals", "responses", "testing")),
    *(f"pydantic.test_{n}" for n in ("config", "fields", "imports", "optional", "root_model")),
    *(f"pydantic.test_{name}" for name in ("root_validators", "untyped", "validators")),
    "pytest.test_async_fixtures",
)


def _rows() -> list[tuple[str, str]]:
    """Return the rule and the module of each row that consists of a single module."""
    rows = []
    for table in TABLES:
        module = import_module(f"tests.codemods.{table}")
        for row in module.FIX.values():
            if isinstance(row[0], str):
                rows.append((module.RULE, files_of(row[0])["service.py"]))
    return rows


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
    tested = {import_module(f"tests.codemods.{table}").RULE for table in TABLES}
    families = ("fastapi-", "pydantic-", "pytest-")
    rules = {one.name for one in all_rules() if one.rewrite and one.name.startswith(families)}
    # Their rows have several modules, need --unsafe, or are only reported.
    assert rules - tested == {"pydantic-methods", "pydantic-types"}
