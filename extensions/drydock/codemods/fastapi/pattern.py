"""`Query(regex=)` -> `Query(pattern=)`, for all functions that declare parameters or fields.

Source: FastAPI 0.100 deprecates `regex=` of Query, Path, Header, Cookie, Body, Form, File
(https://fastapi.tiangolo.com/release-notes/#01000), Pydantic 2 removes it from Field and constr
(https://docs.pydantic.dev/latest/migration/#changes-to-pydanticfield).
Pydantic 2 compiles patterns in Rust, without look-around and back-references: such a pattern would
raise when the module is imported, and is left unchanged.
"""

import re

import libcst as cst

from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source, keyword

_FUNCTIONS = {
    *(f"fastapi.{name}" for name in ("Query", "Path", "Header", "Cookie", "Body", "Form", "File")),
    *(f"fastapi.params.{n}" for n in ("Query", "Path", "Header", "Cookie", "Body", "Form", "File")),
    *("pydantic.Field", "pydantic.constr"),
}
# https://docs.rs/regex/latest/regex/#syntax has neither.
_NOT_IN_RUST = re.compile(r"\(\?(<?[=!]|P=|\()|\\[1-9]")


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Pattern(source))


class _Pattern(Rewriter):
    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        regex = keyword(updated_node.args, "regex")
        if regex is None or self.source.resolve(original_node.func) not in _FUNCTIONS:
            return updated_node
        if keyword(updated_node.args, "pattern"):
            why = "both regex= and pattern= are set"
            self.source.left(original_node, why, "keep pattern= only")
            return updated_node
        value = regex.value
        if isinstance(value, cst.SimpleString) and _NOT_IN_RUST.search(str(value.evaluated_value)):
            why = f"Pydantic 2 cannot compile the pattern {value.value}"
            how = "check it in a validator with re, or set regex_engine='python-re' on the model"
            self.source.left(original_node, why, how)
            return updated_node
        self.source.changed(original_node, "regex= -> pattern=")
        renamed = regex.with_changes(keyword=cst.Name("pattern"))
        return updated_node.with_changes(
            args=[renamed if one is regex else one for one in updated_node.args]
        )


RULE = Rule(
    name="fastapi-pattern",
    summary="`regex=` of Query, Path, Field, constr, ... -> `pattern=`",
    since="1.5.0",
    words=("regex",),
    rewrite=_rewrite,
)
