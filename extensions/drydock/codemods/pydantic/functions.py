"""Helpers for the functions of validators."""

import ast
from collections.abc import Sequence
from textwrap import dedent

import libcst as cst

from drydock.codemods.source import Source, dotted


def decorator_of(source: Source, node: cst.FunctionDef, name: str) -> cst.Decorator | None:
    """Return the decorator with the full name `name`, called or not; None if there is none."""
    for decorator in node.decorators:
        call = decorator.decorator
        func = call.func if isinstance(call, cst.Call) else call
        if source.resolve(func) == name:
            return decorator
    return None


def is_plain(node: cst.FunctionDef, decorator: cst.Decorator) -> bool:
    """Return whether a function is not async, with no decorators but this and `classmethod`."""
    others = [dotted(one.decorator) for one in node.decorators if one is not decorator]
    return set(others) <= {"classmethod"} and not node.asynchronous


def flags_of(arguments: Sequence[cst.Arg]) -> dict[str, bool] | None:
    """Return the keyword arguments of a decorator; None if one is neither True nor False."""
    flags = {}
    for argument in arguments:
        if argument.keyword:
            if dotted(argument.value) not in {"True", "False"}:
                return None
            flags[argument.keyword.value] = dotted(argument.value) == "True"
    return flags


def tree_of(node: cst.FunctionDef) -> ast.FunctionDef:
    """Return a function as an `ast` tree, which distinguishes reading names from binding them."""
    code = cst.Module([]).code_for_node(node.with_changes(leading_lines=[]))
    tree = ast.parse(dedent(code)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


def uses(tree: ast.FunctionDef, name: str) -> list[ast.Name]:
    """Return the places in the body of a function that read a name."""
    return [
        node
        for statement in tree.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]


def is_rebound(tree: ast.FunctionDef, name: str) -> bool:
    """Return whether the body of a function may bind a name again."""
    for statement in tree.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == name:
                if not isinstance(node.ctx, ast.Load):
                    return True
            elif isinstance(node, ast.arg) and node.arg == name:
                return True
    return False


def names_in(tree: ast.FunctionDef) -> set[str]:
    """Return all names in a function."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


class Raising(cst.CSTTransformer):
    """`raise TypeError` -> `raise ValueError`: Pydantic 2 does not catch TypeError.

    Source: https://docs.pydantic.dev/latest/migration/#changes-to-validators.
    """

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def visit_Try(self, node: cst.Try) -> bool:
        return False  # the code may catch it

    def leave_Raise(self, original_node: cst.Raise, updated_node: cst.Raise) -> cst.Raise:
        raised = updated_node.exc
        func = raised.func if isinstance(raised, cst.Call) else raised
        if not isinstance(func, cst.Name) or func.value != "TypeError":
            return updated_node
        self.count += 1
        new = func.with_changes(value="ValueError")
        return updated_node.with_changes(
            exc=raised.with_changes(func=new) if isinstance(raised, cst.Call) else new
        )


def with_value_errors(node: cst.FunctionDef) -> tuple[cst.FunctionDef, int]:
    """Return a function that raises ValueError for TypeError, and the number of changes."""
    raising = Raising()
    body = node.body.visit(raising)
    assert isinstance(body, cst.BaseSuite)
    return node.with_changes(body=body), raising.count


def with_decorators(
    node: cst.FunctionDef, old: cst.Decorator, new: cst.BaseExpression, *, as_method: bool = False
) -> cst.FunctionDef:
    """Return a function with the decorator `new` instead of `old`, and `classmethod` below it.

    `as_method` leaves `classmethod` out: the function is called on an instance.
    """
    decorators = []
    for decorator in node.decorators:
        if decorator is old:
            decorators.append(decorator.with_changes(decorator=new))
        elif dotted(decorator.decorator) != "classmethod":
            decorators.append(decorator)
    if not as_method:
        decorators.append(cst.Decorator(cst.Name("classmethod")))
    return node.with_changes(decorators=decorators)
