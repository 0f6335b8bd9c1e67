"""The fields, options and hooks that a schema class declares, and why some are uncertain."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from drydock.codemods.marshmallow.own_fields import OwnField
from drydock.codemods.source import Source, dotted

HOOKS = {
    f"marshmallow.{name}"
    for name in (
        *("validates", "validates_schema"),
        *("pre_load", "post_load", "pre_dump", "post_dump"),
    )
}
# The option that passes the whole collection to a hook, by major version.
_COLLECTION = {3: "pass_many", 4: "pass_collection"}
_META = {
    *("fields", "exclude", "unknown", "ordered", "load_only", "dump_only"),
    *("dateformat", "datetimeformat", "timeformat", "strict"),
}
# Names that a schema must not override: the adapter has no counterpart.
_INTERNALS = {
    *("on_bind_field", "_do_load", "_serialize", "_deserialize", "_init_fields", "_bind_field"),
    *("_invoke_field_validators", "_run_validator", "_invoke_schema_validators", "__init__"),
    *("_invoke_load_processors", "_invoke_dump_processors", "_normalize_nested_options"),
    *("from_dict", "dict_class", "set_class", "OPTIONS_CLASS", "TYPE_MAPPING", "context", "opts"),
    *("fields", "load_fields", "dump_fields", "declared_fields", "_declared_fields", "_hooks"),
    *("resolve_hooks", "load_model", "dump_model", "narrowed"),
    # Names of the adapter's Schema.
    *("_all", "_check_field", "_check_fields", "_check_whole", "_choose_members", "_chosen"),
    *(
        "_context",
        "_dump",
        "_dumped",
        "_hooks",
        "_load",
        "_loaded",
        "_read",
        "_read_one",
        "_run",
        "_text",
    ),
    *("only", "exclude", "many", "partial", "unknown", "load_only", "dump_only", "ordered"),
}
_OF_SELF = {
    *("context", "fields", "load_fields", "dump_fields", "declared_fields", "_declared_fields"),
    *("opts", "parent", "root", "session", "instance", "ordered", "dict_class", "set_class"),
}


@dataclass(frozen=True)
class Reason:
    """The reason why a schema cannot be translated with certainty."""

    path: str
    line: int
    what: str
    how: str


@dataclass
class Field:
    """A declared field."""

    name: str
    kind: str
    """The field class of marshmallow, such as `String`."""
    call: cst.Call
    statement: cst.SimpleStatementLine
    line: int


@dataclass
class Declared:
    """A schema class, or a mixin of schemas."""

    ref: str
    """`app/schemas.py:UserSchema`."""
    source: Source
    node: cst.ClassDef
    is_schema: bool
    version: int
    """The major version of marshmallow; 0 if unknown."""
    own_fields: Mapping[str, OwnField] = field(default_factory=dict)
    """The service's field classes that can become types of the adapter, by ref."""
    fields: dict[str, Field] = field(default_factory=dict)
    meta: dict[str, cst.BaseExpression] | None = None
    """The options of its own `Meta`; None if it has none."""
    meta_bases: Sequence[cst.BaseExpression] = ()
    reasons: list[Reason] = field(default_factory=list)
    _inferred: dict[str, Field] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path of its module."""
        return self.source.path

    @property
    def name(self) -> str:
        """Its name in its module."""
        return self.node.name.value

    @property
    def uses_own(self) -> set[str]:
        """The refs of the service's field classes that its fields use."""
        return {
            full
            for one in self.fields.values()
            for node in _nodes(one.call)
            if isinstance(node, cst.Name | cst.Attribute)
            and (full := self.source.resolve(node)) in self.own_fields
        }

    def inferred(self, name: str) -> Field:
        """Return a field that `Meta.fields` names and nothing declares; one instance per name."""
        if name not in self._inferred:
            call = cst.Call(cst.Name("Inferred"))
            line = self.source.line(self.node)
            nothing = cst.SimpleStatementLine([])
            self._inferred[name] = Field(name, "Inferred", call, nothing, line)
        return self._inferred[name]

    def kind_of(self, callee: cst.BaseExpression) -> str:
        """Return the field class of marshmallow that a callee is or extends; empty if none."""
        if own := self.own_fields.get(self.source.resolve(callee)):
            return own.kind
        return field_kind(self.source, callee)

    def doubt(self, node: cst.CSTNode, what: str, how: str) -> None:
        """Add a reason not to translate this schema."""
        self.reasons.append(Reason(self.path, self.source.line(node), what, how))


