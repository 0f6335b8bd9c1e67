"""Python code: the application, how it starts, and what it does that the chassis also does."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from drydock.adoption import python
from drydock.adoption.facts import HINTS, IMPLIES, SAYS, Fact, Files
from drydock.errors import one_line

_APPS = {"FastAPI": "app", "Starlette": "app"}
# Classes and functions that create an application of another framework.
_OTHERS = {
    "Flask": "Flask", "Quart": "Quart", "Sanic": "Sanic", "Bottle": "Bottle", "Falcon": "Falcon",
    "Litestar": "Litestar", "FlaskApp": "Connexion", "AsyncApp": "Connexion",
    "get_asgi_application": "Django", "get_wsgi_application": "Django",
}  # fmt: skip
# Frameworks whose class has a common name: their package must be imported.
_BY_PACKAGE = {"blacksheep": ("Application", "BlackSheep"), "connexion": ("App", "Connexion")}
_METRICS = {"start_http_server", "start_wsgi_server", "make_asgi_app", "Instrumentator"}
_COLLECTORS = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}
_PRINTING = {"print", "echo", "debug", "info", "warning", "add_argument"}
_LOGGING = {"basicConfig", "dictConfig", "fileConfig"}
_HEALTH = {"HealthcheckRouter", "HealthCheckFactory", "healthCheckRoute"}
_DECORATORS = {"get", "post", "put", "api_route", "route"}
"""Decorators of routes. Clients have methods of these names, too."""
_ROUTES = {"add_api_route", "add_route", "APIRoute", "Route"}
_STANDARD_PATHS = re.compile(
    r"/metrics|(/api)?(/v\d+)?/(__)?(live|ready|health|heartbeat)(z|ness|iness|y)?([-_]?checks?)?(__)?"
    r"(/(live|ready)\w*)?/?"
)
_TRACES = re.compile(r"(\w+Instrumentor|TracerProvider|ElasticAPM|DDTrace\w*|TraceMiddleware)")
_ERRORS = {"exception_handler", "add_exception_handler"}
_ARGV = re.compile(r"sys\.argv\[[^\]]*[1-9]")
_READS = {"os.getenv", "os.environ.get", "getenv", "environ.get"}
_ENVIRONS = {"os.environ", "environ"}
_COMMON = {"getenv", "get", "configure"}
"""Names that are too common to tell anything without the object in front of them."""
_ASIDE = ("test", "tests", "docs", "examples", "scripts", "migrations", "alembic", "notebooks")
_LOAD_TESTS = re.compile(r"load[-_]?tests?|locust", re.IGNORECASE)


def find(files: Files) -> Iterator[Fact]:
    """Yield the facts in the code, except tests and examples."""
    trees: dict[str, ast.Module] = {}
    for path, text in sorted(files.items()):
        if not path.endswith(".py") or is_aside(path):
            continue
        try:
            tree = python.parse(text)
        except SyntaxError as error:
            why = f"Python {'.'.join(map(str, python.OWN))} cannot parse it: {error.msg}"
            yield Fact("unreadable", why, path, error.lineno or 0, SAYS)
            continue
        except (ValueError, RecursionError) as error:
            yield Fact("unreadable", f"Python cannot parse it: {one_line(error)}", path, 0, SAYS)
            continue
        if python.is_newer(text):
            major, minor = python.OWN
            yield Fact("newer_syntax", f"{major}.{minor + 1}", path, 0, SAYS)
        trees[path] = tree
    factories = {name: kind for tree in trees.values() for name, kind in _other_factories(tree)}
    for path, tree in trees.items():
        yield from _in_module(path, tree, _others(tree) | factories)


def is_aside(path: str) -> bool:
    """Tell whether a service does not run a module: a test, an example, a migration."""
    *folders, name = PurePosixPath(path).parts
    if any(part.lower() in _ASIDE or _LOAD_TESTS.fullmatch(part) for part in folders):
        return True
    stem = name.removesuffix(".py")
    prefixes = ("test_", "conftest", "setup.py", "noxfile", "locustfile")
    return name.startswith(prefixes) or bool(_LOAD_TESTS.fullmatch(stem))


def _others(tree: ast.Module) -> dict[str, str]:
    """Return the frameworks of a module other than FastAPI, by the name that creates an app."""
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom)
                     else [one.name for one in node.names])
    }  # fmt: skip
    return _OTHERS | dict(names for package, names in _BY_PACKAGE.items() if package in imported)


def _other_factories(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the functions that return another framework's application, with the framework."""
    others = _others(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (name := _returned(node, others.keys())):
            yield node.name, others[name]


def module_of(path: str) -> str:
    """Return the dotted name of a module at this path."""
    parts = list(PurePosixPath(path).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _in_module(path: str, tree: ast.Module, others: Mapping[str, str]) -> Iterator[Fact]:
    parsing = {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and any(map(_reads_arguments, ast.walk(node)))
    }
    for statement in _at_import(tree.body):
        yield from _app(path, statement, others)
        yield from _arguments(path, statement, parsing)
        if not isinstance(statement, ast.FunctionDef):
            continue
        if statement.name in others and _returned(statement, others.keys()):
            yield Fact("other_framework", others[statement.name], path, statement.lineno, SAYS)
        elif _makes_app(statement):
            needed = ", ".join(_needed(statement))
            about, arguments = ("factory", "") if not needed else ("factory_with", f"({needed})")
            value = f"{path}:{statement.name}{arguments}"
            yield Fact(about, value, path, statement.lineno, IMPLIES)
    imported, assigned = dict(_imported(path, tree)), set(_assigned(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _served(path, node.decorator_list, _DECORATORS)
        if isinstance(node, ast.Subscript):
            yield from _required(path, node)
        if isinstance(node, ast.Call):
            yield from _call(path, node)
            yield from _served(path, [node], _ROUTES)
            yield from _served(path, [node.func], _DECORATORS)
            name = ast.unparse(target) if (target := _started(node)) else ""
            if name in imported:
                yield Fact("app", imported[name], path, node.lineno, IMPLIES)
            elif name in assigned:
                # Its file is certain; its dotted name depends on the layout.
                yield Fact("app_object", f"{path}:{name}", path, node.lineno, IMPLIES)
                yield Fact("app_file", path, path, node.lineno, IMPLIES)
        elif isinstance(node, ast.FunctionDef):
            yield from _before_start(path, node)


def _arguments(path: str, statement: ast.stmt, parsing: Collection[str]) -> Iterator[Fact]:
    """Yield where a module reads the command line while it is imported.

    `parsing` are its functions that do so.
    """
    if isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign):
        for node in ast.walk(statement):
            name = _name(node.func) if isinstance(node, ast.Call) else ""
            if _reads_arguments(node) or name in parsing:
                yield Fact("own_arguments", path, path, statement.lineno, SAYS)
                return


def _reads_arguments(node: ast.AST) -> bool:
    """Tell whether a node reads the command line, and fails on arguments that it does not know."""
    if isinstance(node, ast.Call):
        return _name(node.func) == "parse_args" and not node.args and not node.keywords
    return isinstance(node, ast.Subscript) and bool(_ARGV.fullmatch(ast.unparse(node)[:-1]))


def _at_import(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that can run on import, not those that run only as `__main__`."""
    for node in statements:
        yield node
        if isinstance(node, ast.If):
            is_main = re.search(r"__(mp_)?main__", ast.unparse(node.test))
            yield from _at_import([*(() if is_main else node.body), *node.orelse])
        elif isinstance(node, ast.Try):
            yield from _at_import([*node.body, *node.orelse, *node.finalbody])


def _imported(path: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each name that a module imports from another one, with its `module:attribute`."""
    own = module_of(path)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            package = own.split(".")[: -node.level] if node.level else []
            base = ".".join([*package, *filter(None, [node.module])])
            yield from ((name.asname or name.name, f"{base}:{name.name}") for name in node.names)


def _assigned(tree: ast.Module) -> Iterator[str]:
    """Yield each name that a module assigns; not those of constants, which are no application."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Constant):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _before_start(path: str, function: ast.FunctionDef) -> Iterator[Fact]:
    """Yield the calls of a function that starts the server, except its log messages."""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    if any(_is_start(call) for call in calls):
        for node in ast.walk(function):
            call = node.value if isinstance(node, ast.Expr) else None
            if (
                isinstance(call, ast.Call)
                and not _is_start(call)
                and _name(call.func) not in _PRINTING
            ):
                value = f"{function.name} calls {ast.unparse(call.func)}"
                yield Fact("own_start", value, path, call.lineno, SAYS)


def _is_start(call: ast.Call) -> bool:
    is_uvicorn = _name(getattr(call.func, "value", None)) == "uvicorn"
    return is_uvicorn and _name(call.func) in {"run", "Config"}  # a Config is run by a Server


def _started(call: ast.Call) -> ast.expr | None:
    """Return the argument of a server's start: the application, or its import path."""
    if not _is_start(call):
        return None
    named = (keyword.value for keyword in call.keywords if keyword.arg == "app")
    return call.args[0] if call.args else next(named, None)


def _app(path: str, node: ast.stmt, others: Mapping[str, str]) -> Iterator[Fact]:
    value = getattr(node, "value", None)
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(value, ast.Call):
        return
    called = _name(value.func)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        if isinstance(target, ast.Name) and called in _APPS:
            yield Fact("app_object", f"{path}:{target.id}", path, node.lineno, SAYS)
            for keyword in value.keywords:
                text = keyword.value
                if keyword.arg in {"title", "description"} and isinstance(text, ast.Constant):
                    yield Fact(keyword.arg, str(text.value), path, text.lineno, HINTS)
        elif isinstance(target, ast.Name) and called in others:
            yield Fact("other_framework", others[called], path, node.lineno, SAYS)
        elif isinstance(target, ast.Name) and called.startswith(
            ("create_app", "get_app", "make_app")
        ):
            yield Fact("app_object", f"{path}:{target.id}", path, node.lineno, IMPLIES)


def _needed(node: ast.FunctionDef) -> list[str]:
    """Return the required arguments of a function."""
    arguments = node.args
    names = [argument.arg for argument in arguments.posonlyargs + arguments.args]
    keywords = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    required = names[: len(names) - len(arguments.defaults)]
    return required + [argument.arg for argument, default in keywords if default is None]


def _makes_app(node: ast.FunctionDef) -> bool:
    """Tell whether a function returns an application."""
    if node.returns is not None:
        return _name(node.returns) in _APPS
    return bool(_returned(node, _APPS.keys()))


def _returned(node: ast.FunctionDef, classes: Collection[str]) -> str:
    """Return which of these classes a function instantiates and returns; empty if none."""
    instances = {
        target.id: _name(inner.value.func)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Call)
        for target in inner.targets
        if isinstance(target, ast.Name) and _name(inner.value.func) in classes
    }
    for inner in ast.walk(node):
        value = inner.value if isinstance(inner, ast.Return) else None
        if isinstance(value, ast.Name) and value.id in instances:
            return instances[value.id]
        if isinstance(value, ast.Call) and _name(value.func) in classes:
            return _name(value.func)
    return ""


def _call(path: str, node: ast.Call) -> Iterator[Fact]:
    called = _name(node.func)
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    if _is_start(node):
        if isinstance(started := _started(node), ast.Constant):
            yield Fact("app", str(started.value), path, node.lineno, IMPLIES)
        if port := _number(keywords.get("port")):
            yield Fact("service_port", port, path, node.lineno, IMPLIES)
    elif called in _METRICS:
        argument = node.args[0] if node.args else keywords.get("port")
        port = _number(argument)
        yield Fact("own_metrics", f"{called}({port})", path, node.lineno, SAYS)
        if port and called.startswith("start_"):
            yield Fact("metrics_port", port, path, node.lineno, SAYS)
    elif called in _COLLECTORS:
        yield from _collector(path, node, keywords)
    else:
        yield from _own(path, node, called)


def _served(path: str, nodes: Iterable[ast.expr], names: Collection[str]) -> Iterator[Fact]:
    """Yield the standard's paths that calls of these names add as routes of the service."""
    for node in nodes:
        if isinstance(node, ast.Call) and _name(node.func) in names:
            route = _text(node.args[:1])
            if _STANDARD_PATHS.fullmatch(route):
                yield Fact("own_path", route, path, node.lineno, SAYS)


def _collector(
    path: str, node: ast.Call, keywords: Mapping[str | None, ast.expr]
) -> Iterator[Fact]:
    parts = [keywords.get("namespace"), keywords.get("subsystem"), *node.args[:1]]
    words = [str(part.value) for part in parts if isinstance(part, ast.Constant) and part.value]
    if node.args and isinstance(node.args[0], ast.Constant):
        name = "_".join(words).removesuffix("_total")
        yield Fact("collector", name, path, node.lineno, SAYS)


def _own(path: str, node: ast.Call, called: str) -> Iterator[Fact]:
    """Yield what a service does that the chassis could do, and the variables that it reads."""
    function = ast.unparse(node.func) if called in _COMMON else called
    if called in _LOGGING or function == "structlog.configure":
        yield Fact("own_logging", called, path, node.lineno, SAYS)
    elif called in _HEALTH:
        yield Fact("own_path", called, path, node.lineno, SAYS)
    elif called in _ERRORS and node.args:
        yield Fact("own_errors", ast.unparse(node.args[0]), path, node.lineno, SAYS)
    elif _TRACES.fullmatch(called):
        yield Fact("own_tracing", called, path, node.lineno, SAYS)
    elif function in _READS and (variable := _text(node.args[:1])).isidentifier():
        yield Fact("variable", variable, path, node.lineno, SAYS)


def _required(path: str, node: ast.Subscript) -> Iterator[Fact]:
    """Yield the variable that a service reads without a default."""
    variable = _text([node.slice])
    is_read = isinstance(node.ctx, ast.Load) and ast.unparse(node.value) in _ENVIRONS
    if is_read and variable.isidentifier():
        yield Fact("required_variable", variable, path, node.lineno, SAYS)


def _text(nodes: list[ast.expr]) -> str:
    """Return the string that the node in a list of one is; empty if it is none."""
    found = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return found[0] if found and isinstance(found[0], str) else ""


def _name(node: ast.AST | None) -> str:
    """Return the last part of a name, such as `FastAPI` of `fastapi.FastAPI`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _number(node: ast.AST | None) -> str:
    is_int = isinstance(node, ast.Constant) and isinstance(node.value, int)
    return str(node.value) if is_int else ""  # type: ignore[union-attr]
