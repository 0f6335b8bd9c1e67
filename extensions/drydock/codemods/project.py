"""The modules of a service: what each binds, and which class derives from which across imports.

This is the first of two passes. It reads with `ast`, which is fast, and changes nothing.
"""

import ast
import builtins
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

# Other places where a library defines a name -> the documented place. The longest prefix wins.
_CANONICAL = {
    "pydantic.main.": "pydantic.",
    "pydantic.class_validators.": "pydantic.",
    "pydantic.functional_validators.": "pydantic.",
    "pydantic.env_settings.": "pydantic.",
    "pydantic.fields.Field": "pydantic.Field",
    "pydantic.fields.PrivateAttr": "pydantic.PrivateAttr",
    "pydantic.types.": "pydantic.",
    "pydantic.networks.": "pydantic.",
    "pydantic.config.": "pydantic.",
    "pydantic.error_wrappers.ValidationError": "pydantic.ValidationError",
    "pydantic.generics.GenericModel": "pydantic.GenericModel",
    "pydantic_settings.main.": "pydantic_settings.",
    "fastapi.applications.": "fastapi.",
    "fastapi.routing.APIRouter": "fastapi.APIRouter",
    "fastapi.param_functions.": "fastapi.",
    "fastapi.testclient.": "starlette.testclient.",
    "fastapi.responses.": "starlette.responses.",
    "fastapi.templating.": "starlette.templating.",
    "fastapi.requests.": "starlette.requests.",
    "fastapi.Request": "starlette.requests.Request",
    "fastapi.Response": "starlette.responses.Response",
    "fastapi.status.": "starlette.status.",
    "starlette.middleware.errors.ExceptionMiddleware": (
        "starlette.middleware.exceptions.ExceptionMiddleware"
    ),
    "typing_extensions.": "typing.",
    "marshmallow.schema.": "marshmallow.",
    "marshmallow.decorators.": "marshmallow.",
    "marshmallow.exceptions.": "marshmallow.",
    "marshmallow.constants.": "marshmallow.",
    "marshmallow.utils.EXCLUDE": "marshmallow.EXCLUDE",
    "marshmallow.utils.INCLUDE": "marshmallow.INCLUDE",
    "marshmallow.utils.RAISE": "marshmallow.RAISE",
    "marshmallow.utils.missing": "marshmallow.missing",
}


@dataclass(frozen=True)
class Class:
    """A class of the service."""

    path: str
    name: str
    """Includes the enclosing classes, as in `Outer.Config`."""
    line: int
    bases: tuple[str, ...]
    """As written, without subscripts; empty for an expression that is no name."""
    fields: Mapping[str, str]
    """The annotation of each annotated name in the class body."""
    methods: Mapping[str, str]
    """The return annotation of each method; empty if it has none."""


@dataclass(frozen=True)
class Function:
    """A function at the top of a module."""

    parameters: tuple[str, ...]
    returns: str
    """The return annotation; empty if there is none."""
    is_async: bool | None
    """Whether the result of a call has to be awaited; None if a decorator may change that."""
    returned_is_async: bool | None
    """The same for an inner function that it returns; None if it returns anything else."""


