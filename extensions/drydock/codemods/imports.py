"""Updates the imports of a rewritten module: adds required ones, drops unused ones."""

import sys
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import dropwhile
from typing import TypeVar

import libcst as cst

_Import = TypeVar("_Import", cst.Import, cst.ImportFrom)


@dataclass(frozen=True)
class Style:
    """How the imports of a module are laid out."""

    separated: bool
    """Whether blank lines separate standard library, third-party and first-party imports."""
    is_own: Callable[[str], bool]
    """Returns whether a module belongs to the service."""

    def order(self, module: str) -> tuple[int, str]:
        """Return the sort key of an import: standard library, third party, first party."""
        top = module.partition(".")[0]
        if top == "__future__" or top in sys.stdlib_module_names:
            return int(top != "__future__"), top
        return (3 if self.is_own(module) or self.is_own(top) else 2), top


PLAIN = Style(separated=False, is_own=lambda _: False)
"""The style of a module whose project is unknown."""


def is_separated(tree: cst.Module) -> bool:
    """Return whether blank lines separate imports."""
    imports = [line for line in tree.body if any(map(_is_import, _small(line)))]
    return any(
        not one.comment
        for line in imports[1:]
        if isinstance(line, cst.SimpleStatementLine)
        for one in line.leading_lines
    )


def with_imports(
    tree: cst.Module, wanted: Iterable[str], unused: Set[str], style: Style = PLAIN
) -> cst.Module:
    """Return `tree` with imports of `wanted` (`pydantic.Field`, `a.B as C`, `import a.b`).

    Imports of the names in `unused` are dropped if nothing else uses them.
    """
    used = _Used()
    tree.visit(used)
    dropping = _Dropping(unused - used.names)
    rest = tree.visit(dropping)
    for full in sorted(wanted):
        rest = _with_import(rest, full, style)
    return rest if tree.code[:1].isspace() else without_blank_start(rest)


def without_blank_start(tree: cst.Module) -> cst.Module:
    """Return a module without the blank lines left at its start by a dropped import."""
    if tree.header or not tree.body:
        return tree
    first, *more = tree.body
    lines = dropwhile(lambda line: not line.comment, getattr(first, "leading_lines", ()))
    return tree.with_changes(body=[first.with_changes(leading_lines=tuple(lines)), *more])


