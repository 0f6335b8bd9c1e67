"""Translations of fields, checks and whole modules."""

from textwrap import dedent, indent

HEAD = """\
import datetime as dt
import enum
import re

from marshmallow import Schema, fields, validate


class Color(enum.Enum):
    RED = 1
    GREEN = "g"


def not_b(value):
    if value == "b":
        raise ValueError
    return value != "bb"


"""
# By name: a declaration in a schema, and the one in its model.
FIELDS: dict[str, tuple[str, str]] = {
    "string": ("x = fields.String()", "x: String = optional()"),
    "str_required": ("x = fields.Str(required=True)", "x: String"),
    "uuid": ("x = fields.UUID()", "x: UUID = optional()"),
    "integer": ("x = fields.Integer()", "x: Integer = optional()"),
    "int_strict": (
        "x = fields.Int(strict=True)",
        "x: Annotated[int, AsInteger(strict=True)] = optional()",
    ),
    "int_as_string": (
        "x = fields.Int(as_string=True)",
        "x: Annotated[int, AsInteger(as_string=True)] = optional()",
    ),
    "float": ("x = fields.Float()", "x: Float = optional()"),
    "float_nan": (
        "x = fields.Float(allow_nan=True, as_string=True)",
        "x: Annotated[float, AsFloat(allow_nan=True, as_string=True)] = optional()",
    ),
    "decimal": ("x = fields.Decimal()", "x: Decimal = optional()"),
    "decimal_places": (
        "x = fields.Decimal(2, as_string=True)",
        "x: Annotated[decimal.Decimal, AsDecimal(2, as_string=True)] = optional()",
    ),
    "decimal_nan": (
        "x = fields.Decimal(places=1, rounding='ROUND_UP', allow_nan=True)",
        "x: Annotated[\n"
        "    decimal.Decimal,\n"
        "    AsDecimal(places=1, rounding='ROUND_UP', allow_nan=True),\n"
        "] = optional()",
    ),
    "boolean": ("x = fields.Boolean()", "x: Boolean = optional()"),
    "bool_words": (
        'x = fields.Bool(truthy={"ja"}, falsy={"nein"})',
        'x: Annotated[bool, AsBoolean(truthy={"ja"}, falsy={"nein"})] = optional()',
    ),
    "datetime": ("x = fields.DateTime()", "x: DateTime = optional()"),
    "datetime_rfc": (
        'x = fields.DateTime("rfc")',
        'x: Annotated[dt.datetime, AsDateTime("rfc")] = optional()',
    ),
    "datetime_timestamp": (
        'x = fields.DateTime(format="timestamp")',
        'x: Annotated[dt.datetime, AsDateTime(format="timestamp")] = optional()',
    ),
    "datetime_timestamp_ms": (
        'x = fields.DateTime(format="timestamp_ms")',
        'x: Annotated[dt.datetime, AsDateTime(format="timestamp_ms")] = optional()',
    ),
    "datetime_format": (
        'x = fields.DateTime(format="%d.%m.%Y %H:%M")',
        'x: Annotated[dt.datetime, AsDateTime(format="%d.%m.%Y %H:%M")] = optional()',
    ),
    "naive_datetime": ("x = fields.NaiveDateTime()", "x: NaiveDateTime = optional()"),
    "naive_datetime_zone": (
        "x = fields.NaiveDateTime(timezone=dt.timezone.utc)",
        "x: Annotated[dt.datetime, AsNaiveDateTime(timezone=dt.timezone.utc)] = optional()",
    ),
    "aware_datetime": ("x = fields.AwareDateTime()", "x: AwareDateTime = optional()"),
    "aware_datetime_zone": (
        "x = fields.AwareDateTime(default_timezone=dt.timezone.utc)",
        "x: Annotated[\n"
        "    dt.datetime,\n"
        "    AsAwareDateTime(default_timezone=dt.timezone.utc),\n"
        "] = optional()",
    ),
    "date": ("x = fields.Date()", "x: Date = optional()"),
    "date_format": (
        'x = fields.Date("%d.%m.%Y")',
        'x: Annotated[dt.date, AsDate("%d.%m.%Y")] = optional()',
    ),
    "time": ("x = fields.Time()", "x: Time = optional()"),
    "time_format": (
        'x = fields.Time(format="%H.%M")',
        'x: Annotated[dt.time, AsTime(format="%H.%M")] = optional()',
    ),
    "timedelta": ("x = fields.TimeDelta()", "x: TimeDelta = optional()"),
    "timedelta_minutes": (
        'x = fields.TimeDelta("minutes")',
        'x: Annotated[dt.timedelta, AsTimeDelta("minutes")] = optional()',
    ),
    "email": ("x = fields.Email()", "x: Email = optional()"),
    "email_checked": (
        'x = fields.Email(validate=validate.Length(max=6), error_messages={"invalid": "no"})',
        "x: Annotated[\n"
        "    str,\n"
        '    AsString("no"),\n'
        '    All(EmailAddress(error="no"), Length(max=6)),\n'
        '    Messages(invalid="no"),\n'
        "] = optional()",
    ),
    "url": ("x = fields.Url()", "x: Url = optional()"),
    "url_options": (
        'x = fields.URL(relative=True, schemes=["http", "file"], require_tld=False)',
        "x: Annotated[\n"
        "    str,\n"
        '    AsString("Not a valid URL."),\n'
        '    UrlAddress(relative=True, schemes=["http", "file"], require_tld=False),\n'
        "] = optional()",
    ),
    "url_relative_alone": (
        "x = fields.Url(relative=True, absolute=False)",
        "x: Annotated[\n"
        "    str,\n"
        '    AsString("Not a valid URL."),\n'
        "    UrlAddress(relative=True, absolute=False),\n"
        "] = optional()",
    ),
    "ip": ("x = fields.IP()", "x: IP = optional()"),
    "ip_exploded": (
        "x = fields.IPv6(exploded=True)",
        'x: Annotated[Any, AsIP(IPv6Address, "IPv6 address", exploded=True)] = optional()',
    ),
    "ipv4": ("x = fields.IPv4()", "x: IPv4 = optional()"),
    "ipv6": ("x = fields.IPv6()", "x: IPv6 = optional()"),
    "ip_interface": ("x = fields.IPInterface()", "x: IPInterface = optional()"),
    "ip_interface_exploded": (
        "x = fields.IPInterface(exploded=True)",
        'x: Annotated[Any, AsIP(ip_interface, "IP interface", exploded=True)] = optional()',
    ),
    "ipv4_interface": ("x = fields.IPv4Interface()", "x: IPv4Interface = optional()"),
    "ipv6_interface": ("x = fields.IPv6Interface()", "x: IPv6Interface = optional()"),
    "enum_by_name": (
        "x = fields.Enum(Color)",
        "x: Annotated[Color, ByName(Color)] = optional()",
    ),
    "enum_by_value": (
        "x = fields.Enum(Color, by_value=True)",
        "x: Annotated[Color, ByValue(Color)] = optional()",
    ),
    "enum_by_field": (
        "x = fields.Enum(Color, by_value=fields.Str, allow_none=True)",
        "x: Annotated[Color, ByValue(Color, String)] | None = optional()",
    ),
    "list": ("x = fields.List(fields.Int())", "x: List[Integer] = optional()"),
    "list_of_a_class": ("x = fields.List(fields.Str)", "x: List[String] = optional()"),
    "list_checked": (
        "x = fields.List(fields.Int(allow_none=True), validate=validate.Length(min=1))",
        "x: Annotated[List[Integer | None], Length(min=1)] = optional()",
    ),
    "list_of_lists": (
        "x = fields.List(fields.List(fields.Date()), required=True)",
        "x: List[List[Date]]",
    ),
    "tuple": (
        "x = fields.Tuple((fields.Str(), fields.Int()))",
        "x: Annotated[tuple[String, Integer], AsTuple(2)] = optional()",
    ),
    "dict": ("x = fields.Dict()", "x: AnyDict = optional()"),
    "dict_of_types": (
        "x = fields.Dict(keys=fields.Int(), values=fields.Date())",
        "x: Dict[Integer, Date] = optional()",
    ),
    "dict_of_lists": (
        "x = fields.Dict(values=fields.List(fields.Int()))",
        "x: Dict[Any, List[Integer]] = optional()",
    ),
    "raw": ("x = fields.Raw()", "x: Raw = optional()"),
    "field": ("x = fields.Field(allow_none=True)", "x: Raw | None = optional()"),
    "constant": (
        'x = fields.Constant("c")',
        'x: Annotated[Any, Constant("c"), DumpDefault("c")] = "c"',
    ),
    "function_both": (
        "x = fields.Function(lambda obj: 1, deserialize=lambda value: [value])",
        "x: Annotated[\n"
        "    Raw,\n"
        "    Function(lambda obj: 1, deserialize=lambda value: [value]),\n"
        "] = optional()",
    ),
    "data_key": (
        'x = fields.Int(data_key="theX", required=True)',
        'x: Integer = Field(alias="theX")',
    ),
    "data_key_optional": (
        'x = fields.Int(data_key="the-x")',
        'x: Integer = optional(alias="the-x")',
    ),
    "attribute": (
        'x = fields.Int(attribute="y")',
        'x: Annotated[Integer, Attribute("y")] = optional()',
    ),
    "attribute_path": (
        'x = fields.Int(attribute="y.z", allow_none=True)',
        'x: Annotated[Integer | None, Attribute("y.z")] = optional()',
    ),
    "allow_none": ("x = fields.Int(allow_none=True)", "x: Integer | None = optional()"),
    "required_none": (
        "x = fields.Int(required=True, allow_none=True)",
        "x: Integer | None",
    ),
    "load_default": ("x = fields.Int(load_default=3)", "x: Integer = 3"),
    "load_default_none": ("x = fields.Int(load_default=None)", "x: Integer | None = None"),
    "load_default_never_none": (
        "x = fields.Int(load_default=None, allow_none=False)",
        "x: Integer = None",
    ),
    "load_default_made": (
        "x = fields.List(fields.Int(), load_default=list)",
        "x: List[Integer] = Field(default_factory=list)",
    ),
    "load_default_lambda": (
        'x = fields.Int(load_default=lambda: 4, data_key="X")',
        'x: Integer = Field(default_factory=lambda: 4, alias="X")',
    ),
    "dump_default": (
        "x = fields.Int(dump_default=3)",
        "x: Annotated[Integer, DumpDefault(3)] = optional()",
    ),
    "dump_default_made": (
        'x = fields.Str(dump_default=lambda: "d")',
        'x: Annotated[String, DumpDefault(lambda: "d")] = optional()',
    ),
    "messages": (
        'x = fields.Int(required=True, error_messages={"required": "R", "null": "N", "invalid": "I {input}"})',
        'x: Annotated[Integer, Messages(required="R", null="N", invalid="I {input}")]',
    ),
    "messages_tree": (
        'x = fields.Int(required=True, error_messages={"required": {"code": 7}})',
        'x: Annotated[Integer, Messages(required={"code": 7})]',
    ),
    "metadata": (
        'x = fields.Int(metadata={"description": "how many", "example": 3, "unit": "s"})',
        "x: Integer = optional(\n"
        '    description="how many",\n'
        "    examples=[3],\n"
        '    json_schema_extra={"unit": "s"},\n'
        ")",
    ),
    "underscore": (
        "_id = fields.Int()",
        'id_: Annotated[Integer, Named("_id")] = optional()',
    ),
    "name_of_pydantic": (
        "copy = fields.Int(required=True)",
        'copy_: Annotated[Integer, Named("copy")]',
    ),
    "check_length": (
        "x = fields.Str(validate=validate.Length(min=2, max=3))",
        "x: Annotated[String, Length(min=2, max=3)] = optional()",
    ),
    "check_length_equal": (
        'x = fields.Str(validate=validate.Length(equal=2, error="{input} {equal}"))',
        'x: Annotated[String, Length(equal=2, error="{input} {equal}")] = optional()',
    ),
    "check_range": (
        "x = fields.Int(validate=validate.Range(1, 5))",
        "x: Annotated[Integer, Range(1, 5)] = optional()",
    ),
    "check_range_open": (
        "x = fields.Float(validate=validate.Range(min=0, max=2, min_inclusive=False, max_inclusive=False))",
        "x: Annotated[\n"
        "    Float,\n"
        "    Range(min=0, max=2, min_inclusive=False, max_inclusive=False),\n"
        "] = optional()",
    ),
    "check_range_one_side": (
        'x = fields.Decimal(validate=validate.Range(max=2, error="{input} {max}"))',
        'x: Annotated[Decimal, Range(max=2, error="{input} {max}")] = optional()',
    ),
    "check_one_of": (
        'x = fields.Str(validate=validate.OneOf(["a", "b"], labels=["A", "B"]))',
        'x: Annotated[String, OneOf(["a", "b"], labels=["A", "B"])] = optional()',
    ),
    "check_one_of_worded": (
        'x = fields.Str(validate=validate.OneOf(["a"], error="{input} {choices} {labels}"))',
        'x: Annotated[String, OneOf(["a"], error="{input} {choices} {labels}")] = optional()',
    ),
    "check_none_of": (
        'x = fields.Str(validate=validate.NoneOf(("a",), error="no {values}"))',
        'x: Annotated[String, NoneOf(("a",), error="no {values}")] = optional()',
    ),
    "check_contains_only": (
        "x = fields.List(fields.Int(), validate=validate.ContainsOnly([0, 1]))",
        "x: Annotated[List[Integer], ContainsOnly([0, 1])] = optional()",
    ),
    "check_contains_none_of": (
        "x = fields.List(fields.Int(), validate=validate.ContainsNoneOf([0, 1]))",
        "x: Annotated[List[Integer], ContainsNoneOf([0, 1])] = optional()",
    ),
    "check_regexp": (
        'x = fields.Str(validate=validate.Regexp(r"[ab]+$", re.IGNORECASE))',
        'x: Annotated[String, Regexp(r"[ab]+$", re.IGNORECASE)] = optional()',
    ),
    "check_regexp_worded": (
        'x = fields.Str(validate=validate.Regexp("a", error="{input} is not {regex}"))',
        'x: Annotated[String, Regexp("a", error="{input} is not {regex}")] = optional()',
    ),
    "check_equal_worded": (
        'x = fields.Int(validate=validate.Equal(1, error="{input} is not {other}"))',
        'x: Annotated[Integer, Equal(1, error="{input} is not {other}")] = optional()',
    ),
    "check_equal": (
        "x = fields.Int(validate=validate.Equal(1))",
        "x: Annotated[Integer, Equal(1)] = optional()",
    ),
    "check_predicate": (
        'x = fields.Str(validate=validate.Predicate("isalpha"))',
        'x: Annotated[String, Predicate("isalpha")] = optional()',
    ),
    "check_predicate_worded": (
        'x = fields.Str(validate=validate.Predicate("isalpha", error="{input} {method}"))',
        'x: Annotated[String, Predicate("isalpha", error="{input} {method}")] = optional()',
    ),
    "check_email_worded": (
        'x = fields.Str(validate=validate.Email(error="not {input}"))',
        'x: Annotated[String, EmailAddress(error="not {input}")] = optional()',
    ),
    "check_url_of_schemes": (
        'x = fields.Str(validate=validate.URL(schemes={"ftp"}, require_tld=False))',
        'x: Annotated[String, UrlAddress(schemes={"ftp"}, require_tld=False)] = optional()',
    ),
    "check_email": (
        "x = fields.Str(validate=validate.Email())",
        "x: Annotated[String, EmailAddress()] = optional()",
    ),
    "check_url": (
        'x = fields.Str(validate=validate.URL(absolute=False, relative=True, error="u"))',
        'x: Annotated[\n    String,\n    UrlAddress(absolute=False, relative=True, error="u"),\n] = optional()',
    ),
    "check_and": (
        "x = fields.Int(validate=validate.And(validate.Range(min=1), validate.NoneOf([2])))",
        "x: Annotated[Integer, All(Range(min=1), NoneOf([2]))] = optional()",
    ),
    "check_several": (
        "x = fields.Int(validate=[validate.Range(min=3), lambda value: value != 2])",
        "x: Annotated[Integer, All(Range(min=3), lambda value: value != 2)] = optional()",
    ),
    "check_function": (
        "x = fields.Str(validate=not_b)",
        "x: Annotated[String, All(not_b)] = optional()",
    ),
}


