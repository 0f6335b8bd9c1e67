"""Loads files as plain data: objects, lists, and strings for everything else."""

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
"""In keys, DOT replaces a dot, so that dots separate keys in places."""
_COMMENT = r"//[^\n]*|/\*.*?\*/"
_EXTRA = re.compile(rf'("(?:\\.|[^"\\])*")|{_COMMENT}|,(?=(?:\s|{_COMMENT})*[\]}}])', re.DOTALL)


def is_unread(path: str) -> bool:
    """Tell whether the file at `path` has no reader here, and is neither prose nor code."""
    if _TEMPLATE.search(path):
        return True
    return bool(_BY_LINES.search(path)) and not any(re.search(named, path) for named in _READERS)


# Templates are not in the format that they produce.
_TEMPLATE = re.compile(r"(^|/)templates/|\.(j2|jinja2?|tmpl|tpl)$")
_BY_LINES = re.compile(
    r"(^|/)(Makefile|GNUmakefile|Jenkinsfile|Procfile|justfile|\.editorconfig|\.env[\w.-]*|[\w.-]+\.env"
    r"|\.gitmodules|go\.mod|Gemfile|pom\.xml)$"
    r"|\.(mk|sh|bash|env|service|timer|socket|tf|tfvars|properties|conf|groovy"
    r"|proto|graphqls?|gql|sql|html?|[cm]?[jt]s|[jt]sx)$"
)


# One merge loads the same few texts repeatedly: for their profiles, then for each invariant.
@lru_cache(maxsize=8)
def load(path: str, text: str) -> Sequence[Data] | None:
    """Return the documents in the file at `path`; None if it is not valid or has no reader.

    The result is cached and must not be modified.
    """
    reader = next((read for named, read in _READERS.items() if re.search(named, path)), None)
    if reader is None or _TEMPLATE.search(path):
        return None
    try:
        return [_plain(document) for document in reader(text)]
    except (ValueError, yaml.YAMLError, RecursionError):
        return None


def _plain(value: object) -> Data:
    if isinstance(value, dict):
        return {str(key).replace(".", DOT): _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value)


def _yaml(text: str) -> list[object]:
    documents = yaml.compose_all(text, Loader=yaml.CSafeLoader)
    return [_node(document, set()) for document in documents if document is not None]


def _node(node: yaml.Node, seen: set[int]) -> object:
    """Return the data of a node; `*` for an alias, whose data counts at its anchor."""
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if id(node) in seen:
        return "*"
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_node(item, seen) for item in node.value]
    return {str(key.value): _node(value, seen) for key, value in node.value}


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
        json.loads(_EXTRA.sub(lambda match: match[1] or " ", text))
    ],
    r"(^|/)(\.?pylintrc|\.flake8|\.coveragerc|[\w.-]+\.(ini|cfg))$": _ini,
    r"((requirements|constraints)[\w.-]*|(^|/)requirements/[\w.-]+)\.(txt|in)$": _requirements,
}
