"""Fields of marshmallow -> annotations of Pydantic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import libcst as cst

from drydock.codemods.marshmallow.checks import translate_checks
from drydock.codemods.marshmallow.declared import (
    Declared,
    Field,
    keywords_of,
    short_text,
    text_of,
)
from drydock.codemods.marshmallow.names import Names

# Fields without own options: their type in the adapter.
_PLAIN = {
    "Inferred": "Inferred",
    "Str": "String",
    "String": "String",
    "UUID": "UUID",
    "Raw": "Raw",
    "Field": "Raw",
}
# Fields with options: type alias, Python type, class that takes the options, the options.
_OPTIONS: Mapping[str, tuple[str, str, str, tuple[str, ...]]] = {
    "Int": ("Integer", "int", "AsInteger", ("strict", "as_string")),
    "Integer": ("Integer", "int", "AsInteger", ("strict", "as_string")),
    "Float": ("Float", "float", "AsFloat", ("allow_nan", "as_string")),
    "Number": ("", "float", "AsFloat", ("as_string",)),
    "Decimal": (
        *("Decimal", "decimal.Decimal", "AsDecimal"),
        ("places", "rounding", "allow_nan", "as_string"),
    ),
    "Bool": ("Boolean", "bool", "AsBoolean", ("truthy", "falsy")),
    "Boolean": ("Boolean", "bool", "AsBoolean", ("truthy", "falsy")),
    "DateTime": ("DateTime", "datetime.datetime", "AsDateTime", ("format",)),
    "NaiveDateTime": (
        *("NaiveDateTime", "datetime.datetime", "AsNaiveDateTime"),
        ("format", "timezone"),
    ),
    "AwareDateTime": (
        *("AwareDateTime", "datetime.datetime", "AsAwareDateTime"),
        ("format", "default_timezone"),
    ),
    "Date": ("Date", "datetime.date", "AsDate", ("format",)),
    "Time": ("Time", "datetime.time", "AsTime", ("format",)),
    "TimeDelta": (
        *("TimeDelta", "datetime.timedelta", "AsTimeDelta"),
        ("precision", "serialization_type"),
    ),
}
_META_FORMATS = {
    "DateTime": "datetimeformat",
    "NaiveDateTime": "datetimeformat",
    "AwareDateTime": "datetimeformat",
    "Date": "dateformat",
    "Time": "timeformat",
}
_IP = {
    "IP": ("IP", "ipaddress.ip_address", "IP address"),
    "IPv4": ("IPv4", "ipaddress.IPv4Address", "IPv4 address"),
    "IPv6": ("IPv6", "ipaddress.IPv6Address", "IPv6 address"),
    "IPInterface": ("IPInterface", "ipaddress.ip_interface", "IP interface"),
    "IPv4Interface": ("IPv4Interface", "ipaddress.IPv4Interface", "IPv4 interface"),
    "IPv6Interface": ("IPv6Interface", "ipaddress.IPv6Interface", "IPv6 interface"),
}
_COMMON = {
    *("load_default", "dump_default", "missing", "default", "data_key", "attribute", "validate"),
    *("required", "allow_none", "load_only", "dump_only", "error_messages", "metadata"),
}
_BUILTIN_FACTORIES = {"list", "dict", "set", "tuple", "str", "int", "float", "bool"}
_NESTED_OPTIONS = ("only", "exclude", "many", "unknown")
_OWN_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "Url": ("relative", "absolute", "schemes", "require_tld"),
    "URL": ("relative", "absolute", "schemes", "require_tld"),
    "List": ("cls_or_instance",),
    "Tuple": ("tuple_fields",),
    "Dict": ("keys", "values"),
    "Mapping": ("keys", "values"),
    "Enum": ("enum", "by_value"),
    "Constant": ("constant",),
    "Method": ("serialize", "deserialize"),
    "Function": ("serialize", "deserialize"),
    "Nested": ("nested", *_NESTED_OPTIONS),
    "Pluck": ("nested", "field_name", *_NESTED_OPTIONS),
    **dict.fromkeys(_IP, ("exploded",)),
}


@dataclass
class Written:
    """The declaration of a field in a model."""

    annotation: str
    default: str
    """The code behind `=`; empty if the field is required."""


@dataclass
class Translation:
    """The context in which a field is translated."""

    declared: Declared
    """The class that declares the field."""
    names: Names
    formats: Mapping[str, cst.BaseExpression]
    """`Meta.datetimeformat` and the other formats of the schema that has the field."""
    model_of: Callable[[cst.BaseExpression, str], str]
    """The model of a nested schema, for `load` or `dump`; empty if it has no name here."""
    version: int
    side: str = "load"
    _reported: set[str] = field(default_factory=set)

    def doubt(self, node: cst.CSTNode, what: str, how: str) -> None:
        """Add a reason not to translate the class, once."""
        if what not in self._reported:
            self._reported.add(what)
            self.declared.doubt(node, what, how)


@dataclass
class _Parts:
    """The parts of an annotation: type, check, and outer metadata that the schema reads."""

    type: str
    check: str = ""
    outer: list[str] = field(default_factory=list)


def translate(declaration: Field, context: Translation, written_name: str) -> Written:
    """Return the annotation and the default of a field."""
    call, options = declaration.call, keywords_of(declaration.call)
    parts = _type_parts(declaration.kind, call, context)
    null = _nullable(declaration, options, context)
    outer = list(parts.outer)
    if written_name != declaration.name:
        outer.append(f'{context.names.adapter("Named")}("{declaration.name}")')
    if "attribute" in options and text_of(options["attribute"]) != "None":
        outer.append(f"{context.names.adapter('Attribute')}({text_of(options['attribute'])})")
    dump_default = options.get("dump_default", options.get("default"))
    if dump_default is not None and not _is_missing(context, dump_default):
        outer.append(f"{context.names.adapter('DumpDefault')}({text_of(dump_default)})")
    if messages := _messages(options.get("error_messages"), context):
        outer.append(messages)
    if "validate" in options and declaration.kind in ("Method", "Function", "Constant"):
        context.doubt(call, f"a {declaration.kind} has validators", "call them in the function")
    annotation = parts.type
    if parts.check:
        annotation = _annotated(annotation, [parts.check], context.names)
    if null:
        annotation = f"{annotation} | None"
    if outer:
        annotation = _annotated(annotation, outer, context.names)
    return Written(annotation, _default(declaration, options, context))


def _annotated(inner: str, more: list[str], names: Names) -> str:
    head = f"{names.library('typing.Annotated')}["
    if inner.startswith(head) and inner.endswith("]") and " | None" not in inner[-8:]:
        return f"{inner[:-1]}, {', '.join(more)}]"
    return f"{head}{inner}, {', '.join(more)}]"


def _default(
    declaration: Field, keywords: Mapping[str, cst.BaseExpression], context: Translation
) -> str:
    required = _flag(declaration.call, keywords, "required", context)
    value = keywords.get("load_default", keywords.get("missing"))
    if declaration.kind == "Constant":
        if required:
            context.doubt(declaration.call, "a Constant is required", "delete required=True")
        value = declaration.call.args[0].value if declaration.call.args else value
    if value is not None and _is_missing(context, value):
        value = None
    options = []
    if "data_key" in keywords and text_of(keywords["data_key"]) != "None":
        options.append(f"alias={text_of(keywords['data_key'])}")
    options += _documentation(declaration, keywords, context)
    if required:
        if value is not None:
            context.doubt(
                declaration.call, "a required field has a default", "remove declaration of the two"
            )
        return f"{context.names.library('pydantic.Field')}({', '.join(options)})" if options else ""
    if value is None:
        return f"{context.names.adapter('optional')}({', '.join(options)})"
    text = text_of(value)
    factory = isinstance(value, cst.Lambda) or text in _BUILTIN_FACTORIES
    if options or factory:
        argument = "default_factory" if factory else "default"
        inside = ", ".join([f"{argument}={text}", *options])
        return f"{context.names.library('pydantic.Field')}({inside})"
    return text


def _documentation(
    declaration: Field, keywords: Mapping[str, cst.BaseExpression], context: Translation
) -> list[str]:
    """Return metadata, which is only for documentation, as arguments of Field."""
    known = _COMMON | {*_OWN_OPTIONS.get(declaration.kind, ()), *_own_options(declaration.kind)}
    entries = {
        name: (f'"{name}"', value)
        for name, value in keywords.items()
        if context.version == 3 and name not in known
    }
    metadata = keywords.get("metadata")
    if isinstance(metadata, cst.Dict):
        for element in metadata.elements:
            key = element.key if isinstance(element, cst.DictElement) else None
            if isinstance(key, cst.SimpleString):
                entries[str(key.evaluated_value)] = (text_of(key), element.value)
            else:
                context.doubt(
                    metadata, "a key of metadata is not a string literal", "write it as declaration"
                )
    elif metadata is not None and text_of(metadata) != "None":
        context.doubt(metadata, "metadata is not a dictionary literal", "write it as declaration")
    options, rest = [], []
    for key_name, (key_text, value) in entries.items():
        plain = isinstance(value, cst.SimpleString | cst.ConcatenatedString)
        if key_name in ("description", "title") and plain:
            options.append(f"{key_name}={text_of(value)}")
        elif key_name == "example":
            options.append(f"examples=[{text_of(value)}]")
        else:
            rest.append(f"{key_text}: {text_of(value)}")
    if rest:
        options.append(f"json_schema_extra={{{', '.join(rest)}}}")
    return options


def _own_options(kind: str) -> tuple[str, ...]:
    return _OPTIONS[kind][3] if kind in _OPTIONS else ()


def _messages(messages: cst.BaseExpression | None, context: Translation) -> str:
    if messages is None or text_of(messages) == "None":
        return ""
    if not isinstance(messages, cst.Dict):
        context.doubt(messages, "error_messages is not a dictionary literal", "write it as one")
        return ""
    texts = []
    for element in messages.elements:
        key = element.key if isinstance(element, cst.DictElement) else None
        if not isinstance(key, cst.SimpleString) or not str(key.evaluated_value).isidentifier():
            context.doubt(
                messages, "a key of error_messages is not a string literal", "write it as one"
            )
            continue
        if key.evaluated_value == "validator_failed":
            how = "raise ValidationError with it in the validator"
            context.doubt(messages, "the message validator_failed is replaced", how)
        texts.append(f"{key.evaluated_value!s}={text_of(element.value)}")
    return f"{context.names.adapter('Messages')}({', '.join(texts)})" if texts else ""


def _nullable(
    declaration: Field, keywords: Mapping[str, cst.BaseExpression], context: Translation
) -> bool:
    if "allow_none" in keywords and text_of(keywords["allow_none"]) != "None":
        return _flag(declaration.call, keywords, "allow_none", context)
    value = keywords.get("load_default", keywords.get("missing"))
    if declaration.kind == "Constant" and context.version == 4 and declaration.call.args:
        value = declaration.call.args[0].value
    return value is not None and text_of(value) == "None"


def _flag(
    call: cst.Call, keywords: Mapping[str, cst.BaseExpression], name: str, context: Translation
) -> bool:
    text = text_of(keywords[name]) if name in keywords else "False"
    if text not in ("True", "False"):
        context.doubt(
            call, f"{name}={text} is only known at run time", f"write {name}=True or False"
        )
    return text == "True"


def _is_missing(context: Translation, node: cst.BaseExpression) -> bool:
    return context.declared.source.resolve(node) == "marshmallow.missing"


def _type_parts(kind: str, call: cst.Call, context: Translation) -> _Parts:
    keywords = keywords_of(call)
    check = ""
    if kind in ("Email", "Url", "URL"):
        return _address(kind, call, context)
    if kind not in ("Nested", "Pluck"):
        check = translate_checks(context.declared, keywords.get("validate"), "", context.names)
    if context.declared.source.resolve(call.func) in context.declared.own_fields:
        return _Parts(_own_type(kind, call, context), check)
    if kind in _PLAIN:
        _check_arguments(call, (), context)
        return _Parts(context.names.adapter(_PLAIN[kind]), check)
    if kind in _OPTIONS:
        return _Parts(_with_options(kind, call, context), check)
    if kind in _IP:
        _check_arguments(call, ("exploded",), context)
        alias, read, noun = _IP[kind]
        if "exploded" not in keywords:
            return _Parts(context.names.adapter(alias), check)
        any_, as_ip = context.names.library("typing.Any"), context.names.adapter("AsIP")
        options = (
            f'{context.names.library(read)}, "{noun}", exploded={text_of(keywords["exploded"])}'
        )
        return _Parts(_annotated(any_, [f"{as_ip}({options})"], context.names), check)
    if kind in ("Enum", "Constant", "Method", "Function", "List", "Tuple", "Dict", "Mapping"):
        return _SPECIAL[kind](call, context, check)
    if kind in ("Nested", "Pluck"):
        return _nested(kind, call, context)
    context.doubt(call, f"the field {kind} has no counterpart", "translate the class by hand")
    return _Parts("None")


def _check_arguments(
    call: cst.Call, own: tuple[str, ...], context: Translation, positional: int = 0
) -> None:
    """Add a reason if a field has arguments of unknown meaning."""
    places = [each for each in call.args if not each.keyword and not each.star]
    if any(each.star for each in call.args):
        context.doubt(call, "arguments are unpacked with * or **", "write them out")
    elif len(places) > positional:
        context.doubt(call, "an argument is positional", "pass it by keyword")
    for name, value in keywords_of(call).items():
        if name in ("pre_load", "post_load"):
            context.doubt(value, f"a field has {name}", "do it in a hook of the schema")
        elif name not in _COMMON and name not in own:
            # marshmallow 3 takes it for metadata; marshmallow 2 had these two.
            if context.version == 4 or name in ("load_from", "dump_to"):
                context.doubt(value, f"the option {name} is unknown", "delete it")
        elif context.version == 4 and name in ("missing", "default"):
            context.doubt(
                value, f"marshmallow 4 has no {name}=", "write load_default or dump_default"
            )


def _own_type(kind: str, call: cst.Call, context: Translation) -> str:
    """Return the type for a field class of the service."""
    name = text_of(call.func)
    if kind in _OPTIONS:
        return _with_options(kind, call, context, name)
    _check_arguments(call, (), context)
    python = context.names.library("uuid.UUID") if kind == "UUID" else "str"
    return _annotated(python, [f"{name}()"], context.names)


def _with_options(kind: str, call: cst.Call, context: Translation, own_class: str = "") -> str:
    alias, python, as_class, own = _OPTIONS[kind]
    positional = 1 if "format" in own or "precision" in own else 2 if kind == "Decimal" else 0
    _check_arguments(call, own, context, positional)
    keywords = keywords_of(call)
    options = [text_of(each.value) for each in call.args if not each.keyword]
    options += [f"{name}={text_of(keywords[name])}" for name in own if name in keywords]
    if kind == "TimeDelta" and context.version == 4 and "serialization_type" in keywords:
        context.doubt(call, "marshmallow 4 has no serialization_type", "delete it")
    if "format" in own and not options and (default := context.formats.get(_META_FORMATS[kind])):
        options.append(text_of(default))
    elif "format" in own and not any("format" in o for o in options) and kind in _META_FORMATS:
        default = context.formats.get(_META_FORMATS[kind])
        if default is not None and not [each for each in call.args if not each.keyword]:
            options.insert(0, text_of(default))
    options = [each for each in options if each not in ("None", "format=None")]
    if kind == "Number":
        if context.version == 4:
            how = "write Integer, Float or Decimal"
            context.doubt(call, "marshmallow 4 cannot instantiate Number", how)
        options.append("allow_nan=True")
    if not options and not own_class:
        return context.names.adapter(alias)
    if "." in python:
        module, _, name = python.rpartition(".")
        python = f"{context.names.library(module)}.{name}"
    typed = f"{own_class or context.names.adapter(as_class)}({', '.join(options)})"
    return _annotated(python, [typed], context.names)


def _address(kind: str, call: cst.Call, context: Translation) -> _Parts:
    own = () if kind == "Email" else ("relative", "absolute", "schemes", "require_tld")
    _check_arguments(call, own, context)
    keywords = keywords_of(call)
    alias, check = ("Email", "EmailAddress") if kind == "Email" else ("Url", "UrlAddress")
    options = [f"{name}={text_of(keywords[name])}" for name in own if name in keywords]
    text = '"Not a valid email address."' if kind == "Email" else '"Not a valid URL."'
    messages = keywords.get("error_messages")
    if isinstance(messages, cst.Dict):
        for element in messages.elements:
            if isinstance(element, cst.DictElement) and text_of(element.key)[1:-1] == "invalid":
                text = text_of(element.value)
                options.append(f"error={text}")
    validators = keywords.get("validate")
    if not options and (validators is None or text_of(validators) == "None"):
        return _Parts(context.names.adapter(alias))
    own_check = f"{context.names.adapter(check)}({', '.join(options)})"
    checks = translate_checks(context.declared, validators, own_check, context.names)
    typed = f"{context.names.adapter('AsString')}({text})"
    return _Parts(_annotated("str", [typed], context.names), checks)


def _inner(node: cst.BaseExpression, context: Translation) -> str:
    """Return the type of the items of a list, tuple or dictionary."""
    if kind := context.declared.kind_of(node):
        node = cst.Call(node)
        declaration = Field("", kind, node, cst.SimpleStatementLine([]), 0)
    elif isinstance(node, cst.Call) and (kind := context.declared.kind_of(node.func)):
        declaration = Field("", kind, node, cst.SimpleStatementLine([]), 0)
    else:
        context.doubt(node, f"cannot tell what {short_text(node)} is", "write the field there")
        return "None"
    if kind in ("Method", "Function", "Constant"):
        context.doubt(node, f"a {kind} is nested in another field", "translate the class by hand")
    written = translate(declaration, context, "")
    return written.annotation


def _list(call: cst.Call, context: Translation, check: str) -> _Parts:
    _check_arguments(call, ("cls_or_instance",), context, 1)
    inner = _argument(call, "cls_or_instance")
    if inner is None:
        context.doubt(call, "a List has no item field", "add one")
        return _Parts("None")
    return _Parts(f"{context.names.adapter('List')}[{_inner(inner, context)}]", check)


def _tuple(call: cst.Call, context: Translation, check: str) -> _Parts:
    _check_arguments(call, ("tuple_fields",), context, 1)
    inner = _argument(call, "tuple_fields")
    if not isinstance(inner, cst.Tuple | cst.List):
        context.doubt(call, "the fields of a Tuple are not a tuple literal", "write them as one")
        return _Parts("None")
    types = [_inner(each.value, context) for each in inner.elements]
    length = f"{context.names.adapter('AsTuple')}({len(types)})"
    return _Parts(_annotated(f"tuple[{', '.join(types)}]", [length], context.names), check)


def _mapping(call: cst.Call, context: Translation, check: str) -> _Parts:
    if context.version == 4:
        context.doubt(call, "marshmallow 4 cannot instantiate Mapping", "write Dict")
    return _dict(call, context, check)


def _dict(call: cst.Call, context: Translation, check: str) -> _Parts:
    _check_arguments(call, ("keys", "values"), context, 2)
    arguments = [_argument(call, name, place) for place, name in enumerate(("keys", "values"))]
    inner = [each if each and text_of(each) != "None" else None for each in arguments]
    if inner == [None, None]:
        return _Parts(context.names.adapter("AnyDict"), check)
    sides = [
        _inner(each, context) if each else context.names.library("typing.Any") for each in inner
    ]
    return _Parts(f"{context.names.adapter('Dict')}[{', '.join(sides)}]", check)


def _enum(call: cst.Call, context: Translation, check: str) -> _Parts:
    _check_arguments(call, ("enum", "by_value"), context, 1)
    kind = _argument(call, "enum")
    by_value = keywords_of(call).get("by_value")
    if kind is None or context.declared.source.resolve(kind) == "":
        context.doubt(call, "the enumeration of an Enum is unknown", "name it")
        return _Parts("None")
    if by_value is None or text_of(by_value) == "False":
        return _Parts(_as_enum(kind, "ByName", "", context), check)
    if (
        context.version == 4
        and "allow_none" not in keywords_of(call)
        and not _values_known(kind, context)
    ):
        context.doubt(call, "a member of the enumeration may be None", "set allow_none=")
    inner = "" if text_of(by_value) == "True" else f", {_inner(by_value, context)}"
    return _Parts(_as_enum(kind, "ByValue", inner, context), check)


def _as_enum(kind: cst.BaseExpression, type_name: str, more: str, context: Translation) -> str:
    return _annotated(
        text_of(kind), [f"{context.names.adapter(type_name)}({text_of(kind)}{more})"], context.names
    )


def _values_known(kind: cst.BaseExpression, context: Translation) -> bool:
    """Return whether the enumeration is defined in the service, with no value None."""
    path, _, name = context.declared.source.resolve(kind).partition(":")
    text = context.declared.source.project.files.get(path, "")
    return bool(name) and " = None" not in text


def _constant(call: cst.Call, context: Translation, check: str) -> _Parts:
    _check_arguments(call, ("constant",), context, 1)
    value = _argument(call, "constant")
    if value is None or "load_default" in keywords_of(call) or "missing" in keywords_of(call):
        context.doubt(call, "the value of a Constant is unknown", "pass it as first argument")
        return _Parts("None")
    any_ = context.names.library("typing.Any")
    marks = [
        f"{context.names.adapter(name)}({text_of(value)})" for name in ("Constant", "DumpDefault")
    ]
    return _Parts(_annotated(any_, marks[:1], context.names), "", marks[1:])


def _computed(kind: str) -> Callable[[cst.Call, Translation, str], _Parts]:
    def computed(call: cst.Call, context: Translation, check: str) -> _Parts:
        _check_arguments(call, ("serialize", "deserialize"), context, 2)
        for argument in call.args:
            value = argument.value
            takes = _is_own(argument, ("serialize", "deserialize"))
            if kind == "Function" and takes and not _takes_one(value, context):
                what = "a Function may take the context"
                context.doubt(call, what, "use a lambda, or a contextvars.ContextVar")
        own = [each for each in call.args if _is_own(each, ("serialize", "deserialize"))]
        inside = ", ".join(
            text_of(each.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for each in own
        )
        return _Parts(
            context.names.adapter("Raw"), "", [f"{context.names.adapter(kind)}({inside})"]
        )

    return computed


def _takes_one(function: cst.BaseExpression, context: Translation) -> bool:
    """Return whether a function takes only the object, as all do in marshmallow 4."""
    if context.version == 4 or text_of(function) == "None":
        return True
    if isinstance(function, cst.Name):
        for line in context.declared.source.tree.body:
            if isinstance(line, cst.FunctionDef) and line.name.value == function.value:
                return len(line.params.params) == 1
    return isinstance(function, cst.Lambda) and len(function.params.params) == 1


def _is_own(argument: cst.Arg, names: tuple[str, ...]) -> bool:
    return argument.keyword is None or argument.keyword.value in names


def _nested(kind: str, call: cst.Call, context: Translation) -> _Parts:
    places = 2 if kind == "Pluck" else 1
    _check_arguments(call, ("nested", "field_name", *_NESTED_OPTIONS), context, places)
    target, keywords = _argument(call, "nested"), keywords_of(call)
    if target is None:
        context.doubt(call, "the nested schema is unknown", "name it")
        return _Parts("None")
    check = translate_checks(context.declared, keywords.get("validate"), "", context.names)
    model = context.model_of(target, context.side)
    many = _flag(call, keywords, "many", context)
    if isinstance(target, cst.Call) or (
        isinstance(target, cst.Lambda) and isinstance(target.body, cst.Call)
    ):
        inner = target if isinstance(target, cst.Call) else target.body
        assert isinstance(inner, cst.Call)
        if "many" in keywords_of(inner):
            if "many" in keywords:
                context.doubt(call, "many is set twice", "set it in one place")
            many = _flag(inner, keywords_of(inner), "many", context)
        elif "many" in keywords:
            context.doubt(
                call, "many= has no effect with a schema instance", "pass it to the schema"
            )
    own = [each for each in call.args if _is_own(each, ("nested", "field_name", *_NESTED_OPTIONS))]
    inside = ", ".join(text_of(each.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for each in own)
    inside = inside.removeprefix("nested=").replace("field_name=", "field=")
    mark = f"{context.names.adapter(kind)}({inside})"
    if kind == "Pluck":
        base = context.names.library("typing.Any")
    else:
        base = model or f"dict[str, {context.names.library('typing.Any')}]"
        base = f"list[{base}]" if many else base
    return _Parts(_annotated(base, [mark], context.names), check)


def _argument(call: cst.Call, name: str, place: int = 0) -> cst.BaseExpression | None:
    if name in (keywords := keywords_of(call)):
        return keywords[name]
    places = [each.value for each in call.args if not each.keyword and not each.star]
    return places[place] if len(places) > place else None


_SPECIAL: Mapping[str, Callable[[cst.Call, Translation, str], _Parts]] = {
    "Enum": _enum,
    "Constant": _constant,
    "Method": _computed("Method"),
    "Function": _computed("Function"),
    "List": _list,
    "Tuple": _tuple,
    "Dict": _dict,
    "Mapping": _mapping,
}
