"""The names of marshmallow that a module uses outside its translated schemas."""

import libcst as cst

from drydock.codemods.marshmallow.declared import HOOKS
from drydock.codemods.marshmallow.writing import SWAPPED
from drydock.codemods.source import Source


class Needed(cst.CSTVisitor):
    """Collects the names of marshmallow that are used outside the translated classes."""

    def __init__(self, source: Source, translated: set[int]) -> None:
        super().__init__()
        self.source = source
        self.translated = translated
        self.inside = 0
        self.needed: dict[str, str] = {}

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        if id(node) not in self.translated:
            return True
        for statement in node.body.body:
            if isinstance(statement, cst.FunctionDef):
                for part in (statement.body, statement.params):
                    part.visit(self)
                for decorator in statement.decorators:
                    call = (
                        decorator.decorator if isinstance(decorator.decorator, cst.Call) else None
                    )
                    if self.source.resolve(call.func if call else decorator.decorator) not in HOOKS:
                        decorator.visit(self)
            elif isinstance(statement, cst.ClassDef) and statement.name.value != "Meta":
                statement.visit(self)
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        if self._is_marshmallow(node):
            return False
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False

    def visit_Name(self, node: cst.Name) -> None:
        self._is_marshmallow(node)

    def _is_marshmallow(self, node: cst.Attribute | cst.Name) -> bool:
        full = self.source.resolve(node)
        if full.partition(".")[0] != "marshmallow":
            return False
        head: cst.BaseExpression = node
        while isinstance(head, cst.Attribute):
            head = head.value
        if isinstance(head, cst.Name):
            known = self.needed.get(head.value, full)
            # A single use without counterpart keeps the name.
            swapped = known.removeprefix("marshmallow.") in SWAPPED
            self.needed[head.value] = full if swapped else known
        return True


def count_uses(source: Source, node: cst.CSTNode, ref: str) -> int:
    """Return how often code names a class, except in imports."""
    if isinstance(node, cst.ImportFrom | cst.Import):
        return 0
    if isinstance(node, cst.Name | cst.Attribute):
        if source.resolve(node) == ref:
            return 1
        return count_uses(source, node.value, ref) if isinstance(node, cst.Attribute) else 0
    if isinstance(node, cst.ClassDef | cst.FunctionDef):
        return sum(
            count_uses(source, child, ref) for child in node.children if child is not node.name
        )
    return sum(count_uses(source, child, ref) for child in node.children)
