"""Where settings come from.

The command line wins over the environment, over the profiles' files, over the base file, over
the defaults. The files are `config/application.yml` and `config/application-<profile>.yml`.
`APP__PROFILES` names the profiles, separated by commas, the last one winning; `APP__CONFIG_DIR`
names another folder.

In a file, `server: {port: 8000}` and `server.port: 8000` mean the same, and so do a list and
`hosts[0]: a`; in the environment it is `APP__SERVER__PORT`.
"""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource, SettingsError

from .settings import ChassisSettings

PREFIX = "APP__"
ABOUT_FILES = {"APP__PROFILES", "APP__CONFIG_DIR"}
ENVIRONMENT = "environment"

_INDEX = re.compile(r"\[\d+\]")
_PATH = re.compile(r"([^.\[\]]+|\[\d+\])(\.[^.\[\]]+|\[\d+\])*")  # a.b[0].c

Tree = dict[str, Any]


class ConfigurationError(Exception):
    """The configuration is wrong; the message is one line: where, which key, what was expected."""


@dataclass(frozen=True)
class Layer:
    """The values of one source, as a tree of sections."""

    name: str
    values: Tree

    def knows(self, path: tuple[str | int, ...]) -> bool:
        """Tell whether the source gives the key at `path`, or a value around it."""
        node: Any = self.values
        for part in path:
            if not isinstance(node, dict):
                return True
            if str(part) not in node:
                return False
            node = node[str(part)]
        return True

    def locate(self, path: tuple[str | int, ...]) -> str:
        """Return what a person looks for to change the key at `path`."""
        if self.name != ENVIRONMENT:
            return self.name
        given = sorted(name.upper() for name in os.environ)
        parts = [str(part).upper() for part in path]
        names = [PREFIX + "__".join(parts[:end]) for end in range(len(parts), 0, -1)]
        below = [name for name in given if name.startswith(f"{names[0]}__")]
        return next((name for name in names if name in given), [*below, names[0]][0])


@dataclass(frozen=True)
class Loaded:
    """The settings, and the layers they came from, the strongest first."""

    settings: ChassisSettings
    layers: list[Layer]

    def effective(self) -> Iterator[tuple[str, Any, str]]:
        """Yield each key, its value (secrets masked) and its source."""
        for path, value in _leaves(self.settings.model_dump()):
            layer = next((layer for layer in self.layers if layer.knows(path)), None)
            yield _dotted(path), value, layer.locate(path) if layer else "default"


def load(overrides: Mapping[str, Any] | None = None) -> Loaded:
    """Read all sources, and check them.

    `overrides` are dotted keys with values that win over all else. Raises ConfigurationError.
    """
    layers = [
        Layer("command line", _expand(overrides or {}, "command line")),
        _environment(ChassisSettings),
        *reversed(_file_layers()),
    ]
    cls = _settings_class(layers)
    layers[1] = _environment(cls)
    values: Tree = {}
    for layer in reversed(layers):
        values = _merge(values, layer.values)
    if cls is ChassisSettings:
        # Top-level keys that no section claims belong to a service that reads them by itself.
        values = {key: value for key, value in values.items() if key in cls.model_fields}
    try:
        return Loaded(cls(**values), layers)
    except ValidationError as error:
        raise ConfigurationError(_describe(error, layers, cls)) from None


def _settings_class(layers: list[Layer]) -> type[ChassisSettings]:
    layer = next((layer for layer in layers if layer.values.get("settings")), None)
    if layer is None:
        return ChassisSettings
    name, where = layer.values["settings"], f"{layer.locate(('settings',))}: settings"
    if not (isinstance(name, str) and re.fullmatch(r"[\w.]+:\w+", name)):
        raise ConfigurationError(f"{where}: expected module:Class")
    module, _, attribute = name.partition(":")
    try:
        cls = getattr(import_module(module), attribute)
    except Exception as error:
        raise ConfigurationError(f"{where}: cannot import {name}: {_one_line(error)}") from error
    if not (isinstance(cls, type) and issubclass(cls, ChassisSettings)):
        raise ConfigurationError(f"{where}: {name} is no subclass of ChassisSettings")
    return cls


def _file_layers() -> list[Layer]:
    folder = _folder()
    if "APP__CONFIG_DIR" in os.environ and not folder.is_dir():
        raise ConfigurationError(f"APP__CONFIG_DIR: {folder.as_posix()}: expected a folder")
    profiles = [name.strip() for name in os.environ.get("APP__PROFILES", "").split(",")]
    layers = []
    for name in ["application", *(f"application-{profile}" for profile in profiles if profile)]:
        path = folder / f"{name}.yml"
        if path.exists():
            layers.append(Layer(path.as_posix(), _expand(_read(path), path.as_posix())))
        elif name != "application":
            raise ConfigurationError(f"APP__PROFILES: {path.as_posix()}: no such file")
    return layers


def _folder() -> Path:
    return Path(os.environ.get("APP__CONFIG_DIR") or "config")


