"""What Python source says where."""

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterator

from drydock.merging.audit.python_names import broken, needed, unneeded

__all__ = ["broken", "needed", "units", "unneeded"]

Units = Counter[tuple[str, str]]
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def units(text: str) -> Units:
    """Return statements, imported names, items and comments, by the scope that they stand in."""
    tree = ast.parse(text)
    found: Units = Counter(_said(tree.body, ""))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            found["#", " ".join(token.string.split())] += 1
    return found


def _said(body: list[ast.stmt], scope: str, inside: bool = False) -> Iterator[tuple[str, str]]:
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            start = "import "
            if isinstance(node, ast.ImportFrom):
                start = f"from {'.' * node.level}{node.module or ''} import "
            yield from ((scope, start + ast.unparse(name)) for name in node.names)
        elif isinstance(node, _Definition):
            yield from ((scope, f"@{ast.unparse(mark)}") for mark in node.decorator_list)
            yield scope, _header(node)
            is_class = isinstance(node, ast.ClassDef)
            yield from _said(node.body, f"{scope}{node.name}.", inside or not is_class)
        elif hasattr(node, "body") or isinstance(node, ast.Match):
            yield scope, _header(node)
            for block in _blocks(node):
                yield from _said(block, scope, inside)
        else:
            yield from [(scope, ast.unparse(node))] if inside else _items(node, scope)


def _header(node: ast.stmt) -> str:
    lines = ast.unparse(node).splitlines()
    return next(line for line in lines if not line.startswith("@"))


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Return the blocks of a compound statement, each with what opens it as its first statement."""
    for name, value in ast.iter_fields(node):
        if name in {"body", "orelse", "finalbody"} and value:
            mark = [] if name == "body" else [ast.Expr(ast.Name(name))]
            yield [*mark, *value]
        elif name in {"handlers", "cases"}:
            for one in value:
                opening = [one.type, one.name] if name == "handlers" else [one.pattern, one.guard]
                said = [ast.unparse(part) for part in opening if isinstance(part, ast.AST)]
                yield [ast.Expr(ast.Constant(f"{name} {' '.join(said)}")), *one.body]


def _items(node: ast.stmt, scope: str) -> Iterator[tuple[str, str]]:
    """Return a simple statement, by its items if it is a list of them."""
    value = getattr(node, "value", None)
    if isinstance(value, ast.Call):
        items: list[str] = [ast.unparse(item) for item in [*value.args, *value.keywords]]
        value.args, value.keywords = [], []
    elif isinstance(value, ast.List | ast.Set):
        items = [ast.unparse(item) for item in value.elts]
        value.elts = []
    elif isinstance(value, ast.Dict):
        items = [
            f"{ast.unparse(key)}: {ast.unparse(held)}" if key else f"**{ast.unparse(held)}"
            for key, held in zip(value.keys, value.values, strict=True)
        ]
        value.keys, value.values = [], []
    else:
        items = []
    shown = ast.unparse(node)
    if not (items and shown == "__all__ = []"):  # a collection: no more than what it holds
        yield scope, shown
    yield from ((f"{scope}{shown}", item) for item in items)
