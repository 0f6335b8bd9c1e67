"""What a file says, as plain data: objects, lists, and texts for all that is neither."""

import json
import re
import tomllib
from collections.abc import Callable, Sequence
from configparser import RawConfigParser
from functools import lru_cache
from typing import TypeAlias

import yaml

from drydock.profiles import DOT

Data: TypeAlias = "dict[str, Data] | list[Data] | str"
"""In keys, DOT stands for a dot, so that dots separate keys in places."""
_COMMENT = r"//[^\n]*|/\*.*?\*/"
_EXTRA = re.compile(rf'("(?:\\.|[^"\\])*")|{_COMMENT}|,(?=(?:\s|{_COMMENT})*[\]}}])', re.DOTALL)


def is_unread(path: str) -> bool:
    """Tell whether no reader reads the file at `path`, which is no prose and no code either."""
    if _TEMPLATE.search(path):
        return True
    return bool(_BY_LINES.search(path)) and not any(re.search(named, path) for named in _READERS)


# Templates are none of the format that they make.
_TEMPLATE = re.compile(r"(^|/)templates/|\.(j2|jinja2?|tmpl|tpl)$")
_BY_LINES = re.compile(
    r"(^|/)(Makefile|GNUmakefile|Jenkinsfile|Procfile|justfile|\.editorconfig|\.env[\w.-]*|[\w.-]+\.env"
    r"|\.gitmodules|go\.mod|Gemfile|pom\.xml)$"
    r"|\.(mk|sh|bash|env|service|timer|socket|tf|tfvars|properties|conf|groovy"
    r"|proto|graphqls?|gql|sql|html?|[cm]?[jt]s|[jt]sx)$"
)


# One merge asks for the same few texts again and again: for their profiles, then each invariant.
@lru_cache(maxsize=8)
def load(path: str, text: str) -> Sequence[Data] | None:
    """Return the documents in the file at `path`; None if it is of no such format, or not valid.

    They are shared by all who ask: nobody changes them.
    """
    reader = next((read for named, read in _READERS.items() if re.search(named, path)), None)
    if reader is None or _TEMPLATE.search(path):
        return None
    try:
        return [_plain(one) for one in reader(text)]
    except (ValueError, yaml.YAMLError, RecursionError):
        return None


def _plain(value: object) -> Data:
    if isinstance(value, dict):
        return {str(key).replace(".", DOT): _plain(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return str(value)


def _yaml(text: str) -> list[object]:
    documents = yaml.compose_all(text, Loader=yaml.CSafeLoader)
    return [_node(one, set()) for one in documents if one is not None]


def _node(node: yaml.Node, seen: set[int]) -> object:
    """Return what a node says; one that an alias repeats is told where its anchor is."""
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if id(node) in seen:
        return "*"
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_node(one, seen) for one in node.value]
    return {str(key.value): _node(held, seen) for key, held in node.value}


def _ini(text: str) -> list[object]:
    parser = RawConfigParser(allow_no_value=True, default_section="", strict=False)
    try:
        parser.read_string(text)
    except Exception as error:
        raise ValueError(str(error)) from error
    return [{name: {k: _value(v) for k, v in parser.items(name)} for name in parser.sections()}]


def _value(value: str | None) -> object:
    lines = [line.strip() for line in (value or "").split("\n")]
    return lines[0] if len(lines) == 1 else [line for line in lines if line]


def _requirements(text: str) -> list[object]:
    lines = [re.sub(r"(^|\s)#.*", "", line).strip() for line in text.split("\n")]
    return [[line for line in lines if line]]


_READERS: dict[str, Callable[[str], list[object]]] = {
    r"\.ya?ml$": _yaml,
    r"\.toml$|(^|/)(Pipfile|uv\.lock|poetry\.lock)$": lambda text: [tomllib.loads(text)],
    r"\.(json|jsonc|code-workspace)$": lambda text: [
        json.loads(_EXTRA.sub(lambda found: found[1] or " ", text))
    ],
    r"(^|/)(\.?pylintrc|\.flake8|\.coveragerc|[\w.-]+\.(ini|cfg))$": _ini,
    r"((requirements|constraints)[\w.-]*|(^|/)requirements/[\w.-]+)\.(txt|in)$": _requirements,
}
