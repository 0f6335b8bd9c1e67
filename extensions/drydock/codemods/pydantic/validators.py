"""`@validator` -> `@field_validator`, with `info.data` for `values`.

Source: https://docs.pydantic.dev/latest/migration/#validator-and-root_validator-are-deprecated.
What changed in Pydantic 2 is made explicit: `always=True` becomes `validate_default=True` on the
field; `each_item=True` becomes an annotation of the item, so that errors keep their list index;
`raise TypeError` becomes `raise ValueError`, as TypeError is no longer caught. Pydantic 2 runs
several `pre=True` validators of a field in the opposite order: they are left unchanged.
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
_HOW = "rewrite it as @field_validator; @validator still works, with a warning"
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
    """A `@validator` that can be rewritten."""

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
        validators = self._validators(original_node)
        if not validators:
            return updated_node
        olds = dict(zip(original_node.body.body, updated_node.body.body, strict=True))
        moved: list[cst.FunctionDef] = []
        body: list[cst.BaseStatement] = []
        for line in original_node.body.body:
            new = olds[line]
            validator = next((one for one in validators if one.node is line), None)
            if validator and isinstance(new, cst.FunctionDef):
                function = self._migrated(validator, new)
                (moved if validator.each_item else body).append(function)
                continue
            name = _field(line)
            for validator in validators:
                if name in validator.fields and isinstance(new, cst.SimpleStatementLine):
                    new = self._with_field(new, validator)
            assert isinstance(new, cst.BaseStatement)
            body.append(new)
        model = updated_node.with_changes(body=updated_node.body.with_changes(body=body))
        return _with_functions(moved, model) if moved else model

    def _validators(self, model: cst.ClassDef) -> list[_Validator]:
        """Return the validators of a class that can be rewritten; report the others."""
        validators = []
        for line in model.body.body:
            if isinstance(line, cst.FunctionDef):
                decorator = decorator_of(self.source, line, _VALIDATOR)
                if decorator:
                    validator, problem = self._read(model, line, decorator)
                    if problem:
                        self.source.left(line, f"@validator {line.name.value}: {problem}", _HOW)
                    elif validator:
                        validators.append(validator)
        before = [one for one in validators if one.pre and not one.each_item]
        for validator in before:
            others = [one for one in before if one is not validator]
            if any({"*", *validator.fields} & {"*", *one.fields} - {"*"} for one in others) or (
                others and "*" in validator.fields
            ):
                why = f"@validator {validator.node.name.value}: one of several with pre=True for "
                why += "a field, which Pydantic 2 runs in the opposite order"
                how = "merge them into one @field_validator(mode='before')"
                self.source.left(validator.node, why, how)
                validators.remove(validator)
        return validators

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
            return None, "its arguments are not literals"
        if flags.get("whole"):
            return None, "it has whole=True"
        always, each = flags.get("always", False), flags.get("each_item", False)
        validator = _Validator(
            node, decorator, tuple(fields), flags.get("pre", False), always, each
        )
        return validator, self._problem(model, validator)

    def _problem(self, model: cst.ClassDef, validator: _Validator) -> str:
        """Return why a validator cannot be rewritten; empty if it can."""
        tree = tree_of(validator.node)
        parameters = validator.node.params
        names = [one.name.value for one in parameters.params]
        if len(names) < 2:
            return "its parameters are not (cls, value)"
        if isinstance(parameters.star_arg, cst.Param):
            return "it takes *args"
        for parameter in (*parameters.params[2:], *parameters.kwonly_params):
            name = parameter.name.value
            if name == "field":
                field_uses = _reads_of_field(validator.node)
                if field_uses != {"field.name"}:
                    return "it reads more of field than field.name, which Pydantic 2 does not pass"
            elif name != "values":
                return f"it takes {name}, which Pydantic 2 does not pass"
            if parameter.default or is_rebound(tree, name):
                return f"it gives {name} another value"
        if parameters.star_kwarg and uses(tree, parameters.star_kwarg.name.value):
            return f"it reads **{parameters.star_kwarg.name.value}"
        if validator.always and (missing := self._undeclared(model, validator)):
            return f"it has always=True, and {missing} is not declared in the class itself"
        if validator.each_item:
            return self._problem_of_items(model, validator)
        return ""

    def _undeclared(self, model: cst.ClassDef, validator: _Validator) -> str:
        own = {_field(line) for line in model.body.body}
        return next((name for name in validator.fields if name not in own), "")

    def _problem_of_items(self, model: cst.ClassDef, validator: _Validator) -> str:
        if missing := self._undeclared(model, validator):
            return f"it has each_item=True, and {missing} is not declared in the class itself"
        if uses(tree_of(validator.node), validator.node.params.params[0].name.value):
            return "it has each_item=True and uses the class"
        if len(self.classes) or self.source.project.modules[self.source.path].bound & {
            f"_{validator.node.name.value.lstrip('_')}"
        }:
            return "it has each_item=True and cannot be moved out of the class"
        for line in model.body.body:
            if _field(line) in validator.fields:
                assert isinstance(line, cst.SimpleStatementLine)
                annotation = line.body[0]
                assert isinstance(annotation, cst.AnnAssign)
                if self._item_of(annotation.annotation.annotation) is None:
                    return f"it has each_item=True, and {_field(line)} is not a list of plain items"
        return ""

    def _item_of(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """Return the item type of a list, set or dict type; None if unknown."""
        if not isinstance(node, cst.Subscript):
            return None
        container = self.source.resolve(node.value)
        inner = [one.slice.value for one in node.slice if isinstance(one.slice, cst.Index)]
        if container == "typing.Optional" and len(inner) == 1:
            return self._item_of(inner[0])
        item = None
        if container in _LISTS and len(inner) == 1:
            item = inner[0]
        elif container in _DICTS and len(inner) == 2:
            item = inner[1]
        elif container in {"typing.Tuple", "builtins.tuple"} and len(inner) == 2:
            item = inner[0] if isinstance(inner[1], cst.Ellipsis) else None
        nested = isinstance(item, cst.Subscript | cst.SimpleString | cst.BinaryOperation)
        return None if nested else item

    def _migrated(self, validator: _Validator, node: cst.FunctionDef) -> cst.FunctionDef:
        """Return the function for Pydantic 2: for items, it is a function outside the class."""
        node, raised = with_value_errors(node)
        node = self._with_info(validator, node)
        call = validator.decorator.decorator
        assert isinstance(call, cst.Call)
        self.source.drop_import(call.func)
        note = f", {raised} TypeError -> ValueError" if raised else ""
        name = validator.node.name.value
        if validator.each_item:
            kind = "Before" if validator.pre else "After"
            what = f"@validator {name} with each_item=True -> {kind}Validator of the items{note}"
            self.source.changed(validator.node, what)
            params = node.params.with_changes(params=node.params.params[1:])
            return node.with_changes(
                name=cst.Name(_function_name(validator)),
                params=params,
                decorators=[],
                leading_lines=[],
            )
        self.source.changed(validator.node, f"@validator {name} -> @field_validator{note}")
        func = self.source.reference("pydantic.field_validator", like=call.func)
        decorator = next(
            old
            for old, original in zip(node.decorators, validator.node.decorators, strict=True)
            if original is validator.decorator
        )
        return with_decorators(node, decorator, _call(call, func, pre=validator.pre))

    def _with_info(self, validator: _Validator, node: cst.FunctionDef) -> cst.FunctionDef:
        tree = tree_of(validator.node)
        parameters = node.params
        further = (*parameters.params[2:], *parameters.kwonly_params)
        extra = {one.name.value: one for one in further}
        read = [name for name in extra if uses(tree, name)]
        for parameter in extra.values():
            if parameter.annotation:
                for name in names_of(parameter.annotation.annotation):
                    self.source.drop_import(name)
        params = list(parameters.params[:2])
        if read:
            info = "info" if "info" not in names_in(tree) else "validation_info"
            data = cst.parse_expression(f"{info}.data")
            replaced: dict[str, cst.BaseExpression] = {"values": data}
            suite = node.body.visit(_FieldName(info))
            assert isinstance(suite, cst.BaseSuite)
            body = suite.visit(Renaming(replaced))
            node = node.with_changes(body=body)
            call = validator.decorator.decorator
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
        if not extra and not parameters.star_kwarg:
            return node
        changed = cst.Parameters(params=params)
        return node.with_changes(params=changed)

    def _with_field(
        self, line: cst.SimpleStatementLine, validator: _Validator
    ) -> cst.BaseStatement:
        field = line.body[0]
        assert isinstance(field, cst.AnnAssign)
        if validator.each_item:
            kind = "pydantic.BeforeValidator" if validator.pre else "pydantic.AfterValidator"
            call = cst.Call(
                self.source.reference(kind), [cst.Arg(cst.Name(_function_name(validator)))]
            )
            annotation = field.annotation.annotation
            item = self._item_of(annotation)
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
            new = annotation.deep_replace(item, annotated)
            field = field.with_changes(annotation=field.annotation.with_changes(annotation=new))
        if validator.always:
            field = self._with_default_validated(field)
        return line.with_changes(body=[field, *line.body[1:]])

    def _with_default_validated(self, field: cst.AnnAssign) -> cst.AnnAssign:
        value = field.value
        if value is None or isinstance(value, cst.Ellipsis):
            return field  # a required field is always validated
        flag = cst.parse_expression("f(validate_default=True)").args[0]  # type: ignore[attr-defined]
        space = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        if not isinstance(value, cst.Call) or self.source.resolve(value.func) != "pydantic.Field":
            call = cst.Call(
                self.source.reference("pydantic.Field"), [cst.Arg(value, comma=space), flag]
            )
            return field.with_changes(value=call)
        arguments = value.args
        required = (
            arguments and isinstance(arguments[0].value, cst.Ellipsis) and not arguments[0].keyword
        )
        if required or keyword(arguments, "validate_default"):
            return field
        if not arguments:
            return field.with_changes(value=value.with_changes(args=[flag]))
        between = next((one.comma for one in arguments[:-1]), None)
        if isinstance(arguments[-1].comma, cst.Comma):  # one argument per line
            between = between if isinstance(between, cst.Comma) else space
            before = value.whitespace_before_args
            if len(arguments) == 1 and isinstance(before, cst.ParenthesizedWhitespace):
                between = cst.Comma(whitespace_after=before)
            flag = flag.with_changes(comma=arguments[-1].comma)
        last = arguments[-1].with_changes(
            comma=between if isinstance(between, cst.Comma) else space
        )
        return field.with_changes(value=value.with_changes(args=[*arguments[:-1], last, flag]))

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        """Handle `validator("name", allow_reuse=True)(function)`."""
        inner = original_node.func
        if not isinstance(inner, cst.Call) or self.source.resolve(inner.func) != _VALIDATOR:
            return updated_node
        what = "validator(...)(function)"
        flags = flags_of(inner.args)
        if flags is None or flags.get("each_item") or flags.get("always") or flags.get("whole"):
            self.source.left(original_node, f"{what} with other flags than pre=True", _HOW)
            return updated_node
        path, _, name = self.source.resolve(original_node.args[0].value).partition(":")
        module = self.source.project.modules.get(path)
        function = module.functions.get(name) if module else None
        parameters = tuple(one for one in function.parameters) if function else ()
        if not function or len(parameters) != (2 if parameters[:1] == ("cls",) else 1):
            self.source.left(original_node, f"{what} with an unknown function", _HOW)
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


def _reads_of_field(node: cst.FunctionDef) -> set[str]:
    """Return the expressions on `field` that a function reads, as written."""
    reads: set[str] = set()

    class Collector(cst.CSTVisitor):
        def visit_Attribute(self, node: cst.Attribute) -> bool:
            if dotted(node).partition(".")[0] == "field":
                reads.add(dotted(node))
                return False
            return True

        def visit_Name(self, node: cst.Name) -> None:
            if node.value == "field":
                reads.add("field")

    node.body.visit(Collector())
    return reads or {"field.name"}


def names_of(node: cst.BaseExpression) -> list[cst.Name]:
    """Return all names in an annotation."""
    names: list[cst.Name] = []

    class Collector(cst.CSTVisitor):
        def visit_Name(self, node: cst.Name) -> None:
            names.append(node)

    node.visit(Collector())
    return names


def _call(old: cst.Call, func: cst.BaseExpression, *, pre: bool) -> cst.Call:
    """Return the decorator with the fields of the old one, and its flags by their new names."""
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
    """Return the field that a line of a class declares; empty if it declares none."""
    if isinstance(line, cst.SimpleStatementLine) and isinstance(line.body[0], cst.AnnAssign):
        return dotted(line.body[0].target)
    return ""


def _function_name(validator: _Validator) -> str:
    return f"_{validator.node.name.value.lstrip('_')}"


def _with_functions(
    functions: list[cst.FunctionDef], model: cst.ClassDef
) -> cst.FlattenSentinel[cst.BaseStatement]:
    """Return functions followed by the class, which keeps the comments above it."""
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
