"""Finds repetitions that Python accepts but ignores: of keys, branches, cases and routes.

Also finds code that is never reached because of the code above it.
"""

import ast
import re
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
        if isinstance(node, ast.ClassDef) and any(map(_is_enum, node.bases)):
            values = (one.value for one in node.body if isinstance(one, ast.Assign))
            constants = (ast.unparse(value) for value in values if isinstance(value, ast.Constant))
            yield from _again(f"in {node.name} the value", constants)


def unreached(tree: ast.AST) -> Iterator[str]:
    """Yield each handler, route and statement that the code above it hides, with that code."""
    for node in ast.walk(tree):
        for _, block in ast.iter_fields(node):
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield from _after_end(block)
        if isinstance(node, ast.Try):
            yield from _hidden_handlers(node.handlers)
        elif isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield from _hidden_routes(node.body)


def _after_end(block: list[ast.stmt]) -> Iterator[str]:
    ends = [n for n, one in enumerate(block)
            if isinstance(one, ast.Return | ast.Raise | ast.Continue | ast.Break)]  # fmt: skip
    if ends:
        end = _first_line(block[ends[0]])
        yield from (f"`{_first_line(one)}` is below `{end}`" for one in block[ends[0] + 1 :])


def _hidden_handlers(handlers: list[ast.ExceptHandler]) -> Iterator[str]:
    broad = ""
    for handler in handlers:
        caught = ast.unparse(handler.type) if handler.type else ""
        if broad and caught != "BaseException":
            yield f"`except {caught}` is below `except {broad}`"
        if caught in {"Exception", "BaseException"}:
            broad = broad or caught


def _hidden_routes(body: list[ast.stmt]) -> Iterator[str]:
    """Yield each route whose path a parameter of a route above it matches.

    Starlette takes the first route that matches (https://www.starlette.io/routing/#route-priority).
    """
    above: list[tuple[str, str]] = []
    for node in body:
        for call in _route_calls(node):
            path = call.args[0]
            if not (isinstance(path, ast.Constant) and isinstance(path.value, str)):
                continue
            route = ast.unparse(call.func)
            for known, hiding in above:
                if known == route and hiding != path.value and _matches(hiding, path.value):
                    yield f"the route `{path.value}` is below `{hiding}`"
            above.append((route, path.value))


def _matches(route: str, path: str) -> bool:
    """Tell whether a route with untyped parameters matches all that the other one matches."""
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route))
    pattern = re.sub(r"\\\{\w+:path\\\}", ".*", pattern)
    return bool(re.fullmatch(pattern, path))


def _first_line(node: ast.stmt) -> str:
    return ast.unparse(node).split("\n")[0][:60]


def _is_enum(base: ast.expr) -> bool:
    return ast.unparse(base).endswith(("Enum", "Flag"))


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
    for call in (call for node in body for call in _route_calls(node)):
        methods = [word for word in call.keywords if word.arg == "methods"]
        yield ast.unparse(ast.Call(call.func, call.args[:1], methods))


def _route_calls(node: ast.stmt) -> Iterator[ast.Call]:
    """Yield the decorators of a function that register a route."""
    for mark in getattr(node, "decorator_list", ()):
        is_call = isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute)
        if is_call and mark.args and mark.func.attr in _ROUTES:
            yield mark
