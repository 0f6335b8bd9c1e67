"""What the fields of a class mean for its constructor is found."""

import ast

import pytest
from drydock.merging.audit import python_fields

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
    assert list(python_fields.without_default(ast.parse(text))) == found


CLASSES = {
    "dataclass": ("@dataclass\nclass A:\n    a: int\n    b: int = 0", "a: int, b: int=None"),
    "frozen_dataclass": ("@dataclass(frozen=True)\nclass A:\n    a: int", "a: int"),
    "named_tuple": ("class A(NamedTuple):\n    a: int", "a: int"),
    "model": (
        "class A(BaseModel):\n    a: int\n    b: int = Field(1)\n    c: int = Field(gt=1)",
        "*, a: int, b: int=None, c: int, **others",
    ),
    "model_with_alias": ("class A(BaseModel):\n    a: int = Field(alias='b')", None),
    "model_with_validator": (
        "class A(BaseModel):\n    a: int\n    @model_validator(mode='before')\n    def f(cls): ...",
        None,
    ),
    "dataclass_with_base": ("@dataclass\nclass A(B):\n    a: int", None),
    "dataclass_with_options": ("@dataclass(kw_only=True)\nclass A:\n    a: int", None),
    "class_without_decorator": ("class A:\n    a: int", None),
}


@pytest.mark.parametrize("case", CLASSES)
def test_constructor(case: str) -> None:
    text, expected = CLASSES[case]
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.ClassDef)
    parameters = python_fields.constructor(node)
    assert (parameters and ast.unparse(parameters)) == expected
