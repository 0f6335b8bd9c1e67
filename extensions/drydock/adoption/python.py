"""The Python of a service as a tree, also where only a newer Python than the engine's reads it.

Nothing of the service runs: where its code has newer syntax, an interpreter of such a version reads
it, isolated, from outside the service's folder.
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
# Run by the other interpreter: texts in, trees out.
_READER = """
import ast, json, sys, warnings
warnings.simplefilter("ignore")
PLAIN = (str, int, float, bool, type(None))
def held(node):
    if isinstance(node, ast.AST):
        said = dict(ast.iter_fields(node))
        said.update({name: getattr(node, name, None) for name in node._attributes})
        return [type(node).__name__, {name: held(value) for name, value in said.items()}]
    if isinstance(node, list):
        return {"list": [held(one) for one in node]}
    return node if isinstance(node, PLAIN) else {"literal": "..." if node is ... else repr(node)}
trees = {}
for text in json.load(sys.stdin):
    try:
        trees[text] = held(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError):
        pass
json.dump(trees, sys.stdout)
"""
_STATEMENTS = {"body", "orelse", "finalbody"}
_newer: dict[str, ast.Module] = {}
"""What newer interpreters made of texts that the engine's does not read."""


@lru_cache(4096)
def _parsed(text: str) -> ast.Module | SyntaxError:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a doubtful escape is not for us to judge
            return ast.parse(text)
    except SyntaxError as error:
        return error


def parse(text: str) -> ast.Module:
    """Return the tree of a module.

    Raises SyntaxError where neither the engine's Python reads it nor a newer one that was asked by
    `read_newer`; ValueError or RecursionError where none ever does.
    """
    tree = _parsed(text)
    if isinstance(tree, SyntaxError):
        if text in _newer:
            return _newer[text]
        raise SyntaxError(*tree.args)
    return tree


def forget() -> None:
    """Drop the trees that are kept: another service has other code, and trees are large."""
    _parsed.cache_clear()
    _newer.clear()


def is_newer(text: str) -> bool:
    """Tell whether it took a newer Python than the engine's to read a module."""
    return text in _newer


def read_newer(texts: Iterable[str], folder: Path) -> None:
    """Have newer Pythons read what the engine's does not, for `parse`.

    None of those that lie in `folder`, the service's, which would be its own code.
    """
    left = [text for text in texts if _is_unread(text)]
    if not left:
        return
    if find_uv() is None:  # only uv knows the other interpreters
        return
    newer = [python for python in pythons.at_hand() if python.version > OWN]
    for python in newer:
        where = (python.path.absolute(), python.path.resolve())
        if not any(path.is_relative_to(folder.resolve()) for path in where):
            _newer.update(_asked(python.path, left))
            left = [text for text in left if text not in _newer]


def _is_unread(text: str) -> bool:
    try:
        parse(text)
    except SyntaxError:
        return True
    except (ValueError, RecursionError):
        pass
    return False


def _asked(python: Path, texts: list[str]) -> dict[str, ast.Module]:
    try:
        done = subprocess.run(
            [python, "-I", "-S", "-c", _READER], input=json.dumps(texts), capture_output=True,
            text=True, check=True, timeout=_SECONDS, cwd=tempfile.gettempdir(),
        )  # fmt: skip
        return {text: _tree(held) for text, held in json.loads(done.stdout).items()}
    except (OSError, subprocess.SubprocessError, ValueError, RecursionError):
        return {}


def _tree(held: Any) -> ast.Module:
    tree = _made(held)
    if not isinstance(tree, ast.Module):
        raise ValueError("it is no module")
    return tree


def _made(held: Any, field: str = "") -> Any:
    """Return what another interpreter wrote of a node; what this one has no word for says nothing.

    `field` is that of the node above.
    """
    if isinstance(held, dict):
        if "literal" in held:
            return ast.literal_eval(held["literal"])
        return [_made(one, field) for one in held["list"]]
    if not isinstance(held, list):
        return held
    name, said = held
    if name == "JoinedStr":  # whose quotes older Pythons cannot write
        values = [one[1]["value"] for one in said["values"]["list"] if one[0] == "FormattedValue"]
        name, said = "Tuple", {**said, "elts": {"list": values}, "ctx": ["Load", {}]}
    if not (kind := getattr(ast, name, None)):
        kind = ast.Pass if field in _STATEMENTS else ast.Constant
        said = {**said, "value": None}
    known = {*kind._fields, *kind._attributes}
    return kind(**{one: _made(value, one) for one, value in said.items() if one in known})
