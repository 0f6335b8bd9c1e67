"""Arguments of `Field`, `constr`, `conlist`, ... -> their new names; `env=` in settings.

Source: https://docs.pydantic.dev/latest/migration/#changes-to-pydanticfield. Pydantic 2 silently
takes `env=` for an extra key of the schema: the variable is then no longer read.
"""

import libcst as cst

from drydock.codemods.pydantic.models import SETTINGS, InModels, generation
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source, dotted, keyword

_FIELD = "pydantic.Field"
_LISTS = {f"pydantic.{name}" for name in ("conlist", "conset", "confrozenset")}
_LENGTHS = {"min_items": "min_length", "max_items": "max_length"}
_MANY = {
    *(f"typing.{name}" for name in ("List", "Set", "FrozenSet", "Sequence")),
    *("builtins.list", "builtins.set", "builtins.frozenset", "collections.abc.Sequence"),
}
_NUMBERS = ("gt", "ge", "lt", "le", "multiple_of")
_OF_ITEMS = {
    "builtins.str": ("min_length", "max_length", "regex", "pattern"),
    "builtins.int": _NUMBERS,
    "builtins.float": _NUMBERS,
}
"""The constraints that Pydantic 1 applied to each item of a list, by the type of the items."""
_REMOVED = {
    "unique_items": "use Set[...], or check it in a validator",
    "const": "use Literal[...] as the annotation",
}


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Fields(source))


class _Fields(InModels):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._settings = False
        self._field = ""

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        super().visit_ClassDef(node)
        self._settings = self.is_model(node, *SETTINGS)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._field = dotted(node.target)
        call = node.value
        if not isinstance(call, cst.Call) or self.source.resolve(call.func) != _FIELD:
            return
        type_, item = node.annotation.annotation, ""
        while isinstance(type_, cst.Subscript) and self.source.resolve(type_) in _MANY:
            inside = type_.slice[0].slice
            type_ = inside.value if isinstance(inside, cst.Index) else type_.value
            item = self.source.resolve(type_)
        names = [name for name in _OF_ITEMS.get(item, ()) if keyword(call.args, name)]
        # In Pydantic 2 lists have lengths as well: the version that it was written for decides.
        if names and (names[0] not in _LENGTHS.values() or generation(self.source.project) == 1):
            kind = item.removeprefix("builtins.")
            arguments = ", ".join(f"{name}=" for name in names)
            how = f"write Annotated[{kind}, Field({names[0]}=...)] for the items of {self._field}"
            why = f"{arguments} on a list of {kind} applied to each item in Pydantic 1"
            self.source.left(call, f"{why}, but not in Pydantic 2", how)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        function = self.source.resolve(original_node.func)
        if function != _FIELD and function not in _LISTS:
            return updated_node
        args = []
        for old, new in zip(original_node.args, updated_node.args, strict=True):
            args.append(self._argument(original_node, old, new, is_field=function == _FIELD))
        return updated_node.with_changes(args=args)

    def _argument(self, call: cst.Call, old: cst.Arg, new: cst.Arg, *, is_field: bool) -> cst.Arg:
        name = old.keyword.value if old.keyword else ""
        if name in _LENGTHS:
            if keyword(call.args, _LENGTHS[name]):
                why = f"both {name}= and {_LENGTHS[name]}= are set"
                self.source.left(call, why, f"keep {_LENGTHS[name]}= only")
                return new
            self.source.changed(call, f"{name}= -> {_LENGTHS[name]}=")
            return new.with_changes(keyword=cst.Name(_LENGTHS[name]))
        if name in _REMOVED and (is_field or name == "unique_items"):
            self.source.left(call, f"Pydantic 2 removed {name}=", _REMOVED[name])
        elif name == "allow_mutation" and is_field:
            flipped = {"True": "False", "False": "True"}.get(dotted(old.value))
            if flipped:
                self.source.changed(call, "allow_mutation= -> frozen=")
                return new.with_changes(keyword=cst.Name("frozen"), value=cst.Name(flipped))
        elif name == "env" and is_field and self.classes and self._settings:
            return self._variable(call, old, new)
        return new

    def _variable(self, call: cst.Call, old: cst.Arg, new: cst.Arg) -> cst.Arg:
        """`env="X"` -> `validation_alias="X"`, which renames the constructor argument as well."""
        field = self._field
        passed = self._passed(field)
        if passed or any(keyword(call.args, one) for one in ("alias", "validation_alias")):
            other = f"{field}= is passed in {passed}" if passed else "the field has an alias"
            why = f"env= is no longer read, and {other}"
            how = "use validation_alias=AliasChoices(field, variable)"
            self.source.left(call, why, how)
            return new
        value = old.value
        if isinstance(value, cst.List | cst.Tuple | cst.Set):
            names = [cst.Arg(one.value) for one in value.elements]
            alias: cst.BaseExpression = cst.Call(
                self.source.reference("pydantic.AliasChoices"), names
            )
        else:
            alias = value
        self.source.changed(call, "env= -> validation_alias=")
        return new.with_changes(keyword=cst.Name("validation_alias"), value=alias)

    def _passed(self, field: str) -> str:
        """Return a module that passes the field to the settings class; empty if none does."""
        name = self.classes[-1].name.value
        for path, text in self.source.project.files.items():
            if path.endswith(".py") and f"{name}(" in text and f"{field}=" in text:
                return path
        return ""


RULE = Rule(
    name="pydantic-fields",
    summary="`min_items=` -> `min_length=`, `allow_mutation=` -> `frozen=`, `env=` in settings",
    since="1.5.0",
    words=("Field(", *_LENGTHS, *_REMOVED, "allow_mutation", "env="),
    rewrite=_rewrite,
)