class _Loader(yaml.SafeLoader):
    """YAML in which a key stands once in its section."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value} is given twice", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return node


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        raise ConfigurationError(f"{path.as_posix()}:{line}: {reason}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or _one_line(error)
        raise ConfigurationError(f"{path.as_posix()}: not readable: {reason}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path.as_posix()}: expected keys with values")
    return content


def _environment(cls: type[ChassisSettings]) -> Layer:
    known = {name.upper() for name in cls.model_fields}
    for name in os.environ if cls is not ChassisSettings else ():
        if name.upper().startswith(PREFIX) and name.upper() not in ABOUT_FILES:
            top = name.upper().removeprefix(PREFIX).split("__")[0]
            if top not in known:
                keys = known | {variable.removeprefix(PREFIX) for variable in ABOUT_FILES}
                hint = _unknown(top.lower(), [key.lower() for key in keys])
                raise ConfigurationError(f"{name}: {hint}")
    try:
        return Layer(ENVIRONMENT, EnvSettingsSource(cls)())
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        name = PREFIX + (field[1].upper() if field else "")
        raise ConfigurationError(f"{name}: expected a value in JSON") from None


def _expand(values: Mapping[Any, Any], source: str) -> Tree:
    """Turn dotted and indexed keys into sections and lists, at any depth."""
    tree: Tree = _lists(_sections(values, source), source)
    return tree


def _sections(value: Any, source: str, at: str = "") -> Any:
    """Turn dotted and indexed keys into sections; an index is the key `[0]`."""
    if isinstance(value, list):
        return [_sections(item, source, f"{at}[{index}]") for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    tree: Tree = {}
    for name, item in value.items():
        key = str(name)
        parts = re.findall(r"[^.\[\]]+|\[\d+\]", key) if _PATH.fullmatch(key) else [key]
        expanded = _sections(item, source, reduce(_below, parts, at))
        for part in reversed(parts):
            expanded = {part: expanded}
        tree = _join(tree, expanded, source, at)
    return tree


def _join(left: Tree, right: Tree, source: str, at: str) -> Tree:
    """Unite two trees of one source."""
    joined = dict(left)
    for key, value in right.items():
        if key not in joined:
            joined[key] = value
        elif isinstance(joined[key], dict) and isinstance(value, dict):
            joined[key] = _join(joined[key], value, source, _below(at, key))
        else:
            raise ConfigurationError(f"{source}: {_below(at, key)} is given twice")
    return joined


def _lists(value: Any, source: str, at: str = "") -> Any:
    """Turn sections whose keys are `[0]`, `[1]`, … into lists."""
    if isinstance(value, list):
        return [_lists(item, source, f"{at}[{index}]") for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    tree = {name: _lists(item, source, _below(at, name)) for name, item in value.items()}
    if not any(_INDEX.fullmatch(name) for name in tree):
        return tree
    if set(tree) != {f"[{number}]" for number in range(len(tree))}:
        raise ConfigurationError(f"{source}: {at}: expected the indexes 0 to {len(tree) - 1}")
    return [tree[f"[{number}]"] for number in range(len(tree))]


def _merge(weak: Tree, strong: Tree) -> Tree:
    """Lay one source over another: sections are merged, lists and values replaced."""
    merged = dict(weak)
    for key, value in strong.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = _merge(below, value)
        else:
            merged[key] = value
    return merged


def _leaves(tree: Tree, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*path, str(key)))
        else:
            yield (*path, str(key)), value


def _dotted(path: tuple[str | int, ...]) -> str:
    return reduce(_below, path, "")


def _below(at: str, part: str | int) -> str:
    """Return the dotted name of a key below another one."""
    if isinstance(part, int):
        part = f"[{part}]"
    return f"{at}.{part}" if at and not _INDEX.fullmatch(part) else f"{at}{part}"


def _describe(error: ValidationError, layers: list[Layer], cls: type[ChassisSettings]) -> str:
    """Put the first error into one line, without the value, which may be a secret."""
    details = error.errors(include_url=False, include_input=False)
    path = details[0]["loc"]
    around = path[:-1] if details[0]["type"] == "missing" else path
    layer = next((layer for layer in layers if around and layer.knows(around)), None)
    where = layer.locate(path) if layer else (_folder() / "application.yml").as_posix()
    more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    return ": ".join(filter(None, [where, _dotted(path), _expected(details[0], cls)])) + more


def _expected(detail: ErrorDetails, cls: type[BaseModel]) -> str:
    path = detail["loc"]
    if detail["type"] == "missing":
        return "expected a value, found none"
    if detail["type"] == "extra_forbidden":
        return _unknown(str(path[-1]), _keys(cls, path[:-1]))
    if detail["type"] == "model_type":
        return "expected a section of keys"
    message = detail["msg"].removeprefix("Value error, ")
    return _one_line(message.replace("Input should be", "expected", 1))


def _keys(cls: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """Return the keys of the section at `path`, which may lead through lists and unions."""
    models = [cls]
    for part in path:
        fields = [model.model_fields[part] for model in models if part in model.model_fields]
        if fields:
            models = [model for field in fields for model in _models(field.annotation)]
    return [key for model in models for key in model.model_fields]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(sorted(known))}"
    return f"unknown key; {hint}"


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
