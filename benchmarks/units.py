"""Splits files into the units in which a merge is judged (see judge.py)."""

import ast
import json
import re
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import PurePosixPath
from typing import Any, TypeGuard

import yaml

Unit = tuple[str, str]
"""The place of a unit, and its text."""

COMMENT = re.compile(r"(?:^|\s)#\s?(\S.*)$", re.MULTILINE)
JSON_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|(//[^\n]*|/\*.*?\*/)', re.DOTALL)
JSON_COMMA = re.compile(r'"(?:\\.|[^"\\])*"|,(?=\s*[}\]])')


def units_of(path: str, content: bytes) -> tuple[Counter[Unit], bool]:
    """Return the units of a file, and whether it parses as the format of its name."""
    text = text_of(content)
    try:
        match PurePosixPath(path).suffix:
            case ".toml":
                return _values(_leaves(tomllib.loads(text)), text), True
            case ".json":
                plain, comments = _without_comments(text)
                data = json.loads(plain, object_pairs_hook=_mapping)
                return _values(_leaves(data), comments), True
            case ".yaml" | ".yml":
                nodes = list(yaml.compose_all(text, yaml.SafeLoader))
                return _values(_leaves([_data(node) for node in nodes]), text), True
            case ".py":
                return _python(text), True
    except (ValueError, SyntaxError, yaml.YAMLError, RecursionError):
        return lines_of(text), False
    return lines_of(text), True


def text_of(content: bytes) -> str:
    """Return the text of a file, whatever its encoding."""
    return content.decode("utf-8", "surrogateescape")


def squeezed(line: str) -> str:
    """Return a line with normalized whitespace and without a trailing comma."""
    return " ".join(line.split()).rstrip(",")


def lines_of(text: str) -> Counter[Unit]:
    """Return every line that is not empty as a unit."""
    return Counter(("", line) for line in map(squeezed, text.splitlines()) if line)


def _values(leaves: Iterator[Unit], text: str) -> Counter[Unit]:
    comments = (("#", comment.strip()) for comment in COMMENT.findall(text))
    return Counter(leaves) + Counter(comments)


def _leaves(data: Any, path: str = "") -> Iterator[Unit]:
    match data:
        case dict() if data:
            for key, value in data.items():
                yield from _leaves(value, f"{path}.{key}" if path else str(key))
        case list() if data:
            for value in data:
                yield from _leaves(value, f"{path}[]")
        case dict() | list() if path:
            return  # an empty one has no units
        case str() if data:
            for line in data.splitlines():
                yield path, repr(squeezed(line))
        case _:
            yield path, repr(data)


def _without_comments(text: str) -> tuple[str, str]:
    """Return plain JSON from JSON with comments and trailing commas, and the comments."""
    comments = "\n".join(f"# {m[1]}" for m in JSON_TOKEN.finditer(text) if m[1])
    plain = JSON_TOKEN.sub(lambda m: "" if m[1] else m[0], text)
    return JSON_COMMA.sub(lambda m: m[0] if m[0][0] == '"' else "", plain), comments


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("duplicate key")
    return dict(pairs)


def _data(node: yaml.Node | None) -> Any:
    """Return the plain data of a YAML node, ignoring tags."""
    match node:
        case yaml.MappingNode():
            return _mapping([(str(_data(key)), _data(value)) for key, value in node.value])
        case yaml.SequenceNode():
            return [_data(value) for value in node.value]
        case yaml.ScalarNode():
            return node.value
    return None


def _python(text: str) -> Counter[Unit]:
    # Unparsed, so that quotes and line breaks do not matter; comments are counted separately.
    tree = ast.parse(ast.unparse(ast.parse(text)))
    lines = ast.unparse(tree).splitlines()
    scopes = [""] * (len(lines) + 1)
    tokens = tokenize.generate_tokens(StringIO(text).readline)
    units = Counter(("#", t.string.lstrip("# ")) for t in tokens if t.type == tokenize.COMMENT)
    separate = set()
    for node, scope in _scoped(tree, ""):
        span = range(node.lineno - 1, node.end_lineno or node.lineno) if _is_statement(node) else ()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for number in range(node.body[0].lineno - 1, node.end_lineno or node.lineno):
                scopes[number] = f"{scope}{node.name}"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            module = f"{'.' * node.level}{node.module}" if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                name = f"{module} {alias.name} {alias.asname or ''}".strip()
                units[f"{scope}import", name] += 1
            separate |= set(span)
        elif isinstance(node, ast.Assign) and (items := _list_of_strings(node.value)):
            name = ast.unparse(node.targets[0])
            units.update((f"{scope}{name}[]", repr(item)) for item in items)
            separate |= set(span)
    for number, line in enumerate(map(squeezed, lines)):
        if line and number not in separate:
            units[scopes[number], line] += 1
    return units


def _is_statement(node: ast.AST) -> TypeGuard[ast.stmt]:
    return isinstance(node, ast.stmt)


def _list_of_strings(node: ast.expr) -> list[str]:
    """Return the items of a list of strings, such as `__all__`, which is judged as a bag."""
    elements = node.elts if isinstance(node, ast.List | ast.Tuple) else []
    values = [e.value for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str)]
    return values if len(values) == len(elements) else []


def _scoped(node: ast.AST, scope: str) -> Iterator[tuple[ast.AST, str]]:
    """Yield every node with its enclosing classes and functions, outer ones first."""
    for child in ast.iter_child_nodes(node):
        yield child, scope
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        yield from _scoped(child, f"{scope}{child.name}." if named else scope)  # type: ignore[attr-defined]