class _Used(cst.CSTVisitor):
    """Collects every name that is used, including those in `__all__` and other strings."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        node.value.visit(self)
        return False

    def visit_Name(self, node: cst.Name) -> None:
        self.names.add(node.value)

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        text = node.raw_value
        self.names.update(word for word in _words(text))


def _words(text: str) -> list[str]:
    """Return the identifiers in a short string: an annotation, or an item of `__all__`."""
    clean = "".join(c if c.isidentifier() or c.isdigit() else " " for c in text[:200])
    return clean.split() if "\n" not in text else []


class _Dropping(cst.CSTTransformer):
    def __init__(self, names: Set[str]) -> None:
        super().__init__()
        self.names = names

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.RemovalSentinel:
        if isinstance(updated_node.names, cst.ImportStar):
            return updated_node
        return self._without(updated_node, updated_node.names)

    def leave_Import(
        self, original_node: cst.Import, updated_node: cst.Import
    ) -> cst.Import | cst.RemovalSentinel:
        return self._without(updated_node, updated_node.names)

    def _without(
        self, node: _Import, names: Sequence[cst.ImportAlias]
    ) -> _Import | cst.RemovalSentinel:
        kept = [one for one in names if _bound(one) not in self.names]
        if len(kept) == len(names):
            return node
        if not kept:
            return cst.RemoveFromParent()
        return node.with_changes(names=_with_last(kept, names[-1]))


def _with_last(kept: Sequence[cst.ImportAlias], last: cst.ImportAlias) -> list[cst.ImportAlias]:
    """Return the names of an import with the trailing comma of the former last name."""
    return [*kept[:-1], kept[-1].with_changes(comma=last.comma)]


def _bound(alias: cst.ImportAlias) -> str:
    if alias.asname and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    name: cst.BaseExpression = alias.name
    while isinstance(name, cst.Attribute):
        name = name.value
    return name.value if isinstance(name, cst.Name) else ""


def _full(node: cst.BaseExpression | None) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_full(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def _with_import(tree: cst.Module, full: str, style: Style) -> cst.Module:
    full, _, alias = full.partition(" as ")
    plain = full.startswith("import ")
    full = full.removeprefix("import ")
    package, _, name = ("", "", full) if plain else full.rpartition(".")
    body = list(tree.body)
    for place, line in enumerate(body):
        for small in _small(line):
            if (
                isinstance(small, cst.ImportFrom)
                and not small.relative
                and _full(small.module) == package
                and not isinstance(small.names, cst.ImportStar)
                and not alias
            ):
                if not any(_full(one.name) == name and not one.asname for one in small.names):
                    swap: dict[cst.BaseSmallStatement, cst.ImportFrom] = {
                        small: _with_name(small, name)
                    }
                    body[place] = line.with_changes(body=[swap.get(o, o) for o in _small(line)])
                return tree.with_changes(body=body)
            if (
                not package
                and isinstance(small, cst.Import)
                and any(_full(one.name) == name and not one.asname for one in small.names)
            ):
                return tree
    text = f"from {package} import {name}" if package else f"import {name}"
    text += f" as {alias}" if alias else ""
    new = cst.parse_statement(text, config=tree.config_for_parsing)
    place = _place(body, full, style)
    if style.separated:
        section = style.order(full)[0]
        blank = cst.EmptyLine(indent=False)
        before = _section(body[place - 1], style) if place else None
        if before is not None and before != section:
            new = new.with_changes(leading_lines=[blank])
        after = body[place] if place < len(body) else None
        behind = _section(after, style) if after else None
        if isinstance(after, cst.SimpleStatementLine) and behind not in {None, section}:
            lines = after.leading_lines
            above = [blank] if not lines or lines[0].comment else []
            body[place] = after.with_changes(leading_lines=[*above, *lines])
    return tree.with_changes(body=[*body[:place], new, *body[place:]])


def _is_import(small: cst.CSTNode) -> bool:
    return isinstance(small, cst.Import | cst.ImportFrom)


def _section(line: cst.CSTNode, style: Style) -> int | None:
    """Return the section of an import; None for any other statement."""
    for small in _small(line):
        if isinstance(small, cst.ImportFrom):
            return 3 if small.relative else style.order(_full(small.module))[0]
        if isinstance(small, cst.Import):
            return style.order(_full(small.names[0].name))[0]
    return None


def _small(line: cst.CSTNode) -> Sequence[cst.BaseSmallStatement]:
    return line.body if isinstance(line, cst.SimpleStatementLine) else ()


def _with_name(node: cst.ImportFrom, name: str) -> cst.ImportFrom:
    """Return a from-import with another name, in sorted position if the others are sorted."""
    assert not isinstance(node.names, cst.ImportStar)
    names = list(node.names)
    known = [_full(one.name) for one in names]

    def key(text: str) -> tuple[int, str]:  # as isort and ruff sort: constants, classes, the rest
        return (0 if text.isupper() else 1 if text[:1].isupper() else 2, text)

    place = len(names)
    for sort in (key, str.lower, str):
        if sorted(known, key=sort) == known:
            place = sum(sort(one) < sort(name) for one in known)  # type: ignore[operator]
            break
    new = cst.ImportAlias(cst.Name(name))
    between = next((one.comma for one in names[:-1]), None)
    if between is None:
        between = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        last = names[-1].comma
        if isinstance(last, cst.Comma) and node.lpar:
            between = cst.Comma(whitespace_after=node.lpar.whitespace_after)
    if place == len(names):
        ended = new.with_changes(comma=names[-1].comma)
        return node.with_changes(names=[*names[:-1], names[-1].with_changes(comma=between), ended])
    return node.with_changes(
        names=[*names[:place], new.with_changes(comma=between), *names[place:]]
    )


def _place(body: Sequence[cst.BaseStatement], full: str, style: Style) -> int:
    """Return the position of a new import: behind its predecessor in sort order, first block."""
    imports = []
    for place, line in enumerate(body):
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and line.body else None
        if isinstance(small, cst.ImportFrom | cst.Import):
            imports.append((place, small))
        elif imports:
            break
    if not imports:
        return int(bool(body) and is_docstring(body[0]))
    best = None
    for place, small in imports:
        if isinstance(small, cst.ImportFrom) and small.relative:
            continue
        module = _full(small.module if isinstance(small, cst.ImportFrom) else small.names[0].name)
        if style.order(module) <= style.order(full):
            best = place
    return imports[0][0] if best is None else best + 1


def is_docstring(statement: cst.CSTNode) -> bool:
    """Return whether the first statement of a body is its docstring."""
    small = _small(statement)
    texts = cst.SimpleString | cst.ConcatenatedString
    return bool(small) and isinstance(small[0], cst.Expr) and isinstance(small[0].value, texts)
