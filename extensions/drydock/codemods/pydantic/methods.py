"""`.dict()` -> `.model_dump()`, and the other methods of a model that have new names.

Source: https://docs.pydantic.dev/latest/migration/#changes-to-pydanticbasemodel.
Many other things have a `dict()` or `json()`, so this is certain only where the receiver is known
to be a model. Pydantic 2 still has the old names, with a warning, and does the same.
"""

import libcst as cst

from drydock.codemods.pydantic.receivers import ROOTS, WithTypes
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source, dotted

_DUMP = {"include", "exclude", "by_alias", "exclude_unset", "exclude_defaults", "exclude_none"}
_OLD_DUMP = _DUMP | {"skip_defaults"}
# Of a model or its class: the new name, and the arguments that it takes, too.
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
_NO_VALIDATORS = "call model_validate(): the validators of a class are no longer listed"
_INTERNALS = {
    "__fields__": "read model_fields of the class, whose values are FieldInfo",
    "__fields_set__": "read model_fields_set",
    "__config__": "read model_config, which is a dict",
    "__validators__": _NO_VALIDATORS,
    "__pre_root_validators__": _NO_VALIDATORS,
    "__post_root_validators__": _NO_VALIDATORS,
    "__custom_root_type__": "ask whether it is a subclass of RootModel",
    "__json_encoder__": "call model_dump_json()",
    "__schema_cache__": "call model_json_schema(), and keep what it returns",
}
"""What Pydantic 1 kept in a class, and what to do without."""
_OF_KEYS = {f"builtins.{one}" for one in ("frozenset", "len", "list", "set", "sorted", "tuple")}
"""What is called with a dict for its keys."""
# What hardly anything but a model has, so that it may be changed on request.
_TELLING = {"parse_obj", "from_orm", "update_forward_refs"}
_UNKNOWN = "what it is called on is not known to be a model"


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
        """`__fields__` of which the keys alone are read, with the class that has them."""
        self.words: set[cst.CSTNode] = set()
        """The texts that name them."""

    def visit_Call(self, node: cst.Call) -> None:
        """Look for what reads the names of fields, which Pydantic 2 has the same of."""
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
        """Note an expression that is `__fields__` of a class that is certainly a model."""
        held, word = _fields_of(node)
        found = self.type_of(held) if held else None
        if held and found and found.kind == "class":
            self.keys[node] = held
            self.words |= {word} if word else set()

    def _renamed(self, node: cst.BaseExpression, held: cst.BaseExpression) -> cst.Attribute:
        self.source.changed(node, "__fields__, for its keys -> model_fields")
        return cst.Attribute(held, cst.Name("model_fields"))

    def leave_Subscript(
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        held = self.keys.get(original_node)
        return self._renamed(original_node, held.deep_clone()) if held else updated_node

    def left_model(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        for line in original_node.body.body:
            if isinstance(line, cst.FunctionDef) and line.name.value in {"dict", "json"}:
                why = f"Pydantic 2 does not call a model's own {line.name.value}(): "
                why += "FastAPI and models around it dump it without that"
                self.source.left(line, why, "use @model_serializer or @field_serializer")
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        if held := self.keys.get(original_node):
            return self._renamed(original_node, held.deep_clone())
        func = original_node.func
        meaning = self.source.resolve(func)
        if meaning in {"pydantic.parse_obj_as", "pydantic.parse_raw_as"}:
            return self._adapted(original_node, updated_node, meaning)
        if not isinstance(func, cst.Attribute):
            return updated_node
        name = func.attr.value
        if name in _BY_HAND and self.type_of(func.value):
            self.source.left(original_node, f".{name}() of a model", _BY_HAND[name])
        if name not in _NEW:
            return updated_node
        new, taken = _NEW[name]
        if not self._is_to_change(original_node, name, new, taken):
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

    def _is_to_change(self, node: cst.Call, name: str, new: str, taken: set[str] | None) -> bool:
        """Tell of a call, and whether to change it."""
        assert isinstance(node.func, cst.Attribute)
        receiver = self.type_of(node.func.value)
        words = {one.keyword.value for one in node.args if one.keyword}
        what = f".{name}() -> .{new}()"
        if not receiver or receiver.kind == "many":
            # What else is called so has other arguments, or none.
            telling = name in _TELLING or (name in {"dict", "json"} and words & _OLD_DUMP)
            if (
                telling
                or (name == "dict" and not node.args)
                or (name == "copy" and "update" in words)
            ):
                return self.source.unsafe(node, what, _UNKNOWN)
            return False
        if receiver.kind == "class" and name in {"dict", "json", "copy"} and not node.args:
            return False
        if name in self.overridden:
            why = f"a model of the service has its own {name}()"
            self.source.left(node, f".{name}() is kept: {why}", f"rename that and call .{new}()")
            return False
        if taken is not None and (more := sorted(words - taken)):
            how = f"call .{new}() and do by hand what {more[0]}= did"
            self.source.left(node, f".{name}({more[0]}=) of a model", how)
            return False
        if any(one.star for one in node.args):
            return self.source.unsafe(node, what, "its arguments are not written out")
        self.source.changed(node, what)
        return True

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        how = _INTERNALS.get(original_node.raw_value)
        if how and original_node not in self.words:
            why = f"{original_node.raw_value!r} is no attribute of a model any more"
            self.source.left(original_node, why, how)
        return updated_node

    def _adapted(self, old: cst.Call, new: cst.Call, meaning: str) -> cst.BaseExpression:
        """`parse_obj_as(T, x)` -> `TypeAdapter(T).validate_python(x)`."""
        name = meaning.rpartition(".")[2]
        if len(old.args) != 2 or any(one.keyword or one.star for one in old.args):
            self.source.left(old, f"{name} with more than a type and a value", "use TypeAdapter")
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
        if held := self.keys.get(original_node):
            return self._renamed(original_node, held.deep_clone())
        name = original_node.attr.value
        if name not in _INTERNALS or not self.type_of(original_node.value):
            return updated_node
        if name != "__fields_set__":
            self.source.left(original_node, f"{name} of a model", _INTERNALS[name])
            return updated_node
        self.source.changed(original_node, "__fields_set__ -> model_fields_set")
        return updated_node.with_changes(attr=cst.Name("model_fields_set"))


def _fields_of(
    node: cst.BaseExpression,
) -> tuple[cst.BaseExpression | None, cst.SimpleString | None]:
    """Return the class of which an expression is `__fields__`, and the text that names these."""
    if isinstance(node, cst.Attribute) and node.attr.value == "__fields__":
        return node.value, None
    held: cst.BaseExpression | None = None
    word: cst.CSTNode | None = None
    if isinstance(node, cst.Subscript) and len(node.slice) == 1:
        inside, of = node.slice[0].slice, node.value
        word = inside.value if isinstance(inside, cst.Index) else None
        if isinstance(of, cst.Attribute) and of.attr.value == "__dict__":
            held = of.value
        elif isinstance(of, cst.Call) and dotted(of.func) == "vars" and len(of.args) == 1:
            held = of.args[0].value
    elif isinstance(node, cst.Call) and dotted(node.func) == "getattr" and len(node.args) == 2:
        held, word = node.args[0].value, node.args[1].value
    if isinstance(word, cst.SimpleString) and word.raw_value == "__fields__":
        return held, word
    return None, None


RULE = Rule(
    name="pydantic-methods",
    summary="`.dict()` -> `.model_dump()`, `parse_obj`, `from_orm`, `parse_obj_as`, ...",
    since="1.5.0",
    words=(*(f".{name}(" for name in (*_NEW, *_BY_HAND)), "_as", *_INTERNALS),
    rewrite=_rewrite,
)