@dataclass
class Module:
    """The names that a module binds at its top level."""

    path: str
    imports: dict[str, str] = field(default_factory=dict)
    """The full dotted name behind each imported name, for imports anywhere in the module."""
    star_imports: list[str] = field(default_factory=list)
    classes: dict[str, Class] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Names assigned to other names, as in `Model = BaseModel`."""
    factories: dict[str, str] = field(default_factory=dict)
    """The callee of `name = callee(...)` at the top level, by name."""
    ambiguous: set[str] = field(default_factory=set)
    """Names that are bound more than once, or shadowed in an inner scope."""
    bound: set[str] = field(default_factory=set)
    """All names bound at the top level."""


class Project:
    """The files of a service, and the names that its modules bind."""

    def __init__(self, files: Mapping[str, str], before: Mapping[str, str] | None = None) -> None:
        self.files = files
        """Text files by their path in the service."""
        self.before = files if before is None else before
        """The files before the requirements changed: they show what the code was written for."""
        self.modules: dict[str, Module] = {}
        self.syntax_errors: dict[str, str] = {}
        """Why a module cannot be parsed, by its path."""
        for path, text in files.items():
            if path.endswith(".py"):
                try:
                    self.modules[path] = read(path, text)
                except (SyntaxError, ValueError, RecursionError) as error:
                    line = f"line {error.lineno}: " if isinstance(error, SyntaxError) else ""
                    self.syntax_errors[path] = f"{line}{getattr(error, 'msg', error)}"

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """The modules by each dotted name under which they can be imported."""
        modules: dict[str, list[str]] = {}
        for path in self.modules:
            parts = list(PurePosixPath(path).with_suffix("").parts)
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            for start in range(len(parts)):
                folder = "/".join(parts[:start])
                # A module in a package is imported through the package.
                if not folder or f"{folder}/__init__.py" not in self.files:
                    modules.setdefault(".".join(parts[start:]), []).append(path)
        return modules

    def find_module(self, name: str, near: str) -> str:
        """Return the path of module `name` as imported by the module at `near`; empty if none."""
        paths = self._by_name.get(name, [])
        if len(paths) < 2:
            return paths[0] if paths else ""
        here = near.split("/")

        def common(path: str) -> int:
            both = zip(path.split("/"), here, strict=False)
            return next((n for n, (a, b) in enumerate(both) if a != b), 0)

        best = sorted(paths, key=common, reverse=True)
        return best[0] if common(best[0]) > common(best[1]) else ""

    def resolve(self, path: str, dotted: str) -> str:
        """Return the full name of a dotted name in the module at `path`; empty if unknown.

        For a name of a library, that is the documented one, such as `pydantic.BaseModel`; for a
        name of the service, it has the form `app/models.py:User`.
        """
        return self._resolve(path, dotted, frozenset())

    def _resolve(self, path: str, dotted: str, seen: frozenset[tuple[str, str]]) -> str:
        if (path, dotted) in seen or path not in self.modules:
            return ""
        seen |= {(path, dotted)}
        module = self.modules[path]
        head, _, rest = dotted.partition(".")
        if head in module.ambiguous:
            return ""
        tail = f".{rest}" if rest else ""
        if dotted in module.classes:
            return f"{path}:{dotted}"
        if head in module.aliases:
            return self._resolve(path, module.aliases[head] + tail, seen)
        if head in module.imports:
            return self._imported(path, module.imports[head] + tail, seen)
        if head in module.bound:
            return f"{path}:{dotted}"
        for star in module.star_imports:
            # A library module may define any name: a single star import is trusted, two are not.
            if (own := self.find_module(star, path)) or len(module.star_imports) == 1:
                full = self._imported(path, f"{star}.{dotted}", seen)
                if full and (not own or ":" in full or "." in full):
                    return full
        return f"builtins.{dotted}" if not module.star_imports and hasattr(builtins, head) else ""

    def _imported(self, path: str, full: str, seen: frozenset[tuple[str, str]]) -> str:
        parts = full.split(".")
        for end in range(len(parts), 0, -1):
            if own := self.find_module(".".join(parts[:end]), path):
                rest = ".".join(parts[end:])
                return self._resolve(own, rest, seen) if rest else f"{own}:"
        return canonical_name(full)

    def bases(self, ref: str) -> set[str]:
        """Return all ancestors of a class; an empty name stands for an unknown base."""
        ancestors: set[str] = set()
        pending = [ref]
        while pending:
            path, _, name = pending.pop().partition(":")
            class_ = self.modules[path].classes.get(name) if path in self.modules else None
            for base in class_.bases if class_ else ():
                full = self.resolve(path, base) if base else ""
                if full not in ancestors:
                    ancestors.add(full)
                    if ":" in full:
                        pending.append(full)
        return ancestors

    def is_a(self, ref: str, *roots: str) -> bool:
        """Return whether `ref` is one of `roots`, or a class of the service derived from one."""
        return ref in roots or (":" in ref and not self.bases(ref).isdisjoint(roots))

    def lineage(self, ref: str) -> list[Class]:
        """Return a class of the service and its ancestors in the service."""
        lineage = []
        for ancestor in (ref, *sorted(self.bases(ref))):
            path, _, name = ancestor.partition(":")
            if path in self.modules and name in self.modules[path].classes:
                lineage.append(self.modules[path].classes[name])
        return lineage

    def importers(self, path: str, name: str) -> Iterator[str]:
        """Yield the modules that import `name` from the module at `path`."""
        for other, module in self.modules.items():
            if other == path:
                continue
            for full in module.imports.values():
                package, _, last = full.rpartition(".")
                if last == name and self.find_module(package, other) == path:
                    yield other
            if any(self.find_module(star, other) == path for star in module.star_imports):
                yield other


def canonical_name(full: str) -> str:
    """Return the documented name of something that a library also defines elsewhere."""
    for prefix in sorted(_CANONICAL, key=len, reverse=True):
        if full == prefix or (prefix.endswith(".") and full.startswith(prefix)):
            return _CANONICAL[prefix] + full[len(prefix) :]
    return full


def read(path: str, text: str) -> Module:
    """Return what a module binds; raise SyntaxError or ValueError if it cannot be parsed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings about the service's string literals
        tree = ast.parse(text)
    module = Module(path)
    _read_top_level(tree.body, module)
    scopes = _Scopes(module)
    for statement in tree.body:
        scopes.visit(statement)
    return module


