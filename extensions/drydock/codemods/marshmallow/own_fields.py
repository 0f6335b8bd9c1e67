"""A service's own field classes -> types of the adapter, if they only read or write a value.

class DateTimeField(fields.DateTime):                    class DateTimeField(AsDateTime):
    def _deserialize(self, value, attr, data, **kw):         def load(self, value):
        if isinstance(value, datetime):            ->            if isinstance(value, datetime):
            return value                                             return value
        return super()._deserialize(value, ...)                  return super().load(value)
"""

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from drydock.codemods.marshmallow.names import Names
from drydock.codemods.source import Source, dotted

_AS = {
    "Str": "AsString",
    "String": "AsString",
    "UUID": "AsUUID",
    "Int": "AsInteger",
    "Integer": "AsInteger",
    "Float": "AsFloat",
    "Decimal": "AsDecimal",
    "Bool": "AsBoolean",
    "Boolean": "AsBoolean",
    "DateTime": "AsDateTime",
    "Date": "AsDate",
    "Time": "AsTime",
}
# `_serialize` receives None as well, like `_dump`.
_METHODS = {"_deserialize": "load", "_serialize": "_dump"}


@dataclass(frozen=True)
class OwnField:
    """A field class that the service defines."""

    ref: str
    source: Source
    node: cst.ClassDef
    kind: str
    """The field class of marshmallow that it extends."""

    def written(self, names: Names) -> cst.ClassDef:
        """Return the type that replaces it."""
        base = cst.parse_expression(names.adapter(_AS[self.kind]))
        bases = [self.node.bases[0].with_changes(value=base)]
        type_ = self.node.visit(_ToType())
        assert isinstance(type_, cst.ClassDef)
        return type_.with_changes(bases=bases)


def read_own_field(source: Source, ref: str, node: cst.ClassDef) -> OwnField | None:
    """Return a field class that can be translated with certainty, else None."""
    if len(node.bases) != 1 or node.keywords or node.decorators:
        return None
    package, _, kind = source.resolve(node.bases[0].value).rpartition(".")
    if package != "marshmallow.fields" or kind not in _AS:
        return None
    if not isinstance(node.body, cst.IndentedBlock):
        return None
    methods = []
    for statement in node.body.body:
        if isinstance(statement, cst.FunctionDef):
            methods.append(statement)
        elif not _is_text(statement):
            return None
    certain = all(_only_reads_its_value(source, method) for method in methods)
    return OwnField(ref, source, node, kind) if methods and certain else None


def _only_reads_its_value(source: Source, method: cst.FunctionDef) -> bool:
    """Return whether a method uses only the value, neither the field nor the other data."""
    own = [each.name.value for each in method.params.params]
    if method.name.value not in _METHODS or len(own) != 4 or method.decorators:
        return False
    star = method.params.star_kwarg
    others = {own[0], own[2], own[3], star.name.value if star else ""}
    for node in _outside_of_super(method.body):
        if isinstance(node, cst.Name) and node.value in others:
            return False
        if source.resolve(node).startswith("marshmallow."):
            return False
        if isinstance(node, cst.Call) and dotted(node.func) == "super":
            return False
    return True


def _outside_of_super(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield the nodes of a method; of `super()._deserialize(value, ...)` only the value."""
    if isinstance(node, cst.Call) and _super_method(node):
        if node.args:
            yield from _outside_of_super(node.args[0].value)
        return
    yield node
    for child in node.children:
        yield from _outside_of_super(child)


def _super_method(call: cst.Call) -> str:
    func = call.func
    if (
        isinstance(func, cst.Attribute)
        and isinstance(func.value, cst.Call)
        and dotted(func.value.func) == "super"
        and not func.value.args
    ):
        return _METHODS.get(func.attr.value, "")
    return ""


def _is_text(statement: cst.CSTNode) -> bool:
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    texts = (cst.SimpleString, cst.ConcatenatedString)
    return isinstance(small, cst.Expr) and isinstance(small.value, texts)


class _ToType(cst.CSTTransformer):
    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        params = original_node.params.params[:2]
        last = params[1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(
            name=cst.Name(_METHODS[original_node.name.value]),
            params=cst.Parameters(params=[params[0], last]),
        )

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if not (method := _super_method(original_node)):
            return updated_node
        value = updated_node.args[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        assert isinstance(updated_node.func, cst.Attribute)
        func = updated_node.func.with_changes(attr=cst.Name(method))
        return updated_node.with_changes(
            func=func, args=[value], whitespace_before_args=cst.SimpleWhitespace("")
        )
