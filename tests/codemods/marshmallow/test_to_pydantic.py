"""marshmallow -> Pydantic: which code is translated, and why other code stays unchanged."""

import ast
from collections.abc import Mapping
from textwrap import dedent

import pytest
from drydock.codemods.finding import Finding
from drydock.codemods.marshmallow.declared import _INTERNALS
from drydock.codemods.marshmallow.schema_adapter import Schema
from drydock.codemods.run import Outcome, run

from tests.codemods.marshmallow.pairs import RULE
from tests.codemods.marshmallow.tables import (
    FIELDS,
    MODULES,
    MODULES_OF,
    model_of,
    module_of,
)

IMPORTS = "from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate\n"


def _apply(files: Mapping[str, str] | str, version: int = 4) -> Outcome:
    modules = {"service.py": files} if isinstance(files, str) else files
    texts = {path: dedent(text).lstrip("\n") for path, text in modules.items()}
    return run({"requirements.txt": f"marshmallow~={version}.0\n", **texts}, [RULE], unsafe=False)


def _schema(*lines: str) -> str:
    """Return a module with a schema that has these lines."""
    return f"{IMPORTS}\n\nclass ThingSchema(Schema):\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize("row", FIELDS)
def test_field_becomes_annotation(row: str) -> None:
    before, after = FIELDS[row]
    text = _apply(module_of(before)).texts["service.py"]
    assert model_of(after) in text
    ast.parse(text)


@pytest.mark.parametrize("row", MODULES)
def test_module_gets_models_and_adapter_schemas(row: str) -> None:
    before, wanted = MODULES[row]
    text = _apply(before).texts["service.py"]
    assert [each for each in wanted if each not in text] == []
    assert "marshmallow" not in text
    ast.parse(text)


@pytest.mark.parametrize(
    ("version", "row"), [(version, row) for version in MODULES_OF for row in MODULES_OF[version]]
)
def test_code_for_one_version_is_translated_only_from_it(version: int, row: str) -> None:
    before, wanted = MODULES_OF[version][row]
    text = _apply(before, version).texts["service.py"]
    assert [each for each in wanted if each not in text] == []
    assert _apply(before, 7 - version).texts == {}


@pytest.mark.parametrize("row", [*MODULES, "str_required"])
def test_translated_module_stays_unchanged(row: str) -> None:
    before = MODULES[row][0] if row in MODULES else module_of(FIELDS[row][0])
    once = _apply(before).texts
    again = run({"requirements.txt": "marshmallow~=4.0\n", **once}, [RULE], unsafe=False)
    assert again.texts == {}


