"""`@validator` -> `@field_validator`, with `info.data` for `values`.

Source: https://docs.pydantic.dev/latest/migration/#validator-and-root_validator-are-deprecated.
What Pydantic 2 does otherwise is written out: `always=True` becomes `validate_default=True` of the
field; `each_item=True` becomes an annotation of the item, which keeps the place of an error in the
list; `raise TypeError` becomes `raise ValueError`, since the first is no longer caught. Several
`pre=True` of one field run in the opposite order in Pydantic 2, so these are left.
"""

from dataclasses import dataclass

import libcst as cst

from drydock.codemods.pydantic.functions import (
    decorator_of,
    flags_of,
    is_plain,
    is_rebound,
    names_in,
    tree_of,
    uses,
    with_decorators,
    with_value_errors,
)
from drydock.codemods.pydantic.models import InModels
from drydock.codemods.rule import Rule
from drydock.codemods.source import Renaming, Source, dotted, keyword

_VALIDATOR = "pydantic.validator"
_HOW = "write it as @field_validator by hand; @validator still works, with a warning"
_LISTS = {
    *(f"typing.{name}" for name in ("List", "Set", "FrozenSet", "Sequence", "Deque")),
    *(f"builtins.{name}" for name in ("list", "set", "frozenset")),
    "collections.abc.Sequence",
}
_DICTS = {"typing.Dict", "builtins.dict", "typing.Mapping", "collections.abc.Mapping"}


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Validators(source))


@dataclass(frozen=True)
class _Validator:
    """One `@validator` that can be rewritten."""

    node: cst.FunctionDef
    decorator: cst.Decorator
    fields: tuple[str, ...]
    pre: bool
    always: bool
    each_item: bool


