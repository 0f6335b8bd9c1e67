"""Repetitions that Python ignores are found."""

import ast

import pytest
from drydock.merging.audit import python_repeated

REPEATED = {
    "repeated_key": ('{"a": 1, "a": 2, "a": 3}', ["the key `'a'`"] * 2),
    "same_key_in_nested_dict": ('{"a": {"a": 1}}', []),
    "computed_keys": ("{f(): 1, f(): 2, **a, **a}", []),
    "repeated_branch": ("if a:\n    b\nelif a:\n    c", ["the branch `a`"]),
    "same_condition_in_nested_if": ("if a:\n    if a:\n        b", []),
    "repeated_case": ("match a:\n    case 1:\n        b\n    case 1:\n        c", ["the case `1`"]),
    "case_with_guard": ("match a:\n case 1 if b:\n  c\n case 1:\n  d", []),
    "repeated_route": (
        '@app.get("/a")\ndef a(): ...\n@app.get("/a")\nasync def b(): ...',
        ["the route `app.get('/a')`"],
    ),
    "routes_with_different_methods": (
        '@app.get("/a")\ndef a(): ...\n@app.post("/a")\ndef b(): ...',
        [],
    ),
    "routes_with_different_methods_argument": (
        '@app.route("/a", methods=["GET"])\ndef a(): ...\n'
        '@app.route("/a", methods=["PUT"])\ndef b(): ...',
        [],
    ),
    "routes_of_different_routers": (
        '@one.get("/a")\ndef a(): ...\n@two.get("/a")\ndef b(): ...',
        [],
    ),
    "repeated_attribute": ("a.b = 1\nc()\na.b = 2", ["the assignment of `a.b`"]),
    "attribute_in_branches": ("if a:\n    b.c = 1\nelse:\n    b.c = 2", []),
    "repeated_local_name": ("def f():\n    a = 1\n    a = 2", ["the assignment of `a`"]),
    "repeated_item": ("a['b'] = 1\na['b'] = 2\na[b] = 1\na[b] = 2", ["the assignment of `a['b']`"]),
    "repeated_fixture": (
        "@pytest.fixture\ndef a(): ...\n@pytest.fixture(name='a')\ndef b(): ...",
        ["the name `pytest.fixture 'a'`"],
    ),
    "repeated_command": (
        "@app.command('a')\ndef b(): ...\n@app.command()\ndef a(): ...",
        ["the name `app.command 'a'`"],
    ),
    "repeated_url_pattern": ("[path('a/', b), path('a/', c)]", ["the route `path('a/')`"]),
    "repeated_requirement": (
        "setup(install_requires=['A_b>=1', 'a-b>=2', 'c<1', 'c>1; python_version<\"3\"'])",
        ["the package `a-b`"],
    ),
    "repeated_value_of_enum": (
        "class A(StrEnum):\n    a = 'x'\n    b = 'x'\n    c = auto()\n    d = auto()",
        ["in A the value `'x'`"],
    ),
    "repeated_value_of_class": ("class A:\n    a = 1\n    b = 1", []),
    "decorator_that_is_not_a_route": (
        '@use.mark("a")\ndef a(): ...\n@use.mark("a")\ndef b(): ...',
        [],
    ),
}


@pytest.mark.parametrize("case", REPEATED)
def test_repetitions(case: str) -> None:
    text, found = REPEATED[case]
    assert list(python_repeated.names(ast.parse(text))) == found


ROUTES = '@app.get("/items/{item}")\ndef a(): ...\n@app.%s("%s")\ndef b(): ...'
UNREACHED = {
    "statement_below_return": (
        "def f():\n    return 1\n    a()",
        ["`a()` is below `return 1`"],
    ),
    "statement_below_return_in_branch": ("def f():\n    if a:\n        return 1\n    b()", []),
    "handler_below_exception": (
        "try:\n    a\nexcept Exception:\n    b\nexcept KeyError:\n    c",
        ["`except KeyError` is below `except Exception`"],
    ),
    "handler_above_exception": (
        "try:\n    a\nexcept KeyError:\n    b\nexcept Exception:\n    c",
        [],
    ),
    "route_below_parameter": (
        ROUTES % ("get", "/items/new"),
        ["the route `/items/new` is below `/items/{item}`"],
    ),
    "route_with_other_method": (ROUTES % ("post", "/items/new"), []),
    "route_with_more_segments": (ROUTES % ("get", "/items/new/one"), []),
    "route_above_parameter": (
        '@app.get("/items/new")\ndef a(): ...\n@app.get("/items/{item}")\ndef b(): ...',
        [],
    ),
}


@pytest.mark.parametrize("case", UNREACHED)
def test_unreached_code(case: str) -> None:
    text, found = UNREACHED[case]
    assert list(python_repeated.unreached(ast.parse(text))) == found
