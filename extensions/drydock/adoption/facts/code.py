"""Python code: the application, how it is run, and what it does that the chassis does, too."""

import ast
import warnings
from collections.abc import Iterator
from pathlib import PurePosixPath

from drydock.adoption.facts import HINTS, IMPLIES, SAYS, Fact, Files

_APPS = {"FastAPI": "app", "Starlette": "app"}
_OTHERS = {"Flask", "Quart", "Sanic", "Bottle", "Falcon", "Litestar"}
_METRICS = {"start_http_server", "start_wsgi_server", "make_asgi_app", "Instrumentator"}
_COLLECTORS = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}
_SAYING = {"print", "echo", "debug", "info", "warning", "add_argument"}
_LOGGING = {"basicConfig", "dictConfig", "fileConfig"}
_ROUTES = {"get", "post", "put", "api_route", "add_api_route", "route"}
_OURS = {"/metrics", "/livez", "/readyz", "/health", "/healthz", "/ready", "/live"}
_ASIDE = ("test", "tests", "docs", "examples", "scripts", "migrations", "alembic", "notebooks")


def find(files: Files) -> Iterator[Fact]:
    """Yield what the code says, tests and examples left out."""
    for path, text in sorted(files.items()):
        parts = PurePosixPath(path).parts
        if not path.endswith(".py") or any(part.lower() in _ASIDE for part in parts[:-1]):
            continue
        if parts[-1].startswith(("test_", "conftest", "setup.py", "noxfile")):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a doubtful escape is not for us to judge
                tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            yield Fact("unreadable", "it is no Python that this version reads", path, 0, SAYS)
            continue
        yield from _in_module(path, tree)


def module_of(path: str) -> str:
    """Return the dotted name of a module by its path, folders as they are."""
    parts = list(PurePosixPath(path).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _in_module(path: str, tree: ast.Module) -> Iterator[Fact]:
    for statement in tree.body:
        yield from _app(path, statement)
        if isinstance(statement, ast.FunctionDef) and _makes_app(statement):
            value = f"{path}:{statement.name}"
            yield Fact("factory", value, path, statement.lineno, IMPLIES)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _call(path, node)
        elif isinstance(node, ast.FunctionDef):
            yield from _before_start(path, node)


def _before_start(path: str, function: ast.FunctionDef) -> Iterator[Fact]:
    """Yield what a function does before it starts the server, remarks to a log aside."""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    if any(_is_start(call) for call in calls):
        for node in ast.walk(function):
            call = node.value if isinstance(node, ast.Expr) else None
            if (
                isinstance(call, ast.Call)
                and not _is_start(call)
                and _name(call.func) not in _SAYING
            ):
                value = f"{function.name} calls {ast.unparse(call.func)}"
                yield Fact("own_start", value, path, call.lineno, SAYS)


def _is_start(call: ast.Call) -> bool:
    return _name(call.func) == "run" and _name(getattr(call.func, "value", None)) == "uvicorn"


def _app(path: str, node: ast.stmt) -> Iterator[Fact]:
    value = getattr(node, "value", None)
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(value, ast.Call):
        return
    called = _name(value.func)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        if isinstance(target, ast.Name) and called in _APPS:
            yield Fact("app_object", f"{path}:{target.id}", path, node.lineno, SAYS)
            for given in value.keywords:
                if given.arg in {"title", "description"} and isinstance(given.value, ast.Constant):
                    about = "title" if given.arg == "title" else "description"
                    yield Fact(about, str(given.value.value), path, given.value.lineno, HINTS)
        elif isinstance(target, ast.Name) and called in _OTHERS:
            yield Fact("other_framework", called, path, node.lineno, SAYS)
        elif isinstance(target, ast.Name) and called.startswith(
            ("create_app", "get_app", "make_app")
        ):
            yield Fact("app_object", f"{path}:{target.id}", path, node.lineno, IMPLIES)


def _makes_app(node: ast.FunctionDef) -> bool:
    """Tell whether a function without necessary arguments returns an application."""
    needed = len(node.args.args) - len(node.args.defaults)
    if needed > 0 or any(default is None for default in node.args.kw_defaults):
        return False
    if node.returns is not None:
        return _name(node.returns) in _APPS
    made = {
        target.id
        for held in ast.walk(node)
        if isinstance(held, ast.Assign) and isinstance(held.value, ast.Call)
        for target in held.targets
        if isinstance(target, ast.Name) and _name(held.value.func) in _APPS
    }
    returned = (held.value for held in ast.walk(node) if isinstance(held, ast.Return))
    return any(
        (isinstance(value, ast.Name) and value.id in made)
        or (isinstance(value, ast.Call) and _name(value.func) in _APPS)
        for value in returned
    )


def _call(path: str, node: ast.Call) -> Iterator[Fact]:
    called = _name(node.func)
    given = {word.arg: word.value for word in node.keywords}
    if _is_start(node):
        if node.args and isinstance(node.args[0], ast.Constant):
            yield Fact("app", str(node.args[0].value), path, node.lineno, IMPLIES)
        if port := _number(given.get("port")):
            yield Fact("service_port", port, path, node.lineno, IMPLIES)
    elif called in _METRICS:
        argument = node.args[0] if node.args else given.get("port")
        port = _number(argument)
        yield Fact("own_metrics", f"{called}({port})", path, node.lineno, SAYS)
        if port and called.startswith("start_"):
            yield Fact("metrics_port", port, path, node.lineno, SAYS)
    elif called in _COLLECTORS:
        parts = [given.get("namespace"), given.get("subsystem"), *node.args[:1]]
        words = [str(one.value) for one in parts if isinstance(one, ast.Constant) and one.value]
        if node.args and isinstance(node.args[0], ast.Constant):
            name = "_".join(words).removesuffix("_total")
            yield Fact("collector", name, path, node.lineno, SAYS)
    elif called in _LOGGING:
        yield Fact("own_logging", called, path, node.lineno, SAYS)
    elif called in _ROUTES and node.args and isinstance(node.args[0], ast.Constant):
        asked = str(node.args[0].value)
        if asked in _OURS:
            yield Fact("own_path", asked, path, node.lineno, SAYS)


def _name(node: ast.AST | None) -> str:
    """Return the last part of a name, as `FastAPI` of `fastapi.FastAPI`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _number(node: ast.AST | None) -> str:
    is_int = isinstance(node, ast.Constant) and isinstance(node.value, int)
    return str(node.value) if is_int else ""  # type: ignore[union-attr]
