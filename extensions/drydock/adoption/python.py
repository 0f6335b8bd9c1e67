"""Parses the service's Python, also with syntax that is newer than the engine's own Python.

The service never runs: code with newer syntax is parsed by an isolated newer interpreter, which is
not one from the service's folder.
"""

import ast
import json
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from drydock import pythons
from drydock.locking import find_uv

OWN = sys.version_info[:2]
_SECONDS = 60
# Runs in the newer interpreter: texts in, trees out.
_READER = """
import ast, json, sys, warnings
warnings.simplefilter("ignore")
PLAIN = (str, int, float, bool, type(None))
def data(node):
    if isinstance(node, ast.AST):
        fields = dict(ast.iter_fields(node))
        fields.update({name: getattr(node, name, None) for name in node._attributes})
        return [type(node).__name__, {name: data(value) for name, value in fields.items()}]
    if isinstance(node, list):
        return {"list": [data(item) for item in node]}
    return node if isinstance(node, PLAIN) else {"literal": "..." if node is ... else repr(node)}
trees = {}
for text in json.load(sys.stdin):
    try:
        trees[text] = data(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError):
        pass
json.dump(trees, sys.stdout)
"""
_STATEMENTS = {"body", "orelse", "finalbody"}
_newer: dict[str, ast.Module] = {}
"""Trees of the texts that only a newer interpreter can parse."""


@lru_cache(4096)
def _parsed(text: str) -> ast.Module | SyntaxError:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are the service's business
            return ast.parse(text)
    except SyntaxError as error:
        return error


def parse(text: str) -> ast.Module:
    """Return the tree of a module.

    Raises SyntaxError if neither the engine's Python nor a newer one in `read_newer` can parse it;
    ValueError or RecursionError if no Python can.
    """
    tree = _parsed(text)
    if isinstance(tree, SyntaxError):
        if text in _newer:
            return _newer[text]
        raise SyntaxError(*tree.args)
    return tree


def forget() -> None:
    """Drop the cached trees: another service has other code, and trees are large."""
    _parsed.cache_clear()
    _newer.clear()


def can_have(text: str, name: str) -> bool:
    """Tell whether a module can have an attribute `name`, defined or imported."""
    try:
        tree = parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True  # other checks report syntax errors
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and (
            node.name in (name, "__getattr__")
        ):
            return True
        if isinstance(node, ast.alias) and (node.asname or node.name) in (name, "*"):
            return True
    return False


def is_newer(text: str) -> bool:
    """Tell whether only a newer Python than the engine's can parse a module."""
    return text in _newer


def read_newer(texts: Iterable[str], folder: Path) -> None:
    """Let newer Pythons parse the texts that the engine's cannot, for `parse`.

    Interpreters in `folder`, the service's, are not used: they would be the service's own code.
    """
    left = [text for text in texts if _has_newer_syntax(text)]
    if not left:
        return
    if find_uv() is None:  # only uv knows the other interpreters
        return
    newer = [python for python in pythons.at_hand() if python.version > OWN]
    for python in newer:
        where = (python.path.absolute(), python.path.resolve())
        if not any(path.is_relative_to(folder.resolve()) for path in where):
            _newer.update(_parsed_by(python.path, left))
            left = [text for text in left if text not in _newer]


def _has_newer_syntax(text: str) -> bool:
    try:
        parse(text)
    except SyntaxError:
        return True
    except (ValueError, RecursionError):
        pass
    return False


def _parsed_by(python: Path, texts: list[str]) -> dict[str, ast.Module]:
    try:
        done = subprocess.run(
            [python, "-I", "-S", "-c", _READER], input=json.dumps(texts), capture_output=True,
            text=True, check=True, timeout=_SECONDS, cwd=tempfile.gettempdir(),
        )  # fmt: skip
        return {text: _module(node) for text, node in json.loads(done.stdout).items()}
    except (OSError, subprocess.SubprocessError, ValueError, RecursionError):
        return {}


def _module(data: Any) -> ast.Module:
    tree = _node(data)
    if not isinstance(tree, ast.Module):
        raise ValueError("not a module")
    return tree


def _node(data: Any, field: str = "") -> Any:
    """Rebuild a node from what another interpreter wrote; unknown kinds become `pass` or `None`.

    `field` is the parent's field that contains it.
    """
    if isinstance(data, dict):
        if "literal" in data:
            return ast.literal_eval(data["literal"])
        return [_node(item, field) for item in data["list"]]
    if not isinstance(data, list):
        return data
    name, fields = data
    if name == "JoinedStr":  # its quotes may be invalid in older Pythons
        parts = fields["values"]["list"]
        values = [part[1]["value"] for part in parts if part[0] == "FormattedValue"]
        name, fields = "Tuple", {**fields, "elts": {"list": values}, "ctx": ["Load", {}]}
    if not (kind := getattr(ast, name, None)):
        kind = ast.Pass if field in _STATEMENTS else ast.Constant
        fields = {**fields, "value": None}
    known = {*kind._fields, *kind._attributes}
    return kind(**{key: _node(value, key) for key, value in fields.items() if key in known})
