"""Constants of `status` -> the names of RFC 9110: `HTTP_422_UNPROCESSABLE_CONTENT`, ...

Source: https://www.starlette.io/release-notes/#0480-september-13-2025 (the old names warn).
"""

import libcst as cst

from drydock.codemods.rule import Rule
from drydock.codemods.source import Renaming, Rewriter, Source, dotted

_MODULES = {"fastapi.status", "starlette.status"}
_RENAMED = {
    "HTTP_413_REQUEST_ENTITY_TOO_LARGE": "HTTP_413_CONTENT_TOO_LARGE",
    "HTTP_414_REQUEST_URI_TOO_LONG": "HTTP_414_URI_TOO_LONG",
    "HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE": "HTTP_416_RANGE_NOT_SATISFIABLE",
    "HTTP_422_UNPROCESSABLE_ENTITY": "HTTP_422_UNPROCESSABLE_CONTENT",
}


def _rewrite(source: Source) -> cst.Module:
    status = _Status(source)
    tree = source.tree.visit(status)
    return tree.visit(Renaming(status.renamed)) if status.renamed else tree


class _Status(Rewriter):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.renamed: dict[str, cst.BaseExpression] = {}

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        name = original_node.attr.value
        new = _RENAMED.get(name)
        if new is None or self.source.resolve(original_node.value) not in _MODULES:
            return updated_node
        self.source.changed(original_node, f"{name} -> {new}")
        return updated_node.with_changes(attr=updated_node.attr.with_changes(value=new))

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom:
        package = dotted(original_node.module) if original_node.module else ""
        names = updated_node.names
        if package not in _MODULES or isinstance(names, cst.ImportStar):
            return updated_node
        aliases = []
        for alias in names:
            old = dotted(alias.name)
            new = _RENAMED.get(old)
            if new and (alias.asname or self._is_certain(old)):
                self.source.changed(original_node, f"{old} -> {new}")
                if not alias.asname:
                    self.renamed[old] = cst.Name(new)
                aliases.append(alias.with_changes(name=cst.Name(new)))
            else:
                aliases.append(alias)
        return updated_node.with_changes(names=aliases)

    def _is_certain(self, name: str) -> bool:
        module = self.source.project.modules[self.source.path]
        importers = self.source.project.importers(self.source.path, name)
        return name not in module.ambiguous and not any(importers)


RULE = Rule(
    name="fastapi-status",
    summary="`HTTP_422_UNPROCESSABLE_ENTITY` -> `HTTP_422_UNPROCESSABLE_CONTENT`, and others",
    since="1.5.0",
    words=tuple(_RENAMED),
    rewrite=_rewrite,
)