def module_of(declaration: str) -> str:
    """Return a module with a schema that has this declaration."""
    return f"{HEAD}class ThingSchema(Schema):\n    {declaration}\n"


def model_of(declaration: str) -> str:
    """Return the model with this declaration."""
    return f"class ThingData(Model):\n{indent(declaration, '    ')}\n"


def _module(text: str) -> str:
    return dedent(text).lstrip("\n")


# By name: a module, and parts of its translation.
MODULES: dict[str, tuple[str, list[str]]] = {
    "nested": (
        _module("""
            from marshmallow import Schema, fields


            class AddressSchema(Schema):
                street = fields.Str(required=True)
                number = fields.Int()


            class UserSchema(Schema):
                address = fields.Nested(AddressSchema, required=True)
                others = fields.Nested(AddressSchema, many=True, exclude=("number",))
                listed = fields.List(fields.Nested(AddressSchema, only=["street"]), allow_none=True)
                by_name = fields.Dict(fields.Str(), fields.Nested(AddressSchema))
                instance = fields.Nested(AddressSchema(many=True, unknown="include"))
                lazily = fields.Nested(lambda: AddressSchema(only=("number",)), unknown="exclude")
        """),
        [
            "    address: Annotated[AddressData, Nested(AddressSchema)]\n",
            "    others: Annotated[\n        list[AddressData],\n"
            '        Nested(AddressSchema, many=True, exclude=("number",)),\n    ] = optional()\n',
            "    by_name: Dict[String, Annotated[AddressData, Nested(AddressSchema)]] = optional()\n",
        ],
    ),
    "nested_by_name": (
        _module("""
            from marshmallow import Schema, fields


            class AuthorSchema(Schema):
                name = fields.Str(required=True)
                books = fields.Nested("BookSchema", many=True, exclude=("author",))


            class BookSchema(Schema):
                title = fields.Str(required=True)
                author = fields.Nested(AuthorSchema, only=("name",))
                parts = fields.List(fields.Nested(lambda: BookSchema()))
                first = fields.Pluck(AuthorSchema, "name")
                all = fields.Pluck("AuthorSchema", "name", many=True, data_key="ALL")
        """),
        [
            '        list["BookData"],\n',
            '    author: Annotated[AuthorData, Nested(AuthorSchema, only=("name",))] = optional()\n',
            '    first: Annotated[Any, Pluck(AuthorSchema, "name")] = optional()\n',
        ],
    ),
    "in_and_out": (
        _module("""
            from marshmallow import EXCLUDE, Schema, fields


            class OwnerSchema(Schema):
                id = fields.Int(dump_only=True)
                name = fields.Str(required=True)
                password = fields.Str(load_only=True, required=True)


            class ThingSchema(Schema):
                class Meta:
                    unknown = EXCLUDE
                    dump_only = ("made",)
                    load_only = ["secret"]

                made = fields.DateTime()
                secret = fields.Str(data_key="SECRET")
                both = fields.Int(load_default=1, dump_default=2)
                owner = fields.Nested(OwnerSchema)


            class ListSchema(Schema):
                things = fields.List(fields.Nested(ThingSchema), required=True)
        """),
        [
            "class OwnerIn(OwnerBase):\n    password: String\n",
            "class OwnerOut(OwnerBase):\n    id: Integer = optional()\n",
            'class ThingIn(ThingBase, extra="ignore"):\n',
            "    owner: Annotated[OwnerOut, Nested(OwnerSchema)] = optional()\n",
            "class ListSchema(Schema):\n    load_model = ListIn\n    dump_model = ListOut\n",
        ],
    ),
    "inheritance": (
        _module("""
            from marshmallow import EXCLUDE, INCLUDE, RAISE, Schema, fields


            class Timestamps:
                made = fields.DateTime(dump_only=True)
                changed = fields.DateTime()


            class BaseSchema(Schema):
                class Meta:
                    unknown = EXCLUDE

                id = fields.Int(required=True)
                note = fields.Str(load_default="n")


            class ThingSchema(Timestamps, BaseSchema):
                name = fields.Str(required=True)


            class OtherSchema(ThingSchema):
                class Meta(BaseSchema.Meta):
                    exclude = ("note",)

                id = fields.Str(dump_only=True)


            class StrictSchema(BaseSchema):
                class Meta:
                    fields = ("id", "extra")
                    unknown = RAISE

                extra = fields.Int()


            class SameSchema(BaseSchema):
                pass


            class OpenSchema(BaseSchema):
                class Meta:
                    unknown = INCLUDE
        """),
        [
            'class BaseData(Model, extra="ignore"):\n',
            "class ThingBase(TimestampsBase, BaseData):\n    name: String\n",
            "class SameSchema(BaseSchema):\n    pass\n",
            'class OpenData(BaseData, extra="allow"):\n    pass\n',
            "class StrictData(Model):\n",
        ],
    ),
    "hooks": (
        _module("""
            from marshmallow import (
                Schema,
                ValidationError,
                fields,
                post_dump,
                post_load,
                pre_dump,
                pre_load,
                validates,
                validates_schema,
            )


            class Range:
                def __init__(self, low, high):
                    self.low = low
                    self.high = high


            class RangeSchema(Schema):
                low = fields.Int(required=True, data_key="Low")
                high = fields.Int(load_default=9)
                word = fields.Str()

                @pre_load
                def lower(self, data, **kwargs):
                    if isinstance(data, dict) and "LOW" in data:
                        data = {**data, "Low": data["LOW"]}
                        del data["LOW"]
                    if isinstance(data, dict) and data.get("word") == "a":
                        raise ValidationError("no a", "word")
                    return data

                @validates("low")
                def even(self, value, **kwargs):
                    if value % 2:
                        raise ValidationError("odd")

                @validates_schema
                def in_order(self, data, **kwargs):
                    if data["low"] > data["high"]:
                        raise ValidationError("low > high", "low")

                @validates_schema(skip_on_field_errors=False)
                def short(self, data, **kwargs):
                    if len(data) > 2:
                        raise ValidationError({"word": ["too much"], "other": ["x"]})

                @validates_schema(pass_original=True)
                def known(self, data, original, **kwargs):
                    if "id" in original:
                        raise ValidationError(["id"])

                @post_load
                def make(self, data, **kwargs):
                    if data["high"] == 3:
                        raise ValidationError("three")
                    return Range(data["low"], data["high"])

                @pre_dump
                def whole(self, obj, **kwargs):
                    return obj or {}

                @post_dump(pass_original=True)
                def note(self, data, original, many, **kwargs):
                    return {**data, "n": many, "empty": original is None}


            class PairSchema(Schema):
                a = fields.Nested(RangeSchema, required=True)
                b = fields.Nested(RangeSchema, many=True)
        """),
        [
            "    @pre_load\n    def lower(self, data, **kwargs):\n",
            "    load_model = RangeData\n\n    @pre_load\n",
            '    low: Integer = Field(alias="Low")\n',
            "from schema_adapter import (\n",
        ],
    ),
    "two_hooks_of_one_field": (
        _module("""
            from marshmallow import Schema, ValidationError, fields, validates_schema


            class ThingSchema(Schema):
                x = fields.Int()

                @validates_schema
                def small(self, data, **kwargs):
                    if data.get("x", 0) > 2:
                        raise ValidationError("too much", "x")

                @validates_schema
                def even(self, data, **kwargs):
                    if data.get("x", 0) % 2:
                        raise ValidationError("odd", "x")
        """),
        [
            '    @validates_schema\n    def even(self, data, **kwargs):\n        if data.get("x", 0) % 2:\n'
        ],
    ),
    "methods": (
        _module("""
            from marshmallow import Schema, ValidationError, fields


            class ThingSchema(Schema):
                twice = fields.Method("get_twice")
                parsed = fields.Method(deserialize="load_parsed", data_key="p", required=True)
                both = fields.Method("get_twice", "load_parsed", allow_none=True)
                length = fields.Function(lambda obj: len(obj))
                stored = fields.Function(deserialize=lambda value: [value])

                def get_twice(self, obj):
                    return [type(obj).__name__] * 2

                def load_parsed(self, value):
                    if value == "x":
                        raise ValidationError("x")
                    return ("parsed", value)
        """),
        [
            '    twice: Annotated[Raw, Method("get_twice")] = optional()\n',
            "    length: Annotated[Raw, Function(lambda obj: len(obj))] = optional()\n",
            '    parsed: Annotated[Raw, Method(deserialize="load_parsed")] = Field(alias="p")\n',
        ],
    ),
    "formats_of_meta": (
        _module("""
            from marshmallow import Schema, fields


            class ThingSchema(Schema):
                class Meta:
                    datetimeformat = "%Y%m%d%H%M%S"
                    dateformat = "%d/%m/%Y"
                    timeformat = "%H-%M"

                moment = fields.DateTime()
                iso = fields.DateTime(format="iso")
                day = fields.Date()
                days = fields.List(fields.Date())
                time = fields.Time()


            class LaterSchema(ThingSchema):
                class Meta:
                    dateformat = "%Y"
        """),
        ["class LaterData(Model):\n", 'AsDate("%Y")', "moment: DateTime = optional()"],
    ),
    "own_field": (
        _module("""
            import datetime as dt

            from marshmallow import Schema, fields


            class Moment(fields.DateTime):
                \"\"\"A moment, or what already is one.\"\"\"

                def _deserialize(self, value, attr, data, **kwargs):
                    if isinstance(value, dt.datetime):
                        return value
                    return super()._deserialize(value, attr, data, **kwargs)


            class Upper(fields.Str):
                def _serialize(self, value, attr, obj, **kwargs):
                    if value is None:
                        return "-"
                    return super()._serialize(value, attr, obj, **kwargs).upper()


            class ThingSchema(Schema):
                moment = Moment(required=True)
                day = Moment(format="%d.%m.%Y", allow_none=True)
                words = fields.List(Upper())
                word = Upper(data_key="Word")
        """),
        [
            "class Moment(AsDateTime):\n",
            "    def load(self, value):\n        if isinstance(value, dt.datetime):\n"
            "            return value\n        return super().load(value)\n",
            "        return super()._dump(value).upper()\n",
            "    moment: Annotated[dt.datetime, Moment()]\n",
            "    words: List[Annotated[str, Upper()]] = optional()\n",
        ],
    ),
    "from_dict": (
        _module("""
            from marshmallow import Schema, fields, validate

            # A point.
            PointSchema = Schema.from_dict(
                {
                    "x": fields.Int(required=True),
                    "y": fields.Int(
                        load_default=0,
                        validate=validate.Range(min=0),
                    ),
                },
                name="Point",
            )


            class LineSchema(Schema):
                start = fields.Nested(PointSchema, required=True)
        """),
        [
            "class PointData(Model):\n    x: Integer\n    y: Annotated[Integer, Range(min=0)] = 0\n",
            "# A point.\nclass PointSchema(Schema):\n    load_model = PointData\n",
            "    start: Annotated[PointData, Nested(PointSchema)]\n",
        ],
    ),
    "aliases_of_marshmallow": (
        _module("""
            import marshmallow as ma
            from marshmallow.fields import Int as Number
            from marshmallow.validate import Range as Between


            class ThingSchema(ma.Schema):
                class Meta:
                    unknown = ma.INCLUDE

                a = Number(validate=Between(min=1))
                b = ma.fields.Str(load_default=ma.missing)

                @ma.post_load
                def keep(self, data, **kwargs):
                    if data.get("a") == 2:
                        raise ma.ValidationError({"a": "two"})
                    return data
        """),
        ["    @post_load\n", "raise ValidationError(", 'class ThingData(Model, extra="allow"):\n'],
    ),
    "taken_names": (
        _module("""
            import datetime
            from datetime import date as Date
            from typing import Any, List

            from marshmallow import Schema, fields


            class Integer:
                pass


            class ThingData:
                first: List[Any] = []


            class ThingSchema(Schema):
                list = fields.List(fields.Int())
                day = fields.Date(load_default=Date(2020, 1, 1))
                str = fields.Str()
        """),
        [
            "class ThingSchemaData(Model):\n",
            "    list_: Annotated[\n        schema_adapter.List[schema_adapter.Integer],\n"
            '        Named("list"),\n    ] = optional()\n',
            "    day: schema_adapter.Date = Date(2020, 1, 1)\n",
        ],
    ),
}

