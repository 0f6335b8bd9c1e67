"""Schemas that depend on each other by inheritance or nesting: all are translated, or none.

The effective fields of a schema follow from its bases, mixins and `Meta`, as in marshmallow; some
are only loaded, some are only dumped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import libcst as cst

from drydock.codemods.marshmallow.declared import (
    Declared,
    Field,
    field_kind,
    keywords_of,
    names_in,
    short_text,
    text_of,
)

Side = Literal["both", "load", "dump"]


@dataclass
class Member:
    """An effective field of a schema."""

    field: Field
    origin: Declared
    """The class that declares it."""
    side: Side


@dataclass
class Shape:
    """A schema with its effective fields."""

    declared: Declared
    parents: Sequence[str]
    """Refs of its direct bases: schemas and mixins."""
    table: dict[str, Member] = field(default_factory=dict)
    """Its fields and those of all bases, which derived schemas inherit."""
    members: dict[str, Member] = field(default_factory=dict)
    """Its effective fields: without those that `Meta` excludes."""
    unknown: str = "raise"
    formats: Mapping[str, cst.BaseExpression] = field(default_factory=dict)
    nests: set[str] = field(default_factory=set)
    split: bool = False
    """Whether it needs separate models to load and to dump."""
    inherits: bool = True
    """Whether its models derive from those of its parents; else they declare all fields."""


class Families:
    """The schemas of a service, and their dependencies on each other."""

    def __init__(self, classes: Mapping[str, Declared], version: int) -> None:
        self.classes = classes
        self.version = version
        self.shapes: dict[str, Shape] = {}
        for ref in classes:
            self._shape(ref)
        for shape in self.shapes.values():
            shape.nests = set(self._nested_in(shape))
        self._split()

    def _shape(self, ref: str) -> Shape:
        if ref in self.shapes:
            return self.shapes[ref]
        declared = self.classes[ref]
        parents = [
            full
            for base in declared.node.bases
            if (full := declared.source.resolve(base.value)) in self.classes and full != ref
        ]
        shape = self.shapes[ref] = Shape(declared, parents)
        inherited: dict[str, Member] = {}
        for parent in reversed(_order(ref, self.classes)[1:]):
            inherited |= self._inherited_from(parent)
        own = {
            name: Member(one, declared, _side(one, declared))
            for name, one in declared.fields.items()
        }
        meta, meta_owner = self._meta(ref)
        shape.table = inherited | own
        shape.members = _restricted(shape.table, meta, meta_owner or declared, self.version)
        shape.unknown = _unknown(meta, meta_owner or declared)
        shape.formats = {name: value for name, value in meta.items() if name.endswith("format")}
        shape.inherits = self._can_inherit(shape)
        return shape

    def _inherited_from(self, parent: str) -> Mapping[str, Member]:
        """Return the fields inherited from a base; a mixin contributes only its own."""
        declared = self.classes[parent]
        if declared.is_schema:
            return self._shape(parent).table
        return {
            name: Member(one, declared, _side(one, declared))
            for name, one in declared.fields.items()
        }

    def _can_inherit(self, shape: Shape) -> bool:
        """Return whether the parents' models have exactly the inherited fields of this one."""
        ours = {
            name: one for name, one in shape.members.items() if one.origin is not shape.declared
        }
        theirs: dict[str, Member] = {}
        for parent in reversed(shape.parents):
            theirs |= self.shapes[parent].members
            if {n: text_of(v) for n, v in self.shapes[parent].formats.items()} != {
                n: text_of(v) for n, v in shape.formats.items()
            } and any(one.field.kind in _DATED for one in self.shapes[parent].members.values()):
                return False
        rest = {name: one for name, one in theirs.items() if name not in shape.declared.fields}
        if {n: (id(o.field), o.side) for n, o in rest.items()} != {
            n: (id(o.field), o.side) for n, o in ours.items()
        }:
            return False
        # A field with another side would remain in the parent's model of the old side.
        return all(
            name not in shape.members or theirs[name].side == shape.members[name].side
            for name in shape.declared.fields.keys() & theirs.keys()
        )

    def _meta(self, ref: str) -> tuple[Mapping[str, cst.BaseExpression], Declared | None]:
        """Return the effective options, those of the nearest `Meta`, and the class that has it."""
        for ancestor in _order(ref, self.classes):
            declared = self.classes[ancestor]
            if declared.meta is not None:
                options: dict[str, cst.BaseExpression] = {}
                for base in reversed(declared.meta_bases):
                    options |= self._meta_of(declared, base)
                return options | declared.meta, declared
        return {}, None

    def _meta_of(
        self, declared: Declared, base: cst.BaseExpression
    ) -> Mapping[str, cst.BaseExpression]:
        full = declared.source.resolve(base)
        if full in ("marshmallow.Schema.Meta", "builtins.object"):
            return {}
        owner, _, name = full.rpartition(".")
        if name == "Meta" and owner in self.classes:
            return self._meta(owner)[0]
        what = f"the base of Meta is unknown: {short_text(base)}"
        declared.doubt(declared.node, what, "copy its options into Meta")
        return {}

    def _nested_in(self, shape: Shape) -> Iterator[str]:
        for member in shape.members.values():
            for target in _targets(member.origin, member.field.call):
                if ref := self.find(member.origin, target):
                    yield ref
                else:
                    what = f"the nested schema is unknown: {short_text(target)}"
                    member.origin.doubt(member.field.call, what, "name a schema of the service")

    def nested_by(self, member: Member) -> set[str]:
        """Return the refs of the schemas that a field nests."""
        targets = _targets(member.origin, member.field.call)
        return {ref for target in targets if (ref := self.find(member.origin, target))}

    def find(self, declared: Declared, target: cst.BaseExpression) -> str:
        """Return the ref of the schema that a field nests; empty if uncertain."""
        if isinstance(target, cst.Lambda):
            target = target.body
        if isinstance(target, cst.Call):
            target = target.func
        if isinstance(target, cst.SimpleString):
            name = str(target.evaluated_value)
            if name == "self":
                return declared.ref if declared.is_schema else ""
            refs = [
                ref
                for ref, one in self.classes.items()
                if one.name == name.rpartition(".")[2] and one.is_schema
            ]
            return refs[0] if len(refs) == 1 else ""
        full = declared.source.resolve(target)
        return full if full in self.classes and self.classes[full].is_schema else ""

    def _split(self) -> None:
        """Mark schemas that load and dump different models, and those that depend on them."""
        again = True
        while again:
            again = False
            for shape in self.shapes.values():
                around = [*shape.parents, *shape.nests]
                sided = any(one.side != "both" for one in shape.members.values())
                if not shape.split and (sided or any(self.shapes[ref].split for ref in around)):
                    shape.split = again = True

    def groups(self) -> Iterator[set[str]]:
        """Yield groups of refs of schemas that depend on each other, directly or indirectly."""
        near: dict[str, set[str]] = {ref: {ref} for ref in self.shapes}
        users: dict[str, str] = {}
        for ref, declared in self.classes.items():
            for own in declared.uses_own:
                other = users.setdefault(own, ref)
                near[ref].add(other)
                near[other].add(ref)
        for ref, shape in self.shapes.items():
            for other in (*shape.parents, *shape.nests):
                near[ref].add(other)
                near[other].add(ref)
        remaining = set(near)
        while remaining:
            group, todo = set(), [min(remaining)]
            while todo:
                ref = todo.pop()
                if ref not in group:
                    group.add(ref)
                    todo += near[ref]
            remaining -= group
            yield group


