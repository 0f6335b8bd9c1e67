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
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource, SettingsError

from .settings import ChassisSettings

PREFIX = "APP__"
ABOUT_FILES = {"APP__PROFILES", "APP__CONFIG_DIR"}
ENVIRONMENT = "environment"

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
            if isinstance(node, list):
                return True
            if not isinstance(node, dict):
                return True
            if part not in node:
                return False
            node = node[part]
        return True

    def locate(self, path: tuple[str | int, ...]) -> str:
        """Return what a person looks for to change the key at `path`."""
        if self.name == ENVIRONMENT:
            return PREFIX + "__".join(str(part).upper() for part in path)
        return self.name


@dataclass(frozen=True)
class Loaded:
    """The settings, and the layers they came from, the strongest first."""

    settings: ChassisSettings
    layers: list[Layer]

    def effective(self) -> Iterator[tuple[str, Any, str]]:
        """Yield each key, its value (secrets masked) and its source."""
        for path, value in _leaves(self.settings.model_dump()):
            layer = next((layer for layer in self.layers if layer.knows(path)), None)
            yield ".".join(path), value, layer.locate(path) if layer else "default"


def load(overrides: Mapping[str, Any] | None = None) -> Loaded:
    """Read all sources, and check them.

    `overrides` are dotted keys with values that win over all else. Raises ConfigurationError.
    """
    layers = [
        Layer("command line", _expand(overrides or {}, "command line")),
        *reversed(_file_layers()),
    ]
    named = next((layer.values["settings"] for layer in layers if "settings" in layer.values), "")
    cls = _settings_class(named)
    layers.insert(1, _environment(cls))
    values: Tree = {}
    for layer in reversed(layers):
        values = _merge(values, layer.values)
    if not named:
        # Top-level keys that no section claims belong to a service that reads them by itself.
        values = {key: value for key, value in values.items() if key in cls.model_fields}
    try:
        return Loaded(cls(**values), layers)
    except ValidationError as error:
        raise ConfigurationError(_describe(error, layers, cls)) from None


def _settings_class(name: str) -> type[ChassisSettings]:
    if not name:
        return ChassisSettings
    module, _, attribute = str(name).partition(":")
    try:
        cls = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(f"settings: cannot import {name}: {error}") from None
    if not (isinstance(cls, type) and issubclass(cls, ChassisSettings)):
        raise ConfigurationError(f"settings: {name} is no subclass of ChassisSettings")
    return cls


def _file_layers() -> list[Layer]:
    chosen = os.environ.get("APP__CONFIG_DIR")
    folder = Path(chosen or "config")
    if chosen and not folder.is_dir():
        raise ConfigurationError(f"APP__CONFIG_DIR: {chosen}: expected a folder")
    profiles = [name.strip() for name in os.environ.get("APP__PROFILES", "").split(",")]
    layers = []
    for name in ["application", *(f"application-{profile}" for profile in profiles if profile)]:
        path = folder / f"{name}.yml"
        if path.is_file():
            layers.append(Layer(path.as_posix(), _expand(_read(path), path.as_posix())))
        elif name != "application":
            raise ConfigurationError(f"APP__PROFILES: {path.as_posix()}: no such file")
    return layers


class _Loader(yaml.SafeLoader):
    """YAML in which a key stands once in its section."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key_node.value} is given twice", key_node.start_mark
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{path.as_posix()}:{line}: {error.problem}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ConfigurationError(f"{path.as_posix()}: not readable: {reason}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path.as_posix()}: expected keys with values")
    return content


def _environment(cls: type[ChassisSettings]) -> Layer:
    known = {name.upper() for name in cls.model_fields}
    for name in os.environ:
        if name.upper().startswith(PREFIX) and name.upper() not in ABOUT_FILES:
            top = name.upper().removeprefix(PREFIX).split("__")[0]
            if top not in known:
                keys = [field.lower() for field in known]
                raise ConfigurationError(f"{name}: {_unknown(top.lower(), keys)}")
    try:
        return Layer(ENVIRONMENT, EnvSettingsSource(cls)())
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        name = PREFIX + (field[1].upper() if field else "")
        raise ConfigurationError(f"{name}: expected a value in JSON") from None


def _expand(values: Mapping[Any, Any], source: str) -> Tree:
    """Turn dotted and indexed keys into sections and lists, at any depth."""
    tree: Tree = {}
    for key, value in values.items():
        expanded = _expand(value, source) if isinstance(value, dict) else value
        parts = re.findall(r"[^.\[\]]+|\[\d+\]", str(key)) or [str(key)]
        for part in reversed(parts[1:]):
            expanded = {part: expanded}
        try:
            tree = _join(tree, {parts[0]: expanded})
        except KeyError as twice:
            raise ConfigurationError(f"{source}: {key}: {twice.args[0]} is given twice") from None
    return {key: _lists(value, source, key) for key, value in tree.items()}


def _join(left: Tree, right: Tree) -> Tree:
    """Unite two trees of one source; raises KeyError for a key that both give."""
    joined = dict(left)
    for key, value in right.items():
        if key not in joined:
            joined[key] = value
        elif isinstance(joined[key], dict) and isinstance(value, dict):
            joined[key] = _join(joined[key], value)
        else:
            raise KeyError(key)
    return joined


def _lists(value: Any, source: str, key: str) -> Any:
    """Turn sections whose keys are `[0]`, `[1]`, … into lists."""
    if not isinstance(value, dict):
        return value
    tree = {name: _lists(item, source, f"{key}.{name}") for name, item in value.items()}
    indexes = [name for name in tree if re.fullmatch(r"\[\d+\]", name)]
    if not indexes:
        return tree
    if set(tree) != {f"[{number}]" for number in range(len(tree))}:
        raise ConfigurationError(f"{source}: {key}: expected the indexes 0 to {len(tree) - 1}")
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
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _describe(error: ValidationError, layers: list[Layer], cls: type[ChassisSettings]) -> str:
    """Put the first error into one line, without the value, which may be a secret."""
    details = error.errors(include_url=False, include_input=False)
    path = details[0]["loc"]
    around = path[:-1] if details[0]["type"] == "missing" else path
    layer = next((layer for layer in layers if around and layer.knows(around)), None)
    where = layer.locate(path) if layer else "config/application.yml"
    more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    return f"{where}: {'.'.join(map(str, path))}: {_expected(details[0], cls)}{more}"


def _expected(detail: ErrorDetails, cls: type[BaseModel]) -> str:
    if detail["type"] == "missing":
        return "expected a value, found none"
    if detail["type"] == "extra_forbidden":
        section: Any = cls
        for part in detail["loc"][:-1]:
            section = section.model_fields[part].annotation
        return _unknown(str(detail["loc"][-1]), list(section.model_fields))
    message = detail["msg"].removeprefix("Value error, ")
    return message.replace("Input should be", "expected", 1)


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(sorted(known))}"
    return f"unknown key; {hint}"
