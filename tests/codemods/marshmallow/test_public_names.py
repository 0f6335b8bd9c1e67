"""Every public name of marshmallow 3 and 4 is translated, or documented as unsupported."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from drydock.codemods.run import run

from tests.codemods.marshmallow.pairs import RULE, run_beside
from tests.codemods.marshmallow.public_names import names_without_translation

DOCUMENT = Path(__file__).parents[3] / "docs/marshmallow.md"
HEAD = "from marshmallow import Schema, SchemaOpts, fields, post_load, validate\n\n\n"
SCHEMA = f"{HEAD}class ThingSchema(Schema):\n    x = fields.Int()\n"
# By name: a module that uses it, and is left unchanged.
UNSUPPORTED = {
    **{
        f"Meta.{option}": f"{SCHEMA}\n    class Meta:\n        {option} = {value}\n"
        for option, value in {
            "additional": "('y',)",
            "include": "{'y': fields.Int()}",
            "index_errors": "False",
            "many": "True",
            "register": "False",
            "render_module": "None",
        }.items()
    },
    **{
        f"Schema.{name}": f"{SCHEMA}    {name} = {value}\n"
        for name, value in {
            "OPTIONS_CLASS": "SchemaOpts",
            "TYPE_MAPPING": "{int: fields.Int}",
            "dict_class": "dict",
            "set_class": "set",
        }.items()
    },
    **{
        f"Schema.{name}": f"{SCHEMA}\n\nprint(ThingSchema().{name})\n"
        for name in (
            *("context", "declared_fields", "dump_fields", "fields", "load_fields"),
            *("opts", "ordered"),
        )
    },
    "Schema.on_bind_field": f"{SCHEMA}\n    def on_bind_field(self, name, field):\n        pass\n",
    "SchemaOpts": f"{HEAD}class Options(SchemaOpts):\n    pass\n\n\n"
    "class ThingSchema(Schema):\n    OPTIONS_CLASS = Options\n    x = fields.Int()\n",
    "fields.Field.post_load": SCHEMA.replace("Int()", "Int(post_load=abs)"),
    "fields.Field.pre_load": SCHEMA.replace("Int()", "Int(pre_load=abs)"),
    "fields.Mapping": SCHEMA.replace("Int()", "Mapping()"),
    "fields.Number": SCHEMA.replace("Int()", "Number()"),
    "validate.Validator": f"{HEAD}class Even(validate.Validator):\n"
    "    def __call__(self, value):\n        return value\n\n\n"
    "class ThingSchema(Schema):\n    x = fields.Int(validate=Even())\n",
}
STAYS = {"pprint"}
"""Names that a service can keep using next to translated schemas."""


def _listed() -> Mapping[int, set[str]]:
    """Return the names in the table of the document, by major version."""
    rows = re.findall(
        r"^\| (`[^|]*`) \| (3, 4|3|4)(?:,[^|]*)? \| \S.* \|$", DOCUMENT.read_text(), re.M
    )
    return {
        version: {
            name
            for names, versions in rows
            if str(version) in versions
            for name in re.findall("`(.*?)`", names)
        }
        for version in (3, 4)
    }


def test_document_lists_untranslated_names_of_marshmallow_4() -> None:
    assert set(names_without_translation()) == _listed()[4]


@pytest.mark.slow
def test_document_lists_untranslated_names_of_marshmallow_3(
    marshmallow: Mapping[int, Path | None],
) -> None:
    found = run_beside(marshmallow[3], "tests.codemods.marshmallow.public_names")
    assert set(found) == _listed()[3]


@pytest.mark.parametrize(
    ("version", "name"),
    [(version, name) for version, names in _listed().items() for name in sorted(names - STAYS)],
)
def test_schema_with_unsupported_name_is_reported_and_unchanged(version: int, name: str) -> None:
    files = {"requirements.txt": f"marshmallow~={version}.0\n", "service.py": UNSUPPORTED[name]}
    outcome = run(files, [RULE], unsafe=False)
    assert outcome.texts == {}
    assert [one for one in outcome.findings if one.how and one.line]


def test_supported_name_stays_imported() -> None:
    text = SCHEMA.replace("Schema, ", "Schema, pprint, ") + "\n\npprint(ThingSchema().load({}))\n"
    files = {"requirements.txt": "marshmallow~=3.0\n", "service.py": text}
    text = run(files, [RULE], unsafe=False).texts["service.py"]
    assert "import pprint" in text
    assert "load_model = ThingData" in text