_DATED = {"Date", "Time", "DateTime", "NaiveDateTime", "AwareDateTime", "List", "Dict", "Tuple"}


def _order(ref: str, classes: Mapping[str, Declared]) -> list[str]:
    """Return a class and its ancestors in `classes`, in method resolution order."""
    types: dict[str, type] = {}

    def make(ref: str) -> type:
        if ref not in types:
            declared = classes[ref]
            bases = []
            for base in declared.node.bases:
                full = declared.source.resolve(base.value)
                if full in classes and full != ref:
                    bases.append(make(full))
            types[ref] = type(ref, tuple(dict.fromkeys(bases)), {})
        return types[ref]

    try:
        kinds = make(ref).__mro__[:-1]
    except (TypeError, RecursionError):
        declared = classes[ref]
        declared.doubt(declared.node, "its bases have no consistent order", "change the bases")
        return [ref]
    names = {kind: name for name, kind in types.items()}
    return [names[kind] for kind in kinds]


def _side(declaration: Field, declared: Declared) -> Side:
    options = {name: text_of(value) for name, value in keywords_of(declaration.call).items()}
    load, dump = options.get("load_only") == "True", options.get("dump_only") == "True"
    for name in ("load_only", "dump_only"):
        if options.get(name, "False") not in ("True", "False"):
            declared.doubt(
                declaration.call, f"{name} is only known at run time", f"write {name}=True"
            )
    if declaration.kind in ("Method", "Function"):
        places = [each for each in declaration.call.args if not each.keyword]
        writes = len(places) > 0 or options.get("serialize", "None") != "None"
        reads = len(places) > 1 or options.get("deserialize", "None") != "None"
        load, dump = reads and not writes, writes and not reads
    if load and dump:
        declared.doubt(
            declaration.call, f"{declaration.name} is neither loaded nor dumped", "delete it"
        )
    return "load" if load else "dump" if dump else "both"


