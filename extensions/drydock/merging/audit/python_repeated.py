"""Finds repetitions that Python accepts but ignores: of keys, branches, cases and routes.

Also finds dataclass fields without a default below one that has a default.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

# Decorators of Starlette, FastAPI, Flask and similar frameworks that set a path and its method.
_ROUTES = frozenset(
    ("get", "post", "put", "patch", "delete", "head", "options", "trace", "route", "api_route",
     "websocket", "exception_handler", "errorhandler")
)  # fmt: skip


def names(tree: ast.AST) -> Iterator[str]:
    """Yield each repetition of something that only counts once."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            keys = (key for key in node.keys if isinstance(key, ast.Constant))
            yield from _again("the key", map(ast.unparse, keys))
        elif isinstance(node, ast.If):
            yield from _again("the branch", map(ast.unparse, _tests(node)))
        elif isinstance(node, ast.Match):
            cases = (case.pattern for case in node.cases if case.guard is None)
            yield from _again("the case", map(ast.unparse, cases))
        elif isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield from _again("the route", _routes(node.body))


def without_default(tree: ast.AST) -> Iterator[str]:
    """Yield each dataclass field without a default below one that has a default: a TypeError."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(map(_orders_fields, node.decorator_list)):
            has_default = False
            for field in _positional_fields(node.body):
                if has_default and not _is_default(field.value):
                    yield f"{node.name}.{ast.unparse(field.target)}"
                has_default = has_default or _is_default(field.value)


def _positional_fields(body: Iterable[ast.stmt]) -> Iterator[ast.AnnAssign]:
    """Yield the fields that are positional parameters."""
    for node in body:
        if isinstance(node, ast.AnnAssign):
            annotation = ast.unparse(node.annotation)
            if "KW_ONLY" in annotation:
                return
            if "ClassVar" not in annotation and not _words(node.value) & {"init", "kw_only"}:
                yield node


def _again(kind: str, names: Iterable[str]) -> Iterator[str]:
    """Yield each name once for each repetition."""
    for name, count in Counter(names).items():
        yield from [f"{kind} `{name}`"] * (count - 1)


def _tests(node: ast.If) -> Iterator[ast.expr]:
    yield node.test
    if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        yield from _tests(node.orelse[0])


def _routes(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield the decorators that register routes, with path and methods only."""
    for node in body:
        for mark in getattr(node, "decorator_list", ()):
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.args:
                methods = [word for word in mark.keywords if word.arg == "methods"]
                if mark.func.attr in _ROUTES:
                    yield ast.unparse(ast.Call(mark.func, mark.args[:1], methods))


def _orders_fields(decorator: ast.expr) -> bool:
    """Tell whether a decorator makes a dataclass whose fields are positional parameters."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    words = decorator.keywords if isinstance(decorator, ast.Call) else []
    by_name = any(word.arg == "kw_only" for word in words)
    return ast.unparse(called).rpartition(".")[2] == "dataclass" and not by_name


def _is_default(value: ast.expr | None) -> bool:
    """Tell whether the value of a field is a default; `field(…)` has one only if it names it."""
    if _is_field(value):
        return bool(_words(value) & {"default", "default_factory"})
    return value is not None


def _is_field(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "field"


def _words(value: ast.expr | None) -> set[str | None]:
    return {word.arg for word in value.keywords} if isinstance(value, ast.Call) else set()
