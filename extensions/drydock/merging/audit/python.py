"""The units of Python source."""

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
    """Return statements, imported names, items and comments, by their scope."""
    tree = ast.parse(text)
    counts: Units = Counter(_units_in(tree.body, ""))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            counts["#", " ".join(token.string.split())] += 1
    return counts


def _units_in(body: list[ast.stmt], scope: str, inside: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the units of statements; `inside` a function, simple statements are not split."""
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
            yield from _units_in(node.body, f"{scope}{node.name}.", inside or not is_class)
        elif hasattr(node, "body") or isinstance(node, ast.Match):
            yield scope, _header(node)
            for block in _blocks(node):
                yield from _units_in(block, scope, inside)
        else:
            yield from [(scope, ast.unparse(node))] if inside else _items(node, scope)


def _header(node: ast.stmt) -> str:
    lines = ast.unparse(node).splitlines()
    return next(line for line in lines if not line.startswith("@"))


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a compound statement, each with its opening as the first statement."""
    for name, value in ast.iter_fields(node):
        if name in {"body", "orelse", "finalbody"} and value:
            mark = [] if name == "body" else [ast.Expr(ast.Name(name))]
            yield [*mark, *value]
        elif name in {"handlers", "cases"}:
            for block in value:
                parts = (
                    [block.type, block.name] if name == "handlers" else [block.pattern, block.guard]
                )
                opening = [ast.unparse(part) for part in parts if isinstance(part, ast.AST)]
                yield [ast.Expr(ast.Constant(f"{name} {' '.join(opening)}")), *block.body]


def _items(node: ast.stmt, scope: str) -> Iterator[tuple[str, str]]:
    """Yield a simple statement, and the items of its call or literal separately."""
    value = getattr(node, "value", None)
    if isinstance(value, ast.Call):
        items: list[str] = [ast.unparse(item) for item in [*value.args, *value.keywords]]
        value.args, value.keywords = [], []
    elif isinstance(value, ast.List | ast.Set):
        items = [ast.unparse(item) for item in value.elts]
        value.elts = []
    elif isinstance(value, ast.Dict):
        items = [
            f"{ast.unparse(key)}: {ast.unparse(item)}" if key else f"**{ast.unparse(item)}"
            for key, item in zip(value.keys, value.values, strict=True)
        ]
        value.keys, value.values = [], []
    else:
        items = []
    shown = ast.unparse(node)
    if not (items and shown == "__all__ = []"):  # only the items of `__all__` count
        yield scope, shown
    yield from ((f"{scope}{shown}", item) for item in items)
