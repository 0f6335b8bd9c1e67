"""`@root_validator` -> `@model_validator`, with and without arguments, before and after.

Source: https://docs.pydantic.dev/latest/migration/#validator-and-root_validator-are-deprecated. In
Pydantic 2 a bare `@root_validator` raises on import.

After: the values are the fields of the model, so `values["x"]` becomes `self.x`. A function that
does more with the dict, or sets a field in a service where it matters which fields were set, keeps
its form with `skip_on_failure=True`: Pydantic 2 still runs it, with a warning.
Before: Pydantic 1 always passed a new dict. Pydantic 2 passes the input itself: anything but a dict
is returned unchanged, and a dict that the function modifies is copied first.
"""

import ast

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
from drydock.codemods.pydantic.validators import names_of
from drydock.codemods.rule import Rule
from drydock.codemods.source import Renaming, Source, dotted

_ROOT = "pydantic.root_validator"
_HOW = "rewrite it as @model_validator; @root_validator still works, with a warning"
_MODIFYING = {"pop", "popitem", "update", "setdefault", "clear", "__setitem__"}


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_RootValidators(source))


class _RootValidators(InModels):
    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        decorator = decorator_of(self.source, original_node, _ROOT)
        if not decorator or not self.classes:
            return updated_node
        call = decorator.decorator if isinstance(decorator.decorator, cst.Call) else None
        flags = flags_of(call.args) if call else {}
        parameters = original_node.params
        plain = is_plain(original_node, decorator) and len(parameters.params) == 2
        if flags is None or not plain or parameters.kwonly_params or parameters.star_kwarg:
            name = original_node.name.value
            why = f"@root_validator {name}: its arguments or parameters are unusual"
            self.source.left(original_node, why, _HOW)
            return updated_node
        at = original_node.decorators.index(decorator)
        if flags.get("pre"):
            return self._before(original_node, updated_node, at)
        return self._after(
            original_node, updated_node, at, skips=flags.get("skip_on_failure", False)
        )

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        """Handle `root_validator(allow_reuse=True)(function)`."""
        inner = original_node.func
        if not isinstance(inner, cst.Call) or self.source.resolve(inner.func) != _ROOT:
            return updated_node
        flags = flags_of(inner.args) or {}
        self.source.left(original_node, "root_validator(...)(function) reuses a function", _HOW)
        if flags.get("pre") or flags.get("skip_on_failure"):
            return updated_node
        self.source.changed(original_node, "root_validator() -> skip_on_failure=True")
        return updated_node.with_changes(func=_skipping(updated_node.func))

    def _before(self, old: cst.FunctionDef, new: cst.FunctionDef, at: int) -> cst.FunctionDef:
        name = old.name.value
        tree = tree_of(old)
        values = old.params.params[1].name.value
        if problem := self._problem_before(old):
            self.source.left(old, f"@root_validator(pre=True) {name}: {problem}", _HOW)
            return new
        new, raised = with_value_errors(new)
        self.source.changed(
            old, f"@root_validator(pre=True) {name} -> @model_validator" + _raise_note(raised)
        )
        guard = f"if not isinstance({values}, dict):\n    return {values}"
        lines = [cst.parse_statement(guard)]
        if _modifies(tree, values):
            lines.append(cst.parse_statement(f"{values} = dict({values})"))
        new = _with_statements(new, lines)
        return with_decorators(new, new.decorators[at], self._decorator(old, at, "before"))

    def _problem_before(self, old: cst.FunctionDef) -> str:
        model = self.classes[-1]
        pre = [
            line
            for line in model.body.body
            if isinstance(line, cst.FunctionDef)
            and (one := decorator_of(self.source, line, _ROOT))
            and isinstance(one.decorator, cst.Call)
            and (flags_of(one.decorator.args) or {}).get("pre")
        ]
        if len(pre) > 1:
            return "it is one of several, which Pydantic 2 runs in the opposite order"
        code = self._lineage_code(model)
        if "orm_mode" in code or "from_attributes" in code:
            return "from_orm() passes the object itself, so it has to read attributes"
        if "validate_assignment" in code:
            return "it also runs on assignment, where Pydantic 2 passes something else"
        return ""

    def _lineage_code(self, model: cst.ClassDef) -> str:
        """Return the code of a class, and of the modules that define its ancestors."""
        project = self.source.project
        texts = [cst.Module([]).code_for_node(model)]
        for base in model.bases:
            for ancestor in project.lineage(self.source.resolve(base.value)):
                texts.append(project.files[ancestor.path])
        return "\n".join(texts)

    def _after(
        self, old: cst.FunctionDef, new: cst.FunctionDef, at: int, *, skips: bool
    ) -> cst.FunctionDef:
        name = old.name.value
        tree = tree_of(old)
        problem = self._problem_after(old, tree)
        if problem:
            self.source.left(old, f"@root_validator {name}: {problem}", _HOW)
            if skips:
                return new
            self.source.changed(old, f"@root_validator {name} -> skip_on_failure=True")
            decorator = new.decorators[at]
            kept = decorator.with_changes(decorator=_skipping(decorator.decorator))
            return new.with_changes(
                decorators=[kept if one is decorator else one for one in new.decorators]
            )
        cls, values = (one.name.value for one in old.params.params)
        new, raised = with_value_errors(new)
        self.source.changed(
            old, f"@root_validator {name} -> @model_validator" + _raise_note(raised)
        )
        body = new.body.visit(_ValuesToSelf(values)).visit(  # type: ignore[union-attr]
            Renaming({cls: cst.parse_expression("type(self)")} if uses(tree, cls) else {})
        )
        for annotation in (old.params.params[1].annotation, old.returns):
            for name_node in names_of(annotation.annotation) if annotation else ():
                self.source.drop_import(name_node)
        returns = None
        if old.returns:
            returns = old.returns.with_changes(annotation=self.source.reference("typing.Self"))
        new = new.with_changes(
            body=body, returns=returns, params=cst.Parameters([cst.Param(cst.Name("self"))])
        )
        validator = self._decorator(old, at, "after")
        return with_decorators(new, new.decorators[at], validator, as_method=True)

    def _problem_after(self, old: cst.FunctionDef, tree: ast.FunctionDef) -> str:
        cls, values = (one.name.value for one in old.params.params)
        if is_rebound(tree, values) or is_rebound(tree, cls) or "self" in names_in(tree):
            return f"it rebinds {cls} or {values}, or uses the name self"
        if not isinstance(tree.body[-1], ast.Return):
            return "it does not end with a return"
        use = _ValuesUse(values)
        for statement in tree.body:
            use.visit(statement)
        if use.other:
            return f"it does more with {values} than reading and setting fields"
        known = self._fields()
        if unknown := sorted(use.fields - known):
            return f"{unknown[0]} is not a known field"
        if use.sets and self._setting_has_effects():
            return "it sets a field, and the service reads which fields were set, or freezes models"
        return ""

    def _fields(self) -> set[str]:
        project = self.source.project
        name = ".".join(one.name.value for one in self.classes)
        lineage = project.lineage(f"{self.source.path}:{name}")
        return {field for one in lineage for field in one.fields if not field.startswith("_")}

    def _setting_has_effects(self) -> bool:
        """Return whether it may matter that `self.x = ...` counts as setting a field."""
        words = ("exclude_unset", "fields_set", "validate_assignment", "allow_mutation", "frozen")
        files = self.source.project.files
        code = [text for path, text in files.items() if path.endswith(".py")]
        return any(word in text for text in code for word in words)

    def _decorator(self, old: cst.FunctionDef, at: int, mode: str) -> cst.Call:
        node = old.decorators[at].decorator
        func = node.func if isinstance(node, cst.Call) else node
        self.source.drop_import(func)
        validator = self.source.reference("pydantic.model_validator", like=func)
        (argument,) = cst.parse_expression(f'f(mode="{mode}")').args  # type: ignore[attr-defined]
        return cst.Call(validator, [argument])


