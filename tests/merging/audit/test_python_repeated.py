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
    "decorator_that_is_not_a_route": (
        '@use.mark("a")\ndef a(): ...\n@use.mark("a")\ndef b(): ...',
        [],
    ),
}


@pytest.mark.parametrize("case", REPEATED)
def test_repetitions(case: str) -> None:
    text, found = REPEATED[case]
    assert list(python_repeated.names(ast.parse(text))) == found


DATACLASS = "@dataclass\nclass A:\n    a: int = 0\n    "
FIELDS = {
    "no_default": (DATACLASS + "b: int", ["A.b"]),
    "default": (DATACLASS + "b: int = 1", []),
    "field_without_default": (DATACLASS + "b: int = field(repr=False)", ["A.b"]),
    "field_with_default_factory": (DATACLASS + "b: int = field(default_factory=list)", []),
    "keyword_only_field": (DATACLASS + "b: int = field(kw_only=True)", []),
    "keyword_only_marker": (DATACLASS + "_: KW_ONLY\n    b: int", []),
    "class_variable": (DATACLASS + "b: ClassVar[int]", []),
    "keyword_only_dataclass": (
        DATACLASS.replace("dataclass", "dataclass(kw_only=True)") + "b: int",
        [],
    ),
    "qualified_decorator": (DATACLASS.replace("@", "@dataclasses.") + "b: int", ["A.b"]),
    "class_without_decorator": (DATACLASS.removeprefix("@dataclass\n") + "b: int", []),
}


@pytest.mark.parametrize("case", FIELDS)
def test_field_without_default_below_one_with_default(case: str) -> None:
    text, found = FIELDS[case]
    assert list(python_repeated.without_default(ast.parse(text))) == found
