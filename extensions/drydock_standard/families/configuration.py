"""What is configured, held to what the code knows."""

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
    """The fields of a class of settings, each with its type; `open`: it takes any other key."""

    bases: list[str] = field(default_factory=list)
    fields: dict[str, ast.expr | None] = field(default_factory=dict)
    open: bool = False


class KnownKeys(Check):
    """Every key of the configuration is known.

    The chassis refuses to start with a key that no class of settings has; in a chart that is found
    when pods do not come up.

    Fix: correct the key, remove it, or add it as a field to the class that the key `settings`
    names.

    Since v1.5.0.
    """

    code = "DM601"

    def find(self, repository: Repository) -> Iterator[str]:
        if not repository.has_chassis:
            skip("this template did not make the service")
        models = _models(repository)
        name = _settings_class(repository)
        if name not in models:
            skip("its class of settings was not found")
        for path in repository.paths:
            if re.fullmatch(r"config/application[\w.-]*\.ya?ml", path):
                yield from _unknown(repository, path, (), models, name)
            elif re.fullmatch(r"chart/values[\w.-]*\.ya?ml", path):
                yield from _unknown(repository, path, ("config",), models, name)


def _settings_class(repository: Repository) -> str:
    try:
        named = table(repository.yaml("config/application.yml")).get("settings")
    except Unusable:
        named = None
    return str(named).rpartition(":")[2] if named else _ROOT


def _models(repository: Repository) -> dict[str, _Model]:
    """Return the classes of the service's package by their names; the chassis' come last."""
    package = str(repository.answers["package_path"])
    inside = [path for path in repository.paths if path.startswith(f"{package}/")]
    inside = [path for path in inside if re.search(r"settings|config", path)]
    found: dict[str, _Model] = {}
    for path in sorted(inside, key=lambda one: "/chassis/" in one):
        found |= _models_in(repository.text(path) or "")
    return found


@lru_cache(256)  # the chassis is the same in many services
def _models_in(text: str) -> Mapping[str, _Model]:
    """Return the classes of a module by their names; none of one that is not valid."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return {node.name: _model(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _model(node: ast.ClassDef) -> _Model:
    model = _Model([_name(base) for base in node.bases])
    for one in node.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            if one.target.id.startswith("_"):
                continue
            model.fields[one.target.id] = one.annotation
            # A field may be read by another name, which is only known for sure when it runs.
            model.open |= "alias" in ast.unparse(one.value) if one.value else False
        if isinstance(one, ast.Assign) and getattr(one.targets[0], "id", "") == "model_config":
            model.open |= bool(re.search(r"extra='(allow|ignore)'|alias", ast.unparse(one.value)))
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
    """Yield the keys that the model called `name`, or one inside it, does not have."""
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
    """Return the fields of a model and its bases; None where it takes other keys, too."""
    if name in _MODELS:
        return {}
    if name in seen:
        return {}  # what it has is counted already
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
    """Return the model that a field holds, perhaps; empty where it holds none, or others too."""
    if annotation is None:
        return ""
    text = ast.unparse(annotation).strip("\"'")
    text = re.sub(r"\bNone\b|[| ]|\bOptional\b|\bAnnotated\b", "", text)
    while wrapped := re.fullmatch(r"\[(\w+(?:\.\w+)*)(?:,.*)?\]", text):
        text = wrapped[1]
    name = text.rpartition(".")[2]
    return name if name in models else ""
