"""A module that a rule reads and rewrites, with the findings of the rule."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from drydock.codemods.finding import Certainty, Finding
from drydock.codemods.imports import Style, is_separated, with_imports
from drydock.codemods.project import Project, canonical_name


class Source:
    """One module of the service, as a rule receives it."""

    def __init__(self, path: str, text: str, project: Project, rule: str, *, allowed: bool) -> None:
        self.path = path
        self.text = text
        self.project = project
        self.findings: list[Finding] = []
        self._rule = rule
        self._allowed = allowed
        """Whether unsafe changes are applied."""
        self._imports: set[str] = set()
        self._unused: set[str] = set()

    @cached_property
    def _wrapper(self) -> MetadataWrapper:
        return _parsed(self.text)

    @property
    def tree(self) -> cst.Module:
        """The module before the rule; `visit` returns a new one."""
        return self._wrapper.module

    def line(self, node: cst.CSTNode) -> int:
        """Return the line where a node of `tree` starts, from 1."""
        return int(self._wrapper.resolve(PositionProvider)[node].start.line)

    def resolve(self, node: cst.CSTNode) -> str:
        """Return the full name of an expression, as `Project.resolve` does; empty if it is no name.

        Subscripts are ignored: `Base[int]` resolves to `Base`.
        """
        name = dotted(node)
        return self.project.resolve(self.path, name) if name else ""

    def is_a(self, node: cst.CSTNode, *roots: str) -> bool:
        """Return whether an expression is one of `roots`, or a class derived from one."""
        return bool(name := self.resolve(node)) and self.project.is_a(name, *roots)

    def changed(self, node: cst.CSTNode, what: str) -> None:
        """Report a certain change; `node` is a node of `tree`."""
        self._report(node, "changed", what)

    def unsafe(self, node: cst.CSTNode, what: str, why: str) -> bool:
        """Report a change that only `--unsafe` applies; return whether to apply it."""
        self._report(node, "unsafe", what, why)
        return self._allowed

    def left(self, node: cst.CSTNode, why: str, how: str) -> None:
        """Report a place that stays unchanged, and the change to make by hand."""
        self._report(node, "left", why, how)

    def _report(self, node: cst.CSTNode, certainty: Certainty, what: str, how: str = "") -> None:
        self.findings.append(Finding(self._rule, self.path, self.line(node), certainty, what, how))

    def reference(self, full: str, like: cst.CSTNode | None = None) -> cst.BaseExpression:
        """Import `full`, such as `pydantic.field_validator`, and return the expression for it.

        If `like`, the replaced expression, is an attribute of the same library
        (`pydantic.validator`), the new one is an attribute as well, and nothing is imported.
        """
        package, _, name = full.rpartition(".")
        if isinstance(like, cst.Attribute) and self.resolve(like.value) == package:
            return like.with_changes(attr=cst.Name(name))
        module = self.project.modules[self.path]
        canonical = canonical_name(full)
        for alias in module.imports:
            is_clear = alias not in module.ambiguous
            if is_clear and self.project.resolve(self.path, alias) == canonical:
                return cst.Name(alias)
        if name in module.bound | module.imports.keys():
            self._imports.add(f"import {package}")  # the name is taken
            return cst.parse_expression(full)
        self._imports.add(full)
        return cst.Name(name)

    def add_import(self, full: str) -> None:
        """Import `full`, such as `pydantic_settings.BaseSettings as Base`."""
        self._imports.add(full)

    def drop_import(self, node: cst.CSTNode) -> None:
        """Drop the import of a name that the rule has replaced, unless something else uses it."""
        if name := dotted(node).partition(".")[0]:
            self._unused.add(name)

    def finish(self, tree: cst.Module) -> str:
        """Return the text of the new tree, with its imports updated."""
        if self._imports or self._unused:
            unused = {n for n in self._unused if not any(self.project.importers(self.path, n))}
            own = partial(self.project.find_module, near=self.path)
            style = Style(is_separated(self.tree), lambda module: bool(own(module)))
            tree = with_imports(tree, self._imports, unused, style)
        return tree.code


@lru_cache(maxsize=1)
def _parsed(text: str) -> MetadataWrapper:
    """Parse a module and keep its positions: most rules share one tree, as they change nothing."""
    return MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)


class Rewriter(cst.CSTTransformer):
    """A transformer for one module."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source


def dotted(node: cst.CSTNode) -> str:
    """Return a dotted name such as `pydantic.BaseModel` as text; empty for any other expression."""
    if isinstance(node, cst.Subscript):
        return dotted(node.value)
    if isinstance(node, cst.Attribute):
        return f"{value}.{node.attr.value}" if (value := dotted(node.value)) else ""
    return node.value if isinstance(node, cst.Name) else ""


def keyword(arguments: Sequence[cst.Arg], name: str) -> cst.Arg | None:
    """Return the keyword argument `name`."""
    return next((a for a in arguments if a.keyword and a.keyword.value == name), None)


def statements(body: cst.BaseSuite | cst.Module) -> Iterator[cst.BaseSmallStatement]:
    """Yield the small statements directly in a body, not those in nested blocks."""
    for line in body.body:
        if isinstance(line, cst.SimpleStatementLine):
            yield from line.body
        elif isinstance(line, cst.BaseSmallStatement):
            yield line


class Renaming(cst.CSTTransformer):
    """Replaces names with other expressions wherever they are used as values."""

    def __init__(self, names: Mapping[str, cst.BaseExpression]) -> None:
        super().__init__()
        self.names = names

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        new = self.names.get(original_node.value)
        if new is None:
            return updated_node
        if isinstance(new, cst.Name):
            return updated_node.with_changes(value=new.value)
        return new.deep_clone()
