"""Other uses of schemas in a service that need a schema of marshmallow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import libcst as cst

from drydock.codemods.marshmallow.declared import Declared, Reason, keywords_of
from drydock.codemods.source import Source, dotted

# Libraries that accept or create schemas of marshmallow.
LIBRARIES = {
    *(
        "webargs",
        "apispec",
        "flask_apispec",
        "aiohttp_apispec",
        "flask_smorest",
        "apispec_webframeworks",
    ),
    *(
        "flask_marshmallow",
        "marshmallow_sqlalchemy",
        "marshmallow_dataclass",
        "marshmallow_jsonapi",
    ),
    *(
        "marshmallow_enum",
        "marshmallow_oneofschema",
        "marshmallow_polyfield",
        "marshmallow_jsonschema",
    ),
    *(
        "flask_rebar",
        "apiflask",
        "umongo",
        "desert",
        "marshmallow_union",
        "marshmallow_utils",
        "marshmallow_toplevel",
    ),
    *(
        "aiohttp_apigami",
        "flask_restx_marshmallow",
        "flask_resty",
        "class_registry",
        "drf_marshmallow",
    ),
}
_OPTIONS = {"only", "exclude", "many", "load_only", "dump_only", "partial", "unknown"}
_UNSUPPORTED = {
    *("fields", "declared_fields", "_declared_fields", "load_fields", "dump_fields", "context"),
    *("opts", "Meta", "from_dict", "on_bind_field", "set_class", "dict_class", "_hooks"),
    *("ordered", "OPTIONS_CLASS"),
    *("get_declared_fields", "TYPE_MAPPING", "session", "instance"),
}


@dataclass(frozen=True)
class Use:
    """A place where a schema cannot be replaced."""

    ref: str
    reason: Reason


def uses(
    source: Source, classes: Mapping[str, Declared], *, reads_docstrings: bool
) -> Iterator[Use]:
    """Yield the places in a module that need a schema of marshmallow."""
    visitor = _Uses(source, classes, reads_docstrings)
    source.tree.visit(visitor)
    yield from visitor.uses


class _Uses(cst.CSTVisitor):
    def __init__(
        self, source: Source, classes: Mapping[str, Declared], reads_docstrings: bool
    ) -> None:
        super().__init__()
        self.source = source
        self.classes = classes
        self.reads_docstrings = reads_docstrings
        self.uses: list[Use] = []
        self.bases: list[set[str]] = [{""}]
        """The ancestors of the enclosing classes."""
        self.named: dict[str, str] = {}
        """The schemas in variables, by name."""

    def _ref(self, node: cst.CSTNode) -> str:
        if isinstance(node, cst.Call):
            node = node.func
        full = self.source.resolve(node)
        if full in self.classes and self.classes[full].is_schema:
            return full
        return self.named.get(dotted(node), "")

    def _note(self, ref: str, node: cst.CSTNode, what: str, how: str) -> None:
        reason = Reason(self.source.path, self.source.line(node), what, how)
        self.uses.append(Use(ref, reason))

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        bases = {self.source.resolve(each.value) for each in node.bases}
        self.bases.append(
            bases | {more for each in bases for more in self.source.project.bases(each)}
        )
        own = next((one for one in self.classes.values() if one.node is node), None)
        if own is None:
            return True
        for statement in node.body.body:
            if isinstance(statement, cst.FunctionDef):
                statement.visit(self)
        return False

    def leave_ClassDef(self, original_node: cst.ClassDef) -> None:
        self.bases.pop()

    def visit_Assign(self, node: cst.Assign) -> None:
        if ref := self._ref(node.value):
            for target in node.targets:
                if name := dotted(target.target):
                    self.named[name] = ref

    def visit_Call(self, node: cst.Call) -> None:
        if (ref := self._ref(node.func)) and dotted(node.func) not in self.named:
            for name in keywords_of(node):
                if name in ("load_only", "dump_only") and self._has_in_meta(ref, name):
                    what = f"{name}= overrides Meta.{name}"
                    self._note(ref, node, what, "define a separate schema for it")
                elif name not in _OPTIONS:
                    what = f"{name}= is passed to a schema"
                    self._note(ref, node, what, "use a contextvars.ContextVar")
            if any(each.star for each in node.args):
                self._note(ref, node, "options are unpacked with * or **", "write them out")
        elif not self._is_own(node.func):
            for argument in node.args:
                if ref := self._ref(argument.value):
                    callee = cst.Module([]).code_for_node(node.func)
                    what = f"the schema is passed to {callee}, which may need marshmallow"
                    how = "call load() and dump() directly, or let FastAPI read the model"
                    self._note(ref, argument, what, how)

    def _has_in_meta(self, ref: str, name: str) -> bool:
        every = {ref, *self.source.project.bases(ref)} & self.classes.keys()
        return any(name in (self.classes[each].meta or {}) for each in every)

    def _is_own(self, callee: cst.BaseExpression) -> bool:
        """Return whether a callee belongs to the service or to Python."""
        name = dotted(callee)
        full = self.source.resolve(callee)
        if ":" in full or full.startswith(("builtins.", "typing.")):
            return True
        if isinstance(callee, cst.Attribute) and isinstance(callee.value, cst.Call):
            # A method of an instance of a class of the service, or of its base.
            factory = callee.value.func
            if dotted(factory) == "super":
                return all(":" in each or each == "builtins.object" for each in self.bases[-1])
            return ":" in self.source.resolve(factory)
        # `patch.object` in a test does not change the schema.
        return name.startswith(("self.", "cls.")) or name.endswith("patch.object")

    def visit_Attribute(self, node: cst.Attribute) -> None:
        name = node.attr.value
        if name in _UNSUPPORTED and (ref := self._ref(node.value)):
            self._note(ref, node, f".{name} of a schema is used", "read the model instead")

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        if self.reads_docstrings:
            for ref, one in self.classes.items():
                if one.name in node.value:
                    what = f"a string that apispec may read names {one.name}"
                    self._note(ref, node, what, "let FastAPI generate the document")


def library_of(full: str) -> str:
    """Return the library behind `full` if it builds on marshmallow, else an empty string."""
    top = full.partition(".")[0]
    return top if top in LIBRARIES or top.startswith("marshmallow_") else ""
