"""Removes the statements of a module that the chassis makes superfluous."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import libcst as cst

from drydock.codemods.source import Rewriter, Source, dotted

Reason = Callable[[Source, cst.BaseStatement], str]
"""Tells what does instead of a statement; empty: it stays."""


def removing(reason: Reason) -> Callable[[Source], cst.Module | None]:
    """Return what rewrites a module of a service with a chassis: without what has a reason."""

    def rewrite(source: Source) -> cst.Module | None:
        answers = source.project.files.get(".copier-answers.yml", "")
        return source.tree.visit(_Removing(source, reason)) if "package_path:" in answers else None

    return rewrite


class _Removing(Rewriter):
    def __init__(self, source: Source, reason: Reason) -> None:
        super().__init__(source)
        self.reason = reason

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        return updated_node.with_changes(body=self._kept(original_node.body, updated_node.body))

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        body = self._kept(original_node.body, updated_node.body)
        return updated_node.with_changes(body=body or [cst.SimpleStatementLine([cst.Pass()])])

    def _kept(
        self, old: Sequence[cst.BaseStatement], new: Sequence[cst.BaseStatement]
    ) -> list[cst.BaseStatement]:
        kept: list[cst.BaseStatement] = []
        above: Sequence[cst.EmptyLine] = ()
        for before, after in zip(old, new, strict=True):
            said = self.reason(self.source, before)
            needed = self._needed(before) if said else ""
            if needed:
                self.source.left(before, f"{_summary(before)}: {said}", needed)
            if not said or needed:
                bare = not getattr(after, "leading_lines", ())
                kept.append(after.with_changes(leading_lines=above) if above and bare else after)
                above = ()
                continue
            lines = getattr(before, "leading_lines", ())
            above = [one for one in lines if not one.comment] or above
            self.source.changed(before, f"{_summary(before)}: {said}")
            for name in _names(before):
                self.source.unused(name)
        return kept

    def _needed(self, statement: cst.BaseStatement) -> str:
        """Return what has to be done by hand before a statement can go; empty if nothing."""
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) > 1:
            return "give it a line of its own"
        inside = Counter(name.value for name in _names(statement))
        everywhere = Counter(name.value for name in _names(self.source.tree))
        importers = self.source.project.importers
        for name in _bound(statement):
            if everywhere[name] > inside[name] or any(importers(self.source.path, name)):
                return f"{name} is used elsewhere: take that out, too"
        return ""


def _summary(statement: cst.BaseStatement) -> str:
    code = cst.Module([]).code_for_node(statement.with_changes(leading_lines=[])).rstrip()
    first, *more = code.split("\n")
    return f"{first.strip()} and {len(more)} lines more" if more else first.strip()


def calls_in(node: cst.CSTNode) -> Iterator[cst.Call]:
    """Yield the calls that a statement is: `a.b(1).c(2)` is two."""
    suites = cst.SimpleStatementLine | cst.SimpleStatementSuite
    for line in node.body if isinstance(node, suites) else ():
        if isinstance(line, cst.Expr | cst.Assign):
            yield from _chained(line.value)


def _chained(value: cst.BaseExpression) -> Iterator[cst.Call]:
    while True:
        if isinstance(value, cst.Call):
            yield value
            value = value.func
        elif isinstance(value, cst.Attribute | cst.Await):
            value = value.value if isinstance(value, cst.Attribute) else value.expression
        else:
            return


def _bound(statement: cst.BaseStatement) -> Iterator[str]:
    """Yield the names that a statement gives to values or functions."""
    if isinstance(statement, cst.FunctionDef | cst.ClassDef):
        yield statement.name.value
    for line in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
        for target in line.targets if isinstance(line, cst.Assign) else ():
            yield from (name.value for name in _names(target))


def _names(node: cst.CSTNode) -> list[cst.Name]:
    found: list[cst.Name] = []

    class Naming(cst.CSTVisitor):
        def visit_Name(self, node: cst.Name) -> None:
            if dotted(node):
                found.append(node)

    node.visit(Naming())
    return found
