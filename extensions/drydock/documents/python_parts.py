"""Takes Python source apart: what the format's reader does once there is something to merge.

A file of its own, because LibCST takes as long to import as a whole update takes.
"""

import ast
import io
import re
from collections.abc import Hashable, Sequence
from dataclasses import replace

import libcst as cst

from drydock.documents import python_items, siblings
from drydock.documents.kinds import ANYWHERE, BLOCK, GUARD, NAMES, Place
from drydock.documents.nodes import Body, Part

# Decorators by which the place of a definition among others does not come to mean anything.
_HARMLESS = re.compile(
    r"(abc|contextlib|dataclasses|functools|pytest|typing|typing_extensions)\.(?!singledispatch)"
    r"|(unittest\.)?mock\.|hypothesis\.|(given|patch)\b"
    r"|(abstractmethod|asynccontextmanager|cache|cached_property|classmethod|contextmanager"
    r"|dataclass|final|fixture|lru_cache|override|property|staticmethod|wraps)\b"
)
_ACCESSOR = re.compile(r"\.(setter|getter|deleter)$")


def read(text: str) -> Part:
    """Take `text` apart into statements."""
    python_items.parse(text)
    try:
        module = cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise ValueError(f"line {error.raw_line}: {error.message}") from error
    reader = _Reader(module, list(io.StringIO(text)))
    head, foot = len(module.header), len(reader.lines) - len(module.footer)
    body = Body(
        reader.statements(module.body, head),
        opening="".join(reader.lines[:head]),
        closing="".join(reader.lines[foot:]),
        kind=BLOCK,
    )
    return Part("the module", body=body)


class _Reader:
    """Cuts statements out of a text, line by line."""

    def __init__(self, module: cst.Module, lines: list[str]) -> None:
        self.module = module
        self.lines = lines

    def statements(
        self, nodes: Sequence[cst.BaseStatement | cst.BaseSmallStatement], line: int
    ) -> tuple[Part, ...]:
        """Return the parts that `nodes` are, the first of which starts at `line`."""
        parts = []
        for node in nodes:
            end = line + self._height(node)
            parts.append(self._statement(node, line, end))
            line = end
        return siblings.told_apart(parts)

    def _height(self, node: cst.CSTNode) -> int:
        return self.module.code_for_node(node).count("\n")

    def _statement(self, node: cst.CSTNode, start: int, end: int) -> Part:
        begin = start + len(getattr(node, "leading_lines", ()))
        lead, text = ("".join(self.lines[a:b]) for a, b in ((start, begin), (begin, end)))
        if isinstance(node, cst.SimpleStatementLine):
            after = self.module.code_for_node(node.trailing_whitespace)
            text = text.removesuffix(after)
            part = _simple(_statements(text), text)
            return replace(part, lead=lead, after=after)
        parsed = _statements(text)
        part = Part(_key(parsed[0]), text, _says(parsed, text), lead, place=_place(parsed[0]))
        block = getattr(node, "body", None)
        if not _holds_parts(parsed[0]) or not isinstance(block, cst.IndentedBlock):
            return part
        foot = end - len(block.footer)
        first = foot - sum(self._height(held) for held in block.body)
        is_class = isinstance(parsed[0], ast.ClassDef)
        held = self.statements(block.body, first)
        if is_class:  # where the order of constants may mean something
            held = tuple(replace(one, place=siblings.unless_anywhere(one)) for one in held)
        body = Body(
            held,
            opening="".join(self.lines[begin:first]),
            closing="".join(self.lines[foot:end]),
            kind=BLOCK if is_class else GUARD,
        )
        return _with(part, body)


def _statements(text: str) -> list[ast.stmt]:
    """Return what `text` says, which may be indented."""
    if text[:1] not in {" ", "\t"}:
        return python_items.parse(text).body
    (outer,) = python_items.parse(f"if 1:\n{text}").body
    return outer.body if isinstance(outer, ast.If) else []


def _says(parsed: Sequence[ast.stmt], text: str) -> Hashable:
    """Return what statements mean, and what is remarked where, whatever the layout."""
    return tuple(map(ast.dump, parsed)), python_items.remarks(text)


def _holds_parts(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return not node.orelse and ast.unparse(node.test).endswith("TYPE_CHECKING")
    return isinstance(node, ast.ClassDef)


def _key(node: ast.stmt) -> str:  # noqa: PLR0911 - a kind a line
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            roles = [f" @{d}" for d in map(ast.unparse, node.decorator_list) if _ACCESSOR.search(d)]
            return f"def {node.name}" + "".join(roles)
        case ast.ClassDef():
            return f"class {node.name}"
        case ast.If() | ast.While():
            return f"{type(node).__name__.lower()} {ast.unparse(node.test)}"
        case ast.Try() | ast.TryStar():
            return f"try {ast.unparse(node.body[0])}"
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
            return f"{ast.unparse(target)} ="
        case ast.AugAssign():
            return f"{ast.unparse(node.target)} ={type(node.op).__name__}"
        case ast.For() | ast.AsyncFor() | ast.With() | ast.AsyncWith() | ast.Match():
            return ast.unparse(node).partition("\n")[0]
    return ast.unparse(node)


def _place(node: ast.stmt) -> Place:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        harmless = all(
            _HARMLESS.match(name) or _ACCESSOR.search(name)
            for name in map(ast.unparse, node.decorator_list)
        )
        return ANYWHERE if harmless else None
    return None


def _simple(parsed: Sequence[ast.stmt], text: str) -> Part:  # noqa: PLR0911 - a kind a line
    node = parsed[0]
    part = Part(_key(node), text, _says(parsed, text))
    match node:
        case _ if len(parsed) > 1:
            return replace(part, key="; ".join(map(ast.unparse, parsed)))
        case ast.Import(names=[_]):
            return replace(part, place=ANYWHERE)
        case ast.ImportFrom(names=[name]) if name.asname or name.name == "*":
            return replace(part, place=None if name.name == "*" else ANYWHERE)
        case ast.ImportFrom():
            key = f"from {'.' * node.level}{node.module or ''} import"
            body = python_items.imported(text)
            return _with(replace(part, key=key, place=ANYWHERE), body and _as_set(body))
        case ast.Expr(value=ast.Constant(value=str())):
            return replace(part, key="the docstring")
        case ast.Assign(targets=[_], value=value) | ast.AnnAssign(value=value) if value:
            return _with_items(part, f"{part.key} ", value)
        case ast.Expr(value=ast.Call() as value):
            return _with_items(part, "", value)
    return part


def _with_items(part: Part, target: str, value: ast.expr) -> Part:
    match value:
        case ast.Constant():
            return replace(part, place="a constant")
        case ast.List() | ast.Set() | ast.Dict() | ast.Call():
            body = python_items.held(part.text, value)
            if target == "__all__ = " and body:
                body = _as_set(body)
            return _with(replace(part, key=f"{target}{python_items.kind(value, target)}"), body)
    return part


def _as_set(body: Body) -> Body:
    """Let the items stand in any order, and be sorted where both sides sort them."""
    parts = tuple(replace(held, place=ANYWHERE) for held in body.parts)
    return replace(body, parts=parts, kind=NAMES)


def _with(part: Part, body: Body | None) -> Part:
    return replace(part, text="", says=None, body=body) if body else part
