"""Which names of a module are applications, and what is always so of them."""

import libcst as cst

from drydock.codemods.source import Source, dotted

APPS = ("fastapi.FastAPI", "starlette.applications.Starlette")


class Applications(cst.CSTVisitor):
    """Collects the names that are applications wherever they are bound in a module."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.names: set[str] = set()
        self._others: set[str] = set()

    @classmethod
    def of(cls, source: Source) -> "set[str]":
        """Return the names that are applications, and never anything else."""
        found = cls(source)
        source.tree.visit(found)
        return found.names - found._others

    def visit_Param(self, node: cst.Param) -> None:
        of = node.annotation.annotation if node.annotation else None
        self._add(node.name.value, of is not None and self.source.is_a(of, *APPS))

    def visit_Assign(self, node: cst.Assign) -> None:
        made = isinstance(node.value, cst.Call) and self._makes(node.value)
        for one in node.targets:
            self._add(dotted(one.target), made)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._add(dotted(node.target), self.source.is_a(node.annotation.annotation, *APPS))

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        for one in node.names if not isinstance(node.names, cst.ImportStar) else ():
            name = one.evaluated_alias or one.evaluated_name
            path, _, own = self.source.project.meaning(self.source.path, name).partition(":")
            if own:
                made = self.source.project.modules[path].made.get(own, "")
                meaning = self.source.project.meaning(path, made) if made else ""
                if meaning and self.source.project.is_a(meaning, *APPS):
                    self.names.add(name)

    def _makes(self, call: cst.Call) -> bool:
        """Tell whether a call makes an application, by its class or a function of the service."""
        if self.source.is_a(call.func, *APPS):
            return True
        path, _, name = self.source.meaning(call.func).partition(":")
        function = self.source.project.modules[path].functions.get(name) if name else None
        returns = function.returns if function else ""
        meaning = self.source.project.meaning(path, returns) if returns.isidentifier() else ""
        return bool(meaning) and self.source.project.is_a(meaning, *APPS)

    def _add(self, name: str, is_app: bool) -> None:
        (self.names if is_app else self._others).add(name)
