"""`ORJSONResponse`, `UJSONResponse` -> `JSONResponse`; `FileResponse(method=)` was removed.

Source: FastAPI deprecates both classes, as Pydantic serializes responses that have a model
(https://fastapi.tiangolo.com/advanced/custom-response/#orjson-or-response-model). orjson accepts
NaN, which it writes as null, and keys that are no strings. `JSONResponse` raises: this is unsafe.
"""

import libcst as cst

from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source, dotted, keyword

_DEPRECATED = {f"starlette.responses.{name}" for name in ("ORJSONResponse", "UJSONResponse")}
_FILE = "starlette.responses.FileResponse"


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Responses(source))


class _Responses(Rewriter):
    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        return self.source.resolve(node) not in _DEPRECATED

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return self._json(original_node, updated_node)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        return self._json(original_node, updated_node)

    def _json(
        self, old: cst.Name | cst.Attribute, new: cst.Name | cst.Attribute
    ) -> cst.BaseExpression:
        full = self.source.resolve(old)
        module = self.source.project.modules[self.source.path]
        if full not in _DEPRECATED or dotted(old).partition(".")[0] not in module.imports:
            return new
        what = f"{full.rpartition('.')[2]} -> JSONResponse"
        why = "JSONResponse raises on NaN and on keys that are no strings, such as UUIDs"
        if not self.source.unsafe(old, what, why):
            return new
        self.source.drop_import(old)
        return self.source.reference("fastapi.responses.JSONResponse", like=old)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        method = keyword(original_node.args, "method")
        if method is None or self.source.resolve(original_node.func) != _FILE:
            return updated_node
        what = "FileResponse(method=) -> FileResponse(): Starlette handles HEAD itself"
        self.source.changed(original_node, what)
        place = original_node.args.index(method)
        kept = [one for at, one in enumerate(updated_node.args) if at != place]
        if kept:
            kept[-1] = kept[-1].with_changes(comma=updated_node.args[-1].comma)
        return updated_node.with_changes(args=kept)


RULE = Rule(
    name="fastapi-responses",
    summary="`ORJSONResponse`, `UJSONResponse` -> `JSONResponse`; `FileResponse(method=)` removed",
    since="1.5.0",
    words=("JSONResponse", "FileResponse"),
    rewrite=_rewrite,
)
