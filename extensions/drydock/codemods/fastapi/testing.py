"""`AsyncClient(app=app)` -> `AsyncClient(transport=ASGITransport(app=app))`, `follow_redirects`.

Source: https://github.com/encode/httpx/blob/master/CHANGELOG.md: 0.28 removes `app=`, a shortcut
for `transport=`; since Starlette 0.21, TestClient is an httpx client, where `allow_redirects` is
`follow_redirects`
(https://www.starlette.io/release-notes/#0210-september-26-2022).
"""

import libcst as cst

from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source, dotted, keyword

_CLIENTS = {
    "httpx.AsyncClient": "httpx.ASGITransport",
    "httpx2.AsyncClient": "httpx2.ASGITransport",
    "httpx.Client": "httpx.WSGITransport",
}
_TEST_CLIENT = "starlette.testclient.TestClient"
_VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "request"}


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Clients(source))


class _Clients(Rewriter):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.has_client = "TestClient" in source.text

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        client = self.source.resolve(original_node.func)
        argument = keyword(original_node.args, "app")
        if client in _CLIENTS and argument:
            return self._with_transport(original_node, updated_node, _CLIENTS[client], argument)
        follows = keyword(original_node.args, "allow_redirects")
        func = original_node.func
        if follows and isinstance(func, cst.Attribute) and func.attr.value in _VERBS:
            return self._following(original_node, updated_node, follows)
        return updated_node

    def _with_transport(
        self, old: cst.Call, new: cst.Call, transport: str, argument: cst.Arg
    ) -> cst.Call:
        if keyword(old.args, "transport"):
            self.source.left(old, "both app= and transport= are set", "remove app=")
            return new
        self.source.changed(old, f"app= -> transport={transport.rpartition('.')[2]}(app=)")
        place = old.args.index(argument)
        updated = new.args[place]
        tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        inner = cst.Arg(updated.value, keyword=cst.Name("app"), equal=tight)
        call = cst.Call(self.source.reference(transport, like=old.func), [inner])
        passed = updated.with_changes(keyword=cst.Name("transport"), value=call)
        return new.with_changes(args=[passed if one is updated else one for one in new.args])

    def _following(self, old: cst.Call, new: cst.Call, argument: cst.Arg) -> cst.Call:
        what = "allow_redirects= -> follow_redirects="
        assert isinstance(old.func, cst.Attribute)
        receiver = dotted(old.func.value)
        project, module = self.source.project, self.source.project.modules[self.source.path]
        factory = module.factories.get(receiver, "")
        if factory and project.resolve(self.source.path, factory) == _TEST_CLIENT:
            self.source.changed(old, what)
        elif not self._is_likely(receiver) or not self.source.unsafe(
            old, what, f"{receiver} is probably a TestClient, but not certainly"
        ):
            return new
        place = old.args.index(argument)
        updated = new.args[place]
        renamed = updated.with_changes(keyword=cst.Name("follow_redirects"))
        return new.with_changes(args=[renamed if one is updated else one for one in new.args])

    def _is_likely(self, receiver: str) -> bool:
        """Return whether this is probably a TestClient, not for example `requests.get`."""
        return "client" in receiver.lower() and not self.source.text.count("import requests")


RULE = Rule(
    name="fastapi-testing",
    summary="`AsyncClient(app=)` -> `ASGITransport`, `allow_redirects=` -> `follow_redirects=`",
    since="1.5.0",
    words=("AsyncClient", "httpx", "allow_redirects"),
    rewrite=_rewrite,
)
