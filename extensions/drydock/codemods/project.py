"""What all modules of a service say together: which class derives from what, through imports.

The first of the two passes; it reads with `ast`, which is quick, and changes nothing.
"""

import ast
import builtins
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

# Where a library has a thing besides the place that it documents: by the longest prefix.
_PLACES = {
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
    """With the names of the classes around it, as `Outer.Config`."""
    line: int
    bases: tuple[str, ...]
    """As they are written, less what stands in brackets; empty where it is no name."""
    fields: Mapping[str, str]
    """The annotation of each name that has one in the class itself."""
    methods: Mapping[str, str]
    """What each function in the class returns, as it is annotated; empty if it is not."""


@dataclass(frozen=True)
class Function:
    """A function at the top of a module."""

    parameters: tuple[str, ...]
    returns: str
    """As it is annotated; empty if it is not."""
    is_async: bool | None
    """Whether what a call returns is awaited; None: a decorator may change that."""
    makes_async: bool | None
    """The same of the function that it makes and returns; None: it returns something else."""


@dataclass
class Module:
    """What one module binds at its top, by name."""

    path: str
    imports: dict[str, str] = field(default_factory=dict)
    """The full dotted name of what a name was imported from, wherever in the module."""
    stars: list[str] = field(default_factory=list)
    classes: dict[str, Class] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Names given to other names, as in `Model = BaseModel`."""
    made: dict[str, str] = field(default_factory=dict)
    """What is called, without its arguments, to make the value of a name at the top."""
    unsure: set[str] = field(default_factory=set)
    """Names that are bound more than once, or that something inside hides."""
    bound: set[str] = field(default_factory=set)
    """Every name that is bound at the top by anything."""


class Project:
    """The files of a service, and what its modules say together."""

    def __init__(self, files: Mapping[str, str], before: Mapping[str, str] | None = None) -> None:
        self.files = files
        """Text files by their path in the service."""
        self.before = files if before is None else before
        """The files before their requirements were changed: they tell what it was written for."""
        self.modules: dict[str, Module] = {}
        self.broken: dict[str, str] = {}
        """Why a module is not read, by its path."""
        for path, text in files.items():
            if path.endswith(".py"):
                try:
                    self.modules[path] = read(path, text)
                except (SyntaxError, ValueError, RecursionError) as error:
                    line = f"line {error.lineno}: " if isinstance(error, SyntaxError) else ""
                    self.broken[path] = f"{line}{getattr(error, 'msg', error)}"

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """The modules by each dotted name they may be imported by."""
        found: dict[str, list[str]] = {}
        for path in self.modules:
            parts = list(PurePosixPath(path).with_suffix("").parts)
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            for start in range(len(parts)):
                folder = "/".join(parts[:start])
                # What stands in a package is imported through it.
                if not folder or f"{folder}/__init__.py" not in self.files:
                    found.setdefault(".".join(parts[start:]), []).append(path)
        return found

    def find_module(self, name: str, near: str) -> str:
        """Return the path of the module that `name` means in the one at `near`; empty if none."""
        found = self._by_name.get(name, [])
        if len(found) < 2:
            return found[0] if found else ""
        here = near.split("/")

        def common(path: str) -> int:
            both = zip(path.split("/"), here, strict=False)
            return next((n for n, (a, b) in enumerate(both) if a != b), 0)

        best = sorted(found, key=common, reverse=True)
        return best[0] if common(best[0]) > common(best[1]) else ""

    def meaning(self, path: str, dotted: str) -> str:
        """Return what a dotted name in the module at `path` stands for; empty if unknown.

        `pydantic.BaseModel` for what a library has, wherever it was imported from;
        `app/models.py:User` for what the service defines.
        """
        return self._meaning(path, dotted, frozenset())

    def _meaning(self, path: str, dotted: str, seen: frozenset[tuple[str, str]]) -> str:
        if (path, dotted) in seen or path not in self.modules:
            return ""
        seen |= {(path, dotted)}
        module = self.modules[path]
        head, _, rest = dotted.partition(".")
        if head in module.unsure:
            return ""
        tail = f".{rest}" if rest else ""
        if dotted in module.classes:
            return f"{path}:{dotted}"
        if head in module.aliases:
            return self._meaning(path, module.aliases[head] + tail, seen)
        if head in module.imports:
            return self._imported(path, module.imports[head] + tail, seen)
        if head in module.bound:
            return f"{path}:{dotted}"
        for star in module.stars:
            # A library's module may have any name, so that one star is trusted, not two.
            if (own := self.find_module(star, path)) or len(module.stars) == 1:
                found = self._imported(path, f"{star}.{dotted}", seen)
                if found and (not own or ":" in found or "." in found):
                    return found
        return f"builtins.{dotted}" if not module.stars and hasattr(builtins, head) else ""

    def _imported(self, path: str, full: str, seen: frozenset[tuple[str, str]]) -> str:
        parts = full.split(".")
        for end in range(len(parts), 0, -1):
            if own := self.find_module(".".join(parts[:end]), path):
                rest = ".".join(parts[end:])
                return self._meaning(own, rest, seen) if rest else f"{own}:"
        return documented(full)

    def bases(self, ref: str) -> set[str]:
        """Return what a class derives from, all the way up; an empty name is one not known."""
        found: set[str] = set()
        left = [ref]
        while left:
            path, _, name = left.pop().partition(":")
            one = self.modules[path].classes.get(name) if path in self.modules else None
            for base in one.bases if one else ():
                meaning = self.meaning(path, base) if base else ""
                if meaning not in found:
                    found.add(meaning)
                    if ":" in meaning:
                        left.append(meaning)
        return found

    def is_a(self, ref: str, *roots: str) -> bool:
        """Tell whether `ref` is one of `roots`, or a class of the service derived from one."""
        return ref in roots or (":" in ref and not self.bases(ref).isdisjoint(roots))

    def family(self, ref: str) -> list[Class]:
        """Return a class of the service and those of the service that it derives from."""
        found = []
        for one in (ref, *sorted(self.bases(ref))):
            path, _, name = one.partition(":")
            if path in self.modules and name in self.modules[path].classes:
                found.append(self.modules[path].classes[name])
        return found

    def importers(self, path: str, name: str) -> Iterator[str]:
        """Yield the other modules that import `name` from the one at `path`."""
        for other, module in self.modules.items():
            if other == path:
                continue
            for full in module.imports.values():
                package, _, last = full.rpartition(".")
                if last == name and self.find_module(package, other) == path:
                    yield other
            if any(self.find_module(star, other) == path for star in module.stars):
                yield other


def documented(full: str) -> str:
    """Return the name by which a library documents what is also at another place."""
    for prefix in sorted(_PLACES, key=len, reverse=True):
        if full == prefix or (prefix.endswith(".") and full.startswith(prefix)):
            return _PLACES[prefix] + full[len(prefix) :]
    return full


def read(path: str, text: str) -> Module:
    """Return what a module binds; raise SyntaxError or ValueError where it is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the service's strings hold is not ours to judge
        tree = ast.parse(text)
    module = Module(path)
    _top(tree.body, module)
    inside = _Inside(module)
    for statement in tree.body:
        inside.visit(statement)
    return module


def _top(body: list[ast.stmt], module: Module) -> None:
    """Read the statements at the top of a module, those in `if` and `try`, too."""
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
                for one in ast.walk(target):
                    if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                        _bind(module, one.id)
                        if target is one and node.value and (name := _dotted(node.value)):
                            module.aliases[one.id] = name
                        elif target is one and isinstance(node.value, ast.Call):
                            module.made[one.id] = _dotted(node.value.func)
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While):
            for part in ("body", "handlers", "orelse", "finalbody"):
                for one in getattr(node, part, []):
                    _top(one.body if isinstance(one, ast.ExceptHandler) else [one], module)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    given = node.args
    names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    names += [f"*{one.arg}" for one in (given.vararg, given.kwarg) if one]
    is_async = None if node.decorator_list else isinstance(node, ast.AsyncFunctionDef)
    made = {
        one.name: isinstance(one, ast.AsyncFunctionDef)
        for one in node.body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and not one.decorator_list
    }
    returned = {
        made.get(_dotted(one.value)) if one.value else None
        for one in node.body
        if isinstance(one, ast.Return)
    }
    makes_async = returned.pop() if len(returned) == 1 else None
    returns = ast.unparse(node.returns) if node.returns else ""
    return Function(tuple(names), returns, is_async, makes_async)