_WHOLE = """
            from marshmallow import (
                Schema,
                ValidationError,
                fields,
                post_dump,
                post_load,
                pre_dump,
                pre_load,
                validates_schema,
            )


            class ThingSchema(Schema):
                x = fields.Int(required=True)

                @pre_load(PASS=True)
                def unwrapped(self, data, many, **kwargs):
                    return data["a"] if isinstance(data, dict) and "a" in data else data

                @validates_schema(PASS=True, pass_original=True)
                def few(self, data, original, many, **kwargs):
                    if many and len(data) > 2:
                        raise ValidationError(f"{len(original)} are too many")

                @post_load(PASS=True, pass_original=True)
                def counted(self, data, original, many, **kwargs):
                    return {"n": len(original), "things": data}

                @post_load(pass_original=True)
                def noted(self, data, original, **kwargs):
                    return {**data, "given": sorted(map(str, original))}

                @pre_dump(PASS=True)
                def listed(self, obj, many, **kwargs):
                    return list(obj) if many else obj

                @post_dump(PASS=True, pass_original=True)
                def wrapped(self, data, original, many, **kwargs):
                    return {"things": data, "many": many, "none": original is None}
        """

# Code for one major version only.
_OF_4: dict[str, tuple[str, list[str]]] = {
    "whole": (
        _module(_WHOLE.replace("PASS", "pass_collection")),
        ["    @post_dump(pass_collection=True, pass_original=True)\n"],
    ),
}
_OF_3: dict[str, tuple[str, list[str]]] = {
    "whole": (
        _module(_WHOLE.replace("PASS", "pass_many")),
        ["    @post_dump(pass_many=True, pass_original=True)\n"],
    ),
    "and_worded": (
        module_of('x = fields.Int(validate=validate.And(lambda v: v > 1, error="too few"))'),
        ['    x: Annotated[Integer, All(lambda v: v > 1, error="too few")] = optional()\n'],
    ),
    "mapping": (
        module_of("x = fields.Mapping(fields.Str(), fields.Int())"),
        ["    x: Dict[String, Integer] = optional()\n"],
    ),
    "inferred": (
        _module("""
            from marshmallow import Schema, fields


            class ThingSchema(Schema):
                class Meta:
                    fields = ("id", "name")

                name = fields.Str(required=True)


            class MoreSchema(ThingSchema):
                id = fields.Int()
        """),
        [
            "class ThingData(Model):\n    id: Inferred = optional()\n    name: String\n",
            "class MoreData(ThingData):\n    id: Integer = optional()\n",
        ],
    ),
    "old_names": (
        _module("""
            from marshmallow import Schema, fields


            class ThingSchema(Schema):
                class Meta:
                    ordered = True

                a = fields.Int(missing=1, default=2, description="how many", minimum=0)
                b = fields.Number(missing=None)
                c = fields.TimeDelta("hours", serialization_type=float)
                d = fields.Function(lambda obj: obj.get("a"))
        """),
        [
            "    a: Annotated[Integer, DumpDefault(2)] = Field(\n        default=1,\n"
            '        description="how many",\n        json_schema_extra={"minimum": 0},\n    )\n',
            "    b: Annotated[float, AsFloat(allow_nan=True)] | None = None\n",
        ],
    ),
}
MODULES_OF = {3: _OF_3, 4: _OF_4}
