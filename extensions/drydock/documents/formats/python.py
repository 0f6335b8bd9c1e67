"""Python source code.

The parts of a module or class are its statements. A function is one part, merged by lines.
"""

import ast
import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

from drydock.documents import python_items, siblings
from drydock.documents.kinds import ANYWHERE, BLOCK, GUARD, NAMES, Place
from drydock.documents.nodes import Body, Part
from drydock.profiles import Profile

# Decorators that do not make the order of definitions matter.
_HARMLESS = re.compile(
    r"(abc|contextlib|dataclasses|functools|pytest|typing|typing_extensions)\.(?!singledispatch)"
    r"|(unittest\.)?mock\.|hypothesis\.|(given|patch)\b"
    r"|(abstractmethod|asynccontextmanager|cache|cached_property|classmethod|contextmanager"
    r"|dataclass|final|fixture|lru_cache|override|property|staticmethod|wraps)\b"
)
_ACCESSOR = re.compile(r"\.(setter|getter|deleter)$")

_SILENT = re.compile(r"\s*(#.*)?")
"""A blank line or a comment."""
_AFTER = re.compile(r"(?:[ \t\f]*;[ \t\f]*)?(?P<after>[ \t\f]*(?:#[^\n]*)?\n?)")
"""What can follow a simple statement on its line."""


def handles(path: str) -> bool:
    """Tell whether `path` names Python source."""
    return path.endswith((".py", ".pyi"))


def check(text: str) -> None:
    """Raise ValueError if `text` does not compile with the running Python."""
    python_items.check(text)


def read(text: str, _file_profiles: Sequence[Profile] = ()) -> Part:
    """Parse `text` into statements."""
    if "\r" in text:
        raise ValueError("mixed line ends")
    tree, reader = python_items.parse(text), _Reader(text)
    head = _first(tree.body[0]) if tree.body else len(reader.lines)
    parts, foot = reader.statements(tree.body, head, len(reader.lines))
    opening, closing = ("".join(lines) for lines in (reader.lines[:head], reader.lines[foot:]))
    return Part("the module", body=Body(parts, opening=opening, closing=closing, kind=BLOCK))


class _Reader:
    """Cuts a text into statements, line by line; lines are counted from 0."""

    def __init__(self, text: str) -> None:
        self.lines: list[str] = re.findall(r"[^\n]*\n|[^\n]+", text)

    def statements(
        self, nodes: Sequence[ast.stmt], line: int, stop: int
    ) -> tuple[tuple[Part, ...], int]:
        """Return the parts for `nodes`, and the line after them.

        The comments above the first node begin at `line`; the nodes end before `stop`.
        """
        parts = []
        rows = list(_rows(nodes))
        limits = [*(_first(row[0]) for row in rows[1:]), stop]
        for row, below in zip(rows, limits, strict=False):
            end = self._end(row[-1], below)
            parts.append(self._statement(row, line, end))
            line = end
        return siblings.distinct(parts), line

    def _end(self, node: ast.stmt, below: int) -> int:
        """Return the line after a statement and the comments below that belong to its blocks.

        A block includes all lines below it up to the last one with its indentation.
        """
        end = node.end_lineno or node.lineno
        for indent in self._indents(node):
            owned = [at for at in range(end, below) if self.lines[at].startswith(indent)]
            end = owned[-1] + 1 if owned else end
        return end

    def _indents(self, node: ast.stmt) -> Iterator[str]:
        """Yield the indentation of the blocks at the end of `node`, innermost first."""
        if isinstance(node, ast.Match):
            yield from self._block_indents(node.cases[-1].body)
            pattern = node.cases[-1].pattern
            yield self._indent(pattern.lineno - 1)
        elif block := _last_block(node):
            yield from self._block_indents(block)

    def _block_indents(self, block: Sequence[ast.stmt]) -> Iterator[str]:
        first = block[0]
        is_elif = isinstance(first, ast.If) and self._code_at(first).startswith("elif")
        if self._is_indented(block):
            yield from self._indents(block[-1])
            if not is_elif:
                yield self._indent(_first(first))

    def _is_indented(self, block: Sequence[ast.stmt]) -> bool:
        """Tell whether a block starts on its own line, not after the colon."""
        line, column = self.lines[_first(block[0])], block[0].col_offset
        return not line.encode()[:column].strip()

    def _code_at(self, node: ast.stmt) -> str:
        return self.lines[node.lineno - 1].encode()[node.col_offset :].decode()

    def _indent(self, line: int) -> str:
        return self.lines[line][: -len(self.lines[line].lstrip())]

    def _statement(self, row: Sequence[ast.stmt], start: int, end: int) -> Part:
        begin, node = _first(row[0]), row[0]
        lead, text = ("".join(self.lines[a:b]) for a, b in ((start, begin), (begin, end)))
        if not _is_compound(node):
            after = self._after(row[-1])
            text = text.removesuffix(after)
            return replace(_simple(row, text, begin), lead=lead, after=after)
        part = Part(_key(node), text, _meaning(row, text), lead, place=_place(node))
        block: list[ast.stmt] = getattr(node, "body", []) if _holds_parts(node) else []
        if not block or not self._is_indented(block):
            return part
        first = _first(block[0])
        while _SILENT.fullmatch(self.lines[first - 1].rstrip("\n")):
            first -= 1
        parts, foot = self.statements(block, first, end)
        is_class = isinstance(node, ast.ClassDef)
        if is_class:  # the order of constants can matter in a class
            parts = tuple(replace(one, place=siblings.fixed_or_anywhere(one)) for one in parts)
        body = Body(
            parts,
            opening="".join(self.lines[begin:first]),
            closing="".join(self.lines[foot:end]),
            kind=BLOCK if is_class else GUARD,
        )
        return _with(part, body)

    def _after(self, node: ast.stmt) -> str:
        line = self.lines[(node.end_lineno or node.lineno) - 1]
        match = _AFTER.fullmatch(line.encode()[node.end_col_offset :].decode())
        return match["after"] if match else ""


