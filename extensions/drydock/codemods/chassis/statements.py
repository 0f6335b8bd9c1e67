"""Removes the statements of a module that the chassis makes superfluous."""

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
            if not said:
                bare = not getattr(after, "leading_lines", ())
                kept.append(after.with_changes(leading_lines=above) if above and bare else after)
                above = ()
                continue
            lines = getattr(before, "leading_lines", ())
            above = [one for one in lines if not one.comment] or above
            code = cst.Module([]).code_for_node(before.with_changes(leading_lines=[])).rstrip()
            lines = code.count("\n") + 1
            first = code.split("\n")[0].strip()
            more = f" and {lines - 1} lines more" if lines > 1 else ""
            self.source.changed(before, f"{first}{more}: {said}")
            for name in _names(before):
                self.source.unused(name)
        return kept


def calls_in(node: cst.CSTNode) -> Iterator[cst.Call]:
    """Yield the calls that a statement is: `a.b(1).c(2)` is two."""
    line = node.body[0] if isinstance(node, cst.SimpleStatementLine) and node.body else None
    value = line.value if isinstance(line, cst.Expr | cst.Assign) else None
    while value is not None:
        if isinstance(value, cst.Call):
            yield value
            value = value.func
        elif isinstance(value, cst.Attribute | cst.Await):
            value = value.value if isinstance(value, cst.Attribute) else value.expression
        else:
            return


def _names(node: cst.CSTNode) -> list[cst.Name]:
    found: list[cst.Name] = []

    class Naming(cst.CSTVisitor):
        def visit_Name(self, node: cst.Name) -> None:
            if dotted(node):
                found.append(node)

    node.visit(Naming())
    return found
