"""Types of the service that Pydantic 2 asks otherwise, and URLs, which are no texts any more.

Source: https://docs.pydantic.dev/latest/migration/#defining-custom-types, #url-and-dsn-types-in-
pydanticnetworks-no-longer-inherit-from-str. All of it is left: what replaces it is the service's
to decide.
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
            why = f"{node.name.value} is no longer asked"
            self.source.left(node, why, _METHODS[node.name.value])

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        if not self.model:
            return
        for name in self._urls(node.annotation.annotation):
            what = f"{dotted(node.target)}: {name} is no longer a str"
            how = "where a text is needed, as by a database or a client: str(...)"
            self.source.left(node, what, how)

    def visit_Call(self, node: cst.Call) -> None:
        func = node.func
        if not isinstance(func, cst.Attribute) or func.attr.value != "build":
            return
        meaning = self.source.resolve(func.value)
        if meaning in _URLS:
            how = "username= for user=, path without the first slash, and str(...) of what it makes"
            self.source.left(node, f"{meaning.rpartition('.')[2]}.build() has other arguments", how)

    def _urls(self, node: cst.CSTNode) -> list[str]:
        found: list[str] = []
        source = self.source

        class Naming(cst.CSTVisitor):
            def visit_Name(self, node: cst.Name) -> None:
                if source.resolve(node) in _URLS:
                    found.append(node.value)

            def visit_Attribute(self, node: cst.Attribute) -> bool:
                if source.resolve(node) in _URLS:
                    found.append(node.attr.value)
                return False

        node.visit(Naming())
        return found


RULE = Rule(
    name="pydantic-types",
    summary="custom types and URLs, which are no `str` any more: told",
    since="1.5.0",
    words=(*_METHODS, "Url", "Dsn"),
    rewrite=_rewrite,
)
