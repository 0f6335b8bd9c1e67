"""Writes the new text of a module with translated schemas."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import libcst as cst

from drydock.codemods.imports import is_docstring
from drydock.codemods.marshmallow.declared import HOOKS, Declared, text_of
from drydock.codemods.marshmallow.families import Families, Member, Shape, Side
from drydock.codemods.marshmallow.field_types import Translation, translate
from drydock.codemods.marshmallow.layout import wrapped, wrapped_imports
from drydock.codemods.marshmallow.names import Names
from drydock.codemods.marshmallow.own_fields import OwnField
from drydock.codemods.marshmallow.placing import with_adapter
from drydock.codemods.source import Source

SWAPPED = {
    *("Schema", "ValidationError", "EXCLUDE", "INCLUDE", "RAISE"),
    *(hook.removeprefix("marshmallow.") for hook in HOOKS),
}
"""Names that the adapter defines under the same name as marshmallow."""
_EXTRA = {"raise": "forbid", "exclude": "ignore", "include": "allow"}
# A field with such a name would shadow a built-in or an adapter name, or clash with Pydantic.
_RESERVED = {
    *("list", "dict", "tuple", "str", "int", "float", "bool", "optional"),
    *("construct", "copy", "dict", "from_orm", "json", "parse_file", "parse_obj", "parse_raw"),
    *("schema", "schema_json", "update_forward_refs", "validate"),
    *("model_config", "model_fields", "model_computed_fields", "model_extra", "model_fields_set"),
    *("model_construct", "model_copy", "model_dump", "model_dump_json", "model_json_schema"),
    *("model_parametrized_name", "model_post_init", "model_rebuild", "model_validate"),
    *("model_validate_json", "model_validate_strings", "register"),
}


@dataclass(frozen=True)
class Models:
    """The names of the models of a schema."""

    both: str
    """The base with the fields that are both loaded and dumped; empty if there is none."""
    load: str
    dump: str
    owner: str
    """The ref of the schema above which they are written."""

    def of(self, side: Side) -> str:
        """Return the model for a side."""
        return self.dump if side == "dump" else self.load


@dataclass
class Writer:
    """Writes modules; doubts are recorded as reasons of the class."""

    families: Families
    package: str
    """The full name of the adapter."""
    version: int
    module_name: Callable[[str], str]
    """Returns the dotted name under which a module is imported."""
    models: dict[str, Models] = field(default_factory=dict)
    own_fields: Sequence[OwnField] = ()
    """The field classes that become types."""

    def name_models(self, refs: Sequence[str]) -> None:
        """Choose the names of all models, before any is written."""
        for ref in refs:
            self._models(ref)

    def _models(self, ref: str) -> Models:
        if ref in self.models:
            return self.models[ref]
        shape = self.families.shapes[ref]
        self.models[ref] = Models("", "", "", ref)  # for a schema that is its own base
        if self._only_inherits(shape):
            models = self._models(shape.parents[0])
        else:
            models = self._new_models(ref, shape)
        self.models[ref] = models
        return models

    def _only_inherits(self, shape: Shape) -> bool:
        """Return whether a class only inherits, so that its parent's models serve it as well."""
        return (
            shape.inherits
            and len(shape.parents) == 1
            and not shape.declared.fields
            and self.families.shapes[shape.parents[0]].unknown == shape.unknown
            and self.families.shapes[shape.parents[0]].split == shape.split
        )

    def _new_models(self, ref: str, shape: Shape) -> Models:
        declared = shape.declared
        module = declared.source.project.modules[declared.path]
        taken = {*module.bound, *module.imports} | {
            name
            for other in self.models.values()
            if other.owner.partition(":")[0] == declared.path
            for name in (other.both, other.load, other.dump)
            if name
        }
        stem = declared.name.removesuffix("Schema") or declared.name
        for prefix in (stem, declared.name):
            if not shape.split:
                models = Models(f"{prefix}Data", f"{prefix}Data", f"{prefix}Data", ref)
            else:
                shared = any(self._is_shared(one) for one in self._own(shape))
                models = Models(
                    f"{prefix}Base" if shared else "", f"{prefix}In", f"{prefix}Out", ref
                )
            if taken.isdisjoint({models.both, models.load, models.dump}):
                return models
        what = f"the names {stem}Data and {declared.name}Data are taken"
        declared.doubt(declared.node, what, "rename the classes that have them")
        return models

    def _own(self, shape: Shape) -> list[Member]:
        """Return the fields that the models of a schema have to declare."""
        if not shape.inherits:
            return list(shape.members.values())
        return [one for one in shape.members.values() if one.origin is shape.declared]

    def _is_shared(self, member: Member) -> bool:
        """Return whether a field is the same for loading and dumping."""
        return member.side == "both" and not any(
            self.families.shapes[ref].split for ref in self.families.nested_by(member)
        )

    def write(self, source: Source, refs: Sequence[str], *, swap: bool, freed: set[str]) -> str:
        """Return a module's new text; `swap` also replaces marshmallow's names in its other code.

        `freed` are the names of marshmallow's imports that nothing needs any longer.
        """
        names = Names(source, self.package, freed)
        replacements: dict[cst.ClassDef, list[cst.BaseStatement]] = {
            self.families.classes[ref].node: self._class(ref, names)
            for ref in refs
            if ref.partition(":")[0] == source.path
        }
        for own in self.own_fields:
            if own.source is source:
                replacements[own.node] = [own.written(names)]
        tree = source.tree.visit(_Exchange(source, replacements, names, freed, swap=swap))
        tree = with_adapter(tree, names.wanted, self.package, partial(self._is_own, source))
        return wrapped_imports(tree.code, self.package)

    def _is_own(self, source: Source, module: str) -> bool:
        """Return whether a module belongs to the service; the adapter does."""
        adapter = module in (self.package, self.package.partition(".")[0])
        return adapter or bool(source.project.find_module(module, near=source.path))

    def _class(self, ref: str, names: Names) -> list[cst.BaseStatement]:
        """Return the models of a schema, and the remaining schema class."""
        shape = self.families.shapes[ref]
        models = self.models[ref]
        statements: list[cst.BaseStatement] = []
        own = models.owner == ref
        if own and (shape.members or shape.declared.is_schema):
            statements += self._model_classes(shape, models, names)
        body = _remaining_body(shape.declared, names)
        if own and shape.declared.is_schema:
            lines = [f"load_model = {models.load}"]
            if models.dump != models.load:
                lines.append(f"dump_model = {models.dump}")
            body = _with_lines(body, lines)
        node = shape.declared.node
        bases = [_adapter_base(shape.declared, each, names) for each in node.bases]
        remaining = node.with_changes(
            bases=bases, body=node.body.with_changes(body=body or [_parsed("pass")])
        )
        if statements:
            blank = [cst.EmptyLine(indent=False)] * 2
            comments = [each for each in node.leading_lines if each.comment]
            remaining = remaining.with_changes(leading_lines=[*blank, *comments])
        return [*statements, remaining]

    def _model_classes(self, shape: Shape, models: Models, names: Names) -> list[cst.BaseStatement]:
        own = self._own(shape)
        parents = [self.models[ref] for ref in shape.parents] if shape.inherits else []
        parents = [each for each in parents if each.load]
        extra = self._extra(shape)
        if not shape.split:
            bases = list(dict.fromkeys(each.load for each in parents))
            bases = [self._imported(each, shape, parents, names) for each in bases]
            return [
                self._model(
                    models.load,
                    bases=bases,
                    members=own,
                    side="load",
                    shape=shape,
                    names=names,
                    extra=extra,
                )
            ]
        shared = [one for one in own if self._is_shared(one)]
        classes = []
        if models.both:
            bases = [self._imported(m.both, shape, parents, names) for m in parents if m.both]
            classes.append(
                self._model(
                    models.both, bases=bases, members=shared, side="load", shape=shape, names=names
                )
            )
        for name, side, config in ((models.load, "load", extra), (models.dump, "dump", "")):
            ours = [one for one in own if one not in shared and one.side in ("both", side)]
            above = [models.both] if models.both else []
            bases = [
                self._imported(m.of(side), shape, parents, names)  # type: ignore[arg-type]
                for m in parents
                if not models.both or m.of(side) != m.both  # type: ignore[arg-type]
            ]
            bases = list(dict.fromkeys([*above, *bases]))
            classes.append(
                self._model(
                    name,
                    bases=bases,
                    members=ours,
                    side=side,
                    shape=shape,
                    names=names,
                    extra=config,
                )
            )
        return classes

    def _extra(self, shape: Shape) -> str:
        above = {self.families.shapes[ref].unknown for ref in shape.parents} or {"raise"}
        above = above if shape.inherits else {"raise"}
        return "" if above == {shape.unknown} else _EXTRA[shape.unknown]

    def _imported(self, name: str, shape: Shape, parents: Sequence[Models], names: Names) -> str:
        owner = next(each.owner for each in parents if name in (each.both, each.load, each.dump))
        path = owner.partition(":")[0]
        if path == shape.declared.path:
            return name
        return names.library(f"{self.module_name(path)}.{name}")

    def _model(
        self,
        name: str,
        *,
        bases: Sequence[str],
        members: Sequence[Member],
        side: str,
        shape: Shape,
        names: Names,
        extra: str = "",
    ) -> cst.BaseStatement:
        lines: list[cst.BaseStatement] = []
        for member in members:
            lines.append(
                self._field(member, side, shape, names, [each.field.name for each in members])
            )
        heads = list(bases) or [names.adapter("Model")]
        if extra:
            heads.append(f'extra="{extra}"')
        class_ = _parsed(f"class {name}({', '.join(heads)}):\n    pass")
        assert isinstance(class_, cst.ClassDef)
        # Drop blank lines above the first field, which followed `Meta` or the docstring.
        first = next(
            (
                n
                for n, one in enumerate(members)
                if one.field.statement.body and one.origin is shape.declared
            ),
            0,
        )
        for place in {0, first} if lines else ():
            line = lines[place]
            assert isinstance(line, cst.SimpleStatementLine)
            comments = [each for each in line.leading_lines if each.comment]
            lines[place] = line.with_changes(leading_lines=comments)
        if lines:
            class_ = class_.with_changes(body=class_.body.with_changes(body=lines))
        return class_.with_changes(leading_lines=[cst.EmptyLine(indent=False)] * 2)

    def _field(
        self, member: Member, side: str, shape: Shape, names: Names, around: Sequence[str]
    ) -> cst.BaseStatement:
        origin, name = member.origin, member.field.name
        if origin.path != shape.declared.path:
            names = _NamesElsewhere(names, origin, shape.declared, self.module_name)  # type: ignore[assignment]
        written_name = name
        if name.startswith("_") or name in _RESERVED:
            written_name = f"{name.strip('_') or 'field'}_"
            if written_name in around or written_name in shape.members:
                origin.doubt(
                    member.field.call, f"the name {written_name} is taken", "rename the field"
                )
        context = Translation(
            declared=origin,
            names=names,
            formats=shape.formats,
            model_of=lambda target, side: self._model_of(origin, shape, target, side, names),
            version=self.version,
            side=side,
        )
        written = translate(member.field, context, written_name)
        text = wrapped(written_name, written.annotation, written.default)
        try:
            statement = _parsed(text)
        except cst.ParserSyntaxError:
            origin.doubt(
                member.field.call,
                f"the declaration of {name} cannot be generated",
                "translate it by hand",
            )
            return _parsed("pass")
        assert isinstance(statement, cst.SimpleStatementLine)
        if origin is not shape.declared:
            return statement
        old = member.field.statement
        return statement.with_changes(
            leading_lines=old.leading_lines, trailing_whitespace=old.trailing_whitespace
        )

    def _model_of(
        self,
        origin: Declared,
        shape: Shape,
        target: cst.BaseExpression,
        side: str,
        names: Names,
    ) -> str:
        ref = self.families.find(origin, target)
        if not ref:
            return ""
        models = self.models[ref]
        model = models.dump if side == "dump" else models.load
        owner = self.families.classes[models.owner]
        if owner.path == shape.declared.path:
            own_line = shape.declared.source.line(shape.declared.node)
            above = owner.source.line(owner.node) < own_line
            return model if above else f'"{model}"'
        if isinstance(target, cst.SimpleString) or origin.path != shape.declared.path:
            return ""
        named = target.body if isinstance(target, cst.Lambda) else target
        named = named.func if isinstance(named, cst.Call) else named
        if not _imported_at_top(origin.source, named):
            return ""
        return names.library(f"{self.module_name(owner.path)}.{model}")


