"""Writes a module that calls the service's factory with the arguments that its code uses."""

import ast
import builtins
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from drydock.adoption import python
from drydock.adoption.facts import IMPLIES, Fact, Files
from drydock.adoption.facts.code import is_aside, module_of

_READS_ARGUMENTS = {"parse_args", "parse_known_args", "input", "argv"}
_CHANGES_ENVIRONMENT = re.compile(
    r"(^|\.)(load_dotenv|putenv|unsetenv|environ\.(setdefault|update|pop|popitem|clear))$"
)
_ONLY_LOGS = re.compile(r"(print|log|logger|logging)\b", re.IGNORECASE)
_CONDITIONAL = (
    ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match, ast.ExceptHandler,
    ast.IfExp, ast.BoolOp, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
"""A module cannot repeat a call in one of these unconditionally."""
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Made:
    """A new module that creates the application."""

    path: str
    text: str
    fact: Fact
    """The evidence for the application."""


def module_for(facts: list[Fact], files: Files) -> Made | None:
    """Return a module that calls a service's only factory as the service's code does.

    None if the service has another application, or if a call cannot be repeated in a module.
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
    if len(texts) != 1 or "" in texts:
        return None
    fact, text = found[0]
    return Made(module, text, replace(fact, value=f"{module}:app"))


def _calls(name: str, home: str, files: Files) -> Iterator[tuple[Fact, str]]:
    """Yield each call of a factory, and the module that repeats it; empty if that is uncertain."""
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
        for scopes in _scopes([tree]):
            for call in _own(scopes[-1]):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == name:
                    module = _Repeated(call, scopes, known, path).module()
                    yield Fact("app_object", "", path, call.lineno, IMPLIES), module


def _scopes(scopes: Sequence[_Scope]) -> Iterator[Sequence[_Scope]]:
    """Yield a module and each function in it, both as the last of the scopes around it."""
    yield scopes
    for function in _functions(scopes[-1]):
        yield from _scopes([*scopes, function])


def _functions(scope: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions and methods directly in a scope."""
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        else:
            yield from _functions(child)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function or module, but not those inside its functions and classes."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
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


def _bindings(scope: _Scope) -> Mapping[str, Sequence[ast.AST]]:
    """Return where a scope binds each of its names."""
    bindings: dict[str, list[ast.AST]] = defaultdict(list)
    for node in _own(scope):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                names = [name]
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names = [name]
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                names = [name]
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names = [name]
            case ast.MatchMapping(rest=str(name)):
                names = [name]
            case ast.alias():
                names = [node.asname or node.name.partition(".")[0]]
            case ast.Global() | ast.Nonlocal():
                names = node.names
            case _:
                continue
        for name in names:
            bindings[name].append(node)
    return bindings


@dataclass(frozen=True)
class _Variable:
    """A variable that the call depends on, and its only assignment."""

    name: str
    value: ast.expr


@dataclass
class _Repeated:
    """A call of a factory, to be repeated in a module of its own."""

    call: ast.Call
    scopes: Sequence[_Scope]
    """The module and the functions around the call, outermost first."""
    known: Mapping[str, str]
    """The statement that imports each name of the module."""
    path: str
    imports: set[str] = field(default_factory=set)
    variables: list[_Variable] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """The names that the call depends on."""

    def __post_init__(self) -> None:
        self.nodes = [list(_own(scope)) for scope in self.scopes]
        self.parents = {
            child: node
            for scope, nodes in zip(self.scopes, self.nodes, strict=True)
            for node in (scope, *nodes)
            for child in ast.iter_child_nodes(node)
        }
        self.around = list(self._around(self.call))
        self.bindings = [_bindings(scope) for scope in self.scopes]

    def module(self) -> str:
        """Return the text of a module that repeats this call; empty if that is uncertain."""
        if (
            self._is_conditional()
            or not self._collect(self.call)
            or self._is_changed()
            or self._starts_when_imported()
        ):
            return ""
        head = f'"""The ASGI application, made as {self.path} makes it."""\n\n'
        ordered = sorted(self.variables, key=lambda one: (one.value.lineno, one.value.col_offset))
        lines = [f"{one.name} = {ast.unparse(one.value)}" for one in ordered]
        body = "\n".join([*lines, f"app = {ast.unparse(self.call)}"])
        return head + "\n".join(sorted(self.imports)) + f"\n\n{body}\n"

    def _around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around another one, up to its function or module, innermost first."""
        while node not in self.scopes:
            node = self.parents[node]
            yield node

    def _is_conditional(self) -> bool:
        """Tell whether the code leaves the call out, or repeats it, under some condition."""
        inside: ast.AST = self.call
        for node in self.around:
            if isinstance(node, _CONDITIONAL):
                return True
            if isinstance(node, ast.If) and not (_is_guard(node) and inside in node.body):
                return True
            if isinstance(node, ast.Try | ast.TryStar) and inside not in node.body:
                return True
            inside = node
        return False

    def _collect(self, expression: ast.expr) -> bool:
        """Collect the imports and variables that an expression needs; False if one is uncertain."""
        for node in ast.walk(expression):
            name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
            if name in _READS_ARGUMENTS or isinstance(
                node, ast.Await | ast.Lambda | ast.Yield | ast.YieldFrom | ast.NamedExpr
            ):
                return False
            if isinstance(node, ast.Name) and name not in self.names:
                self.names.add(name)
                if not self._collect_name(name):
                    return False
        return True

    def _collect_name(self, name: str) -> bool:
        *outer, own = self.bindings
        if name in own and (outer or name not in self.known):
            return self._collect_variable(name)
        if any(name in bindings for bindings in outer[1:]):
            return False
        bindings = self.bindings[0].get(name, [])
        if not bindings:
            return hasattr(builtins, name) and not name.startswith("__")
        if len(bindings) > 1 or name not in self.known or name in _globals(self.scopes[0]):
            return False
        self.imports.add(self.known[name])
        return True

    def _collect_variable(self, name: str) -> bool:
        """Collect the only assignment of a variable, if it always happens before the call."""
        target, *others = self.bindings[-1][name]
        assignment = self.parents[target]
        match assignment:
            case ast.Assign(targets=[_], value=value) | ast.AnnAssign(value=ast.expr() as value):
                always = self.parents[assignment] in self.around
            case _:
                return False
        if others or not always or not self._is_earlier(assignment):
            return False
        if len(self.scopes) == 1 and name in _globals(self.scopes[0]):
            return False
        self.variables.append(_Variable(name, value))
        return self._collect(value)

    def _is_earlier(self, node: ast.AST) -> bool:
        """Tell whether a node is before the call in the file."""
        line, column = getattr(node, "lineno", None), getattr(node, "col_offset", 0)
        return line is not None and (line, column) < (self.call.lineno, self.call.col_offset)

    def _is_changed(self) -> bool:
        """Tell whether code that is not repeated can change what the call depends on."""
        values = [self.call, *(one.value for one in self.variables)]
        repeated = {node for value in values for node in ast.walk(value)}
        others = {node for node in self.nodes[-1] if self._is_earlier(node)}
        if len(self.scopes) > 1:
            others.update(self.nodes[0])
        others -= repeated | set(self.around)
        if any(map(_changes_environment, others)):
            return True
        inner = [node for node in self.nodes[-1] if node in others and isinstance(node, _INNER)]
        watched = {one.name for one in self.variables} | set(self._values(repeated))
        while True:
            aliases = set()
            for node in others:
                if isinstance(node, ast.Name) and self._can_change(node, watched):
                    return True
                if isinstance(node, ast.Name) and node.id in watched:
                    aliases |= self._aliases(node)
            if aliases <= watched:
                break
            watched |= aliases
        mentioned = {
            one.id for node in inner for one in ast.walk(node) if isinstance(one, ast.Name)
        }
        return bool(mentioned & watched)

    def _values(self, repeated: Set[ast.AST]) -> Iterator[str]:
        """Yield the imported names that are used as values, and not only called."""
        for node in repeated:
            if isinstance(node, ast.Name) and not self.known.get(node.id, "import").startswith(
                "import"
            ):
                user: ast.AST = node
                while isinstance(self.parents[user], ast.Attribute):
                    user = self.parents[user]
                outside = self.parents[user]
                if not (isinstance(outside, ast.Call) and outside.func is user):
                    yield node.id

    def _can_change(self, name: ast.Name, watched: Set[str]) -> bool:
        """Tell whether the code around a name can change what it stands for."""
        for node in self._around(name):
            if isinstance(node, ast.Attribute | ast.Subscript):
                if name.id in self.names | watched and not isinstance(node.ctx, ast.Load):
                    return True
            elif isinstance(node, ast.Call) and node not in self.around:
                return name.id in watched and not _ONLY_LOGS.match(ast.unparse(node.func))
            elif isinstance(node, ast.stmt):
                return False
        return False

    def _aliases(self, name: ast.Name) -> set[str]:
        """Return the variables that the statement around a name assigns."""
        statement = next((one for one in self._around(name) if isinstance(one, ast.stmt)), name)
        parts = [one for one in ast.iter_child_nodes(statement) if not isinstance(one, ast.stmt)]
        nodes = [node for part in parts for node in ast.walk(part)]
        return {
            node.id for node in nodes
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }  # fmt: skip

    def _starts_when_imported(self) -> bool:
        """Tell whether importing the module of the call already makes the call."""
        own = f"from {module_of(self.path)} import "
        if not any(line.startswith(own) for line in self.imports):
            return False
        if len(self.scopes) == 1:
            return not any(isinstance(node, ast.If) for node in self.around)
        name = getattr(self.scopes[1], "name", "")
        for node in self.nodes[0]:
            if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
                around = self._around(node)
                if not any(isinstance(one, ast.If) and _is_guard(one) for one in around):
                    return True
        return False


def _globals(scope: ast.AST) -> set[str]:
    """Return the names that the functions of a module assign as global."""
    nodes = (node for node in ast.walk(scope) if isinstance(node, ast.Global))
    return {name for node in nodes for name in node.names}


def _is_guard(node: ast.If) -> bool:
    """Tell whether a block only runs if its module is started."""
    return ast.unparse(node.test) == "__name__ == '__main__'"


def _changes_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return bool(_CHANGES_ENVIRONMENT.search(ast.unparse(node.func)))
    return (
        isinstance(node, ast.Subscript)
        and not isinstance(node.ctx, ast.Load)
        and ast.unparse(node.value).split(".")[-1] == "environ"
    )
