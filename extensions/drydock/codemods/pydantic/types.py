"""Custom types, whose methods Pydantic 2 no longer calls, and URLs, which are no longer `str`.

Source: https://docs.pydantic.dev/latest/migration/#defining-custom-types, #url-and-dsn-types-in-
pydanticnetworks-no-longer-inherit-from-str. They are reported only: the replacement
depends on the service.
"""

import libcst as cst

from drydock.codemods.pydantic.models import InModels
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source, dotted

_METHODS = {
    "__get_validators__": "define __get_pydantic_core_schema__, or use Annotated[..., validators]",
    "__modify_schema__": "define __get_pydantic_json_schema__",
}
_URLS = {
    f"pydantic.{name}"
    for name in ("AnyUrl", "AnyHttpUrl", "HttpUrl", "FileUrl", "PostgresDsn", "RedisDsn", "AmqpDsn",
                 "KafkaDsn", "MongoDsn", "CockroachDsn")
}  # fmt: skip


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Types(source))


class _Types(InModels):
    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if node.name.value in _METHODS and self.classes:
            why = f"Pydantic 2 no longer calls {node.name.value}"
            self.source.left(node, why, _METHODS[node.name.value])

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        if not self.model:
            return
        for name in self._urls(node.annotation.annotation):
            what = f"{dotted(node.target)}: {name} is no longer a str"
            how = "wrap it in str(...) where a str is needed, for example by a database driver"
            self.source.left(node, what, how)

    def visit_Call(self, node: cst.Call) -> None:
        func = node.func
        if not isinstance(func, cst.Attribute) or func.attr.value != "build":
            return
        url = self.source.resolve(func.value)
        if url in _URLS:
            what = f"{url.rpartition('.')[2]}.build() has other arguments in Pydantic 2"
            how = "use username= for user=, path= without leading slash, and str() for the result"
            self.source.left(node, what, how)

    def _urls(self, node: cst.CSTNode) -> list[str]:
        urls: list[str] = []
        source = self.source

        class Collector(cst.CSTVisitor):
            def visit_Name(self, node: cst.Name) -> None:
                if source.resolve(node) in _URLS:
                    urls.append(node.value)

            def visit_Attribute(self, node: cst.Attribute) -> bool:
                if source.resolve(node) in _URLS:
                    urls.append(node.attr.value)
                return False

        node.visit(Collector())
        return urls


RULE = Rule(
    name="pydantic-types",
    summary="custom types, and URLs, which are no longer `str`: reported",
    since="1.5.0",
    words=(*_METHODS, "Url", "Dsn"),
    rewrite=_rewrite,
)