class _NamesElsewhere:
    """Names for a field of a class in another module, whose code cannot be copied."""

    def __init__(
        self,
        names: Names,
        origin: Declared,
        declared: Declared,
        module_name: Callable[[str], str],
    ) -> None:
        self.adapter = names.adapter
        self.library = names.library
        used = [
            node
            for one in origin.fields.values()
            for node in _names_in(one.call)
            if not origin.source.resolve(node).startswith(("marshmallow.", "builtins."))
        ]
        if used:
            what = f"fields of {origin.name} use names of their own module"
            declared.doubt(declared.node, what, "declare the fields in this class")


def _names_in(node: cst.CSTNode) -> list[cst.Name]:
    if isinstance(node, cst.Arg):
        return _names_in(node.value)
    if isinstance(node, cst.Attribute):
        return _names_in(node.value)
    if isinstance(node, cst.Name):
        return [node]
    return [name for child in node.children for name in _names_in(child)]


def _imported_at_top(source: Source, node: cst.CSTNode) -> bool:
    name = text_of(node).partition(".")[0]
    for line in source.tree.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if (
                isinstance(small, cst.ImportFrom)
                and not isinstance(small.names, cst.ImportStar)
                and name in [each.evaluated_alias or each.evaluated_name for each in small.names]
            ):
                return True
    return False


