"""Validators of marshmallow -> checks of the adapter."""

from collections.abc import Sequence

import libcst as cst

from drydock.codemods.marshmallow.declared import Declared, short_text, text_of
from drydock.codemods.marshmallow.names import Names

_NAMES = {
    "Length": "Length",
    "Range": "Range",
    "OneOf": "OneOf",
    "NoneOf": "NoneOf",
    "ContainsOnly": "ContainsOnly",
    "ContainsNoneOf": "ContainsNoneOf",
    "Regexp": "Regexp",
    "Equal": "Equal",
    "Predicate": "Predicate",
    "Email": "EmailAddress",
    "URL": "UrlAddress",
}


def translate_checks(
    declared: Declared, given: cst.BaseExpression | None, first: str, names: Names
) -> str:
    """Return the check that stands for `validate=`, after a first one; empty where there is none.

    Several are all made, and their messages joined, as marshmallow does.
    """
    found = [first] if first else []
    plain = not first
    for each in _each(given):
        text, certain = _translate(declared, each, names)
        found.append(text)
        plain = plain and certain
    if not found:
        return ""
    if len(found) == 1 and (plain or first):
        return found[0]
    return f"{names.adapter('All')}({', '.join(found)})"


def _each(given: cst.BaseExpression | None) -> Sequence[cst.BaseExpression]:
    if given is None or text_of(given) == "None":
        return ()
    if isinstance(given, cst.List | cst.Tuple | cst.Set):
        return [element.value for element in given.elements]
    return (given,)


def _translate(declared: Declared, each: cst.BaseExpression, names: Names) -> tuple[str, bool]:
    """Return the text of a check, and whether it is a check of the adapter's own."""
    source = declared.source
    if isinstance(each, cst.Lambda):
        return text_of(each), False
    callee = each.func if isinstance(each, cst.Call) else each
    meaning = source.resolve(callee)
    package, _, name = meaning.rpartition(".")
    if isinstance(each, cst.Call) and package == "marshmallow.validate":
        if name == "And":
            inner = [_argument(declared, argument, names) for argument in each.args]
            return f"{names.adapter('All')}({', '.join(inner)})", True
        if name in _NAMES:
            inside = "".join(text_of(argument) for argument in each.args)
            return f"{names.adapter(_NAMES[name])}({inside.strip()})", True
    elif (isinstance(each, cst.Name | cst.Attribute) and _is_function(declared, meaning)) or (
        isinstance(each, cst.Call)
        and ":" in meaning
        and not source.project.is_a(meaning, "marshmallow.validate.Validator")
        and "marshmallow" not in "".join(source.project.bases(meaning))
    ):
        return text_of(each), False
    what = f"what the validator {short_text(each)} is cannot be told"
    declared.doubt(each, what, "write a function that raises ValidationError")
    return "None", False


def _argument(declared: Declared, given: cst.Arg, names: Names) -> str:
    """Return an argument of `And`: a check, or the text of its own that marshmallow 3 takes."""
    if given.keyword:
        if declared.version == 4:
            what = f"marshmallow 4 has no And({given.keyword.value}=)"
            declared.doubt(given, what, "raise ValidationError in the function")
        return f"{given.keyword.value}={text_of(given.value)}"
    return _translate(declared, given.value, names)[0]


def _is_function(declared: Declared, meaning: str) -> bool:
    if ":" in meaning:
        path, _, name = meaning.partition(":")
        return name in declared.source.project.modules[path].functions
    return bool(meaning) and not meaning.startswith("marshmallow")
