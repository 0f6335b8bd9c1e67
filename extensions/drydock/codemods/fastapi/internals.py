"""Names of FastAPI and Starlette that were moved or removed.

Source: https://www.starlette.io/release-notes/ (0.45 for `ExceptionMiddleware`, 1.0 for the rest),
https://fastapi.tiangolo.com/release-notes/ (0.137: `app.routes` is a tree).
"""

import libcst as cst

from drydock.codemods.fastapi.applications import Applications
from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source, dotted

_MOVED = {
    "starlette.exceptions.ExceptionMiddleware": "starlette.middleware.exceptions",
    "starlette.middleware.errors.ExceptionMiddleware": "starlette.middleware.exceptions",
}
_REMOVED = {
    "fastapi.utils.create_response_field": "use pydantic.TypeAdapter",
    "fastapi.utils.create_cloned_field": "use pydantic.TypeAdapter",
    "fastapi.dependencies.utils.get_flat_dependant": "rewrite the code; there is no equivalent",
    "fastapi.dependencies.utils.get_body_field": "rewrite the code; there is no equivalent",
    "fastapi.dependencies.utils.is_coroutine_callable": "use inspect.iscoroutinefunction",
    "fastapi.dependencies.utils.is_gen_callable": "use inspect.isgeneratorfunction",
    "fastapi.dependencies.utils.is_async_gen_callable": "use inspect.isasyncgenfunction",
    "starlette.routing.iscoroutinefunction_or_partial": "use inspect.iscoroutinefunction",
}
_WALK = (
    "read app.openapi()['paths'], or walk the tree: fastapi.routing.iter_route_contexts(app.routes)"
)


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Internals(source))


class _Internals(Rewriter):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.apps = Applications.of(source)

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.RemovalSentinel:
        names = original_node.names
        package = dotted(original_node.module) if original_node.module else ""
        if original_node.relative or isinstance(names, cst.ImportStar):
            return updated_node
        kept = []
        for alias in names:
            full = f"{package}.{dotted(alias.name)}"
            if full in _MOVED:
                new = f"{_MOVED[full]}.{dotted(alias.name)}"
                self.source.changed(original_node, f"{full} -> {new}")
                as_name = alias.evaluated_alias
                self.source.add_import(f"{new} as {as_name}" if as_name else new)
                continue
            if full in _REMOVED:
                self.source.left(original_node, f"{full} was removed", _REMOVED[full])
            kept.append(alias)
        if not kept:
            return cst.RemoveFromParent()
        if len(kept) == len(names):
            return updated_node
        kept[-1] = kept[-1].with_changes(comma=names[-1].comma)
        return updated_node.with_changes(names=kept)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        if original_node.attr.value == "routes" and dotted(original_node.value) in self.apps:
            why = "app.routes now holds included routers, no longer their routes"
            self.source.left(original_node, why, _WALK)
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        name = dotted(original_node.func)
        if name.endswith((".router.startup", ".router.shutdown")) and not original_node.args:
            how = "use async with app.router.lifespan_context(app)"
            self.source.left(original_node, f"{name}() was removed", how)
        return updated_node


RULE = Rule(
    name="fastapi-internals",
    summary="`ExceptionMiddleware` -> its new module; removed internals are reported",
    since="1.5.0",
    words=("ExceptionMiddleware", "fastapi.utils", "fastapi.dependencies", "iscoroutinefunction_or",
           ".routes", ".router.startup", ".router.shutdown"),
    rewrite=_rewrite,
)  # fmt: skip