def _remaining_body(declared: Declared, names: Names) -> list[cst.BaseStatement]:
    """Return the statements that stay in a schema class."""
    removed = {id(one.statement) for one in declared.fields.values()}
    body = []
    for statement in declared.node.body.body:
        if id(statement) in removed:
            continue
        if isinstance(statement, cst.ClassDef) and statement.name.value == "Meta":
            continue
        if isinstance(statement, cst.SimpleStatementLine) and isinstance(
            statement.body[0], cst.Pass
        ):
            continue
        method = isinstance(statement, cst.FunctionDef)
        kept = _with_hooks(declared, statement, names) if method else statement  # type: ignore[arg-type]
        assert isinstance(kept, cst.BaseStatement)
        body.append(kept)
    return body


def _with_hooks(declared: Declared, method: cst.FunctionDef, names: Names) -> cst.FunctionDef:
    decorators = []
    for decorator in method.decorators:
        call = decorator.decorator if isinstance(decorator.decorator, cst.Call) else None
        full = declared.source.resolve(call.func if call else decorator.decorator)
        if full in HOOKS:
            new = cst.parse_expression(names.adapter(full.removeprefix("marshmallow.")))
            swapped = call.with_changes(func=new) if call else new
            decorators.append(decorator.with_changes(decorator=swapped))
        else:
            decorators.append(decorator)
    return method.with_changes(decorators=decorators)


