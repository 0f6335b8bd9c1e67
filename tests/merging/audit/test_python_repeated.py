"""What Python takes twice and heeds once is told; what is right is not."""

import ast

import pytest
from drydock.merging.audit import python_repeated

REPEATED = {
    "a key": ('{"a": 1, "a": 2, "a": 3}', ["the key `'a'`"] * 2),
    "a key within another": ('{"a": {"a": 1}}', []),
    "what is computed": ("{f(): 1, f(): 2, **a, **a}", []),
    "a branch": ("if a:\n    b\nelif a:\n    c", ["the branch `a`"]),
    "a branch within another": ("if a:\n    if a:\n        b", []),
    "a case": ("match a:\n    case 1:\n        b\n    case 1:\n        c", ["the case `1`"]),
    "a case with a condition": ("match a:\n case 1 if b:\n  c\n case 1:\n  d", []),
    "a route": (
        '@app.get("/a")\ndef a(): ...\n@app.get("/a")\nasync def b(): ...',
        ["the route `app.get('/a')`"],
    ),
    "routes of other methods": ('@app.get("/a")\ndef a(): ...\n@app.post("/a")\ndef b(): ...', []),
    "routes told apart by their methods": (
        '@app.route("/a", methods=["GET"])\ndef a(): ...\n'
        '@app.route("/a", methods=["PUT"])\ndef b(): ...',
        [],
    ),
    "routes of other routers": ('@one.get("/a")\ndef a(): ...\n@two.get("/a")\ndef b(): ...', []),
    "a decorator that is no route": (
        '@use.mark("a")\ndef a(): ...\n@use.mark("a")\ndef b(): ...',
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REPEATED)
def test_what_is_there_again(case: str) -> None:
    text, found = REPEATED[case]
    assert list(python_repeated.names(ast.parse(text))) == found


DATACLASS = "@dataclass\nclass A:\n    a: int = 0\n    "
FIELDS = {
    "no default": (DATACLASS + "b: int", ["A.b"]),
    "a default": (DATACLASS + "b: int = 1", []),
    "a field without default": (DATACLASS + "b: int = field(repr=False)", ["A.b"]),
    "a field with a default": (DATACLASS + "b: int = field(default_factory=list)", []),
    "a field by name": (DATACLASS + "b: int = field(kw_only=True)", []),
    "fields by name from there on": (DATACLASS + "_: KW_ONLY\n    b: int", []),
    "a variable of the class": (DATACLASS + "b: ClassVar[int]", []),
    "fields by name": (DATACLASS.replace("dataclass", "dataclass(kw_only=True)") + "b: int", []),
    "another way to import it": (DATACLASS.replace("@", "@dataclasses.") + "b: int", ["A.b"]),
    "a class that is none": (DATACLASS.removeprefix("@dataclass\n") + "b: int", []),
}


@pytest.mark.parametrize("case", FIELDS)
def test_a_field_without_default_below_one_with_it(case: str) -> None:
    text, found = FIELDS[case]
    assert list(python_repeated.without_default(ast.parse(text))) == found