# Code that cannot be translated with certainty, and the reason.
NOOP: dict[str, tuple[str, str]] = {
    "unused_import": ("import marshmallow\n", ""),
    "schema_of_another_library": ("class Schema:\n    pass\n\n\nclass A(Schema):\n    pass\n", ""),
    "own_list_field": (
        f"{IMPORTS}\n\nclass Upper(fields.List):\n    pass\n\n\n"
        "class ThingSchema(Schema):\n    x = Upper()\n",
        "cannot tell what x is: if it is a field, turn it into a type",
    ),
    "own_field_that_raises": (
        f"{IMPORTS}\n\nclass Upper(fields.Str):\n"
        "    def _deserialize(self, value, attr, data, **kwargs):\n"
        "        raise ValidationError('no')\n\n\n"
        "class ThingSchema(Schema):\n    x = Upper()\n",
        "cannot tell what x is: if it is a field, turn it into a type",
    ),
    "own_field_used_elsewhere": (
        f"{IMPORTS}\n\nclass Upper(fields.Str):\n"
        "    def _deserialize(self, value, attr, data, **kwargs):\n"
        "        return value.upper()\n\n\n"
        "class ThingSchema(Schema):\n    x = Upper()\n\n\nprint(Upper)\n",
        "Upper is also used outside the fields of schemas",
    ),
    "field_in_a_variable": (
        f"{IMPORTS}\nname = fields.Str()\n\n\nclass ThingSchema(Schema):\n    x = name\n",
        "cannot tell what x is",
    ),
    "field_class": (_schema("x = fields.Str"), "x is a field class, not a field: write Str()"),
    "unknown_option": (_schema("x = fields.Str(allow_blank=True)"), "the option allow_blank"),
    "star_options": (_schema("x = fields.Str(**{})"), "arguments are unpacked with * or **"),
    "required_at_run_time": (
        _schema("x = fields.Str(required=bool(1))"),
        "required=bool(1) is only known at run time",
    ),
    "required_with_default": (
        _schema("x = fields.Str(required=True, load_default='a')"),
        "a required field has a default",
    ),
    "validator_in_a_variable": (
        f"{IMPORTS}\nshort = validate.Length(max=3)\n\n\n"
        "class ThingSchema(Schema):\n    x = fields.Str(validate=short)\n",
        "cannot tell what the validator short checks",
    ),
    "own_validator": (
        f"{IMPORTS}\n\nclass Nice(validate.Validator):\n    pass\n\n\n"
        "class ThingSchema(Schema):\n    x = fields.Str(validate=Nice())\n",
        "cannot tell what the validator Nice() checks",
    ),
    "context": (
        _schema(
            "x = fields.Str()",
            "",
            "@post_load",
            "def make(self, data, **kwargs):",
            "    return self.context['maker'](data)",
        ),
        "a method uses self.context",
    ),
    "overridden_hook_of_fields": (
        _schema("x = fields.Str()", "", "def on_bind_field(self, name, field):", "    pass"),
        "on_bind_field is overridden",
    ),
    "overridden_name_of_the_adapter": (
        _schema("x = fields.Str()", "", "def _load(self, path):", "    pass"),
        "_load is overridden",
    ),
    "constructor": (
        _schema("x = fields.Str()", "", "def __init__(self, **kwargs):", "    pass"),
        "__init__ is overridden",
    ),
    "meta_additional": (
        _schema("class Meta:", "    additional = ('y',)", "", "x = fields.Str()"),
        "Meta.additional has no counterpart",
    ),
    "meta_include": (
        _schema("class Meta:", "    include = {'from': fields.Str()}", "", "x = fields.Str()"),
        "Meta.include has no counterpart",
    ),
    "meta_fields_not_declared": (
        _schema("class Meta:", "    fields = ('x', 'y')", "", "x = fields.Str()"),
        "Meta.fields names y, which is not declared",
    ),
    "meta_unknown_at_run_time": (
        _schema("class Meta:", "    unknown = print()", "", "x = fields.Str()"),
        "Meta.unknown is print()",
    ),
    "nested_unknown": (
        _schema("x = fields.Nested('Nobody')"),
        "the nested schema is unknown: 'Nobody'",
    ),
    "base_unknown": (
        "from marshmallow import Schema, fields\nfrom elsewhere import Base\n\n\n"
        "class ThingSchema(Base, Schema):\n    x = fields.Str()\n",
        "unknown base class: elsewhere.Base",
    ),
    "decorated": (
        f"{IMPORTS}from functools import total_ordering\n\n\n"
        "@total_ordering\nclass ThingSchema(Schema):\n    x = fields.Str()\n",
        "the class has a decorator",
    ),
    "condition_in_class_body": (
        _schema("if True:", "    x = fields.Str()"),
        "the class body contains more than declarations",
    ),
    "star_import": (
        "from marshmallow import *\nfrom marshmallow import Schema\n\n\n"
        "class ThingSchema(Schema):\n    x = fields.Str()\n",
        "the module has a star import",
    ),
    "context_argument": (
        _schema("x = fields.Str()") + "\n\nschema = ThingSchema(context={})\n",
        "context= is passed to a schema",
    ),
    "fields_read": (
        _schema("x = fields.Str()") + "\n\nschema = ThingSchema()\nprint(schema.fields)\n",
        ".fields of a schema is used",
    ),
    "schema_passed_to_library": (
        "from webargs.flaskparser import use_args\n"
        + _schema("x = fields.Str()")
        + "\n\n@use_args(ThingSchema())\ndef view(args):\n    pass\n",
        "the schema is passed to use_args, which may need marshmallow",
    ),
    "pre_load_of_a_field": (
        _schema("x = fields.Str(pre_load=str.strip)"),
        "a field has pre_load: do it in a hook of the schema",
    ),
    "schema_of_an_extension": (
        "from flask_marshmallow import Marshmallow\n\nma = Marshmallow()\n\n\n"
        "class ThingSchema(ma.Schema):\n    x = ma.Integer()\n",
        "ThingSchema derives from ma.Schema, which is not marshmallow's own Schema",
    ),
    "dataclass": (
        "from marshmallow_dataclass import dataclass\n\n\n@dataclass\nclass A:\n    x: int\n",
        "marshmallow_dataclass builds on marshmallow",
    ),
}


