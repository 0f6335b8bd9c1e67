"""The model types of names, attributes and calls, as far as they are certain.

A name has a type if all its bindings in the function agree; a binding that is not understood makes
it unknown. Types come from annotations, constructor calls, and the fields of models.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import libcst as cst

from drydock.codemods.pydantic.models import MODELS, InModels
from drydock.codemods.source import Source, dotted

ROOTS = (*MODELS, "sqlmodel.SQLModel")
_CONSTRUCTORS = {
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
    """The type of an expression: a model, a collection of it, or its class."""

    kind: Literal["instance", "collection", "class"]
    ref: str


_Binding = tuple[Literal["value", "annotation", "iterable", "unknown"], cst.BaseExpression | None]
"""A value, an annotation, a collection with the name as item, or an unknown binding."""


class WithTypes(InModels):
    """A rewriter that infers which expressions are models."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._scopes: list[dict[str, list[_Binding]]] = [_bindings(source.tree.body)]
        self._methods: list[tuple[str, Type] | None] = []
        self._pending: set[str] = set()

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        scope = _bindings([node.body])
        self._scopes.append(scope)
        parameters = node.params
        for parameter in (
            *parameters.posonly_params,
            *parameters.params,
            *parameters.kwonly_params,
        ):
            type_ = parameter.annotation.annotation if parameter.annotation else None
            scope.setdefault(parameter.name.value, []).append(
                ("annotation", type_) if type_ else ("unknown", None)
            )
        own = None
        first = (*parameters.posonly_params, *parameters.params)[:1]
        if self.classes and first and len(self._methods) < len(self.classes):
            decorators = {dotted(one.decorator) for one in node.decorators}
            ref = f"{self.source.path}:{'.'.join(one.name.value for one in self.classes)}"
            if "staticmethod" not in decorators:
                kind: Literal["instance", "class"] = (
                    "class" if "classmethod" in decorators else "instance"
                )
                own = (first[0].name.value, Type(kind, ref))
        self._methods.append(own)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self._scopes.pop()
        self._methods.pop()
        return updated_node

    def type_of(self, node: cst.BaseExpression) -> Type | None:
        """Return the type of an expression; None if it is not certain."""
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
            collection = self.type_of(node.value)
            index = node.slice[0].slice
            if collection and collection.kind == "collection" and isinstance(index, cst.Index):
                return Type("instance", collection.ref)
        return None

    def _of_name(self, node: cst.Name) -> Type | None:
        name = node.value
        if self._methods and (own := self._methods[-1]) and own[0] == name:
            return own[1] if self.source.project.is_a(own[1].ref, *ROOTS) else None
        for scope in reversed(self._scopes):
            if name in scope:
                return self._common_type(name, scope[name])
        if self.source.is_a(node, *ROOTS):
            return Type("class", self.source.resolve(node))
        return self._of_import(self.source.resolve(node))

    def _of_import(self, full: str) -> Type | None:
        """Return the type of a name that another module of the service binds."""
        path, _, name = full.partition(":")
        factory = self.source.project.modules[path].factories.get(name, "") if name else ""
        ref = self.source.project.resolve(path, factory) if factory else ""
        return Type("instance", ref) if ref and self.source.project.is_a(ref, *ROOTS) else None

    def _common_type(self, name: str, bindings: list[_Binding]) -> Type | None:
        if name in self._pending:
            return None
        self._pending.add(name)
        types: set[Type | None] = set()
        for how, value in bindings:
            if how == "value" and value is not None and dotted(value) == "None":
                continue
            types.add(self._bound(how, value))
        self._pending.discard(name)
        return types.pop() if len(types) == 1 else None

    def _bound(self, how: str, value: cst.BaseExpression | None) -> Type | None:
        if value is None:
            return None
        if how == "annotation":
            return self.of_annotation(self.source.path, value)
        type_ = self.type_of(value)
        if how == "iterable":
            return Type("instance", type_.ref) if type_ and type_.kind == "collection" else None
        return type_

    def _of_call(self, node: cst.Call) -> Type | None:
        func = node.func
        if isinstance(func, cst.Attribute):
            receiver = self.type_of(func.value)
            name = func.attr.value
            if receiver and receiver.kind == "class" and name in _CONSTRUCTORS:
                return Type("instance", receiver.ref)
            if receiver and receiver.kind == "instance":
                if name in _COPYING:
                    return receiver
                for class_ in self.source.project.lineage(receiver.ref):
                    if returned := class_.methods.get(name):
                        return self._of_text(class_.path, returned)
        called = self.type_of(func)
        if called and called.kind == "class":
            return Type("instance", called.ref)
        path, _, name = self.source.resolve(func).partition(":")
        function = self.source.project.modules[path].functions.get(name) if name else None
        return self._of_text(path, function.returns) if function and function.returns else None

    def _of_attribute(self, node: cst.Attribute) -> Type | None:
        receiver = self.type_of(node.value)
        if receiver and receiver.kind == "instance":
            for class_ in self.source.project.lineage(receiver.ref):
                if annotation := class_.fields.get(node.attr.value):
                    return self._of_text(class_.path, annotation)
        return None

    def _of_text(self, path: str, text: str) -> Type | None:
        try:
            return self.of_annotation(path, cst.parse_expression(text))
        except cst.ParserSyntaxError:
            return None

    def of_annotation(self, path: str, node: cst.BaseExpression) -> Type | None:
        """Return the type that an annotation in the module at `path` names."""
        project = self.source.project
        if isinstance(node, cst.SimpleString):
            return self._of_text(path, str(node.evaluated_value))
        if isinstance(node, cst.BinaryOperation):  # X | None
            sides = [one for one in (node.left, node.right) if dotted(one) != "None"]
            return self.of_annotation(path, sides[0]) if len(sides) == 1 else None
        full = project.resolve(path, dotted(node)) if dotted(node) else ""
        if isinstance(node, cst.Subscript):
            inner = [one.slice.value for one in node.slice if isinstance(one.slice, cst.Index)]
            if full in {"typing.Optional", "typing.Annotated"} and inner:
                return self.of_annotation(path, inner[0])
            item = self.of_annotation(path, inner[0]) if len(inner) == 1 else None
            if item and item.kind == "instance" and full in _MANY:
                return Type("collection", item.ref)
            if item and full in {"typing.Type", "builtins.type"}:
                return Type("class", item.ref)
        return Type("instance", full) if full and project.is_a(full, *ROOTS) else None


