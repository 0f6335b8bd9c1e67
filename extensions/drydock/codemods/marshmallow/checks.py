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
    declared: Declared, validators: cst.BaseExpression | None, first: str, names: Names
) -> str:
    """Return the check for the validators in `validate=`, behind a `first` check; empty if none.

    Several checks all run, and their messages are joined, as in marshmallow.
    """
    checks = [first] if first else []
    plain = not first
    for validator in _items(validators):
        text, is_check = _translate(declared, validator, names)
        checks.append(text)
        plain = plain and is_check
    if not checks:
        return ""
    if len(checks) == 1 and (plain or first):
        return checks[0]
    return f"{names.adapter('All')}({', '.join(checks)})"


def _items(validators: cst.BaseExpression | None) -> Sequence[cst.BaseExpression]:
    if validators is None or text_of(validators) == "None":
        return ()
    if isinstance(validators, cst.List | cst.Tuple | cst.Set):
        return [element.value for element in validators.elements]
    return (validators,)


def _translate(declared: Declared, validator: cst.BaseExpression, names: Names) -> tuple[str, bool]:
    """Return the code of a check, and whether its class is one of the adapter."""
    source = declared.source
    if isinstance(validator, cst.Lambda):
        return text_of(validator), False
    callee = validator.func if isinstance(validator, cst.Call) else validator
    full = source.resolve(callee)
    package, _, name = full.rpartition(".")
    if isinstance(validator, cst.Call) and package == "marshmallow.validate":
        if name == "And":
            inner = [_argument(declared, argument, names) for argument in validator.args]
            return f"{names.adapter('All')}({', '.join(inner)})", True
        if name in _NAMES:
            inside = "".join(text_of(argument) for argument in validator.args)
            return f"{names.adapter(_NAMES[name])}({inside.strip()})", True
    elif (isinstance(validator, cst.Name | cst.Attribute) and _is_function(declared, full)) or (
        isinstance(validator, cst.Call)
        and ":" in full
        and not source.project.is_a(full, "marshmallow.validate.Validator")
        and "marshmallow" not in "".join(source.project.bases(full))
    ):
        return text_of(validator), False
    what = f"cannot tell what the validator {short_text(validator)} checks"
    declared.doubt(validator, what, "write it as a function that raises ValidationError")
    return "None", False


def _argument(declared: Declared, argument: cst.Arg, names: Names) -> str:
    """Return an argument of `And`: a check, or `error=`, which only marshmallow 3 has."""
    if argument.keyword:
        if declared.version == 4:
            what = f"marshmallow 4 has no And({argument.keyword.value}=)"
            declared.doubt(argument, what, "raise ValidationError in the function")
        return f"{argument.keyword.value}={text_of(argument.value)}"
    return _translate(declared, argument.value, names)[0]


def _is_function(declared: Declared, full: str) -> bool:
    if ":" in full:
        path, _, name = full.partition(":")
        return name in declared.source.project.modules[path].functions
    return bool(full) and not full.startswith("marshmallow")
