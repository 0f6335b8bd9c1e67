"""Finds where Python source uses a name, a fixture, or parameters of another module."""

import ast
import warnings
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from drydock.merging.audit.python_names import fits, names_bound

Function = ast.FunctionDef | ast.AsyncFunctionDef


# Each file is searched for many names in turn.
@lru_cache(maxsize=4)
def parsed(text: str) -> ast.Module | None:
    """Return the syntax tree of a text, which must not be modified; None if it does not compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def module_of(path: str) -> str:
    """Return the name under which the file at `path` is imported."""
    return path.removesuffix(".py").removesuffix("/__init__").removeprefix("src/").replace("/", ".")


def names(tree: ast.Module) -> set[str] | None:
    """Return the names of a module; None if not all of them are known."""
    imports = (node for node in tree.body if isinstance(node, ast.ImportFrom))
    found = {name for node in tree.body for name in names_bound(node)}
    is_open = "__getattr__" in found or any(node.names[0].name == "*" for node in imports)
    return None if is_open else found


def functions(tree: ast.Module) -> dict[str, Function]:
    """Return the functions of a module that have a unique name and no decorator."""
    counts = Counter(name for node in tree.body for name in names_bound(node))
    return {
        node.name: node
        for node in tree.body
        if isinstance(node, Function) and counts[node.name] == 1 and not node.decorator_list
    }


def fixtures(tree: ast.Module) -> set[str]:
    """Return the names of the fixtures of a module; those that are computed are left out."""
    return {
        name
        for node in ast.walk(tree)
        if isinstance(node, Function)
        for mark in node.decorator_list
        if (name := _fixture(node, mark))
    }


def _fixture(node: Function, mark: ast.expr) -> str | None:
    called = mark.func if isinstance(mark, ast.Call) else mark
    if ast.unparse(called).rpartition(".")[2] != "fixture":
        return None
    words = mark.keywords if isinstance(mark, ast.Call) else []
    named = [word.value for word in words if word.arg == "name"]
    if not named:
        return node.name
    return str(named[0].value) if isinstance(named[0], ast.Constant) else None


def line_of_name(name: str, path: str, tree: ast.Module) -> int:
    """Return the first line on which the file at `path` uses `module.name`; 0 if there is none."""
    module, _, short = name.rpartition(".")
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    for node in imports:
        if _origin(node, path) == module and any(alias.name == short for alias in node.names):
            return node.lineno
    aliases = {*_aliases(module, path, tree)}
    lines = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == short
        and ast.unparse(node.value) in aliases
    ]
    return min(lines, default=0)


def line_of_call(name: str, path: str, tree: ast.Module, old: Function, new: Function) -> int:
    """Return the first line with a call of `module.name` that fits only the old parameters; or 0.

    So does a call that is not awaited although it must be, or the other way round.
    """
    module, _, short = name.rpartition(".")
    called = {f"{alias}.{short}" for alias in _aliases(module, path, tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _origin(node, path) == module:
            called |= {alias.asname or short for alias in node.names if alias.name == short}
    awaited = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Await)}
    was_async, is_async = (isinstance(node, ast.AsyncFunctionDef) for node in (old, new))
    lines = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in called
        and (
            (fits(node, old.args, bound=False) and not fits(node, new.args, bound=False))
            or (was_async != is_async and (id(node) in awaited) == was_async)
        )
    ]
    return min(lines, default=0)


def line_of_fixture(name: str, tree: ast.Module) -> int:
    """Return the first line of a test or fixture that uses a fixture of another file; or 0."""
    if name in fixtures(tree):
        return 0
    lines = [node.lineno for node in ast.walk(tree) if isinstance(node, Function)
             and _uses_fixture(name, node)]  # fmt: skip
    return min(lines, default=0)


def _uses_fixture(name: str, node: Function) -> bool:
    marks = [ast.unparse(mark) for mark in node.decorator_list]
    if not node.name.startswith("test") and not any("fixture" in mark for mark in marks):
        return False
    if any("parametrize" in mark and name in mark for mark in marks):
        return False
    return name in {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}


def _origin(node: ast.ImportFrom, path: str) -> str:
    """Return the whole name of the module from which the file at `path` imports names."""
    package = PurePosixPath(path.removeprefix("src/")).parts[:-1]
    above = package[: len(package) - node.level + 1] if node.level else ()
    return ".".join([*above, *filter(None, [node.module])])


def _aliases(module: str, path: str, tree: ast.Module) -> Iterator[str]:
    """Yield the expressions by which the file at `path` refers to a module."""
    parent, _, short = module.rpartition(".")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.asname or module for alias in node.names if alias.name == module)
        elif isinstance(node, ast.ImportFrom) and _origin(node, path) == parent:
            yield from (alias.asname or short for alias in node.names if alias.name == short)