def _bindings(body: Sequence[cst.CSTNode]) -> dict[str, list[_Binding]]:
    scope = _Scope()
    for node in body:
        node.visit(scope)
    return scope.bindings


class _Scope(cst.CSTVisitor):
    """Collects the bindings of names in one scope."""

    def __init__(self) -> None:
        super().__init__()
        self.bindings: dict[str, list[_Binding]] = {}

    def _add(
        self,
        target: cst.BaseExpression,
        how: Literal["value", "annotation", "iterable", "unknown"],
        value: cst.BaseExpression | None,
    ) -> None:
        if isinstance(target, cst.Name):
            self.bindings.setdefault(target.value, []).append((how, value))
        elif isinstance(target, cst.Tuple | cst.List):
            for element in target.elements:
                self._add(element.value, "unknown", None)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        self._add(node.name, "unknown", None)
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        for parameter in node.params.params:
            self._add(parameter.name, "unknown", None)
        return True

    def visit_Assign(self, node: cst.Assign) -> None:
        for target in node.targets:
            self._add(target.target, "value", node.value)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._add(node.target, "annotation", node.annotation.annotation)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._add(node.target, "unknown", None)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        self._add(node.target, "value", node.value)

    def visit_For(self, node: cst.For) -> None:
        self._add(node.target, "iterable", node.iter)

    def visit_CompFor(self, node: cst.CompFor) -> None:
        self._add(node.target, "iterable", node.iter)

    def visit_AsName(self, node: cst.AsName) -> None:
        self._add(node.name, "unknown", None)

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False