def _rows(nodes: Sequence[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Yield the statements of each line: several simple statements can share one."""
    row: list[ast.stmt] = []
    for node in nodes:
        if row and node.lineno != row[-1].end_lineno:
            yield row
            row = []
        row.append(node)
    if row:
        yield row


def _first(node: ast.stmt) -> int:
    """Return the first line of a statement, including its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)]) - 1


def _is_compound(node: ast.stmt) -> bool:
    return isinstance(node, ast.Match) or hasattr(node, "body")


def _last_block(node: ast.stmt) -> list[ast.stmt]:
    """Return the statements in the last block of a statement; empty if it has no block."""
    if isinstance(node, ast.Try | ast.TryStar):
        last = node.handlers[-1].body if node.handlers else node.body
        return node.finalbody or node.orelse or last
    block: list[ast.stmt] = getattr(node, "orelse", None) or getattr(node, "body", [])
    return block


def _meaning(parsed: Sequence[ast.stmt], text: str) -> Hashable:
    """Return the meaning of statements and their comments, regardless of layout."""
    return tuple(map(ast.dump, parsed)), python_items.comments(text)


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


def _simple(  # noqa: PLR0911 - a kind a line
    parsed: Sequence[ast.stmt], text: str, first: int
) -> Part:
    node = parsed[0]
    part = Part(_key(node), text, _meaning(parsed, text))
    match node:
        case _ if len(parsed) > 1:
            return replace(part, key="; ".join(map(ast.unparse, parsed)))
        case ast.Import(names=[_]):
            return replace(part, place=ANYWHERE)
        case ast.ImportFrom(names=[name]) if name.asname or name.name == "*":
            return replace(part, place=None if name.name == "*" else ANYWHERE)
        case ast.ImportFrom():
            key = f"from {'.' * node.level}{node.module or ''} import"
            body = python_items.imported_names(text)
            return _with(replace(part, key=key, place=ANYWHERE), body and _as_set(body))
        case ast.Expr(value=ast.Constant(value=str())):
            return replace(part, key="the docstring")
        case ast.Assign(targets=[_], value=value) | ast.AnnAssign(value=value) if value:
            return _with_items(part, f"{part.key} ", value, first)
        case ast.Expr(value=ast.Call() as value):
            return _with_items(part, "", value, first)
    return part


def _with_items(part: Part, target: str, value: ast.expr, first: int) -> Part:
    match value:
        case ast.Constant():
            return replace(part, place="a constant")
        case ast.List() | ast.Set() | ast.Dict() | ast.Call():
            body = python_items.value_items(part.text, value, first)
            if target == "__all__ = " and body:
                body = _as_set(body)
            return _with(
                replace(part, key=f"{target}{python_items.list_kind(value, target)}"), body
            )
    return part


def _as_set(body: Body) -> Body:
    """Make the items unordered; they stay sorted if both sides sort them."""
    parts = tuple(replace(item, place=ANYWHERE) for item in body.parts)
    return replace(body, parts=parts, kind=NAMES)


def _with(part: Part, body: Body | None) -> Part:
    return replace(part, text="", meaning=None, body=body) if body else part
