"""What a name, an attribute or a call is an instance of, as far as that is certain.

A name is what all of its bindings in its function say; a binding that is not understood makes it
unknown. Annotations count, what a class is called with does, and the fields of models.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import libcst as cst

from drydock.codemods.pydantic.models import MODELS, InModels
from drydock.codemods.source import Source, dotted

ROOTS = (*MODELS, "sqlmodel.SQLModel")
_MAKING = {
    *("parse_obj", "parse_raw", "parse_file", "from_orm", "construct"),
    *("model_validate", "model_validate_json", "model_construct"),
}
_COPYING = {"copy", "model_copy"}
_MANY = {
    *(f"typing.{name}" for name in ("List", "Sequence", "Iterable", "Set", "FrozenSet")),
    *("builtins.list", "builtins.set", "collections.abc.Sequence", "collections.abc.Iterable"),
}


@dataclass(frozen=True)
class Type:
    """What an expression is: a model, several of it, or its class."""

    kind: Literal["one", "many", "class"]
    ref: str


_Binding = tuple[Literal["is", "of", "in", "?"], cst.BaseExpression | None]
"""A value, an annotation, a collection it is an item of, or what is not understood."""


class WithTypes(InModels):
    """A rewriter that knows what names are instances of."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._scopes: list[dict[str, list[_Binding]]] = [_bindings(source.tree.body)]
        self._methods: list[tuple[str, Type] | None] = []
        self._asked: set[str] = set()

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        scope = _bindings([node.body])
        self._scopes.append(scope)
        given = node.params
        for one in (*given.posonly_params, *given.params, *given.kwonly_params):
            of = one.annotation.annotation if one.annotation else None
            scope.setdefault(one.name.value, []).append(("of", of) if of else ("?", None))
        own = None
        first = (*given.posonly_params, *given.params)[:1]
        if self.classes and first and len(self._methods) < len(self.classes):
            decorators = {dotted(one.decorator) for one in node.decorators}
            ref = f"{self.source.path}:{'.'.join(one.name.value for one in self.classes)}"
            if "staticmethod" not in decorators:
                kind: Literal["one", "class"] = "class" if "classmethod" in decorators else "one"
                own = (first[0].name.value, Type(kind, ref))
        self._methods.append(own)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self._scopes.pop()
        self._methods.pop()
        return updated_node

    def type_of(self, node: cst.BaseExpression) -> Type | None:
        """Return what an expression is; None where that is not certain."""
        if isinstance(node, cst.Await):
            return self.type_of(node.expression)
        if isinstance(node, cst.Name):
            return self._of_name(node)
        if isinstance(node, cst.Call):
            return self._of_call(node)
        if isinstance(node, cst.Attribute):
            if self.source.is_a(node, *ROOTS):
                return Type("class", self.source.resolve(node))
            return self._of_attribute(node)
        if isinstance(node, cst.Subscript):
            if self.source.is_a(node.value, *ROOTS):
                return Type("class", self.source.resolve(node.value))
            several = self.type_of(node.value)
            index = node.slice[0].slice
            if several and several.kind == "many" and isinstance(index, cst.Index):
                return Type("one", several.ref)
        return None

    def _of_name(self, node: cst.Name) -> Type | None:
        name = node.value
        if self._methods and (own := self._methods[-1]) and own[0] == name:
            return own[1] if self.source.project.is_a(own[1].ref, *ROOTS) else None
        for scope in reversed(self._scopes):
            if name in scope:
                return self._agreed(name, scope[name])
        if self.source.is_a(node, *ROOTS):
            return Type("class", self.source.resolve(node))
        return self._of_import(self.source.resolve(node))

    def _of_import(self, meaning: str) -> Type | None:
        """Return what a name is that another module of the service gives a value to."""
        path, _, name = meaning.partition(":")
        made = self.source.project.modules[path].factories.get(name, "") if name else ""
        ref = self.source.project.resolve(path, made) if made else ""
        return Type("one", ref) if ref and self.source.project.is_a(ref, *ROOTS) else None

    def _agreed(self, name: str, bindings: list[_Binding]) -> Type | None:
        if name in self._asked:
            return None
        self._asked.add(name)
        found: set[Type | None] = set()
        for how, what in bindings:
            if how == "is" and what is not None and dotted(what) == "None":
                continue
            found.add(self._bound(how, what))
        self._asked.discard(name)
        return found.pop() if len(found) == 1 else None

    def _bound(self, how: str, what: cst.BaseExpression | None) -> Type | None:
        if what is None:
            return None
        if how == "of":
            return self.of_annotation(self.source.path, what)
        found = self.type_of(what)
        if how == "in":
            return Type("one", found.ref) if found and found.kind == "many" else None
        return found

    def _of_call(self, node: cst.Call) -> Type | None:
        func = node.func
        if isinstance(func, cst.Attribute):
            receiver = self.type_of(func.value)
            name = func.attr.value
            if receiver and receiver.kind == "class" and name in _MAKING:
                return Type("one", receiver.ref)
            if receiver and receiver.kind == "one":
                if name in _COPYING:
                    return receiver
                for one in self.source.project.lineage(receiver.ref):
                    if returned := one.methods.get(name):
                        return self._written(one.path, returned)
        called = self.type_of(func)
        if called and called.kind == "class":
            return Type("one", called.ref)
        path, _, name = self.source.resolve(func).partition(":")
        function = self.source.project.modules[path].functions.get(name) if name else None
        return self._written(path, function.returns) if function and function.returns else None

    def _of_attribute(self, node: cst.Attribute) -> Type | None:
        receiver = self.type_of(node.value)
        if receiver and receiver.kind == "one":
            for one in self.source.project.lineage(receiver.ref):
                if written := one.fields.get(node.attr.value):
                    return self._written(one.path, written)
        return None

    def _written(self, path: str, text: str) -> Type | None:
        try:
            return self.of_annotation(path, cst.parse_expression(text))
        except cst.ParserSyntaxError:
            return None

    def of_annotation(self, path: str, node: cst.BaseExpression) -> Type | None:
        """Return what an annotation in the module at `path` says."""
        project = self.source.project
        if isinstance(node, cst.SimpleString):
            return self._written(path, str(node.evaluated_value))
        if isinstance(node, cst.BinaryOperation):  # X | None
            sides = [one for one in (node.left, node.right) if dotted(one) != "None"]
            return self.of_annotation(path, sides[0]) if len(sides) == 1 else None
        meaning = project.resolve(path, dotted(node)) if dotted(node) else ""
        if isinstance(node, cst.Subscript):
            inner = [one.slice.value for one in node.slice if isinstance(one.slice, cst.Index)]
            if meaning in {"typing.Optional", "typing.Annotated"} and inner:
                return self.of_annotation(path, inner[0])
            found = self.of_annotation(path, inner[0]) if len(inner) == 1 else None
            if found and found.kind == "one" and meaning in _MANY:
                return Type("many", found.ref)
            if found and meaning in {"typing.Type", "builtins.type"}:
                return Type("class", found.ref)
        return Type("one", meaning) if meaning and project.is_a(meaning, *ROOTS) else None


