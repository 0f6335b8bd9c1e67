"""Finds code of one side that would read another value, because of an assignment of the other side.

Only assignments in the same function count, and only those that do not start from the old value: a
side that changes the value step by step means all code below it.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from drydock.merging.audit.python_repeated import statements

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Scope = _Function | ast.ClassDef


@dataclass(frozen=True)
class Use:
    """A statement of a function that reads a name."""

    scope: str
    statement: str
    name: str


def changed(base: ast.Module, side: ast.Module, other: ast.Module, merged: ast.Module) -> list[str]:
    """Return the added statements of `side` that read a value that `other` adds, with its name."""
    in_base, in_side, in_other, in_merged = map(_Values, (base, side, other, merged))
    found = []
    for use, value in in_merged.values.items():
        if use in in_base.values or use in in_other.values or use not in in_side.values:
            continue
        before = in_side.values[use]
        is_left = not before or in_merged.assigned[use.scope, use.name, before]
        is_new = not in_side.assigned[use.scope, use.name, value]
        if value and value != before and is_left and is_new and not _reads(value, use.name):
            found.append(f"`{use.statement[:40]}` would read `{value[:40]}`")
    return sorted(found)


class _Values:
    """The assignment above each use of a name in the functions of a module."""

    def __init__(self, tree: ast.Module) -> None:
        self.values: dict[Use, str] = {}
        """The last assignment above each use; empty if there is none in the function."""
        self.assigned: Counter[tuple[str, str, str]] = Counter()
        self._visit(tree.body, "")

    def _visit(self, body: list[ast.stmt], scope: str) -> None:
        for node in body:
            if isinstance(node, _Scope):
                inner = f"{scope}{node.name}."
                self._visit(node.body, inner)
                if isinstance(node, _Function):
                    self._read(node.body, inner, {})

    def _read(self, body: list[ast.stmt], scope: str, known: dict[str, str]) -> None:
        for node in body:
            if isinstance(node, _Scope):
                continue
            blocks = [*statements(node)]
            shown = ast.unparse(node).split("\n")[0] if blocks else ast.unparse(node)
            own = {id(inner) for block in blocks for one in block for inner in ast.walk(one)}
            names = [n for n in ast.walk(node) if isinstance(n, ast.Name) and id(n) not in own]
            for name in names:
                if isinstance(name.ctx, ast.Load):
                    self.values[Use(scope, shown, name.id)] = known.get(name.id, "")
            for name in names:
                if isinstance(name.ctx, ast.Store):
                    known[name.id] = shown
                    self.assigned[scope, name.id, shown] += 1
            for block in blocks:
                self._read(block, scope, known)
            for handler in getattr(node, "handlers", ()):
                self._read(handler.body, scope, known)
            for case in getattr(node, "cases", ()):
                self._read(case.body, scope, known)


def _reads(statement: str, name: str) -> bool:
    """Tell whether an assignment reads a name; a statement that cannot be parsed may."""
    try:
        tree = ast.parse(f"{statement} pass" if statement.endswith(":") else statement)
    except SyntaxError:
        return True
    return name in {*_loaded(tree)}


def _loaded(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