@pytest.mark.parametrize("row", NOOP)
def test_uncertain_schema_is_reported_and_unchanged(row: str) -> None:
    files, why = NOOP[row]
    outcome = _apply(files)
    assert outcome.texts == {}
    _assert_reported(outcome.findings, why)


def _assert_reported(findings: list[Finding], why: str) -> None:
    assert [one for one in findings if one.certainty != "left"] == []
    if not why:
        assert findings == []
        return
    assert any(why in f"{one.what}: {one.how}" for one in findings), findings
    assert all(one.line > 0 and one.how for one in findings)


def test_dependents_of_uncertain_schema_stay_unchanged() -> None:
    outcome = _apply(
        _schema("x = fields.Str(allow_blank=True)")
        + "\n\nclass PartSchema(Schema):\n    y = fields.Int()\n"
        + "\n\nclass WholeSchema(ThingSchema):\n    part = fields.Nested(PartSchema)\n"
        + "\n\nclass OtherSchema(Schema):\n    z = fields.Int()\n"
    )
    what = [one.what for one in outcome.findings if one.certainty == "left"]
    assert "PartSchema depends on ThingSchema, which cannot be translated" in what
    assert "WholeSchema depends on ThingSchema, which cannot be translated" in what
    (changed,) = [one for one in outcome.findings if one.certainty == "changed"]
    assert changed.what.startswith("OtherSchema -> OtherData")


def test_errors_derive_from_marshmallow_if_it_stays_in_use() -> None:
    texts = _apply(
        _schema("x = fields.Str(allow_blank=True)")
        + "\n\nclass OtherSchema(Schema):\n    z = fields.Int()\n"
    ).texts
    assert (
        "class ValidationError(marshmallow.ValidationError, ValueError):"
        in texts["schema_adapter/errors.py"]
    )
    assert "class ThingSchema(Schema):" in texts["service.py"]
    assert "class OtherSchema(schema_adapter.Schema):" in texts["service.py"]


def test_service_of_several_modules_is_translated() -> None:
    texts = _apply(
        {
            "src/shop/__init__.py": "",
            "src/shop/base.py": """
                from marshmallow import EXCLUDE, Schema


                class BaseSchema(Schema):
                    class Meta:
                        unknown = EXCLUDE
                """,
            "src/shop/orders/__init__.py": "",
            "src/shop/orders/schemas.py": """
                from marshmallow import fields

                from shop.base import BaseSchema
                from shop.people import PersonSchema as Person


                class OrderSchema(BaseSchema):
                    buyer = fields.Nested(Person)
                    seller = fields.Nested("PersonSchema")
                """,
            "src/shop/people.py": """
                from marshmallow import fields
                from shop.base import BaseSchema


                class PersonSchema(BaseSchema):
                    name = fields.Str(required=True)
                """,
            "src/shop/views.py": """
                from marshmallow import ValidationError

                from shop.orders.schemas import OrderSchema


                def order(data):
                    try:
                        return OrderSchema(many=True).load(data)
                    except ValidationError as error:
                        return error.messages
                """,
        }
    ).texts
    assert "src/shop/schema_adapter/schema.py" in texts
    assert "from shop.schema_adapter import ValidationError\n" in texts["src/shop/views.py"]
    orders = texts["src/shop/orders/schemas.py"]
    assert orders.startswith("from typing import Annotated, Any\n\nfrom shop.base import")
    assert "from shop.people import PersonData, PersonSchema as Person\n" in orders
    assert "class OrderData(BaseData):\n" in orders
    assert "    buyer: Annotated[PersonData, Nested(Person)] = optional()\n" in orders
    assert '    seller: Annotated[dict[str, Any], Nested("PersonSchema")] = optional()\n' in orders
    assert all("marshmallow import" not in text for text in texts.values())


