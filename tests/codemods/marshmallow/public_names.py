"""The public names of marshmallow, and those without a translation.

    python -m tests.codemods.marshmallow.public_names

These are the names of fields and validators, of their options (`fields.Integer.strict`), of options
of hooks and `Meta`, and of attributes of schemas and errors. They are read from the marshmallow in
the environment or path of this program, and printed as JSON.
"""

import ast
import inspect
import json
from collections.abc import Iterator
from typing import Any

import marshmallow as ma
from drydock.codemods.marshmallow import schema_adapter
from marshmallow import fields, validate

from tests.codemods.marshmallow.tables import FIELDS, MODULES, MODULES_OF, module_of

HOOKS = ("validates_schema", "pre_load", "post_load", "pre_dump", "post_dump")
NAMESPACES = {"fields": fields, "validate": validate}
MAJOR = 3 if hasattr(ma, "pprint") else 4


def public_names() -> set[str]:
    """Return the public names of marshmallow's modules, classes and decorators."""
    found = {name for name in ma.__all__ if name != "fields"}
    for hook in HOOKS:
        options = list(inspect.signature(getattr(ma, hook)).parameters)[1:]
        found |= {f"{hook}.{option}" for option in options}
    for namespace, classes in (("fields", _fields()), ("validate", _validators())):
        for one in classes:
            name = f"{namespace}.{one.__name__}"
            found |= {name, *(f"{name}.{option}" for option in _own_options(one))}
    found |= {f"Meta.{option}" for option in vars(ma.SchemaOpts(type("Meta", (), {})))}
    return found | _attributes(ma)


def used_names(text: str) -> set[str]:
    """Return the names that a module of a row uses."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                found.add(name)
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in HOOKS:
                found |= {f"{name}.{argument.arg}" for argument in node.keywords}
            case ast.Attribute(value=ast.Name(id="Schema")):
                found.add(f"Schema.{node.attr}")
            case ast.Attribute(value=ast.Name(id=namespace)) if namespace in NAMESPACES:
                found.add(f"{namespace}.{getattr(NAMESPACES[namespace], node.attr).__name__}")
            case ast.Call(func=ast.Attribute(value=ast.Name(id=namespace), attr=name)) if (
                namespace in NAMESPACES
            ):
                found |= {*_options_given(namespace, getattr(NAMESPACES[namespace], name), node)}
            case ast.ClassDef(name="Meta"):
                assigned = [each for each in node.body if isinstance(each, ast.Assign)]
                found |= {f"Meta.{ast.unparse(each.targets[0])}" for each in assigned}
                found.add("Schema.Meta")
    return found


def _fields() -> set[type]:
    return {getattr(fields, name) for name in fields.__all__}


def _validators() -> set[type]:
    every = [one for one in vars(validate).values() if isinstance(one, type)]
    return {one for one in every if issubclass(one, validate.Validator)}


def _parameters(one: type) -> list[inspect.Parameter]:
    """Return the parameters of a constructor, without `self` and `**kwargs`."""
    named = inspect.signature(one.__init__).parameters.values()  # type: ignore[misc]
    return [each for each in list(named)[1:] if each.kind is not inspect.Parameter.VAR_KEYWORD]


def _own_options(one: type) -> Iterator[str]:
    """Yield the options of a class that no base has."""
    above = {each.name for base in one.__mro__[1:-1] for each in _parameters(base)}
    yield from (each.name for each in _parameters(one) if each.name not in above)


def _options_given(namespace: str, one: type, call: ast.Call) -> Iterator[str]:
    """Yield the options of a call, with the class that introduces them."""
    places = [each for each in _parameters(one) if each.kind is not inspect.Parameter.KEYWORD_ONLY]
    positional = [each.name for each, _ in zip(places, call.args, strict=False)]
    for option in [*positional, *(each.arg for each in call.keywords if each.arg)]:
        for owner in reversed(one.__mro__):
            if option in _own_options(owner):
                yield f"{namespace}.{owner.__name__}.{option}"


def _attributes(package: Any) -> set[str]:
    """Return the attributes and arguments of a schema, and the attributes of an error."""
    parameters = inspect.signature(package.Schema.__init__).parameters
    schema = {*dir(package.Schema()), *list(parameters)[1:]}
    error = package.ValidationError("")
    every = {f"Schema.{name}" for name in schema} | {f"ValidationError.{n}" for n in dir(error)}
    return {name for name in every if "._" not in name}


def names_without_translation() -> list[str]:
    """Return the public names that neither the adapter defines nor a row uses."""
    texts = [module_of(before) for before, _ in FIELDS.values()]
    texts += [text for text, _ in MODULES.values()]
    texts += [text for text, _ in MODULES_OF[MAJOR].values()]
    translated = {name for text in texts for name in used_names(text)}
    return sorted(public_names() - translated - _attributes(schema_adapter))


if __name__ == "__main__":
    print(json.dumps(names_without_translation()))
