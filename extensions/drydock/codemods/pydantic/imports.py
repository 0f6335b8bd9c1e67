"""Names of Pydantic 1 that moved: `BaseSettings` to pydantic-settings, `GenericModel`, ...

Source: https://docs.pydantic.dev/latest/migration/#basesettings-has-moved-to-pydantic-settings,
#changes-to-pydanticgenericsgenericmodel and `pydantic._migration`, which lists moved and
removed names.
"""

import libcst as cst

from drydock.codemods.rule import Rule
from drydock.codemods.source import Renaming, Rewriter, Source, dotted

_MOVED = {
    "pydantic.BaseSettings": "pydantic_settings.BaseSettings",
    "pydantic.env_settings.BaseSettings": "pydantic_settings.BaseSettings",
    "pydantic.class_validators.root_validator": "pydantic.root_validator",
    "pydantic.class_validators.validator": "pydantic.validator",
    "pydantic.decorator.validate_arguments": "pydantic.validate_call",
    "pydantic.error_wrappers.ValidationError": "pydantic.ValidationError",
    "pydantic.fields.Undefined": "pydantic_core.PydanticUndefined",
    "pydantic.generics.GenericModel": "pydantic.BaseModel",
    "pydantic.main.BaseModel": "pydantic.BaseModel",
    "pydantic.main.create_model": "pydantic.create_model",
    "pydantic.tools.parse_obj_as": "pydantic.parse_obj_as",
    "pydantic.utils.to_camel": "pydantic.alias_generators.to_pascal",
    "pydantic.utils.to_lower_camel": "pydantic.alias_generators.to_camel",
    "pydantic.validate_arguments": "pydantic.validate_call",
    "pydantic.PyObject": "pydantic.ImportString",
    "pydantic.types.PyObject": "pydantic.ImportString",
}
# Aliases of expressions of `typing`.
_TYPES = {
    "NoneBytes": "Optional[bytes]",
    "NoneStr": "Optional[str]",
    "NoneStrBytes": "Union[str, bytes, None]",
    "StrBytes": "Union[str, bytes]",
}
_REMOVED_IN_2 = "Pydantic 2 has no such name"
_HOW = {
    "ErrorWrapper": "raise ValueError in a validator, or build the error as a dict: FastAPI's "
    "RequestValidationError takes a list of such dicts",
    "ModelField": "read model_fields, whose values are FieldInfo",
    "GetterDict": "use a validator with mode='before'",
    "PydanticValueError": "use pydantic_core.PydanticCustomError",
    "PydanticTypeError": "use pydantic_core.PydanticCustomError",
    "Required": "use ... as the default",
    "stricturl": "use Annotated[AnyUrl, UrlConstraints(...)]",
    "validate_model": "call model_validate() and catch ValidationError",
    "parse_file_as": "read the file and use TypeAdapter(...).validate_json()",
    "ENCODERS_BY_TYPE": "use json_encoders in model_config, or @field_serializer",
    "Color": "use pydantic_extra_types.color.Color of pydantic-extra-types",
    "PaymentCardNumber": "use pydantic_extra_types.payment of pydantic-extra-types",
    **{
        f"Constrained{kind}": f"use Annotated[{kind.lower()}, ...] with StringConstraints or Field"
        for kind in ("Str", "Int", "Float", "Bytes", "Decimal", "List", "Set", "Date")
    },
}
_REMOVED_MODULES = {
    *("pydantic.datetime_parse", "pydantic.error_wrappers", "pydantic.schema", "pydantic.typing"),
    *("pydantic.validators", "pydantic.env_settings", "pydantic.generics", "pydantic.tools"),
}
_REMOVED = {
    *(
        "pydantic.fields.ModelField",
        "pydantic.fields.SHAPE_LIST",
        "pydantic.fields.ModelPrivateAttr",
    ),
    *("pydantic.utils.GetterDict", "pydantic.Required", "pydantic.fields.Required"),
    *("pydantic.errors.PydanticValueError", "pydantic.errors.PydanticTypeError"),
    *("pydantic.json.ENCODERS_BY_TYPE", "pydantic.Color", "pydantic.PaymentCardNumber"),
    *("pydantic.main.validate_model", "pydantic.networks.stricturl", "pydantic.parse_file_as"),
    *("pydantic.stricturl", "pydantic.validate_model", "pydantic.compiled", "pydantic.Protocol"),
    *(f"pydantic.{name}" for name in _HOW if name.startswith("Constrained")),
    *(f"pydantic.types.{name}" for name in _HOW if name.startswith("Constrained")),
}