class _ValuesUse(ast.NodeVisitor):
    """Finds how a function uses the dict of values."""

    def __init__(self, values: str) -> None:
        self.values = values
        self.fields: set[str] = set()
        self.sets = False
        self.other = False

    def visit_Return(self, node: ast.Return) -> None:
        if not (isinstance(node.value, ast.Name) and node.value.id == self.values):
            self.other = True

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.other = True  # an inner function has its own returns

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.other = True

    def visit_Subscript(self, node: ast.Subscript) -> None:
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if self._is_values(node.value) and isinstance(key, str):
            self.fields.add(key)
            self.sets |= isinstance(node.ctx, ast.Store)
            self.other |= isinstance(node.ctx, ast.Del)
        else:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        func = node.func
        if isinstance(func, ast.Attribute) and self._is_values(func.value):
            key = (
                node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            )
            if func.attr == "get" and isinstance(key, str) and not node.keywords:
                self.fields.add(key)
                for argument in node.args[1:]:
                    self.visit(argument)
                return
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id == self.values:
            self.other = True

    def _is_values(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id == self.values


class _ValuesToSelf(cst.CSTTransformer):
    """`values["x"]`, `values.get("x")` -> `self.x`; `return values` -> `return self`."""

    def __init__(self, values: str) -> None:
        super().__init__()
        self.values = values

    def leave_Return(self, original_node: cst.Return, updated_node: cst.Return) -> cst.Return:
        if original_node.value and dotted(original_node.value) == self.values:
            return updated_node.with_changes(value=cst.Name("self"))
        return updated_node

    def leave_Subscript(
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        index = original_node.slice[0].slice
        if isinstance(original_node.value, cst.Name) and original_node.value.value == self.values:
            assert isinstance(index, cst.Index)
            return _attribute(index.value)
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        if dotted(original_node.func) == f"{self.values}.get":
            return _attribute(original_node.args[0].value)
        return updated_node


def _attribute(key: cst.BaseExpression) -> cst.Attribute:
    assert isinstance(key, cst.SimpleString)
    return cst.Attribute(cst.Name("self"), cst.Name(str(key.evaluated_value)))


def _skipping(node: cst.BaseExpression) -> cst.BaseExpression:
    """Return a decorator with skip_on_failure=True."""
    flag = cst.parse_expression("f(skip_on_failure=True)").args[0]  # type: ignore[attr-defined]
    if not isinstance(node, cst.Call):
        return cst.Call(node, [flag])
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    args = [one for one in node.args if one.keyword and one.keyword.value != "skip_on_failure"]
    if args:
        args[-1] = args[-1].with_changes(comma=comma)
    return node.with_changes(args=[*args, flag])


def _modifies(tree: ast.FunctionDef, values: str) -> bool:
    """Return whether a function modifies the dict that it receives."""
    for node in ast.walk(tree):
        owner = getattr(node, "value", None)
        if isinstance(owner, ast.Name) and owner.id == values:
            if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                return True
            if isinstance(node, ast.Attribute) and node.attr in _MODIFYING:
                return True
    return False


def _with_statements(
    node: cst.FunctionDef, lines: list[cst.SimpleStatementLine | cst.BaseCompoundStatement]
) -> cst.FunctionDef:
    """Return a function with additional statements below its docstring."""
    assert isinstance(node.body, cst.IndentedBlock)
    body = list(node.body.body)
    at = int(node.get_docstring() is not None)
    return node.with_changes(body=node.body.with_changes(body=[*body[:at], *lines, *body[at:]]))


def _raise_note(raised: int) -> str:
    return f", {raised} TypeError -> ValueError" if raised else ""


RULE = Rule(
    name="pydantic-root-validators",
    summary="`@root_validator` -> `@model_validator`",
    since="1.5.0",
    words=("root_validator",),
    rewrite=_rewrite,
)
