"""Removes statements that the chassis makes redundant."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import libcst as cst

from drydock.codemods.source import Rewriter, Source, dotted

Reason = Callable[[Source, cst.BaseStatement], str]
"""Returns why a statement is redundant; empty if it stays."""


def removing(reason: Reason) -> Callable[[Source], cst.Module | None]:
    """Return a rewriter that removes redundant statements in services with a chassis."""

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
            reason = self.reason(self.source, before)
            obstacle = self._obstacle(before) if reason else ""
            if obstacle:
                self.source.left(before, f"{_summary(before)} is redundant: {reason}", obstacle)
            if not reason or obstacle:
                bare = not getattr(after, "leading_lines", ())
                kept.append(after.with_changes(leading_lines=above) if above and bare else after)
                above = ()
                continue
            lines = getattr(before, "leading_lines", ())
            above = [one for one in lines if not one.comment] or above
            self.source.changed(before, f"{_summary(before)} is redundant: {reason}")
            for name in _names(before):
                self.source.drop_import(name)
        return kept

    def _obstacle(self, statement: cst.BaseStatement) -> str:
        """Return what to do by hand before a statement can be removed; empty if nothing."""
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) > 1:
            return "put it on its own line first"
        inside = Counter(name.value for name in _names(statement))
        everywhere = Counter(name.value for name in _names(self.source.tree))
        importers = self.source.project.importers
        for name in _bound(statement):
            if everywhere[name] > inside[name] or any(importers(self.source.path, name)):
                return f"{name} is used elsewhere: remove those uses first"
        return ""


def _summary(statement: cst.BaseStatement) -> str:
    code = cst.Module([]).code_for_node(statement.with_changes(leading_lines=[])).rstrip()
    first, *more = code.split("\n")
    rest = f" and {len(more)} more line{'s' * (len(more) > 1)}" if more else ""
    return first.strip() + rest


def calls_in(node: cst.CSTNode) -> Iterator[cst.Call]:
    """Yield the chained calls of a statement: `a.b(1).c(2)` has two."""
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
    """Yield the names that a statement binds."""
    if isinstance(statement, cst.FunctionDef | cst.ClassDef):
        yield statement.name.value
    for line in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
        for target in line.targets if isinstance(line, cst.Assign) else ():
            yield from (name.value for name in _names(target))


def _names(node: cst.CSTNode) -> list[cst.Name]:
    names: list[cst.Name] = []

    class Collector(cst.CSTVisitor):
        def visit_Name(self, node: cst.Name) -> None:
            if dotted(node):
                names.append(node)

    node.visit(Collector())
    return names