def _with_lines(body: list[cst.BaseStatement], lines: list[str]) -> list[cst.BaseStatement]:
    place = int(bool(body) and is_docstring(body[0]))
    new = [_parsed(line) for line in lines]
    if place:
        new[0] = new[0].with_changes(leading_lines=[cst.EmptyLine(indent=False)])
    rest = list(body[place:])
    if rest and isinstance(rest[0], cst.FunctionDef | cst.ClassDef):
        comments = [each for each in rest[0].leading_lines if each.comment]
        rest[0] = rest[0].with_changes(leading_lines=[cst.EmptyLine(indent=False), *comments])
    return [*body[:place], *new, *rest]


def _adapter_base(declared: Declared, base: cst.Arg, names: Names) -> cst.Arg:
    if declared.source.resolve(base.value) == "marshmallow.Schema":
        return base.with_changes(value=cst.parse_expression(names.adapter("Schema")))
    return base


def _parsed(text: str) -> cst.BaseStatement:
    statement = cst.parse_statement(text)
    assert isinstance(statement, cst.BaseStatement)
    return statement


class _Exchange(cst.CSTTransformer):
    """Inserts the models, and replaces marshmallow's names with the adapter's."""

    def __init__(
        self,
        source: Source,
        replacements: Mapping[cst.ClassDef, list[cst.BaseStatement]],
        names: Names,
        freed: set[str],
        *,
        swap: bool,
    ) -> None:
        super().__init__()
        self.source, self.replacements, self.names, self.freed, self.swap = (
            *(source, replacements, names),
            *(freed, swap),
        )

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        return node not in self.replacements

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        if original_node not in self.replacements:
            return updated_node
        statements = self.replacements[original_node]
        if self.swap:
            swapping = _Swapping(self.source, self.names)
            statements = [each.visit(swapping) for each in statements]  # type: ignore[misc]
        return cst.FlattenSentinel(statements)

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.BaseSmallStatement | cst.RemovalSentinel:
        module = text_of(updated_node.module) if updated_node.module else ""
        if (
            updated_node.relative
            or module.partition(".")[0] != "marshmallow"
            or isinstance(updated_node.names, cst.ImportStar)
        ):
            return updated_node
        kept = [
            each
            for each in updated_node.names
            if (each.evaluated_alias or each.evaluated_name) not in self.freed
        ]
        if not kept:
            return cst.RemoveFromParent()
        kept[-1] = kept[-1].with_changes(comma=updated_node.names[-1].comma)
        return updated_node.with_changes(names=kept)

    def leave_Import(
        self, original_node: cst.Import, updated_node: cst.Import
    ) -> cst.BaseSmallStatement | cst.RemovalSentinel:
        kept = [
            each
            for each in updated_node.names
            if each.evaluated_name.partition(".")[0] != "marshmallow"
            or (each.evaluated_alias or "marshmallow") not in self.freed
        ]
        if not kept:
            return cst.RemoveFromParent()
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(names=kept)

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        return not self._new(node)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        if new := self._new(original_node):
            return cst.parse_expression(new)
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        return updated_node.with_changes(name=original_node.name)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        return cst.parse_expression(new) if (new := self._new(original_node)) else updated_node

    def _new(self, node: cst.CSTNode) -> str:
        if not self.swap:
            return ""
        package, _, name = self.source.resolve(node).rpartition(".")
        return self.names.adapter(name) if package == "marshmallow" and name in SWAPPED else ""


class _Swapping(_Exchange):
    def __init__(self, source: Source, names: Names) -> None:
        super().__init__(source, {}, names, set(), swap=True)
