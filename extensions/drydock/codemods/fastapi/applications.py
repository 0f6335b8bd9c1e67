"""The names in a module that are bound to applications."""

import libcst as cst

from drydock.codemods.source import Source, dotted

APPS = ("fastapi.FastAPI", "starlette.applications.Starlette")


class Applications(cst.CSTVisitor):
    """Collects the names that a module binds to applications, and those it binds to others."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.names: set[str] = set()
        self._others: set[str] = set()

    @classmethod
    def of(cls, source: Source) -> "set[str]":
        """Return the names that are bound to applications only."""
        visitor = cls(source)
        source.tree.visit(visitor)
        return visitor.names - visitor._others

    def visit_Param(self, node: cst.Param) -> None:
        type_ = node.annotation.annotation if node.annotation else None
        self._add(node.name.value, type_ is not None and self.source.is_a(type_, *APPS))

    def visit_Assign(self, node: cst.Assign) -> None:
        is_app = isinstance(node.value, cst.Call) and self._is_application(node.value)
        for target in node.targets:
            self._add(dotted(target.target), is_app)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._add(dotted(node.target), self.source.is_a(node.annotation.annotation, *APPS))

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        for alias in node.names if not isinstance(node.names, cst.ImportStar) else ():
            name = alias.evaluated_alias or alias.evaluated_name
            path, _, own = self.source.project.resolve(self.source.path, name).partition(":")
            if own:
                factory = self.source.project.modules[path].factories.get(own, "")
                full = self.source.project.resolve(path, factory) if factory else ""
                if full and self.source.project.is_a(full, *APPS):
                    self.names.add(name)

    def _is_application(self, call: cst.Call) -> bool:
        """Return whether a call creates an application: of its class, or of a factory."""
        if self.source.is_a(call.func, *APPS):
            return True
        path, _, name = self.source.resolve(call.func).partition(":")
        function = self.source.project.modules[path].functions.get(name) if name else None
        returns = function.returns if function else ""
        full = self.source.project.resolve(path, returns) if returns.isidentifier() else ""
        return bool(full) and self.source.project.is_a(full, *APPS)

    def _add(self, name: str, is_app: bool) -> None:
        (self.names if is_app else self._others).add(name)