def _rewrite(source: Source) -> cst.Module:
    moved = _Moved(source)
    tree = source.tree.visit(moved)
    return tree.visit(Renaming(moved.renamed)) if moved.renamed else tree


class _Moved(Rewriter):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.renamed: dict[str, cst.BaseExpression] = {}
        self._tries = 0

    def visit_Try(self, node: cst.Try) -> None:
        """Enter a `try`, as in code that runs on both versions."""
        self._tries += 1

    def leave_Try(self, original_node: cst.Try, updated_node: cst.Try) -> cst.Try:
        self._tries -= 1
        return updated_node

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.RemovalSentinel:
        package = dotted(original_node.module) if original_node.module else ""
        names = original_node.names
        if self._tries or original_node.relative or isinstance(names, cst.ImportStar):
            return updated_node
        if package.partition(".")[0] != "pydantic":
            return updated_node
        kept = [one for one in names if not self._replace_import(original_node, package, one)]
        if len(kept) == len(names):
            return updated_node
        if not kept:
            return cst.RemoveFromParent()
        last = kept[-1].with_changes(comma=names[-1].comma)
        return updated_node.with_changes(names=[*kept[:-1], last])

    def _replace_import(self, node: cst.ImportFrom, package: str, alias: cst.ImportAlias) -> bool:
        """Replace the import of a moved name; return whether the old import is dropped."""
        name = dotted(alias.name)
        full = f"{package}.{name}"
        bound = alias.asname.name.value if alias.asname else name  # type: ignore[union-attr]
        if new := _MOVED.get(full):
            self.source.changed(node, f"{full} -> {new}")
            new_name = new.rpartition(".")[2]
            if bound == name and new_name != name and self._is_certain(name):
                self.renamed[name] = self.source.reference(new)
            else:
                self.source.add_import(new if bound == new_name else f"{new} as {bound}")
            return True
        if name in _TYPES and package in {"pydantic", "pydantic.types"}:
            if not self._is_certain(bound):
                self.source.left(node, f"{full}: {_REMOVED_IN_2}", f"write {_TYPES[name]}")
                return False
            self.source.changed(node, f"{name} -> {_TYPES[name]}")
            kind, _, arguments = _TYPES[name].partition("[")
            written = cst.Module([]).code_for_node(self.source.reference(f"typing.{kind}"))
            self.renamed[bound] = cst.parse_expression(f"{written}[{arguments}")
            return True
        if package in _REMOVED_MODULES or full in _REMOVED:
            self.source.left(
                node, f"{full}: {_REMOVED_IN_2}", _HOW.get(name, "rewrite the code that uses it")
            )
        return False

    def _is_certain(self, name: str) -> bool:
        """Return whether a name has one meaning in the module, and no other module imports it."""
        module = self.source.project.modules[self.source.path]
        importers = self.source.project.importers(self.source.path, name)
        return name not in module.ambiguous and not any(importers)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        written = dotted(original_node)
        head, _, rest = written.partition(".")
        module = self.source.project.modules[self.source.path]
        full = f"{module.imports.get(head, '')}.{rest}"
        if head in module.ambiguous or not full.startswith("pydantic.") or self._tries:
            return updated_node
        if new := _MOVED.get(full):
            self.source.changed(original_node, f"{full} -> {new}")
            self.source.drop_import(original_node)
            return self.source.reference(new, like=original_node)
        if full in _REMOVED or full.rpartition(".")[0] in _REMOVED_MODULES:
            how = _HOW.get(original_node.attr.value, "rewrite the code that uses it")
            self.source.left(original_node, f"{full}: {_REMOVED_IN_2}", how)
        return updated_node

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        """Drop GenericModel from bases with another model: BaseModel must not precede that."""
        generic = [
            one
            for one in original_node.bases
            if self.source.resolve(one.value) == "pydantic.GenericModel"
        ]
        others = [
            one
            for one in original_node.bases
            if one not in generic and self.source.is_a(one.value, "pydantic.BaseModel")
        ]
        if not generic or not others:
            return updated_node
        kept = [
            new
            for old, new in zip(original_node.bases, updated_node.bases, strict=True)
            if old not in generic
        ]
        last = kept[-1].with_changes(comma=updated_node.bases[-1].comma)
        return updated_node.with_changes(bases=[*kept[:-1], last])


RULE = Rule(
    name="pydantic-imports",
    summary="`BaseSettings` of pydantic-settings, `GenericModel` -> `BaseModel`, moved names",
    since="1.5.0",
    words=("pydantic",),
    rewrite=_rewrite,
)
