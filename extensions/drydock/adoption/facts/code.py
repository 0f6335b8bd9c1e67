"""Python code: the application, how it is run, and what it does that the chassis does, too."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from drydock.adoption import python
from drydock.adoption.facts import HINTS, IMPLIES, SAYS, Fact, Files
from drydock.errors import one_line

_APPS = {"FastAPI": "app", "Starlette": "app"}
# What makes the application of another framework, by the framework.
_OTHERS = {
    "Flask": "Flask", "Quart": "Quart", "Sanic": "Sanic", "Bottle": "Bottle", "Falcon": "Falcon",
    "Litestar": "Litestar", "FlaskApp": "Connexion", "AsyncApp": "Connexion",
    "get_asgi_application": "Django", "get_wsgi_application": "Django",
}  # fmt: skip
# Those whose class has a name that others have, too: their package is imported.
_BY_PACKAGE = {"blacksheep": ("Application", "BlackSheep"), "connexion": ("App", "Connexion")}
_METRICS = {"start_http_server", "start_wsgi_server", "make_asgi_app", "Instrumentator"}
_COLLECTORS = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}
_SAYING = {"print", "echo", "debug", "info", "warning", "add_argument"}
_LOGGING = {"basicConfig", "dictConfig", "fileConfig"}
_HEALTH = {"HealthcheckRouter", "HealthCheckFactory", "healthCheckRoute"}
_ROUTES = {"get", "post", "put", "api_route", "add_api_route", "route"}
_OURS = re.compile(
    r"/metrics|(/api)?(/v\d+)?/(__)?(live|ready|health|heartbeat)(z|ness|iness|y)?([-_]?checks?)?(__)?"
    r"(/(live|ready)\w*)?/?"
)
_TRACES = re.compile(r"(\w+Instrumentor|TracerProvider|ElasticAPM|DDTrace\w*|TraceMiddleware)")
_ERRORS = {"exception_handler", "add_exception_handler"}
_READS = {"os.getenv", "os.environ.get", "getenv", "environ.get"}
_COMMON = {"getenv", "get", "configure"}
"""Names of functions that say too little by themselves."""
_ASIDE = ("test", "tests", "docs", "examples", "scripts", "migrations", "alembic", "notebooks")


def find(files: Files) -> Iterator[Fact]:
    """Yield what the code says, tests and examples left out."""
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
    foreign = {name: made for tree in trees.values() for name, made in _foreign(tree)}
    for path, tree in trees.items():
        yield from _in_module(path, tree, _others(tree) | foreign)


def is_aside(path: str) -> bool:
    """Tell whether a module is none of what a service runs: a test, an example, a migration."""
    *folders, name = PurePosixPath(path).parts
    if any(part.lower() in _ASIDE for part in folders):
        return True
    return name.startswith(("test_", "conftest", "setup.py", "noxfile"))


def _others(tree: ast.Module) -> dict[str, str]:
    """Return what makes an application of another framework in a module, by the name there."""
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom)
                     else [one.name for one in node.names])
    }  # fmt: skip
    return _OTHERS | dict(held for package, held in _BY_PACKAGE.items() if package in imported)


def _foreign(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the functions that return an application of another framework, with its name."""
    others = _others(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (made := _returned(node, others.keys())):
            yield node.name, others[made]


def module_of(path: str) -> str:
    """Return the dotted name of a module by its path, folders as they are."""
    parts = list(PurePosixPath(path).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _in_module(path: str, tree: ast.Module, others: Mapping[str, str]) -> Iterator[Fact]:
    for statement in _at_import(tree.body):
        yield from _app(path, statement, others)
        if not isinstance(statement, ast.FunctionDef):
            continue
        if statement.name in others and _returned(statement, others.keys()):
            yield Fact("other_framework", others[statement.name], path, statement.lineno, SAYS)
        elif _makes_app(statement):
            needed = ", ".join(_needed(statement))
            about, arguments = ("factory", "") if not needed else ("factory_with", f"({needed})")
            value = f"{path}:{statement.name}{arguments}"
            yield Fact(about, value, path, statement.lineno, IMPLIES)
    known = dict(_names(path, tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _call(path, node)
            one = _started(node)
            if one and (started := known.get(ast.unparse(one))):
                yield Fact("app", started, path, node.lineno, IMPLIES)
        elif isinstance(node, ast.FunctionDef):
            yield from _before_start(path, node)


def _at_import(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield what runs, or may run, when a module is imported: not what only a start of it does."""
    for one in statements:
        yield one
        if isinstance(one, ast.If):
            only_started = re.search(r"__(mp_)?main__", ast.unparse(one.test))
            yield from _at_import([*(() if only_started else one.body), *one.orelse])
        elif isinstance(one, ast.Try):
            yield from _at_import([*one.body, *one.orelse, *one.finalbody])


def _names(path: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each name that a module imports from another or assigns, as `module:attribute`."""
    own = module_of(path)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            package = own.split(".")[: -node.level] if node.level else []
            base = ".".join([*package, *filter(None, [node.module])])
            yield from ((one.asname or one.name, f"{base}:{one.name}") for one in node.names)
        elif isinstance(node, ast.Assign):
            yield from ((o.id, f"{own}:{o.id}") for o in node.targets if isinstance(o, ast.Name))


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
    started = _name(getattr(call.func, "value", None)) == "uvicorn"
    return started and _name(call.func) in {"run", "Config"}  # which a uvicorn.Server runs


def _started(call: ast.Call) -> ast.expr | None:
    """Return what a call starts as the service: the application, or where it is."""
    if not _is_start(call):
        return None
    named = (word.value for word in call.keywords if word.arg == "app")
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
            for given in value.keywords:
                if given.arg in {"title", "description"} and isinstance(given.value, ast.Constant):
                    about = "title" if given.arg == "title" else "description"
                    yield Fact(about, str(given.value.value), path, given.value.lineno, HINTS)
        elif isinstance(target, ast.Name) and called in others:
            yield Fact("other_framework", others[called], path, node.lineno, SAYS)
        elif isinstance(target, ast.Name) and called.startswith(
            ("create_app", "get_app", "make_app")
        ):
            yield Fact("app_object", f"{path}:{target.id}", path, node.lineno, IMPLIES)


def _needed(node: ast.FunctionDef) -> list[str]:
    """Return the arguments that a function cannot do without."""
    given = node.args
    names = [one.arg for one in given.posonlyargs + given.args]
    keywords = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    needed = names[: len(names) - len(given.defaults)]
    return needed + [one.arg for one, default in keywords if default is None]


def _makes_app(node: ast.FunctionDef) -> bool:
    """Tell whether a function returns an application."""
    if node.returns is not None:
        return _name(node.returns) in _APPS
    return bool(_returned(node, _APPS.keys()))


def _returned(node: ast.FunctionDef, classes: Collection[str]) -> str:
    """Return which of these classes a function makes and returns; empty if none."""
    made = {
        target.id: _name(held.value.func)
        for held in ast.walk(node)
        if isinstance(held, ast.Assign) and isinstance(held.value, ast.Call)
        for target in held.targets
        if isinstance(target, ast.Name) and _name(held.value.func) in classes
    }
    for held in ast.walk(node):
        value = held.value if isinstance(held, ast.Return) else None
        if isinstance(value, ast.Name) and value.id in made:
            return made[value.id]
        if isinstance(value, ast.Call) and _name(value.func) in classes:
            return _name(value.func)
    return ""


def _call(path: str, node: ast.Call) -> Iterator[Fact]:
    called = _name(node.func)
    given = {word.arg: word.value for word in node.keywords}
    if _is_start(node):
        if isinstance(started := _started(node), ast.Constant):
            yield Fact("app", str(started.value), path, node.lineno, IMPLIES)
        if port := _number(given.get("port")):
            yield Fact("service_port", port, path, node.lineno, IMPLIES)
    elif called in _METRICS:
        argument = node.args[0] if node.args else given.get("port")
        port = _number(argument)
        yield Fact("own_metrics", f"{called}({port})", path, node.lineno, SAYS)
        if port and called.startswith("start_"):
            yield Fact("metrics_port", port, path, node.lineno, SAYS)
    elif called in _COLLECTORS:
        yield from _collector(path, node, given)
    elif called in _ROUTES and (asked := _text(node.args[:1])).startswith("/"):
        if _OURS.fullmatch(asked):
            yield Fact("own_path", asked, path, node.lineno, SAYS)
    else:
        yield from _own(path, node, called)


def _collector(path: str, node: ast.Call, given: Mapping[str | None, ast.expr]) -> Iterator[Fact]:
    parts = [given.get("namespace"), given.get("subsystem"), *node.args[:1]]
    words = [str(one.value) for one in parts if isinstance(one, ast.Constant) and one.value]
    if node.args and isinstance(node.args[0], ast.Constant):
        name = "_".join(words).removesuffix("_total")
        yield Fact("collector", name, path, node.lineno, SAYS)


def _own(path: str, node: ast.Call, called: str) -> Iterator[Fact]:
    """Yield what a service does that the chassis could do instead, or that operators set."""
    whole = ast.unparse(node.func) if called in _COMMON else called
    if called in _LOGGING or whole == "structlog.configure":
        yield Fact("own_logging", called, path, node.lineno, SAYS)
    elif called in _HEALTH:
        yield Fact("own_path", called, path, node.lineno, SAYS)
    elif called in _ERRORS and node.args:
        yield Fact("own_errors", ast.unparse(node.args[0]), path, node.lineno, SAYS)
    elif _TRACES.fullmatch(called):
        yield Fact("own_tracing", called, path, node.lineno, SAYS)
    elif whole in _READS and (variable := _text(node.args[:1])):
        yield Fact("variable", variable, path, node.lineno, SAYS)


def _text(nodes: list[ast.expr]) -> str:
    """Return the text that a node is; empty if it is none, or there is none."""
    found = [one.value for one in nodes if isinstance(one, ast.Constant)]
    return found[0] if found and isinstance(found[0], str) else ""


def _name(node: ast.AST | None) -> str:
    """Return the last part of a name, as `FastAPI` of `fastapi.FastAPI`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _number(node: ast.AST | None) -> str:
    is_int = isinstance(node, ast.Constant) and isinstance(node.value, int)
    return str(node.value) if is_int else ""  # type: ignore[union-attr]
