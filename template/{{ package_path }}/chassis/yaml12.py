"""Configuration files: YAML 1.2, with each key at most once in its section.

PyYAML reads YAML 1.1, to which `on` is true and `1:30` is ninety. The patterns here are those of
the core schema (https://yaml.org/spec/1.2.2/#103-core-schema); merge keys (`<<`) work as before.
"""

import re
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import yaml

MOST_VALUES: Final = 100_000  # in a file, with all aliases expanded
TAG: Final = "tag:yaml.org,2002:"
PATTERNS: Final = {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
    "merge": r"<<",
}


@dataclass(frozen=True)
class Number:
    """A number, and its text in the file."""

    value: int | float
    text: str


def load(text: str) -> Any:
    """Return the content of a file.

    Raises yaml.YAMLError where it is not valid, and RecursionError where it is nested too deeply.
    """
    return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader


class _Loader(yaml.SafeLoader):
    def get_single_node(self) -> yaml.Node | None:
        node = super().get_single_node()
        if node is not None:
            _measure(node, {})
        return node

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise _wrong(key, f"{key.value} is given twice")
                seen.add(key.value)
                if key.tag != f"{TAG}merge":
                    key.tag = f"{TAG}str"  # keys are text
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (AttributeError, KeyError, ValueError):  # PyYAML's, where a tag does not fit
            raise _wrong(node, f"this is not a valid {node.tag.removeprefix(TAG)}") from None

    def construct_number(self, node: yaml.ScalarNode) -> Number:
        text = str(self.construct_scalar(node))
        try:
            return Number(_number(text), text)
        except ValueError:
            if re.fullmatch(r"[-+]?\d+", text):
                raise _wrong(node, "this number is too long") from None
            raise


_Loader.yaml_implicit_resolvers = {}
for _name, _pattern in PATTERNS.items():
    _Loader.add_implicit_resolver(f"{TAG}{_name}", re.compile(f"(?:{_pattern})$"), None)
for _name in ("int", "float"):
    _Loader.add_constructor(f"{TAG}{_name}", _Loader.construct_number)


def _number(text: str) -> int | float:
    lower = text.lower()
    if lower.startswith(("0o", "0x")):
        return int(lower, 0)
    if re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    return float(lower.replace(".inf", "inf").replace(".nan", "nan"))


def _measure(node: yaml.Node, sizes: dict[int, int]) -> int:
    """Return how many values a node expands to; raise if they are too many, or infinite."""
    size = sizes.get(id(node))
    if size == 0:
        raise _wrong(node, "this contains itself")
    if size is None:
        sizes[id(node)] = 0
        parts = node.value if isinstance(node, yaml.CollectionNode) else ()
        if isinstance(node, yaml.MappingNode):
            parts = chain.from_iterable(parts)
        size = 1 + sum(_measure(part, sizes) for part in parts)
        if size > MOST_VALUES:
            raise _wrong(node, f"its aliases stand for more than {MOST_VALUES} values")
        sizes[id(node)] = size
    return size


def _wrong(node: yaml.Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