class _Validators(InModels):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.outside: list[cst.FunctionDef] = []

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef | cst.FlattenSentinel[cst.BaseStatement]:
        self.classes.pop()
        if not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        found = self._found(original_node)
        if not found:
            return updated_node
        olds = dict(zip(original_node.body.body, updated_node.body.body, strict=True))
        moved: list[cst.FunctionDef] = []
        body: list[cst.BaseStatement] = []
        for line in original_node.body.body:
            new = olds[line]
            validator = next((one for one in found if one.node is line), None)
            if validator and isinstance(new, cst.FunctionDef):
                made = self._made(validator, new)
                (moved if validator.each_item else body).append(made)
                continue
            name = _field(line)
            for one in found:
                if name in one.fields and isinstance(new, cst.SimpleStatementLine):
                    new = self._with_field(new, one)
            assert isinstance(new, cst.BaseStatement)
            body.append(new)
        made_class = updated_node.with_changes(body=updated_node.body.with_changes(body=body))
        return _after(moved, made_class) if moved else made_class

    def _found(self, model: cst.ClassDef) -> list[_Validator]:
        """Return the validators of a class that can be rewritten; tell of the others."""
        found = []
        for line in model.body.body:
            if isinstance(line, cst.FunctionDef):
                decorator = decorator_of(self.source, line, _VALIDATOR)
                if decorator:
                    validator, problem = self._read(model, line, decorator)
                    if problem:
                        self.source.left(line, f"@validator {line.name.value}: {problem}", _HOW)
                    elif validator:
                        found.append(validator)
        before = [one for one in found if one.pre and not one.each_item]
        for one in before:
            others = [two for two in before if two is not one]
            if any({"*", *one.fields} & {"*", *two.fields} - {"*"} for two in others) or (
                others and "*" in one.fields
            ):
                why = f"@validator {one.node.name.value}: one of several pre=True of a field, "
                why += "which Pydantic 2 runs in the opposite order"
                self.source.left(one.node, why, "write them as one @field_validator(mode='before')")
                found.remove(one)
        return found

    def _read(
        self, model: cst.ClassDef, node: cst.FunctionDef, decorator: cst.Decorator
    ) -> tuple[_Validator | None, str]:
        call = decorator.decorator
        if not isinstance(call, cst.Call) or not is_plain(node, decorator):
            return None, "it has other decorators"
        flags = flags_of(call.args)
        fields = [
            str(one.value.evaluated_value)
            for one in call.args
            if not one.keyword and not one.star and isinstance(one.value, cst.SimpleString)
        ]
        if flags is None or len(fields) != sum(not one.keyword for one in call.args):
            return None, "its arguments are not written out"
        if flags.get("whole"):
            return None, "whole=True"
        always, each = flags.get("always", False), flags.get("each_item", False)
        found = _Validator(node, decorator, tuple(fields), flags.get("pre", False), always, each)
        return found, self._problem(model, found)

    def _problem(self, model: cst.ClassDef, found: _Validator) -> str:
        """Return why a validator cannot be written anew; empty if it can."""
        tree = tree_of(found.node)
        given = found.node.params
        names = [one.name.value for one in given.params]
        if len(names) < 2:
            return "it does not take (cls, value)"
        if isinstance(given.star_arg, cst.Param):
            return "it takes *args"
        for one in (*given.params[2:], *given.kwonly_params):
            name = one.name.value
            if name == "field":
                field_uses = tree_names(found.node)
                if field_uses != {"field.name"}:
                    return "it reads of field what Pydantic 2 does not pass"
            elif name != "values":
                return f"it takes {name}, which Pydantic 2 does not pass"
            if one.default or is_rebound(tree, name):
                return f"{name} is given another value in it"
        if given.star_kwarg and uses(tree, given.star_kwarg.name.value):
            return f"it reads **{given.star_kwarg.name.value}"
        if found.always and (missing := self._not_own(model, found)):
            return f"always=True, and {missing} is not a field of the class itself"
        if found.each_item:
            return self._problem_of_items(model, found)
        return ""

    def _not_own(self, model: cst.ClassDef, found: _Validator) -> str:
        own = {_field(line) for line in model.body.body}
        return next((name for name in found.fields if name not in own), "")

    def _problem_of_items(self, model: cst.ClassDef, found: _Validator) -> str:
        if missing := self._not_own(model, found):
            return f"each_item=True, and {missing} is not a field of the class itself"
        if uses(tree_of(found.node), found.node.params.params[0].name.value):
            return "each_item=True, and it reads the class"
        if len(self.classes) or self.source.project.modules[self.source.path].bound & {
            f"_{found.node.name.value.lstrip('_')}"
        }:
            return "each_item=True, and it cannot be moved out of the class"
        for line in model.body.body:
            if _field(line) in found.fields:
                assert isinstance(line, cst.SimpleStatementLine)
                annotation = line.body[0]
                assert isinstance(annotation, cst.AnnAssign)
                if self._item_of(annotation.annotation.annotation) is None:
                    return f"each_item=True, and {_field(line)} is not a list of plain items"
        return ""

    def _item_of(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """Return the type of the items in the type of a list, set or dict; None if unknown."""
        if not isinstance(node, cst.Subscript):
            return None
        meaning = self.source.resolve(node.value)
        inner = [one.slice.value for one in node.slice if isinstance(one.slice, cst.Index)]
        if meaning == "typing.Optional" and len(inner) == 1:
            return self._item_of(inner[0])
        item = None
        if meaning in _LISTS and len(inner) == 1:
            item = inner[0]
        elif meaning in _DICTS and len(inner) == 2:
            item = inner[1]
        elif meaning in {"typing.Tuple", "builtins.tuple"} and len(inner) == 2:
            item = inner[0] if isinstance(inner[1], cst.Ellipsis) else None
        nested = isinstance(item, cst.Subscript | cst.SimpleString | cst.BinaryOperation)
        return None if nested else item

    def _made(self, found: _Validator, node: cst.FunctionDef) -> cst.FunctionDef:
        """Return the function as Pydantic 2 calls it; out of the class if it is for each item."""
        node, raised = with_value_errors(node)
        node = self._with_info(found, node)
        call = found.decorator.decorator
        assert isinstance(call, cst.Call)
        self.source.drop_import(call.func)
        more = f", {raised} TypeError -> ValueError" if raised else ""
        name = found.node.name.value
        if found.each_item:
            kind = "Before" if found.pre else "After"
            self.source.changed(
                found.node, f"@validator {name} each_item=True -> {kind}Validator of items{more}"
            )
            params = node.params.with_changes(params=node.params.params[1:])
            return node.with_changes(
                name=cst.Name(_outside(found)), params=params, decorators=[], leading_lines=[]
            )
        self.source.changed(found.node, f"@validator {name} -> @field_validator{more}")
        func = self.source.reference("pydantic.field_validator", like=call.func)
        decorator = next(
            old
            for old, original in zip(node.decorators, found.node.decorators, strict=True)
            if original is found.decorator
        )
        return with_decorators(node, decorator, _call(call, func, pre=found.pre))

    def _with_info(self, found: _Validator, node: cst.FunctionDef) -> cst.FunctionDef:
        tree = tree_of(found.node)
        given = node.params
        extra = {one.name.value: one for one in (*given.params[2:], *given.kwonly_params)}
        read = [name for name in extra if uses(tree, name)]
        for one in extra.values():
            if one.annotation:
                for name in names_of(one.annotation.annotation):
                    self.source.drop_import(name)
        params = list(given.params[:2])
        if read:
            info = "info" if "info" not in names_in(tree) else "validation_info"
            data = cst.parse_expression(f"{info}.data")
            replaced: dict[str, cst.BaseExpression] = {"values": data}
            named = node.body.visit(_FieldName(info))
            assert isinstance(named, cst.BaseSuite)
            body = named.visit(Renaming(replaced))
            node = node.with_changes(body=body)
            call = found.decorator.decorator
            assert isinstance(call, cst.Call)
            kind = self.source.reference("pydantic.ValidationInfo", like=call.func)
            params.append(cst.Param(cst.Name(info), annotation=cst.Annotation(kind)))
        params[-1] = params[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        params[:-1] = [
            one.with_changes(comma=cst.MaybeSentinel.DEFAULT)
            if not isinstance(one.comma, cst.Comma)
            else one
            for one in params[:-1]
        ]
        after = cst.SimpleWhitespace("")
        params[-1] = params[-1].with_changes(whitespace_after_param=after)
        if not extra and not given.star_kwarg:
            return node
        changed = cst.Parameters(params=params)
        return node.with_changes(params=changed)

    def _with_field(self, line: cst.SimpleStatementLine, found: _Validator) -> cst.BaseStatement:
        field = line.body[0]
        assert isinstance(field, cst.AnnAssign)
        if found.each_item:
            kind = "pydantic.BeforeValidator" if found.pre else "pydantic.AfterValidator"
            call = cst.Call(self.source.reference(kind), [cst.Arg(cst.Name(_outside(found)))])
            written = field.annotation.annotation
            item = self._item_of(written)
            assert item
            annotated = cst.Subscript(
                self.source.reference("typing.Annotated"),
                [
                    cst.SubscriptElement(
                        cst.Index(item),
                        comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")),
                    ),
                    cst.SubscriptElement(cst.Index(call)),
                ],
            )
            new = written.deep_replace(item, annotated)
            field = field.with_changes(annotation=field.annotation.with_changes(annotation=new))
        if found.always:
            field = self._with_default_validated(field)
        return line.with_changes(body=[field, *line.body[1:]])

    def _with_default_validated(self, field: cst.AnnAssign) -> cst.AnnAssign:
        value = field.value
        if value is None or isinstance(value, cst.Ellipsis):
            return field  # it is required, so that it is always validated
        flag = cst.parse_expression("f(validate_default=True)").args[0]  # type: ignore[attr-defined]
        space = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        if not isinstance(value, cst.Call) or self.source.resolve(value.func) != "pydantic.Field":
            call = cst.Call(
                self.source.reference("pydantic.Field"), [cst.Arg(value, comma=space), flag]
            )
            return field.with_changes(value=call)
        given = value.args
        required = given and isinstance(given[0].value, cst.Ellipsis) and not given[0].keyword
        if required or keyword(given, "validate_default"):
            return field
        if not given:
            return field.with_changes(value=value.with_changes(args=[flag]))
        between = next((one.comma for one in given[:-1]), None)
        if isinstance(given[-1].comma, cst.Comma):  # each on a line of its own
            between = between if isinstance(between, cst.Comma) else space
            before = value.whitespace_before_args
            if len(given) == 1 and isinstance(before, cst.ParenthesizedWhitespace):
                between = cst.Comma(whitespace_after=before)
            flag = flag.with_changes(comma=given[-1].comma)
        last = given[-1].with_changes(comma=between if isinstance(between, cst.Comma) else space)
        return field.with_changes(value=value.with_changes(args=[*given[:-1], last, flag]))

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        """`validator("name", allow_reuse=True)(function)` is one, too."""
        inner = original_node.func
        if not isinstance(inner, cst.Call) or self.source.resolve(inner.func) != _VALIDATOR:
            return updated_node
        what = "validator(...)(function)"
        flags = flags_of(inner.args)
        if flags is None or flags.get("each_item") or flags.get("always") or flags.get("whole"):
            self.source.left(original_node, f"{what} with more than pre=True", _HOW)
            return updated_node
        path, _, name = self.source.resolve(original_node.args[0].value).partition(":")
        module = self.source.project.modules.get(path)
        function = module.functions.get(name) if module else None
        parameters = tuple(one for one in function.parameters) if function else ()
        if not function or len(parameters) != (2 if parameters[:1] == ("cls",) else 1):
            self.source.left(original_node, f"{what} with a function that is not read", _HOW)
            return updated_node
        self.source.changed(original_node, f"{what} -> field_validator(...)(function)")
        self.source.drop_import(inner.func)
        func = self.source.reference("pydantic.field_validator", like=inner.func)
        return updated_node.with_changes(func=_call(inner, func, pre=flags.get("pre", False)))


class _FieldName(cst.CSTTransformer):
    """`field.name` -> `info.field_name`."""

    def __init__(self, info: str) -> None:
        super().__init__()
        self.info = info

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        if dotted(original_node) == "field.name":
            return cst.parse_expression(f"{self.info}.field_name")
        return updated_node


def tree_names(node: cst.FunctionDef) -> set[str]:
    """Return what a function reads of `field`, each as it is written."""
    found: set[str] = set()

    class Reading(cst.CSTVisitor):
        def visit_Attribute(self, node: cst.Attribute) -> bool:
            if dotted(node).partition(".")[0] == "field":
                found.add(dotted(node))
                return False
            return True

        def visit_Name(self, node: cst.Name) -> None:
            if node.value == "field":
                found.add("field")

    node.body.visit(Reading())
    return found or {"field.name"}


def names_of(node: cst.BaseExpression) -> list[cst.Name]:
    """Return every name in an annotation."""
    found: list[cst.Name] = []

    class Naming(cst.CSTVisitor):
        def visit_Name(self, node: cst.Name) -> None:
            found.append(node)

    node.visit(Naming())
    return found


def _call(old: cst.Call, func: cst.BaseExpression, *, pre: bool) -> cst.Call:
    """Return the decorator with the fields of the old one and its flags by their new names."""
    kept = [one for one in old.args if not one.keyword or one.keyword.value == "check_fields"]
    if pre:
        kept.append(cst.parse_expression('f(mode="before")').args[0])  # type: ignore[attr-defined]
    comma = next((one.comma for one in old.args[:-1]), None)
    if not isinstance(comma, cst.Comma):
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    args = [one.with_changes(comma=comma) for one in kept[:-1]]
    args.append(kept[-1].with_changes(comma=old.args[-1].comma))
    return old.with_changes(func=func, args=args)


def _field(line: cst.CSTNode) -> str:
    """Return the field that a line of a class declares; empty if none."""
    if isinstance(line, cst.SimpleStatementLine) and isinstance(line.body[0], cst.AnnAssign):
        return dotted(line.body[0].target)
    return ""


def _outside(found: _Validator) -> str:
    return f"_{found.node.name.value.lstrip('_')}"


def _after(
    functions: list[cst.FunctionDef], model: cst.ClassDef
) -> cst.FlattenSentinel[cst.BaseStatement]:
    """Return functions, then the class; the comments above the class stay above it."""
    apart = [cst.EmptyLine(indent=False), cst.EmptyLine(indent=False)]
    lines = [one for one in model.leading_lines if one.comment]
    first = functions[0].with_changes(leading_lines=apart)
    rest = [one.with_changes(leading_lines=apart) for one in functions[1:]]
    return cst.FlattenSentinel([first, *rest, model.with_changes(leading_lines=[*apart, *lines])])


RULE = Rule(
    name="pydantic-validators",
    summary="`@validator` -> `@field_validator`, `values` -> `info.data`",
    since="1.5.0",
    words=("validator",),
    rewrite=_rewrite,
)
