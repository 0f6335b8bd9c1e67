"""The configuration, checked against the settings classes in the code."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from drydock_standard.check import Check, at, code, first_line, skip
from drydock_standard.repository import Repository, Unusable, table

NAME = "Configuration"
ORDER = 6
_ROOT = "ChassisSettings"
_MODELS = {"BaseModel", "BaseSettings"}


@dataclass
class _Model:
    """A settings class: its fields, each with its type."""

    bases: list[str] = field(default_factory=list)
    fields: dict[str, ast.expr | None] = field(default_factory=dict)
    open: bool = False
    """Whether it accepts other keys, too."""


class KnownKeys(Check):
    """Every configuration key is known.

    The chassis refuses to start if the configuration contains an unknown key. If that key is in the
    chart, this shows only at deployment, when pods fail to start.

    Fix: correct or remove the key, or add it as a field to the class that the `settings` key names.

    Since v1.5.0.
    """

    code = "DM601"

    def find(self, repository: Repository) -> Iterator[str]:
        if not repository.has_chassis:
            skip("the service does not use this template")
        models = _models(repository)
        name = _settings_class(repository)
        if name not in models:
            skip("the settings class was not found")
        for path in repository.paths:
            if re.fullmatch(r"config/application[\w.-]*\.ya?ml", path):
                yield from _unknown(repository, path, (), models, name)
            elif re.fullmatch(r"chart/values[\w.-]*\.ya?ml", path):
                yield from _unknown(repository, path, ("config",), models, name)


def _settings_class(repository: Repository) -> str:
    try:
        setting = table(repository.yaml("config/application.yml")).get("settings")
    except Unusable:
        setting = None
    return str(setting).rpartition(":")[2] if setting else _ROOT


def _models(repository: Repository) -> dict[str, _Model]:
    """Return the classes of the service's package by name; those of the chassis take precedence."""
    package = str(repository.answers["package_path"])
    modules = [path for path in repository.paths if path.startswith(f"{package}/")]
    modules = [path for path in modules if re.search(r"settings|config", path)]
    models: dict[str, _Model] = {}
    for path in sorted(modules, key=lambda path: "/chassis/" in path):
        models |= _models_in(repository.text(path) or "")
    return models


@lru_cache(256)  # many services have the same chassis
def _models_in(text: str) -> Mapping[str, _Model]:
    """Return the classes of a module by name; nothing if its syntax is not valid."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return {node.name: _model(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _model(node: ast.ClassDef) -> _Model:
    model = _Model([_name(base) for base in node.bases])
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            if statement.target.id.startswith("_"):
                continue
            model.fields[statement.target.id] = statement.annotation
            # An alias is certain only at run time.
            model.open |= "alias" in ast.unparse(statement.value) if statement.value else False
        if (
            isinstance(statement, ast.Assign)
            and getattr(statement.targets[0], "id", "") == "model_config"
        ):
            model.open |= bool(
                re.search(r"extra='(allow|ignore)'|alias", ast.unparse(statement.value))
            )
    return model


def _name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _unknown(
    repository: Repository,
    path: str,
    place: tuple[str, ...],
    models: Mapping[str, _Model],
    name: str,
) -> Iterator[str]:
    try:
        values = repository.yaml(path)
    except Unusable as error:
        yield f"{at(path)}: {code(error)}"
        return
    text = repository.text(path) or ""
    for keys in _keys(table(values, *place), models, name):
        shown = ".".join([*place, *keys])
        line = first_line(text, rf"^[ \"']*{re.escape(keys[-1])}[\"']?\s*:")
        yield f"{at(path, line)}: {code(shown)}"


def _keys(
    values: Mapping[Any, Any], models: Mapping[str, _Model], name: str
) -> Iterator[tuple[str, ...]]:
    """Yield the keys that the model `name`, or a model nested in it, does not have."""
    fields = _fields(models, name, set())
    if fields is None:
        return
    for key, value in values.items():
        if str(key) not in fields:
            yield (str(key),)
        elif isinstance(value, dict) and (inner := _inner(fields[str(key)], models)):
            yield from ((str(key), *rest) for rest in _keys(value, models, inner))


def _fields(
    models: Mapping[str, _Model], name: str, seen: set[str]
) -> dict[str, ast.expr | None] | None:
    """Return the fields of a model and its bases; None if it accepts other keys, too."""
    if name in _MODELS:
        return {}
    if name in seen:
        return {}  # its fields are already included
    seen.add(name)
    model = models.get(name)
    if model is None or model.open:
        return None
    fields: dict[str, ast.expr | None] = {}
    for base in model.bases:
        inherited = _fields(models, base, seen)
        if inherited is None:
            return None
        fields |= inherited
    return fields | model.fields


def _inner(annotation: ast.expr | None, models: Mapping[str, _Model]) -> str:
    """Return the name of the model that a field holds; empty if it holds none, or other types."""
    if annotation is None:
        return ""
    text = ast.unparse(annotation).strip("\"'")
    text = re.sub(r"\bNone\b|[| ]|\bOptional\b|\bAnnotated\b", "", text)
    while wrapped := re.fullmatch(r"\[(\w+(?:\.\w+)*)(?:,.*)?\]", text):
        text = wrapped[1]
    name = text.rpartition(".")[2]
    return name if name in models else ""
