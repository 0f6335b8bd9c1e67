"""One module that a rule reads and rewrites, and what the rule tells of it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from drydock.codemods.finding import Certainty, Finding
from drydock.codemods.imports import Style, is_separated, with_imports
from drydock.codemods.project import Project, documented


class Source:
    """One module of the service, as a rule is given it."""

    def __init__(self, path: str, text: str, project: Project, rule: str, *, allowed: bool) -> None:
        self.path = path
        self.text = text
        self.project = project
        self.findings: list[Finding] = []
        self._rule = rule
        self._allowed = allowed
        """Whether what is unsafe is wanted."""
        self._imports: set[str] = set()
        self._unused: set[str] = set()

    @cached_property
    def _wrapper(self) -> MetadataWrapper:
        return _parsed(self.text)

    @property
    def tree(self) -> cst.Module:
        """The module as it is before the rule; `visit` returns another one."""
        return self._wrapper.module

    def line(self, node: cst.CSTNode) -> int:
        """Return the line where a node of `tree` starts, from 1."""
        return int(self._wrapper.resolve(PositionProvider)[node].start.line)

    def meaning(self, node: cst.CSTNode) -> str:
        """Return what an expression names, as `Project.meaning` does; empty if it is no name.

        Brackets do not count: `Base[int]` means `Base`.
        """
        name = dotted(node)
        return self.project.meaning(self.path, name) if name else ""

    def is_a(self, node: cst.CSTNode, *roots: str) -> bool:
        """Tell whether an expression names one of `roots`, or a class derived from one."""
        return bool(found := self.meaning(node)) and self.project.is_a(found, *roots)

    def changed(self, node: cst.CSTNode, what: str) -> None:
        """Tell that a place is certain and changed; `node` is one of `tree`."""
        self._find(node, "changed", what)

    def unsafe(self, node: cst.CSTNode, what: str, why: str) -> bool:
        """Tell of a place that is changed on request only; return whether to change it."""
        self._find(node, "unsafe", what, why)
        return self._allowed

    def left(self, node: cst.CSTNode, why: str, how: str) -> None:
        """Tell of a place that is not changed, and which change to make by hand."""
        self._find(node, "left", why, how)

    def _find(self, node: cst.CSTNode, certainty: Certainty, what: str, how: str = "") -> None:
        self.findings.append(Finding(self._rule, self.path, self.line(node), certainty, what, how))

    def named(self, full: str, like: cst.CSTNode | None = None) -> cst.BaseExpression:
        """Return the expression for `full`, such as `pydantic.field_validator`; import it.

        Where `like`, which it replaces, is an attribute of the same library (`pydantic.validator`),
        so is the new one, and nothing is imported.
        """
        package, _, name = full.rpartition(".")
        if isinstance(like, cst.Attribute) and self.meaning(like.value) == package:
            return like.with_changes(attr=cst.Name(name))
        bound = self.project.modules[self.path]
        known_as = documented(full)
        for known in bound.imports:
            if known not in bound.unsure and self.project.meaning(self.path, known) == known_as:
                return cst.Name(known)
        if name in bound.bound | bound.imports.keys():
            self._imports.add(f"import {package}")  # the name is taken
            return cst.parse_expression(full)
        self._imports.add(full)
        return cst.Name(name)

    def imported(self, full: str) -> None:
        """Import `full`, such as `pydantic_settings.BaseSettings as Base`."""
        self._imports.add(full)

    def unused(self, node: cst.CSTNode) -> None:
        """Drop the import of a name that the rule replaced, if nothing else uses it."""
        if name := dotted(node).partition(".")[0]:
            self._unused.add(name)

    def finish(self, tree: cst.Module) -> str:
        """Return the text of the new tree, with the imports that it needs."""
        if self._imports or self._unused:
            unused = {n for n in self._unused if not any(self.project.importers(self.path, n))}
            own = partial(self.project.find_module, near=self.path)
            style = Style(is_separated(self.tree), lambda module: bool(own(module)))
            tree = with_imports(tree, self._imports, unused, style)
        return tree.code


@lru_cache(maxsize=1)
def _parsed(text: str) -> MetadataWrapper:
    """Return the tree of a module, and where its parts are; most rules leave it as it is."""
    return MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)


class Rewriter(cst.CSTTransformer):
    """A transformer for one module, with what all rules ask while they walk it."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source


def dotted(node: cst.CSTNode) -> str:
    """Return the name that an expression is, as `pydantic.BaseModel`; empty if it is none."""
    if isinstance(node, cst.Subscript):
        return dotted(node.value)
    if isinstance(node, cst.Attribute):
        return f"{found}.{node.attr.value}" if (found := dotted(node.value)) else ""
    return node.value if isinstance(node, cst.Name) else ""


def keyword(arguments: Sequence[cst.Arg], name: str) -> cst.Arg | None:
    """Return the argument that is given by `name`."""
    return next((a for a in arguments if a.keyword and a.keyword.value == name), None)


def statements(body: cst.BaseSuite | cst.Module) -> Iterator[cst.BaseSmallStatement]:
    """Yield the small statements that stand directly in a body."""
    for line in body.body:
        if isinstance(line, cst.SimpleStatementLine):
            yield from line.body
        elif isinstance(line, cst.BaseSmallStatement):
            yield line


class Renaming(cst.CSTTransformer):
    """Puts other expressions in the place of names, wherever these are used as values."""

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