def test_module_that_does_not_name_marshmallow_is_translated() -> None:
    texts = _apply(
        {
            "shop/__init__.py": "",
            "shop/base.py": """
                from marshmallow import Schema, fields


                class BaseSchema(Schema):
                    id = fields.Int()
                """,
            "shop/open.py": """
                from shop.base import BaseSchema


                class OpenSchema(BaseSchema):
                    class Meta:
                        unknown = "include"
                """,
        }
    ).texts
    assert 'class OpenData(BaseData, extra="allow"):\n    pass\n' in texts["shop/open.py"]
    assert "class OpenSchema(BaseSchema):\n    load_model = OpenData\n" in texts["shop/open.py"]


def test_adapter_is_imported_with_first_party_modules() -> None:
    texts = _apply(
        {
            "schemas.py": _schema("x = fields.Str()"),
            "main.py": """
                import json

                from marshmallow import ValidationError

                from schemas import ThingSchema


                def load(text):
                    try:
                        return ThingSchema().load(json.loads(text))
                    except ValidationError:
                        return None
                """,
        }
    ).texts
    assert texts["main.py"].startswith(
        "import json\n\n"
        "from schema_adapter import ValidationError\nfrom schemas import ThingSchema\n\n\ndef load"
    )


def test_changes_of_requirements_are_reported() -> None:
    findings = _apply(_schema("x = fields.Str()")).findings
    left = [one for one in findings if one.certainty == "left"]
    assert [(one.path, one.line, one.what) for one in left] == [
        ("requirements.txt", 1, "the models need Pydantic 2, which this file does not require"),
        ("requirements.txt", 1, "the service no longer uses marshmallow"),
    ]


def test_unknown_version_translates_nothing() -> None:
    outcome = run({"service.py": _schema("x = fields.Str()")}, [RULE], unsafe=False)
    assert outcome.texts == {}
    assert "cannot tell whether the service uses marshmallow 3 or 4" in outcome.findings[0].what


def test_comments_stay_with_their_fields() -> None:
    text = _apply(
        _schema('"""What."""', "", "# the first", "x = fields.Str()  # one", "y = fields.Str()")
    ).texts["service.py"]
    assert (
        "class ThingData(Model):\n"
        "    # the first\n"
        "    x: String = optional()  # one\n"
        "    y: String = optional()\n"
        "\n\n"
        "class ThingSchema(Schema):\n"
        '    """What."""\n'
        "\n"
        "    load_model = ThingData\n"
    ) in text


def test_no_schema_may_override_names_of_the_adapter() -> None:
    own = {name for name in vars(Schema) if not name.startswith("__")}
    own |= vars(Schema()).keys()
    public = {"load", "loads", "dump", "dumps", "validate", "get_attribute", "handle_error"}
    assert own - public - {"error_messages"} <= _INTERNALS


def test_older_adapter_is_replaced() -> None:
    first = _apply(_schema("x = fields.Str()")).texts
    older = {path: f"# An older release.\n{text}" for path, text in first.items() if "/" in path}
    new = "from schema_adapter import ValidationError\n" + _schema("x = fields.Str()")
    texts = _apply({**older, "new.py": new}).texts
    assert {path: texts[path] for path in older} == {path: first[path] for path in older}
    assert "class ThingData(Model):" in texts["new.py"]


def test_foreign_module_in_place_of_adapter_is_kept() -> None:
    foreign = {"schema_adapter/hooks.py": "schema = 1\n"}
    outcome = _apply({**foreign, "new.py": _schema("x = fields.Str()")})
    assert outcome.texts == {}
    what = "schema_adapter/hooks.py exists with other content"
    assert [one.what for one in outcome.findings] == [what]