def _read_top_level(body: list[ast.stmt], module: Module) -> None:
    """Read the top-level statements of a module, including those in `if` and `try`."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            _bind(module, node.name)
            _class(node, module, "")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            _bind(module, node.name)
            module.functions[node.name] = _function(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for bound in ast.walk(target):
                    if isinstance(bound, ast.Name) and isinstance(bound.ctx, ast.Store):
                        _bind(module, bound.id)
                        if target is bound and node.value and (name := _dotted(node.value)):
                            module.aliases[bound.id] = name
                        elif target is bound and isinstance(node.value, ast.Call):
                            module.factories[bound.id] = _dotted(node.value.func)
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While):
            for part in ("body", "handlers", "orelse", "finalbody"):
                for inner in getattr(node, part, []):
                    block = inner.body if isinstance(inner, ast.ExceptHandler) else [inner]
                    _read_top_level(block, module)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    parameters = node.args
    named = (*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs)
    names = [one.arg for one in named]
    names += [f"*{one.arg}" for one in (parameters.vararg, parameters.kwarg) if one]
    is_async = None if node.decorator_list else isinstance(node, ast.AsyncFunctionDef)
    inner = {
        one.name: isinstance(one, ast.AsyncFunctionDef)
        for one in node.body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and not one.decorator_list
    }
    returned = {
        inner.get(_dotted(one.value)) if one.value else None
        for one in node.body
        if isinstance(one, ast.Return)
    }
    returned_is_async = returned.pop() if len(returned) == 1 else None
    returns = ast.unparse(node.returns) if node.returns else ""
    return Function(tuple(names), returns, is_async, returned_is_async)


def _bind(module: Module, name: str) -> None:
    if name in module.bound:
        module.ambiguous.add(name)
    module.bound.add(name)


def _class(node: ast.ClassDef, module: Module, outer: str) -> None:
    name = f"{outer}{node.name}"
    bases = tuple(
        _dotted(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases
    )
    fields = {
        one.target.id: ast.unparse(one.annotation)
        for one in node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    }
    methods = {
        one.name: _function(one).returns
        for one in node.body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    module.classes[name] = Class(module.path, name, node.lineno, bases, fields, methods)
    for inner in node.body:
        if isinstance(inner, ast.ClassDef):
            _class(inner, module, f"{name}.")


class _Scopes(ast.NodeVisitor):
    """Reads all imports of a module, and finds what shadows imported names."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.inner = False

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            full = alias.name if alias.asname else alias.name.partition(".")[0]
            self._import(alias.asname or full, full)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        package = _package(self.module.path, node)
        for alias in node.names:
            if alias.name == "*":
                self.module.star_imports.append(package)
            else:
                self._import(alias.asname or alias.name, f"{package}.{alias.name}".lstrip("."))

    def _import(self, name: str, full: str) -> None:
        known = self.module.imports.setdefault(name, full)
        if known != full or name in self.module.bound:
            self.module.ambiguous.add(name)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._scope(node, node.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        # A name bound in a class is visible neither in its methods nor outside.
        self._shadow(node.name)
        outer, self.inner = self.inner, True
        for expression in [*node.decorator_list, *node.bases, *node.keywords]:
            self.visit(expression)
        for statement in node.body:
            if isinstance(statement, ast.Assign | ast.AnnAssign):
                for part in (statement.value, getattr(statement, "annotation", None)):
                    if part:
                        self.visit(part)
            elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                self._scope(statement, "")
            else:
                self.visit(statement)
        self.inner = outer

    def _scope(self, node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> None:
        self._shadow(name)
        outer, self.inner = self.inner, True
        self.generic_visit(node)
        self.inner = outer

    def visit_arg(self, node: ast.arg) -> None:
        self._shadow(node.arg)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._shadow(node.id)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._shadow(node.name or "")
        self.generic_visit(node)

    def _shadow(self, name: str) -> None:
        """Mark a name as ambiguous if an inner scope binds it: scopes are not tracked."""
        if name in self.module.imports or (self.inner and name in self.module.bound):
            self.module.ambiguous.add(name)


def _package(path: str, node: ast.ImportFrom) -> str:
    """Return the full name of the package that a from-import reads, also if it is relative."""
    if not node.level:
        return node.module or ""
    parts = list(PurePosixPath(path).parts[: -node.level])
    return ".".join([*parts, *filter(None, [node.module])])


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{value}.{node.attr}" if (value := _dotted(node.value)) else ""
    return node.id if isinstance(node, ast.Name) else ""
