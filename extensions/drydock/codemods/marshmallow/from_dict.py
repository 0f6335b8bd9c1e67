"""Schemas from `Schema.from_dict({...})` -> classes, which the rest of the rule reads."""

import keyword
from collections.abc import Mapping, Set

import libcst as cst

from drydock.codemods.marshmallow.declared import keywords_of, text_of
from drydock.codemods.project import Project
from drydock.codemods.source import Source, dotted


def with_classes(project: Project, rule: str, left: Set[str] = frozenset()) -> Mapping[str, str]:
    """Return the new texts of modules with classes instead of `Name = Base.from_dict({...})`.

    Schemas in `left` (`path:Name`) stay unchanged.
    """
    texts = {}
    for path, text in project.files.items():
        if path in project.modules and ".from_dict(" in text:
            source = Source(path, text, project, rule, allowed=False)
            new = source.tree.visit(_ToClass(source, left)).code
            if new != text:
                texts[path] = new
    return texts


class _ToClass(cst.CSTTransformer):
    def __init__(self, source: Source, left: Set[str]) -> None:
        super().__init__()
        self.source = source
        self.left = left

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        return False

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement:
        small = original_node.body[0] if len(original_node.body) == 1 else None
        if not isinstance(small, cst.Assign) or len(small.targets) != 1:
            return updated_node
        name, call = dotted(small.targets[0].target), small.value
        if not name.isidentifier() or f"{self.source.path}:{name}" in self.left:
            return updated_node
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
            return updated_node
        base = call.func.value
        if call.func.attr.value != "from_dict" or not self.source.is_a(base, "marshmallow.Schema"):
            return updated_node
        fields = next((each.value for each in call.args if each.keyword is None), None)
        fields = keywords_of(call).get("fields", fields)
        lines = _lines(fields)
        if lines is None:
            return updated_node
        class_ = cst.parse_statement(
            f"class {name}({text_of(base)}):\n" + "".join(f"    {line}\n" for line in lines)
        )
        blank = [cst.EmptyLine(indent=False)] * 2
        comments = [each for each in original_node.leading_lines if each.comment]
        return class_.with_changes(leading_lines=[*blank, *comments])


def _lines(fields: cst.BaseExpression | None) -> list[str] | None:
    """Return the declarations for a dictionary of fields; None if uncertain."""
    if not isinstance(fields, cst.Dict):
        return None
    lines = []
    for element in fields.elements:
        key = element.key if isinstance(element, cst.DictElement) else None
        if not isinstance(key, cst.SimpleString):
            return None
        name = str(key.evaluated_value)
        if not name.isidentifier() or keyword.iskeyword(name) or name == "Meta":
            return None
        # Line breaks in the dictionary are only valid there: join the lines.
        lines.append(f"{name} = {' '.join(text_of(element.value).split())}")
    return lines or ["pass"]
