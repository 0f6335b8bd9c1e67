"""Renamed and removed arguments of `FastAPI()`, and changes that clients may notice.

Source: https://fastapi.tiangolo.com/release-notes/: 0.145 removes `openapi_prefix=`; unknown
arguments used to be kept in `app.extra`, and now raise (tried with 0.165); since 0.132, JSON
without a Content-Type is rejected with 422; missing credentials are rejected with 401, not 403.
"""

import re
from collections.abc import Mapping

import libcst as cst

from drydock.codemods.fastapi.applications import APPS
from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source, keyword

_ARGUMENTS = {
    "telemetry", "debug", "routes", "title", "summary", "description", "version", "openapi_url",
    "openapi_tags", "openapi_prefix", "servers", "dependencies", "default_response_class",
    "redirect_slashes", "docs_url", "redoc_url", "swagger_ui_oauth2_redirect_url",
    "swagger_ui_init_oauth", "middleware", "exception_handlers", "on_startup", "on_shutdown",
    "lifespan", "terms_of_service", "contact", "license_info", "root_path", "root_path_in_servers",
    "responses", "callbacks", "webhooks", "deprecated", "include_in_schema",
    "swagger_ui_parameters", "generate_unique_id_function", "separate_input_output_schemas",
    "openapi_external_docs", "strict_content_type", "max_body_size", "form_limits",
}  # fmt: skip
_LINE_LENGTH = 80
_TESTS = re.compile(r"(^|/)(tests?/|test_[^/]+$|conftest\.py$)")
_SCHEMES = {
    f"fastapi.security.{name}"
    for name in ("HTTPBearer", "HTTPBasic", "HTTPDigest", "APIKeyHeader", "APIKeyQuery",
                 "APIKeyCookie", "OpenIdConnect")
}  # fmt: skip


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Application(source))


class _Application(Rewriter):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.is_test = bool(_TESTS.search(source.path))
        self.assigned: set[cst.Call] = set()
        """Calls of FastAPI whose unknown arguments move to a statement of their own."""

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> None:
        if (call := _assigned_call(node)) and self._unknown(call):
            self.assigned.add(call)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.BaseStatement]:
        old, new = _assigned_call(original_node), _assigned_call(updated_node)
        if old is None or new is None or old not in self.assigned:
            return updated_node
        extra = self._unknown(old)
        (assign,) = original_node.body
        assert isinstance(assign, cst.Assign)
        name = cst.Module([]).code_for_node(assign.targets[0].target)
        self.source.changed(old, f"unknown arguments {', '.join(extra)} -> {name}.extra")
        kept = updated_node.deep_replace(new, _without(new, set(extra)))
        assert isinstance(kept, cst.SimpleStatementLine)
        return cst.FlattenSentinel([kept, _extra(name, extra)])

    def _unknown(self, call: cst.Call) -> dict[str, str]:
        """Return the keyword arguments that FastAPI does not know, with their code."""
        if self.source.resolve(call.func) != APPS[0]:
            return {}
        code = cst.Module([]).code_for_node
        named = [one for one in call.args if one.keyword and one.keyword.value not in _ARGUMENTS]
        return {one.keyword.value: code(one.value) for one in named if one.keyword}

    def leave_DictElement(
        self, original_node: cst.DictElement, updated_node: cst.DictElement
    ) -> cst.DictElement:
        key = original_node.key
        if not isinstance(key, cst.SimpleString) or key.evaluated_value != "openapi_prefix":
            return updated_node
        why = "correct only if this dict is passed to FastAPI()"
        if not self.source.unsafe(original_node, "'openapi_prefix' -> 'root_path'", why):
            return updated_node
        return updated_node.with_changes(key=cst.SimpleString(f"{key.quote}root_path{key.quote}"))

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        function = self.source.resolve(original_node.func)
        if function.replace(".http.", ".").replace(".api_key.", ".") in _SCHEMES:
            auto_error = keyword(original_node.args, "auto_error")
            if not auto_error or cst.Module([]).code_for_node(auto_error.value) != "False":
                scheme = function.rpartition(".")[2]
                why = f"{scheme} now rejects missing credentials with 401, no longer with 403"
                self.source.left(original_node, why, "tell the teams of its clients")
            return updated_node
        if not self.source.is_a(original_node.func, APPS[0]):
            return updated_node
        if not keyword(original_node.args, "strict_content_type") and not self.is_test:
            why = "JSON without a Content-Type header is now rejected with 422"
            how = "if clients omit it, use FastAPI(strict_content_type=False)"
            self.source.left(original_node, why, how)
        if original_node not in self.assigned and (extra := self._unknown(original_node)):
            why = f"FastAPI() no longer accepts unknown arguments ({', '.join(extra)})"
            self.source.left(original_node, why, "set app.extra = {...} after creating the app")
        prefix = keyword(original_node.args, "openapi_prefix")
        if prefix is None:
            return updated_node
        if keyword(original_node.args, "root_path"):
            why = "both openapi_prefix= and root_path= are set"
            self.source.left(original_node, why, "keep root_path= only")
            return updated_node
        self.source.changed(original_node, "openapi_prefix= -> root_path=")
        place = original_node.args.index(prefix)
        args = [
            one.with_changes(keyword=cst.Name("root_path")) if at == place else one
            for at, one in enumerate(updated_node.args)
        ]
        return updated_node.with_changes(args=args)


def _assigned_call(line: cst.SimpleStatementLine) -> cst.Call | None:
    """Return the call in a line that is `name = call()` and nothing else."""
    body = line.body[0] if len(line.body) == 1 else None
    if not isinstance(body, cst.Assign) or len(body.targets) != 1:
        return None
    return body.value if isinstance(body.value, cst.Call) else None


def _without(call: cst.Call, names: set[str]) -> cst.Call:
    kept = [one for one in call.args if not (one.keyword and one.keyword.value in names)]
    if not kept:
        return call.with_changes(args=[], whitespace_before_args=cst.SimpleWhitespace(""))
    last = call.args[-1]
    kept[-1] = kept[-1].with_changes(
        comma=last.comma, whitespace_after_arg=last.whitespace_after_arg
    )
    return call.with_changes(args=kept)


def _extra(name: str, extra: Mapping[str, str]) -> cst.BaseStatement:
    items = [f'"{key}": {value}' for key, value in extra.items()]
    text = f"{name}.extra = {{{', '.join(items)}}}"
    if len(text) > _LINE_LENGTH:
        text = f"{name}.extra = {{\n" + "".join(f"    {one},\n" for one in items) + "}"
    return cst.parse_statement(text)


RULE = Rule(
    name="fastapi-application",
    summary="`FastAPI(openapi_prefix=)` -> `root_path=`, unknown arguments -> `app.extra`",
    since="1.5.0",
    words=(
        "FastAPI",
        "openapi_prefix",
        "HTTPBearer",
        "HTTPBasic",
        "HTTPDigest",
        "APIKey",
        "OpenIdConnect",
    ),
    rewrite=_rewrite,
)
