"""`x = 5` in a model -> `x: int = 5`.

Source: https://docs.pydantic.dev/latest/errors/usage_errors/#model-field-missing-annotation.
Pydantic 1 infers the type of a field without an annotation from its default; Pydantic 2 raises.
Only code for Pydantic 1 can have such fields, whatever pins say. Pydantic 1 placed them behind the
annotated fields; now they keep their position, which matters only if code relies on the order.
"""

import libcst as cst

from drydock.codemods.pydantic.models import InModels, has_models
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source, dotted, keyword

_LITERALS: dict[type[cst.CSTNode], str] = {
    cst.Integer: "int", cst.Float: "float", cst.FormattedString: "str", cst.List: "list",
    cst.ListComp: "list", cst.Dict: "dict", cst.DictComp: "dict", cst.Set: "set",
    cst.SetComp: "set", cst.Tuple: "tuple",
}  # fmt: skip
_BUILTINS = {"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}
_HOW = "annotate it with its type, or with ClassVar if it is not a field"
_NO_FIELDS = {"model_config", "Config"}


def _rewrite(source: Source) -> cst.Module | None:
    return source.tree.visit(_Untyped(source)) if has_models(source) else None


class _Untyped(InModels):
    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return not self.model  # assignments in methods are not fields

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        body = [
            self._typed(old, new) if isinstance(old, cst.Assign) else new
            for old, new in zip(original_node.body, updated_node.body, strict=True)
        ]
        return updated_node.with_changes(body=body)

    def _typed(self, old: cst.Assign, new: cst.BaseSmallStatement) -> cst.BaseSmallStatement:
        names = [dotted(one.target) for one in old.targets]
        if not self.model or all(name.startswith("_") or name in _NO_FIELDS for name in names):
            return new
        (name, *others) = names
        if others or not name or "." in name:
            how = "write one statement for each, with an annotation"
            self.source.left(old, "model fields have no annotation", how)
            return new
        if declared := self._declared(name):
            if declared not in _BUILTINS:
                how = f"annotate it as in the base class: {declared}"
                self.source.left(old, f"{name} has no annotation here", how)
                return new
            return self._annotated(old, name, cst.Name(declared))
        kind = self._type_of(old.value)
        if kind is None:
            self.source.left(old, f"model field {name} has no annotation", _HOW)
            return new
        return self._annotated(old, name, kind)

    def _annotated(self, old: cst.Assign, name: str, kind: cst.BaseExpression) -> cst.AnnAssign:
        self.source.changed(old, f"{name} without an annotation -> {name}: {_code(kind)}")
        return cst.AnnAssign(
            target=old.targets[0].target,
            annotation=cst.Annotation(kind),
            value=old.value,
            semicolon=old.semicolon,
        )

    def _declared(self, name: str) -> str:
        """Return the annotation of a field in a base of the model; empty if there is none."""
        outer = ".".join(one.name.value for one in self.classes)
        lineage = self.source.project.lineage(f"{self.source.path}:{outer}")
        return next((one.fields[name] for one in lineage[1:] if name in one.fields), "")

    def _type_of(self, value: cst.BaseExpression) -> cst.BaseExpression | None:
        """Return the type of a default; None if it is not certain."""
        if isinstance(value, cst.UnaryOperation) and isinstance(value.operator, cst.Minus):
            number = isinstance(value.expression, cst.Integer | cst.Float)
            return self._type_of(value.expression) if number else None
        if isinstance(value, cst.SimpleString | cst.ConcatenatedString):
            literal = value.left if isinstance(value, cst.ConcatenatedString) else value
            is_bytes = isinstance(literal, cst.SimpleString) and "b" in literal.prefix.lower()
            return cst.Name("bytes" if is_bytes else "str")
        if isinstance(value, cst.Name) and value.value in {"True", "False"}:
            return cst.Name("bool")
        if named := _LITERALS.get(type(value)):
            return cst.Name(named)
        return self._type_of_call(value) if isinstance(value, cst.Call) else None

    def _type_of_call(self, call: cst.Call) -> cst.BaseExpression | None:
        callee = self.source.resolve(call.func)
        if callee == "pydantic.Field":
            default = keyword(call.args, "default")
            if default is None and call.args and not (call.args[0].keyword or call.args[0].star):
                default = call.args[0]
            return self._type_of(default.value) if default else None
        path, _, name = callee.partition(":")
        is_class = name in self.source.project.modules[path].classes if name else False
        if is_class or callee.removeprefix("builtins.") in _BUILTINS:
            return call.func.deep_clone()
        return None


def _code(node: cst.BaseExpression) -> str:
    return cst.Module([]).code_for_node(node)


RULE = Rule(
    name="pydantic-untyped",
    summary="field without an annotation -> the type of its default",
    since="1.6.0",
    # The base of a model may be in another module of the service.
    words=("class ",),
    rewrite=_rewrite,
)
