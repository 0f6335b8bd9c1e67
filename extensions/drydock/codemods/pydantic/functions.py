"""What the functions of validators have in common, whatever they validate."""

import ast
from collections.abc import Sequence
from textwrap import dedent

import libcst as cst

from drydock.codemods.source import Source, dotted


def decorator_of(source: Source, node: cst.FunctionDef, meaning: str) -> cst.Decorator | None:
    """Return the decorator of a function that is `meaning`, called or not."""
    for one in node.decorators:
        func = one.decorator.func if isinstance(one.decorator, cst.Call) else one.decorator
        if source.resolve(func) == meaning:
            return one
    return None


def is_plain(node: cst.FunctionDef, decorator: cst.Decorator) -> bool:
    """Tell whether a function has no other decorators than `decorator` and `classmethod`."""
    others = [dotted(one.decorator) for one in node.decorators if one is not decorator]
    return set(others) <= {"classmethod"} and not node.asynchronous


def flags_of(arguments: Sequence[cst.Arg]) -> dict[str, bool] | None:
    """Return the keyword arguments of a decorator, if each is True or False."""
    found = {}
    for one in arguments:
        if one.keyword:
            if dotted(one.value) not in {"True", "False"}:
                return None
            found[one.keyword.value] = dotted(one.value) == "True"
    return found


def tree_of(node: cst.FunctionDef) -> ast.FunctionDef:
    """Return a function as `ast` reads it, which tells what names are for."""
    code = cst.Module([]).code_for_node(node.with_changes(leading_lines=[]))
    found = ast.parse(dedent(code)).body[0]
    assert isinstance(found, ast.FunctionDef)
    return found


def uses(tree: ast.FunctionDef, name: str) -> list[ast.Name]:
    """Return each place in the body of a function where a name is read."""
    return [
        node
        for statement in tree.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]


def is_rebound(tree: ast.FunctionDef, name: str) -> bool:
    """Tell whether a name may mean something else in the body than what was passed."""
    for statement in tree.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == name:
                if not isinstance(node.ctx, ast.Load):
                    return True
            elif isinstance(node, ast.arg) and node.arg == name:
                return True
    return False


def names_in(tree: ast.FunctionDef) -> set[str]:
    """Return every name that a function holds."""
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return found | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


class Raising(cst.CSTTransformer):
    """`raise TypeError` -> `raise ValueError`: Pydantic 2 takes the first for a fault of the code.

    Source: https://docs.pydantic.dev/latest/migration/#changes-to-validators.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found = 0

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def visit_Try(self, node: cst.Try) -> bool:
        return False  # it may be caught

    def leave_Raise(self, original_node: cst.Raise, updated_node: cst.Raise) -> cst.Raise:
        raised = updated_node.exc
        func = raised.func if isinstance(raised, cst.Call) else raised
        if not isinstance(func, cst.Name) or func.value != "TypeError":
            return updated_node
        self.found += 1
        new = func.with_changes(value="ValueError")
        return updated_node.with_changes(
            exc=raised.with_changes(func=new) if isinstance(raised, cst.Call) else new
        )


def with_value_errors(node: cst.FunctionDef) -> tuple[cst.FunctionDef, int]:
    """Return a function whose body raises ValueError where it raised TypeError, and how often."""
    raising = Raising()
    body = node.body.visit(raising)
    assert isinstance(body, cst.BaseSuite)
    return node.with_changes(body=body), raising.found


def with_decorators(
    node: cst.FunctionDef, old: cst.Decorator, new: cst.BaseExpression, *, as_method: bool = False
) -> cst.FunctionDef:
    """Return a function with `new` in the place of a decorator, and `classmethod` below it.

    `as_method`: without `classmethod`, since it is called on the model that was made.
    """
    made = []
    for one in node.decorators:
        if one is old:
            made.append(one.with_changes(decorator=new))
        elif dotted(one.decorator) != "classmethod":
            made.append(one)
    if not as_method:
        made.append(cst.Decorator(cst.Name("classmethod")))
    return node.with_changes(decorators=made)
