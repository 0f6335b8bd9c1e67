"""Arguments of `FastAPI()` that have another name, and defaults that clients may notice.

Source: https://fastapi.tiangolo.com/release-notes/: 0.145 removes `openapi_prefix=`; from 0.132
JSON without a Content-Type is answered 422; a login that is missing is answered 401, not 403.
"""

import re

import libcst as cst

from drydock.codemods.fastapi.applications import APPS
from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source, keyword

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

    def leave_DictElement(
        self, original_node: cst.DictElement, updated_node: cst.DictElement
    ) -> cst.DictElement:
        key = original_node.key
        if not isinstance(key, cst.SimpleString) or key.evaluated_value != "openapi_prefix":
            return updated_node
        why = "right if it is an argument of FastAPI(), which no longer takes the first"
        if not self.source.unsafe(original_node, "'openapi_prefix' -> 'root_path'", why):
            return updated_node
        return updated_node.with_changes(key=cst.SimpleString(f"{key.quote}root_path{key.quote}"))

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        meaning = self.source.meaning(original_node.func)
        if meaning.replace(".http.", ".").replace(".api_key.", ".") in _SCHEMES:
            given = keyword(original_node.args, "auto_error")
            if not given or cst.Module([]).code_for_node(given.value) != "False":
                why = f"{meaning.rpartition('.')[2]} answers a login that is missing with 401, "
                self.source.left(original_node, why + "was 403", "tell the clients")
            return updated_node
        if not self.source.is_a(original_node.func, APPS[0]):
            return updated_node
        if not keyword(original_node.args, "strict_content_type") and not self.is_test:
            why = "JSON that is sent without a Content-Type is answered 422 now"
            how = "if clients may send none: FastAPI(strict_content_type=False)"
            self.source.left(original_node, why, how)
        given = keyword(original_node.args, "openapi_prefix")
        if given is None:
            return updated_node
        if keyword(original_node.args, "root_path"):
            self.source.left(original_node, "openapi_prefix= beside root_path=", "keep one of them")
            return updated_node
        self.source.changed(original_node, "openapi_prefix= -> root_path=")
        place = original_node.args.index(given)
        args = [
            one.with_changes(keyword=cst.Name("root_path")) if at == place else one
            for at, one in enumerate(updated_node.args)
        ]
        return updated_node.with_changes(args=args)


RULE = Rule(
    name="fastapi-application",
    summary="`FastAPI(openapi_prefix=)` -> `root_path=`; what clients may notice is told",
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
