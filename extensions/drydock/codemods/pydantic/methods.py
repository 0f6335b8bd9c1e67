"""`.dict()` -> `.model_dump()`, and the other renamed methods of models.

Source: https://docs.pydantic.dev/latest/migration/#changes-to-pydanticbasemodel.
Many other objects have a `dict()` or `json()`, so this is certain only if the receiver is known to
be a model. In Pydantic 2 the old names still work, with a warning.
"""

import libcst as cst

from drydock.codemods.pydantic.receivers import ROOTS, WithTypes
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source, dotted

_DUMP = {"include", "exclude", "by_alias", "exclude_unset", "exclude_defaults", "exclude_none"}
_OLD_DUMP = _DUMP | {"skip_defaults"}
# Methods of a model or its class: the new name, and the arguments that it still accepts.
_NEW = {
    "dict": ("model_dump", _OLD_DUMP),
    "json": ("model_dump_json", _OLD_DUMP | {"indent"}),
    "copy": ("model_copy", {"update", "deep"}),
    "parse_obj": ("model_validate", {"obj"}),
    "parse_raw": ("model_validate_json", set()),
    "from_orm": ("model_validate", {"obj"}),
    "validate": ("model_validate", set()),
    "construct": ("model_construct", None),
    "schema": ("model_json_schema", {"by_alias", "ref_template"}),
    "update_forward_refs": ("model_rebuild", set()),
}
_BY_HAND = {
    "schema_json": "json.dumps(X.model_json_schema())",
    "parse_file": "read the file and use model_validate_json()",
}
_NO_VALIDATORS = "call model_validate(); Pydantic 2 does not list the validators of a class"
_INTERNALS = {
    "__fields__": "read model_fields of the class, whose values are FieldInfo",
    "__fields_set__": "read model_fields_set",
    "__config__": "read model_config, which is a dict",
    "__validators__": _NO_VALIDATORS,
    "__pre_root_validators__": _NO_VALIDATORS,
    "__post_root_validators__": _NO_VALIDATORS,
    "__custom_root_type__": "check whether it is a subclass of RootModel",
    "__json_encoder__": "call model_dump_json()",
    "__schema_cache__": "call model_json_schema() and cache the result",
}
"""Attributes of classes in Pydantic 1, and their replacements."""
_OF_KEYS = {f"builtins.{one}" for one in ("frozenset", "len", "list", "set", "sorted", "tuple")}
"""Functions that read only the keys of a dict."""
# Methods that hardly anything but a model has: they are changed with --unsafe.
_TELLING = {"parse_obj", "from_orm", "update_forward_refs"}
_UNKNOWN = "the object is not known to be a model"


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Methods(source))


