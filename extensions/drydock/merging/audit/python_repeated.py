"""Finds repetitions that Python accepts but ignores: of keys, branches, cases and routes.

Also finds code that is never reached because of the code above it.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

# Decorators of Starlette, FastAPI, Flask and similar frameworks that set a path and its method.
_ROUTES = frozenset(
    ("get", "post", "put", "patch", "delete", "head", "options", "trace", "route", "api_route",
     "websocket", "exception_handler", "errorhandler")
)  # fmt: skip

# Decorators that register a function under its name, or another one.
_REGISTERS = frozenset(("fixture", "session", "command", "task"))
_REQUIREMENTS = frozenset(("install_requires", "setup_requires", "tests_require"))
_Function = ast.FunctionDef | ast.AsyncFunctionDef


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
            yield from _again("the name", _registered(node.body))
        elif isinstance(node, ast.List):
            yield from _again("the route", _listed_routes(node))
        elif isinstance(node, ast.keyword) and node.arg in _REQUIREMENTS:
            yield from _again("the package", _packages(node.value))
        for block in statements(node):
            is_named = not isinstance(node, ast.Module | ast.ClassDef)  # these are definitions
            yield from _again("the assignment of", _targets(block, is_named))
        if isinstance(node, ast.ClassDef) and any(map(_is_enum, node.bases)):
            values = (one.value for one in node.body if isinstance(one, ast.Assign))
            constants = (ast.unparse(value) for value in values if isinstance(value, ast.Constant))
            yield from _again(f"in {node.name} the value", constants)


def statements(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of statements of a node."""
    for _, block in ast.iter_fields(node):
        if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
            yield block


def _targets(block: list[ast.stmt], is_named: bool) -> Iterator[str]:
    """Yield the attributes and items, with `is_named` also names, that the statements set."""
    for node in block:
        for target in node.targets if isinstance(node, ast.Assign) else ():
            is_item = isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant)
            is_name = is_named and isinstance(target, ast.Name)
            if is_item or is_name or isinstance(target, ast.Attribute):
                yield ast.unparse(target)


def _registered(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the names under which decorators register functions: fixtures, sessions, commands."""
    for node in body:
        for mark in getattr(node, "decorator_list", ()):
            call = mark.func if isinstance(mark, ast.Call) else mark
            kind = call.attr if isinstance(call, ast.Attribute) else ast.unparse(call)
            if kind in _REGISTERS and isinstance(node, _Function):
                words = mark.keywords if isinstance(mark, ast.Call) else []
                named = [ast.unparse(word.value) for word in words if word.arg == "name"]
                positional = mark.args if isinstance(mark, ast.Call) and kind == "command" else []
                named += [ast.unparse(argument) for argument in positional]
                yield f"{ast.unparse(call)} {(named or [repr(node.name)])[0]}"


def _listed_routes(node: ast.List) -> Iterator[str]:
    """Yield the routes of a list such as `urlpatterns`, by path."""
    calls = (item for item in node.elts if isinstance(item, ast.Call) and item.args)
    for call in calls:
        is_route = ast.unparse(call.func).rpartition(".")[2] in {"path", "re_path", "url"}
        if is_route and isinstance(call.args[0], ast.Constant):
            yield ast.unparse(ast.Call(call.func, call.args[:1], []))


def _packages(node: ast.expr) -> Iterator[str]:
    for item in node.elts if isinstance(node, ast.List) else ():
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            with suppress(InvalidRequirement):
                required = Requirement(item.value)
                yield f"{canonicalize_name(required.name)} {required.marker or ''}".strip()


def unreached(tree: ast.AST) -> Iterator[str]:
    """Yield each handler, route and statement that the code above it hides, with that code."""
    for node in ast.walk(tree):
        for block in statements(node):
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
