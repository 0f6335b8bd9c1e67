"""`x: Optional[int]` -> `... = None`, and `x: int = None` -> `x: Optional[int] = None`.

Source: https://docs.pydantic.dev/latest/migration/#required-optional-and-nullable-fields.
In Pydantic 1 an optional field has the default None, and a field with the default None is optional.
In Pydantic 2 both are wrong, and the first silently becomes required. `Any` behaves the same.
Code for Pydantic 2 is right as it is, so the change is certain only if pins, the lock file or the
code show that it was written for Pydantic 1.
"""

import libcst as cst

from drydock.codemods.pydantic.models import InModels, generation, has_models
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source, dotted, keyword


def _rewrite(source: Source) -> cst.Module | None:
    if not has_models(source) or (written_for := generation(source.project)) == 2:
        return None
    return source.tree.visit(_Optional(source, written_for))


class _Optional(InModels):
    def __init__(self, source: Source, written_for: int) -> None:
        super().__init__(source)
        self.is_certain = written_for == 1

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return not self.model  # annotations in methods are not fields

    def leave_AnnAssign(
        self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign
    ) -> cst.AnnAssign:
        name = dotted(original_node.target)
        if not self.model or not name or name.startswith("_") or name == "model_config":
            return updated_node
        allows = self._allows_none(original_node.annotation.annotation)
        value = original_node.value
        if value is None:
            return self._with_default(original_node, updated_node) if allows else updated_node
        default, call = value, None
        if isinstance(value, cst.Call):
            if self.source.resolve(value.func) != "pydantic.Field":
                return updated_node
            call = value
            named = keyword(call.args, "default")
            positional = call.args and not call.args[0].keyword and not call.args[0].star
            if positional or named:
                default = call.args[0].value if positional else named.value  # type: ignore[union-attr]
            elif keyword(call.args, "default_factory") or any(one.star for one in call.args):
                return updated_node
            else:
                return self._with_field(original_node, updated_node) if allows else updated_node
        if dotted(default) == "None" and allows is False:
            return self._with_optional(original_node, updated_node)
        return updated_node

    def _report(self, node: cst.AnnAssign, what: str) -> bool:
        if self.is_certain:
            self.source.changed(node, what)
            return True
        why = "correct only if the code was written for Pydantic 1, which is not known"
        return self.source.unsafe(node, what, why)

    def _with_default(self, old: cst.AnnAssign, new: cst.AnnAssign) -> cst.AnnAssign:
        if not self._report(old, f"{dotted(old.target)} without a default -> = None"):
            return new
        return new.with_changes(
            value=cst.Name("None"),
            equal=cst.AssignEqual(cst.SimpleWhitespace(" "), cst.SimpleWhitespace(" ")),
        )

    def _with_field(self, old: cst.AnnAssign, new: cst.AnnAssign) -> cst.AnnAssign:
        if not self._report(old, f"{dotted(old.target)}: Field() without a default -> Field(None)"):
            return new
        call = new.value
        assert isinstance(call, cst.Call)
        comma: cst.Comma | cst.MaybeSentinel = cst.MaybeSentinel.DEFAULT
        if call.args:
            between = [one.comma for one in call.args[:-1]]
            comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
            if between and isinstance(between[0], cst.Comma):
                comma = between[0]
            elif isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace):
                comma = cst.Comma(whitespace_after=call.whitespace_before_args)
        first = cst.Arg(cst.Name("None"), comma=comma)
        return new.with_changes(value=call.with_changes(args=[first, *call.args]))

    def _with_optional(self, old: cst.AnnAssign, new: cst.AnnAssign) -> cst.AnnAssign:
        if not self._report(old, f"{dotted(old.target)}: default None -> Optional[...]"):
            return new
        optional = self.source.reference("typing.Optional")
        within = new.annotation.annotation
        if isinstance(within, cst.SimpleString):
            within = cst.parse_expression(str(within.evaluated_value))
            written = cst.Module([]).code_for_node(_optional(optional, within))
            annotation: cst.BaseExpression = cst.SimpleString(f'"{written}"')
        else:
            annotation = _optional(optional, within)
        return new.with_changes(annotation=new.annotation.with_changes(annotation=annotation))

    def _allows_none(self, node: cst.BaseExpression) -> bool | None:
        """Return whether an annotation allows None; None if that is unknown."""
        if isinstance(node, cst.SimpleString):
            try:
                return self._allows_none(cst.parse_expression(str(node.evaluated_value)))
            except cst.ParserSyntaxError:
                return None
        if isinstance(node, cst.BinaryOperation):
            sides = (self._allows_none(node.left), self._allows_none(node.right))
            return True if True in sides else None if None in sides else False
        if isinstance(node, cst.Subscript):
            return self._of_subscript(node)
        if isinstance(node, cst.Call):
            return False  # constr() and the like
        full = self.source.resolve(node)
        if dotted(node) == "None" or full in {"typing.Any", "builtins.None"}:
            return True
        path, _, name = full.partition(":")
        if name and name not in self.source.project.modules[path].classes:
            return None  # a TypeVar, or an alias of a type
        return False if full else None

    def _of_subscript(self, node: cst.Subscript) -> bool | None:
        full = self.source.resolve(node.value)
        inner = [one.slice.value for one in node.slice if isinstance(one.slice, cst.Index)]
        if full == "typing.Optional":
            return True
        if full in {"typing.ClassVar", "typing.Final"}:
            return None
        if full == "typing.Annotated":
            return self._allows_none(inner[0]) if inner else None
        if full == "typing.Literal":
            return any(dotted(one) == "None" for one in inner)
        if full != "typing.Union":
            return False if full else None
        allowed = [self._allows_none(one) for one in inner]
        return True if True in allowed else None if None in allowed else False


def _optional(optional: cst.BaseExpression, within: cst.BaseExpression) -> cst.Subscript:
    return cst.Subscript(optional, [cst.SubscriptElement(cst.Index(within))])


RULE = Rule(
    name="pydantic-optional",
    summary="`Optional[X]` without a default -> `= None`; `X = None` -> `Optional[X] = None`",
    since="1.5.0",
    # The base of a model may be in another module of the service.
    words=("Optional", "None", "Any"),
    rewrite=_rewrite,
)
