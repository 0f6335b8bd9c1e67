"""Names of FastAPI and Starlette that are elsewhere, or gone.

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
_GONE = {
    "fastapi.utils.create_response_field": "there is no public equal: use pydantic.TypeAdapter",
    "fastapi.utils.create_cloned_field": "there is no public equal: use pydantic.TypeAdapter",
    "fastapi.dependencies.utils.get_flat_dependant": "there is no public equal",
    "fastapi.dependencies.utils.get_body_field": "there is no public equal",
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
        for one in names:
            full = f"{package}.{dotted(one.name)}"
            if full in _MOVED:
                new = f"{_MOVED[full]}.{dotted(one.name)}"
                self.source.changed(original_node, f"{full} -> {new}")
                alias = one.evaluated_alias
                self.source.imported(f"{new} as {alias}" if alias else new)
                continue
            if full in _GONE:
                self.source.left(original_node, f"{full} is gone", _GONE[full])
            kept.append(one)
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
            why = "app.routes no longer holds the routes of included routers, but the routers"
            self.source.left(original_node, why, _WALK)
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        name = dotted(original_node.func)
        if name.endswith((".router.startup", ".router.shutdown")) and not original_node.args:
            how = "use async with app.router.lifespan_context(app)"
            self.source.left(original_node, f"{name}() is gone", how)
        return updated_node


RULE = Rule(
    name="fastapi-internals",
    summary="`ExceptionMiddleware` where it is now; internals that are gone are told",
    since="1.5.0",
    words=("ExceptionMiddleware", "fastapi.utils", "fastapi.dependencies", "iscoroutinefunction_or",
           ".routes", ".router.startup", ".router.shutdown"),
    rewrite=_rewrite,
)  # fmt: skip