def field_kind(source: Source, node: cst.CSTNode) -> str:
    """Return the name of the field class of marshmallow that an expression is; empty if none."""
    full = source.resolve(node)
    package, _, name = full.rpartition(".")
    return name if package == "marshmallow.fields" else ""


def read_class(
    source: Source,
    ref: str,
    node: cst.ClassDef,
    *,
    is_schema: bool,
    version: int,
    own_fields: Mapping[str, OwnField],
) -> Declared:
    """Read what a class declares."""
    declared = Declared(ref, source, node, is_schema, version, own_fields)
    for argument in node.bases:
        if argument.star or not dotted(argument.value):
            declared.doubt(node, "a base class is not a plain name", "name the base class")
    if node.keywords:
        declared.doubt(node, "the class has keywords, such as a metaclass", "translate it by hand")
    if node.decorators:
        declared.doubt(node, "the class has a decorator", "translate it by hand")
    if not isinstance(node.body, cst.IndentedBlock):
        declared.doubt(node, "the class is on one line", "put its body on separate lines")
        return declared
    for statement in node.body.body:
        _read_statement(declared, statement)
    return declared


def _read_statement(declared: Declared, statement: cst.BaseStatement) -> None:
    if isinstance(statement, cst.FunctionDef):
        _read_method(declared, statement)
    elif isinstance(statement, cst.ClassDef):
        if statement.name.value == "Meta":
            _read_meta(declared, statement)
        elif declared.source.project.is_a(
            f"{declared.ref}.{statement.name.value}", "marshmallow.Schema"
        ):
            declared.doubt(statement, "a schema is nested in a class", "move it out of the class")
    elif isinstance(statement, cst.SimpleStatementLine):
        if len(statement.body) != 1:
            declared.doubt(statement, "a line has several statements", "put each on its own line")
        else:
            _read_assignment(declared, statement, statement.body[0])
    else:
        declared.doubt(
            statement, "the class body contains more than declarations", "translate it by hand"
        )


def _read_method(declared: Declared, method: cst.FunctionDef) -> None:
    if method.name.value in _INTERNALS:
        what = f"{method.name.value} is overridden"
        declared.doubt(method, what, "translate the class by hand")
    for option in _options_of_the_other_version(declared, method):
        what = f"marshmallow {declared.version} has no {option}="
        declared.doubt(method, what, f"write {_COLLECTION[declared.version]}")
    for node in _nodes(method.body):
        if (
            isinstance(node, cst.Attribute)
            and dotted(node.value) == "self"
            and node.attr.value in _OF_SELF
        ):
            what = f"a method uses self.{node.attr.value}"
            declared.doubt(node, what, "pass it as an argument or in a contextvars.ContextVar")


def _options_of_the_other_version(declared: Declared, method: cst.FunctionDef) -> Iterator[str]:
    """Yield the options of a method's hooks that only the other major version has."""
    others = {option for version, option in _COLLECTION.items() if version != declared.version}
    for decorator in method.decorators:
        call = decorator.decorator
        if isinstance(call, cst.Call) and declared.source.resolve(call.func) in HOOKS:
            yield from others & keywords_of(call).keys() if declared.version else ()