def _bind(module: Module, name: str) -> None:
    if name in module.bound:
        module.unsure.add(name)
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
    for one in node.body:
        if isinstance(one, ast.ClassDef):
            _class(one, module, f"{name}.")


class _Inside(ast.NodeVisitor):
    """Reads the imports of a module, and what hides their names somewhere in it."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.inner = False

    def visit_Import(self, node: ast.Import) -> None:
        for one in node.names:
            full = one.name if one.asname else one.name.partition(".")[0]
            self._import(one.asname or full, full)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        package = _package(self.module.path, node)
        for one in node.names:
            if one.name == "*":
                self.module.stars.append(package)
            else:
                self._import(one.asname or one.name, f"{package}.{one.name}".lstrip("."))

    def _import(self, name: str, full: str) -> None:
        known = self.module.imports.setdefault(name, full)
        if known != full or name in self.module.bound:
            self.module.unsure.add(name)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._scope(node, node.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        # A name bound in a class is not seen from its methods, nor from outside.
        self._hide(node.name)
        outer, self.inner = self.inner, True
        for one in [*node.decorator_list, *node.bases, *node.keywords]:
            self.visit(one)
        for one in node.body:
            if isinstance(one, ast.Assign | ast.AnnAssign):
                for part in (one.value, getattr(one, "annotation", None)):
                    if part:
                        self.visit(part)
            elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                self._scope(one, "")
            else:
                self.visit(one)
        self.inner = outer

    def _scope(self, node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> None:
        self._hide(name)
        outer, self.inner = self.inner, True
        self.generic_visit(node)
        self.inner = outer

    def visit_arg(self, node: ast.arg) -> None:
        self._hide(node.arg)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._hide(node.id)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._hide(node.name or "")
        self.generic_visit(node)

    def _hide(self, name: str) -> None:
        """Note that a name is bound inside; what it means there is not followed."""
        if name in self.module.imports or (self.inner and name in self.module.bound):
            self.module.unsure.add(name)


def _package(path: str, node: ast.ImportFrom) -> str:
    """Return the full name of what is imported from, by the path where that is relative."""
    if not node.level:
        return node.module or ""
    parts = list(PurePosixPath(path).parts[: -node.level])
    return ".".join([*parts, *filter(None, [node.module])])


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{found}.{node.attr}" if (found := _dotted(node.value)) else ""
    return node.id if isinstance(node, ast.Name) else ""