def _bindings(body: Sequence[cst.CSTNode]) -> dict[str, list[_Binding]]:
    scope = _Scope()
    for one in body:
        one.visit(scope)
    return scope.found


class _Scope(cst.CSTVisitor):
    """Reads what names are bound to in one scope."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[_Binding]] = {}

    def _add(
        self,
        target: cst.BaseExpression,
        how: Literal["is", "of", "in", "?"],
        what: cst.BaseExpression | None,
    ) -> None:
        if isinstance(target, cst.Name):
            self.found.setdefault(target.value, []).append((how, what))
        elif isinstance(target, cst.Tuple | cst.List):
            for one in target.elements:
                self._add(one.value, "?", None)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        self._add(node.name, "?", None)
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        for one in node.params.params:
            self._add(one.name, "?", None)
        return True

    def visit_Assign(self, node: cst.Assign) -> None:
        for target in node.targets:
            self._add(target.target, "is", node.value)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._add(node.target, "of", node.annotation.annotation)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._add(node.target, "?", None)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        self._add(node.target, "is", node.value)

    def visit_For(self, node: cst.For) -> None:
        self._add(node.target, "in", node.iter)

    def visit_CompFor(self, node: cst.CompFor) -> None:
        self._add(node.target, "in", node.iter)

    def visit_AsName(self, node: cst.AsName) -> None:
        self._add(node.name, "?", None)

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False
