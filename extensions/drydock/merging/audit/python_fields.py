"""Finds what the fields of a class mean for its constructor: a dataclass, NamedTuple or model.

Also finds dataclass fields without a default below one that has a default: a TypeError.
"""

import ast
from collections.abc import Iterable, Iterator


def without_default(tree: ast.AST) -> Iterator[str]:
    """Yield each dataclass field without a default below one that has a default: a TypeError."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(map(_orders_fields, node.decorator_list)):
            has_default = False
            for field in _positional_fields(node.body):
                if has_default and not _is_default(field.value):
                    yield f"{node.name}.{ast.unparse(field.target)}"
                has_default = has_default or _is_default(field.value)


def constructor(node: ast.ClassDef) -> ast.arguments | None:
    """Return the parameters of the constructor that the fields of a class make; None if unknown.

    Only classes with no other bases are known, because these can have fields, too.
    """
    bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
    marks = [mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list]
    names = [ast.unparse(mark).rpartition(".")[2] for mark in marks]
    own = [one for one in node.body if isinstance(one, ast.AnnAssign)]
    own = [one for one in own if "ClassVar" not in ast.unparse(one.annotation)]
    if any(isinstance(one.target, ast.Name) and one.target.id.startswith("_") for one in own):
        return None
    if (names == ["dataclass"] and not bases and not node.keywords) or (
        bases == ["NamedTuple"] and not names
    ):
        if names and _words(node.decorator_list[0]) & {"init", "kw_only"}:
            return None
        return (
            None
            if any(_words(one.value) & {"init", "kw_only"} for one in own)
            else _positional(own)
        )
    return (
        _keywords(node, own) if bases == ["BaseModel"] and not names and not node.keywords else None
    )


def _positional(fields: Iterable[ast.AnnAssign]) -> ast.arguments | None:
    fields = [*fields]
    defaults = [_is_default(field.value) for field in fields]
    if defaults != sorted(defaults):
        return None
    return ast.arguments(
        posonlyargs=[],
        args=[_argument(field) for field in fields],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[ast.Constant(None) for has_default in defaults if has_default],
    )


def _keywords(node: ast.ClassDef, fields: Iterable[ast.AnnAssign]) -> ast.arguments | None:
    """Return the parameters of a Pydantic model, which takes further keywords, too."""
    fields = [*fields]
    aliases = {"alias", "validation_alias", "alias_generator", "init", "init_var"}
    own = (one for one in node.body if not isinstance(one, ast.FunctionDef))
    if any(
        isinstance(one, ast.keyword) and one.arg in aliases
        for part in own
        for one in ast.walk(part)
    ):
        return None
    if any(
        isinstance(one, _Function) and "validator" in mark
        for one in node.body
        for mark in _marks(one)
    ):
        return None  # a validator can fill in fields
    return ast.arguments(
        posonlyargs=[],
        args=[],
        kwonlyargs=[_argument(field) for field in fields],
        kw_defaults=[ast.Constant(None) if _has_model_default(f.value) else None for f in fields],
        kwarg=ast.arg("others"),
        defaults=[],
    )


_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _marks(node: ast.stmt) -> list[str]:
    return [ast.unparse(mark) for mark in getattr(node, "decorator_list", ())]


def _argument(field: ast.AnnAssign) -> ast.arg:
    return ast.arg(ast.unparse(field.target), field.annotation)


def _has_model_default(value: ast.expr | None) -> bool:
    """Tell whether a field of a model has a default; `Field(...)` has none."""
    if isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "Field":
        first = [ast.unparse(argument) for argument in value.args[:1]]
        return bool(_words(value) & {"default", "default_factory"}) or first not in ([], ["..."])
    return value is not None and ast.unparse(value) != "..."


def _positional_fields(body: Iterable[ast.stmt]) -> Iterator[ast.AnnAssign]:
    """Yield the fields that are positional parameters."""
    for node in body:
        if isinstance(node, ast.AnnAssign):
            annotation = ast.unparse(node.annotation)
            if "KW_ONLY" in annotation:
                return
            if "ClassVar" not in annotation and not _words(node.value) & {"init", "kw_only"}:
                yield node


def _orders_fields(decorator: ast.expr) -> bool:
    """Tell whether a decorator makes a dataclass whose fields are positional parameters."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    words = decorator.keywords if isinstance(decorator, ast.Call) else []
    by_name = any(word.arg == "kw_only" for word in words)
    return ast.unparse(called).rpartition(".")[2] == "dataclass" and not by_name


def _is_default(value: ast.expr | None) -> bool:
    """Tell whether the value of a field is a default; `field(…)` has one only if it names it."""
    if _is_field(value):
        return bool(_words(value) & {"default", "default_factory"})
    return value is not None


def _is_field(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "field"


def _words(value: ast.expr | None) -> set[str | None]:
    return {word.arg for word in value.keywords} if isinstance(value, ast.Call) else set()