def _restricted(
    table: Mapping[str, Member],
    meta: Mapping[str, cst.BaseExpression],
    owner: Declared,
    version: int,
) -> dict[str, Member]:
    every = {name: Member(one.field, one.origin, one.side) for name, one in table.items()}
    lists: dict[str, Sequence[str]] = {}
    for name in ("fields", "exclude", "load_only", "dump_only"):
        names = names_in(meta.get(name))
        if names is None or any("." in each for each in names):
            owner.doubt(
                meta[name], f"Meta.{name} is not a list of names", "list the names literally"
            )
            names = ()
        lists[name] = names
    for name in ("fields", "exclude"):
        for field_name in lists[name]:
            if field_name not in every and name == "fields" and version == 3:
                # marshmallow 3 dumps such a field by the type of its value, and loads it unchanged.
                every[field_name] = Member(owner.inferred(field_name), owner, "both")
            elif field_name not in every:
                what = f"Meta.{name} names {field_name}, which is not declared"
                owner.doubt(meta[name], what, "declare the field, or delete the name")
    if lists["fields"]:
        every = {name: every[name] for name in lists["fields"] if name in every}
    every = {name: one for name, one in every.items() if name not in lists["exclude"]}
    for name, member in every.items():
        load = name in lists["load_only"] or member.side == "load"
        dump = name in lists["dump_only"] or member.side == "dump"
        if load and dump:
            owner.doubt(owner.node, f"{name} is neither loaded nor dumped", "delete it")
        member.side = "load" if load else "dump" if dump else "both"
    return every


def _unknown(meta: Mapping[str, cst.BaseExpression], owner: Declared) -> str:
    value = meta.get("unknown")
    if value is None:
        return "raise"
    if isinstance(value, cst.SimpleString):
        unknown = str(value.evaluated_value)
    else:
        unknown = owner.source.resolve(value).removeprefix("marshmallow.").lower()
    if unknown not in ("raise", "exclude", "include"):
        owner.doubt(value, f"Meta.unknown is {text_of(value)}", "write RAISE, EXCLUDE or INCLUDE")
        return "raise"
    return unknown


def _targets(declared: Declared, node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """Yield the targets of the nested fields within an expression."""
    if isinstance(node, cst.Call) and field_kind(declared.source, node.func) in ("Nested", "Pluck"):
        options = keywords_of(node)
        places = [each.value for each in node.args if not each.keyword]
        target = options.get("nested") or next(iter(places), None)
        if target is not None:
            yield target
        return
    for child in node.children:
        yield from _targets(declared, child)
