"""The differential tests catch each kind of deliberately wrong translation."""

from pathlib import Path

import pytest

from tests.codemods.marshmallow.pairs import compare, write_pairs
from tests.codemods.marshmallow.tables import MODULES
from tests.codemods.marshmallow.test_differential import CASES

SCHEMA = """\
import enum

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate, validates


class Color(enum.Enum):
    RED = "r"
    GREEN = "g"


class PartSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    id = fields.Int(required=True)
    size = fields.Int(validate=validate.Range(min=1))


class ThingSchema(Schema):
    number = fields.Int(required=True, data_key="theNumber")
    color = fields.Enum(Color)
    note = fields.Str(allow_none=True, load_default="n")
    part = fields.Nested(PartSchema)
    parts = fields.Nested(PartSchema, many=True)
    secret = fields.Str(load_only=True)
    made = fields.Date(dump_only=True, dump_default=None)

    @validates("number")
    def even(self, value, **kwargs):
        if value % 2:
            raise ValidationError("odd")
"""
# By kind: the file, the correct code, and the wrong code.
MUTANTS: dict[str, tuple[str, str, str]] = {
    "required_becomes_optional": (
        "after_m.py",
        'Field(alias="theNumber")',
        'optional(alias="theNumber")',
    ),
    "optional_becomes_required": (
        "after_m.py",
        "color: Annotated[Color, ByName(Color)] = optional()",
        "color: Annotated[Color, ByName(Color)]",
    ),
    "unknown_keys_accepted": (
        "after_m.py",
        "class ThingIn(ThingBase):",
        'class ThingIn(ThingBase, extra="ignore"):',
    ),
    "unknown_keys_rejected": (
        "after_m.py",
        'class PartData(Model, extra="ignore"):',
        "class PartData(Model):",
    ),
    "enum_by_value": ("after_m.py", "ByName(Color)", "ByValue(Color)"),
    "data_key": ("after_m.py", 'Field(alias="theNumber")', 'Field(alias="number")'),
    "none_rejected": ("after_m.py", "note: String | None", "note: String"),
    "load_default": ("after_m.py", '| None = "n"', '| None = "m"'),
    "dump_default": ("after_m.py", ", DumpDefault(None)]", "]"),
    "load_only": ("after_m.py", "dump_model = ThingOut", "dump_model = ThingIn"),
    "dump_only": ("after_m.py", "load_model = ThingIn", "load_model = ThingOut"),
    "many_of_nested": ("after_m.py", "Nested(PartSchema, many=True)", "Nested(PartSchema)"),
    "check": ("after_m.py", "Range(min=1)", "Range(min=1, min_inclusive=False)"),
    "hook": ("after_m.py", '    @validates("number")\n', ""),
    "partial_load": (
        "schema_adapter/schema.py",
        "if value is MISSING and (partial is True",
        "if value is MISSING and (False",
    ),
    "nested_partial": (
        "schema_adapter/schema.py",
        'partial=info.context["partial"])',
        "partial=None)",
    ),
    "many": (
        "schema_adapter/schema.py",
        "for index, each in enumerate(data)",
        "for index, each in enumerate(data, 1)",
    ),
    "unknown_argument": (
        "schema_adapter/schema.py",
        "unknown = unknown or self.unknown",
        "unknown = self.unknown",
    ),
    "only": ("schema_adapter/schema.py", "if self.only is None else {each", "if True else {each"),
    "strings_for_numbers": (
        "schema_adapter/types.py",
        "return int(super().load(value))",
        "return int(super().load(value if not isinstance(value, str) else None))",
    ),
    "booleans_for_numbers": (
        "schema_adapter/types.py",
        "if value is True or value is False:",
        "if value == 'never':",
    ),
    "messages_lost": (
        "schema_adapter/errors.py",
        "return [*_listed(first), *_listed(second)]",
        "return _listed(first)",
    ),
}
MODULE_OF_MUTANT = {"messages_lost": MODULES["two_hooks_of_one_field"][0]}


# Some are always tried; the session `schemas` tries all.
SHARE = (
    *("required_becomes_optional", "unknown_keys_accepted", "enum_by_value", "data_key"),
    *("partial_load", "many", "many_of_nested"),
)


@pytest.mark.slow
def test_correct_translation_has_no_differences(tmp_path: Path) -> None:
    write_pairs(tmp_path, {"m": SCHEMA}, 4)
    assert compare(tmp_path, 10) == {"m": []}


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS if CASES >= 500 else SHARE)
def test_wrong_translation_is_caught(mutant: str, tmp_path: Path) -> None:
    file, right, wrong = MUTANTS[mutant]
    write_pairs(tmp_path, {"m": MODULE_OF_MUTANT.get(mutant, SCHEMA)}, 4)
    path = tmp_path / file
    text = path.read_text()
    assert right in text
    path.write_text(text.replace(right, wrong))
    assert compare(tmp_path, max(CASES, 200))["m"] != []
