"""Writes a module that calls the service's factory with the arguments that its code uses."""

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from drydock.adoption import python
from drydock.adoption.facts import IMPLIES, Fact, Files
from drydock.adoption.facts.code import is_aside, module_of

_READS_ARGUMENTS = {"parse_args", "parse_known_args", "input", "argv"}


@dataclass(frozen=True)
class Made:
    """A new module that creates the application."""

    path: str
    text: str
    fact: Fact
    """The evidence for the application."""


def module_for(facts: list[Fact], files: Files) -> Made | None:
    """Return a module that calls a service's only factory as the service's code does.

    None if the service has another application, or if no call can be repeated in a module.
    """
    abouts = {fact.about for fact in facts}
    factories = [fact for fact in facts if fact.about == "factory_with"]
    if abouts & {"app_object", "factory", "app"} or len(factories) != 1:
        return None
    path, _, called = factories[0].value.partition(":")
    name = called.partition("(")[0]
    module = (PurePosixPath(path).parent / "asgi.py").as_posix()
    if module in files:
        return None
    found = list(_calls(name, path, files))
    texts = {text for _, text in found}
    if len(texts) != 1:
        return None
    fact, text = found[0]
    return Made(module, text, replace(fact, value=f"{module}:app"))


def _calls(name: str, home: str, files: Files) -> Iterator[tuple[Fact, str]]:
    """Yield each call of a factory that can be repeated in a module, and that module."""
    for path, text in sorted(files.items()):
        if not path.endswith(".py") or is_aside(path) or name not in text:
            continue
        try:
            tree = python.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        known = dict(_bound(tree, path))
        if path == home:
            known[name] = f"from {module_of(path)} import {name}"
        for function in (
            tree,
            *(one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)),
        ):
            for call in _own(function):
                if not isinstance(call, ast.Call) or ast.unparse(call.func) != name:
                    continue
                if module := _module(call, function, known, path):
                    yield Fact("app_object", "", path, call.lineno, IMPLIES), module


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function or module, except those of functions and classes in it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield child
            yield from _own(child)


def _bound(tree: ast.Module, path: str) -> Iterator[tuple[str, str]]:
    """Yield each name that a module imports or defines, and the statement that imports it."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            for one in node.names:
                name = one.asname or one.name.partition(".")[0]
                yield name, ast.unparse(ast.Import([one]))
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                package = module_of(path).split(".")[: -node.level]
                base = ".".join([*package, *filter(None, [node.module])])
            else:
                base = node.module or ""
            for one in node.names:
                yield one.asname or one.name, ast.unparse(ast.ImportFrom(base, [one], 0))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, f"from {module_of(path)} import {node.name}"


def _module(call: ast.Call, scope: ast.AST, known: dict[str, str], path: str) -> str:
    """Return the text of a module that repeats this call; empty if that is uncertain."""
    assigned = {
        target.id: node.value
        for node in _own(scope)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    imports: set[str] = set()
    lines: list[str] = []
    done: set[str] = set()

    def gather(expression: ast.expr) -> bool:
        """Collect the imports and assignments that an expression needs; False if one is missing."""
        for node in ast.walk(expression):
            name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
            if name in _READS_ARGUMENTS or isinstance(node, ast.Await | ast.Lambda | ast.Yield):
                return False
            if not isinstance(node, ast.Name) or name in done or hasattr(builtins, name):
                continue
            done.add(name)
            if name in assigned:
                if not gather(assigned[name]):
                    return False
                lines.append(f"{name} = {ast.unparse(assigned[name])}")
            elif name in known:
                imports.add(known[name])
            else:
                return False
        return True

    if not gather(call):
        return ""
    head = f'"""The ASGI application, made as {path} makes it."""\n\n'
    body = "\n".join([*lines, f"app = {ast.unparse(call)}"])
    return head + "\n".join(sorted(imports)) + f"\n\n{body}\n"
