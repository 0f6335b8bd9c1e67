"""What Python takes twice and then heeds once, or not at all: keys, branches, routes, fields."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

# What Starlette, FastAPI, Flask and their like call a path and how it is asked for.
_ROUTES = frozenset(
    ("get", "post", "put", "patch", "delete", "head", "options", "trace", "route", "api_route",
     "websocket", "exception_handler", "errorhandler")
)  # fmt: skip


def names(tree: ast.AST) -> Iterator[str]:
    """Yield what is there once more, each time, of what may be there once."""
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
    """Yield each field of a dataclass that has no default below one that has: a TypeError."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(map(_orders_fields, node.decorator_list)):
            has_default = False
            for held in _ordered_fields(node.body):
                if has_default and not _is_default(held.value):
                    yield f"{node.name}.{ast.unparse(held.target)}"
                has_default = has_default or _is_default(held.value)


def _ordered_fields(body: Iterable[ast.stmt]) -> Iterator[ast.AnnAssign]:
    """Yield the fields that may be given by their place."""
    for held in body:
        if isinstance(held, ast.AnnAssign):
            kind = ast.unparse(held.annotation)
            if "KW_ONLY" in kind:
                return
            if "ClassVar" not in kind and not _words(held.value) & {"init", "kw_only"}:
                yield held


def _again(what: str, names: Iterable[str]) -> Iterator[str]:
    """Yield each name as often as it is there beyond once."""
    for name, often in Counter(names).items():
        yield from [f"{what} `{name}`"] * (often - 1)


def _tests(node: ast.If) -> Iterator[ast.expr]:
    yield node.test
    if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        yield from _tests(node.orelse[0])


def _routes(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield the decorators that say what a function answers, as far as that tells them apart."""
    for node in body:
        for one in getattr(node, "decorator_list", ()):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.args:
                methods = [word for word in one.keywords if word.arg == "methods"]
                if one.func.attr in _ROUTES:
                    yield ast.unparse(ast.Call(one.func, one.args[:1], methods))


def _orders_fields(decorator: ast.expr) -> bool:
    """Tell whether a decorator makes a dataclass whose fields are given by their order."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    words = decorator.keywords if isinstance(decorator, ast.Call) else []
    by_name = any(word.arg == "kw_only" for word in words)
    return ast.unparse(called).rpartition(".")[2] == "dataclass" and not by_name


def _is_default(value: ast.expr | None) -> bool:
    """Tell whether a field has a default; what a `field(…)` without one says is none."""
    if _is_field(value):
        return bool(_words(value) & {"default", "default_factory"})
    return value is not None


def _is_field(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "field"


def _words(value: ast.expr | None) -> set[str | None]:
    return {word.arg for word in value.keywords} if isinstance(value, ast.Call) else set()