def _read_meta(declared: Declared, node: cst.ClassDef) -> None:
    declared.meta = {}
    declared.meta_bases = [argument.value for argument in node.bases]
    if not isinstance(node.body, cst.IndentedBlock):
        if not all(isinstance(each, cst.Pass) for each in node.body.body):
            declared.doubt(node, "Meta is on one line", "put its options on separate lines")
        return
    for line in node.body.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else (line,):
            if isinstance(small, cst.Assign) and len(small.targets) == 1:
                name = dotted(small.targets[0].target)
                declared.meta[name] = small.value
                if name not in _META:
                    what = f"Meta.{name} has no counterpart"
                    declared.doubt(node, what, "translate the class by hand")
            elif not (isinstance(small, cst.Pass) or _is_text(small)):
                declared.doubt(
                    node, "Meta contains more than assignments", "translate the class by hand"
                )


def _read_assignment(
    declared: Declared, statement: cst.SimpleStatementLine, small: cst.BaseSmallStatement
) -> None:
    if isinstance(small, cst.Pass) or _is_text(small):
        return
    value: cst.BaseExpression | None
    if isinstance(small, cst.Assign) and len(small.targets) == 1:
        name, value = dotted(small.targets[0].target), small.value
    elif isinstance(small, cst.AnnAssign):
        name, value = dotted(small.target), small.value
        if value is None:
            return
    else:
        declared.doubt(
            statement, "the class body contains more than declarations", "translate it by hand"
        )
        return
    source = declared.source
    if name in _INTERNALS:
        declared.doubt(statement, f"the class sets {name}", "translate the class by hand")
    elif isinstance(value, cst.Call) and (kind := declared.kind_of(value.func)):
        line = source.line(statement)
        if name in declared.fields:
            declared.doubt(statement, f"{name} is declared twice", "delete one of them")
        declared.fields[name] = Field(name, kind, value, statement, line)
    elif kind := field_kind(source, value):
        declared.doubt(statement, f"{name} is a field class, not a field", f"write {kind}()")
    elif not _is_plain(source, value):
        what = f"cannot tell what {name} is"
        how = "if it is a field, turn it into a type of Pydantic and translate the class by hand"
        declared.doubt(statement, what, how)


def _is_text(small: cst.CSTNode) -> bool:
    texts = (cst.SimpleString, cst.ConcatenatedString, cst.Ellipsis)
    return isinstance(small, cst.Expr) and isinstance(small.value, texts)


def _is_plain(source: Source, value: cst.BaseExpression) -> bool:
    """Return whether a value is certainly no field: strings, numbers, classes, collections."""
    if isinstance(value, cst.Dict):
        return all(
            isinstance(each, cst.DictElement) and _is_plain(source, each.value)
            for each in value.elements
        )
    if isinstance(value, cst.List | cst.Tuple | cst.Set):
        return all(_is_plain(source, each.value) for each in value.elements)
    if isinstance(value, cst.Name) and value.value in ("None", "True", "False"):
        return True
    # A class that some library reads, such as the model of an ORM.
    if source.resolve(value) and ":" in (full := source.resolve(value)):
        path, _, name = full.partition(":")
        return name in source.project.modules[path].classes and not source.project.is_a(
            full, "marshmallow.fields.Field"
        )
    return isinstance(
        value,
        cst.BaseString | cst.BaseNumber | cst.UnaryOperation | cst.BooleanOperation,
    )


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def names_in(node: cst.BaseExpression | None) -> Sequence[str] | None:
    """Return the strings of a tuple, list or set; None unless all are literals."""
    if node is None:
        return ()
    if not isinstance(node, cst.Tuple | cst.List | cst.Set):
        return None
    names = []
    for element in node.elements:
        if not isinstance(element.value, cst.SimpleString):
            return None
        names.append(str(element.value.evaluated_value))
    return names


def text_of(node: cst.CSTNode) -> str:
    """Return the code of an expression."""
    return cst.Module([]).code_for_node(node)


def short_text(node: cst.CSTNode) -> str:
    """Return the code of an expression, shortened for a line of a report."""
    text = " ".join(text_of(node).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def keywords_of(call: cst.Call) -> Mapping[str, cst.BaseExpression]:
    """Return the keyword arguments of a call."""
    return {each.keyword.value: each.value for each in call.args if each.keyword}