class _Methods(WithTypes):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.overridden = {
            name
            for module in source.project.modules.values()
            for one in module.classes.values()
            for name in one.methods.keys() & _NEW.keys()
            if source.project.is_a(f"{one.path}:{one.name}", *ROOTS)
        }

        self.keys: dict[cst.CSTNode, cst.BaseExpression] = {}
        """Expressions for `__fields__` of which only the keys are read, and those of the class."""
        self.key_strings: set[cst.CSTNode] = set()
        """The strings that name `__fields__` in them."""

    def visit_Call(self, node: cst.Call) -> None:
        """Find code that reads only the names of fields, which are the same in Pydantic 2."""
        func = node.func
        if isinstance(func, cst.Attribute) and func.attr.value == "keys" and not node.args:
            self._read_keys(func.value)
        elif len(node.args) == 1 and self.source.resolve(func) in _OF_KEYS:
            self._read_keys(node.args[0].value)

    def visit_For(self, node: cst.For) -> None:
        self._read_keys(node.iter)

    def visit_CompFor(self, node: cst.CompFor) -> None:
        self._read_keys(node.iter)

    def visit_ComparisonTarget(self, node: cst.ComparisonTarget) -> None:
        if isinstance(node.operator, cst.In | cst.NotIn):
            self._read_keys(node.comparator)

    def _read_keys(self, node: cst.BaseExpression) -> None:
        """Record an expression for `__fields__` of a class that is certainly a model."""
        owner, string = _fields_of(node)
        type_ = self.type_of(owner) if owner else None
        if owner and type_ and type_.kind == "class":
            self.keys[node] = owner
            self.key_strings |= {string} if string else set()

    def _renamed(self, node: cst.BaseExpression, owner: cst.BaseExpression) -> cst.Attribute:
        self.source.changed(node, "__fields__, read for its keys -> model_fields")
        return cst.Attribute(owner, cst.Name("model_fields"))

    def leave_Subscript(
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        owner = self.keys.get(original_node)
        return self._renamed(original_node, owner.deep_clone()) if owner else updated_node

    def leave_model(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        for line in original_node.body.body:
            if isinstance(line, cst.FunctionDef) and line.name.value in {"dict", "json"}:
                why = f"Pydantic 2 does not call this {line.name.value}() when FastAPI or another "
                why += "model serializes the model"
                self.source.left(line, why, "use @model_serializer or @field_serializer")
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        if owner := self.keys.get(original_node):
            return self._renamed(original_node, owner.deep_clone())
        func = original_node.func
        function = self.source.resolve(func)
        if function in {"pydantic.parse_obj_as", "pydantic.parse_raw_as"}:
            return self._adapted(original_node, updated_node, function)
        if not isinstance(func, cst.Attribute):
            return updated_node
        name = func.attr.value
        if name in _BY_HAND and self.type_of(func.value):
            self.source.left(original_node, f"Pydantic 2 deprecates .{name}()", _BY_HAND[name])
        if name not in _NEW:
            return updated_node
        new, accepted = _NEW[name]
        if not self._is_to_change(original_node, name, new, accepted):
            return updated_node
        args = [
            one.with_changes(keyword=cst.Name("exclude_unset"))
            if one.keyword and one.keyword.value == "skip_defaults"
            else one
            for one in updated_node.args
        ]
        attribute = updated_node.func
        assert isinstance(attribute, cst.Attribute)
        renamed = attribute.with_changes(attr=attribute.attr.with_changes(value=new))
        return updated_node.with_changes(func=renamed, args=args)

    def _is_to_change(self, node: cst.Call, name: str, new: str, accepted: set[str] | None) -> bool:
        """Report a call, and return whether to change it."""
        assert isinstance(node.func, cst.Attribute)
        receiver = self.type_of(node.func.value)
        keywords = {one.keyword.value for one in node.args if one.keyword}
        what = f".{name}() -> .{new}()"
        if not receiver or receiver.kind == "collection":
            # Methods of other objects with this name have other arguments, or none.
            telling = name in _TELLING or (name in {"dict", "json"} and keywords & _OLD_DUMP)
            if (
                telling
                or (name == "dict" and not node.args)
                or (name == "copy" and "update" in keywords)
            ):
                return self.source.unsafe(node, what, _UNKNOWN)
            return False
        if receiver.kind == "class" and name in {"dict", "json", "copy"} and not node.args:
            return False
        if name in self.overridden:
            why = f".{name}() is kept: a model of the service overrides {name}()"
            self.source.left(node, why, f"rename the override and call .{new}()")
            return False
        if accepted is not None and (unknown := sorted(keywords - accepted)):
            how = f"call .{new}(), and do what {unknown[0]}= did in your own code"
            self.source.left(node, f".{name}({unknown[0]}=) of a model", how)
            return False
        if any(one.star for one in node.args):
            return self.source.unsafe(node, what, "its arguments are unpacked with * or **")
        self.source.changed(node, what)
        return True

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        how = _INTERNALS.get(original_node.raw_value)
        if how and original_node not in self.key_strings:
            why = f"{original_node.raw_value!r} is no longer an attribute of models"
            self.source.left(original_node, why, how)
        return updated_node

    def _adapted(self, old: cst.Call, new: cst.Call, function: str) -> cst.BaseExpression:
        """`parse_obj_as(T, x)` -> `TypeAdapter(T).validate_python(x)`."""
        name = function.rpartition(".")[2]
        if len(old.args) != 2 or any(one.keyword or one.star for one in old.args):
            self.source.left(
                old, f"{name}() has more arguments than a type and a value", "use TypeAdapter"
            )
            return new
        method = "validate_python" if name == "parse_obj_as" else "validate_json"
        self.source.changed(old, f"{name}() -> TypeAdapter().{method}()")
        self.source.drop_import(old.func)
        kind, value = new.args
        adapter = cst.Call(
            self.source.reference("pydantic.TypeAdapter", like=old.func),
            [kind.with_changes(comma=cst.MaybeSentinel.DEFAULT)],
        )
        return new.with_changes(func=cst.Attribute(adapter, cst.Name(method)), args=[value])

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        if owner := self.keys.get(original_node):
            return self._renamed(original_node, owner.deep_clone())
        name = original_node.attr.value
        if name not in _INTERNALS or not self.type_of(original_node.value):
            return updated_node
        if name != "__fields_set__":
            self.source.left(original_node, f"models no longer have {name}", _INTERNALS[name])
            return updated_node
        self.source.changed(original_node, "__fields_set__ -> model_fields_set")
        return updated_node.with_changes(attr=cst.Name("model_fields_set"))


def _fields_of(
    node: cst.BaseExpression,
) -> tuple[cst.BaseExpression | None, cst.SimpleString | None]:
    """Return the class whose `__fields__` an expression reads, and the string that names it."""
    if isinstance(node, cst.Attribute) and node.attr.value == "__fields__":
        return node.value, None
    owner: cst.BaseExpression | None = None
    string: cst.CSTNode | None = None
    if isinstance(node, cst.Subscript) and len(node.slice) == 1:
        inside, value = node.slice[0].slice, node.value
        string = inside.value if isinstance(inside, cst.Index) else None
        if isinstance(value, cst.Attribute) and value.attr.value == "__dict__":
            owner = value.value
        elif isinstance(value, cst.Call) and dotted(value.func) == "vars" and len(value.args) == 1:
            owner = value.args[0].value
    elif isinstance(node, cst.Call) and dotted(node.func) == "getattr" and len(node.args) == 2:
        owner, string = node.args[0].value, node.args[1].value
    if isinstance(string, cst.SimpleString) and string.raw_value == "__fields__":
        return owner, string
    return None, None


RULE = Rule(
    name="pydantic-methods",
    summary="`.dict()` -> `.model_dump()`, `parse_obj`, `from_orm`, `parse_obj_as`, ...",
    since="1.5.0",
    words=(*(f".{name}(" for name in (*_NEW, *_BY_HAND)), "_as", *_INTERNALS),
    rewrite=_rewrite,
)
