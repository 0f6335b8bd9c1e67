"""`app.route`, `app.add_websocket_route` -> the same methods of `app.router`.

Source: Starlette 1.0 removes them from applications
(https://www.starlette.io/release-notes/#100rc1-february-23-2026).
"""

import libcst as cst

from drydock.codemods.fastapi.applications import Applications
from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source, dotted

_REMOVED = {"route", "add_websocket_route"}


def _rewrite(source: Source) -> cst.Module | None:
    apps = Applications.of(source)
    return source.tree.visit(_Routes(source, apps))


class _Routes(Rewriter):
    def __init__(self, source: Source, apps: set[str]) -> None:
        super().__init__(source)
        self.apps = apps

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        func = original_node.func
        if not isinstance(func, cst.Attribute) or func.attr.value not in _REMOVED:
            return updated_node
        name = dotted(func.value)
        first = original_node.args[0].value if original_node.args else None
        if name not in self.apps:
            is_path = isinstance(first, cst.SimpleString) and first.raw_value.startswith("/")
            if func.attr.value == "add_websocket_route" and is_path and "router" not in name:
                what = "add_websocket_route was removed from applications"
                how = f"if {name} is one, call {name}.router.add_websocket_route"
                self.source.left(original_node, what, how)
            return updated_node
        self.source.changed(
            original_node, f"{name}.{func.attr.value} -> {name}.router.{func.attr.value}"
        )
        method = updated_node.func
        assert isinstance(method, cst.Attribute)
        router = cst.Attribute(method.value, cst.Name("router"))
        return updated_node.with_changes(func=method.with_changes(value=router))


RULE = Rule(
    name="fastapi-routes",
    summary="`app.route`, `app.add_websocket_route` -> the methods of `app.router`",
    since="1.5.0",
    words=(".route(", ".add_websocket_route("),
    rewrite=_rewrite,
)
