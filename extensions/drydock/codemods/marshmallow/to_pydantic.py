"""Schemas of marshmallow -> models of Pydantic, and an adapter that loads and dumps with them.

Sources: the behaviour of marshmallow 3.26 and 4.4 (https://marshmallow.readthedocs.io/en/latest/api_reference.html
and their code), https://docs.pydantic.dev/latest/concepts/types/#custom-types.
Schemas that depend on each other are translated together or not at all: a schema of marshmallow
can neither nest nor extend one of the adapter.
"""

from collections.abc import Iterator, Mapping

import libcst as cst

from drydock.codemods.finding import Edit, Finding
from drydock.codemods.marshmallow import adapter
from drydock.codemods.marshmallow.declared import (
    Declared,
    Reason,
    read_class,
)
from drydock.codemods.marshmallow.families import Families
from drydock.codemods.marshmallow.from_dict import with_classes
from drydock.codemods.marshmallow.own_fields import OwnField, read_own_field
from drydock.codemods.marshmallow.remaining import Needed, count_uses
from drydock.codemods.marshmallow.uses import library_of, uses
from drydock.codemods.marshmallow.version import major_version, required_in
from drydock.codemods.marshmallow.writing import SWAPPED, Writer
from drydock.codemods.project import Project
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source

_NAME = "marshmallow-to-pydantic"
_SCHEMA = "marshmallow.Schema"


def _survey(project: Project) -> Iterator[Edit | Finding]:
    if not any(
        "marshmallow" in text for path, text in project.files.items() if path.endswith(".py")
    ):
        return
    service = _Service(project)
    if converted := with_classes(project, _NAME):
        # Keep from_dict() where the class would not be translated: read the service again.
        trial = _Service(Project({**project.files, **converted}))
        translations = [*trial.translate()] if trial.version else []
        done = {
            one.what.partition(" ")[0]
            for one in translations
            if isinstance(one, Finding) and one.certainty == "changed"
        }
        new = trial.classes.keys() - service.classes.keys()
        left = {ref for ref in new if ref.partition(":")[2] not in done}
        converted = with_classes(project, _NAME, left)
        service = _Service(Project({**project.files, **converted}))
    yield from service.libraries()
    yield from service.others()
    if not service.classes:
        return
    if not service.version:
        path = next(iter(service.classes)).partition(":")[0]
        what = (
            "cannot tell whether the service uses marshmallow 3 or 4, which read dates differently"
        )
        how = "lock marshmallow, or pin it in requirements.txt"
        yield Finding(_NAME, path, 0, "left", what, how)
        return
    yield from service.translate()


class _Service:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.version = major_version(project.files)
        self.sources = {
            path: Source(path, project.files[path], project, _NAME, allowed=False)
            for path in project.modules
            if path.split("/")[-2:-1] != [adapter.NAME]
        }
        self.used = {path for path in self.sources if "marshmallow" in project.files[path]}
        self.keeps_marshmallow = True
        """Whether marshmallow stays in use next to the adapter."""
        self.own_fields = dict(self._own_fields())
        self.classes: dict[str, Declared] = {}
        self.reasons: list[tuple[str, Reason]] = []
        for ref in self._schema_refs():
            path, _, name = ref.partition(":")
            if node := _class_in(self.sources[path].tree, name):
                is_schema = project.is_a(ref, _SCHEMA)
                self.classes[ref] = read_class(
                    *(self.sources[path], ref, node),
                    is_schema=is_schema,
                    version=self.version,
                    own_fields=self.own_fields,
                )

    def _schema_refs(self) -> Iterator[str]:
        """Yield the refs of the schemas of the service, and of their mixins."""
        refs: dict[str, None] = {}
        for path, module in self.project.modules.items():
            if path not in self.sources:
                continue
            for name in module.classes:
                ref = f"{path}:{name}"
                if "." not in name and self.project.is_a(ref, _SCHEMA):
                    refs |= dict.fromkeys(
                        base
                        for base in sorted(self.project.bases(ref))
                        if base.partition(":")[0] in self.sources and "." not in base.split(":")[1]
                    )
                    refs[ref] = None
        yield from refs

    def _own_fields(self) -> Iterator[tuple[str, OwnField]]:
        """Yield the service's field classes that only read or write a value."""
        for path, module in self.project.modules.items():
            for name in module.classes if path in self.used else ():
                node = _class_in(self.sources[path].tree, name)
                if node and (own := read_own_field(self.sources[path], f"{path}:{name}", node)):
                    yield own.ref, own

    def libraries(self) -> Iterator[Finding]:
        """Yield the imports of libraries that build on marshmallow."""
        for path, source in self.sources.items():
            libraries = set()
            for line in source.tree.body if path in self.used or self._imports(path) else ():
                for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
                    for full in _imported(small):
                        library = library_of(full)
                        if library and library not in libraries:
                            libraries.add(library)
                            what = f"{library} builds on marshmallow; schemas passed to it stay"
                            how = _INSTEAD.get(library, "FastAPI reads Pydantic models itself")
                            yield Finding(_NAME, path, source.line(small), "left", what, how)

    def others(self) -> Iterator[Finding]:
        """Yield the schemas with a base from such a library, as `ma.Schema`: they stay."""
        if not any(self._imports(path) for path in self.sources):
            return
        for path in self.sources:
            for name, one in self.project.modules[path].classes.items():
                base = next((each for each in one.bases if each.endswith(_OTHERS)), "")
                ref = f"{path}:{name}"
                full = self.project.resolve(path, base) if base else ""
                if (
                    base
                    and ref not in self.classes
                    and full.partition(":")[2]
                    not in {each.partition(":")[2] for each in self.classes}
                ):
                    what = f"{name} derives from {base}, which is not marshmallow's own Schema"
                    how = "derive it from marshmallow.Schema, and declare the fields in it"
                    yield Finding(_NAME, path, one.line, "left", what, how)

    def _imports(self, path: str) -> bool:
        return any(library_of(full) for full in self.project.modules[path].imports.values())

    def translate(self) -> Iterator[Edit | Finding]:
        families = Families(self.classes, self.version)
        self._doubt_bases()
        self._doubt_uses()
        self._doubt_own_fields()
        groups = [sorted(group) for group in families.groups()]
        while True:
            certain = [ref for group in groups if not self._doubts(group) for ref in group]
            if not certain:
                break
            writer, edits = self._written(families, certain)
            if not any(self.classes[ref].reasons for ref in certain):
                yield from self._reported(certain, writer)
                yield from self._dependencies()
                yield from edits
                break
        yield from self._left(groups)

    def _written(self, families: Families, certain: list[str]) -> tuple[Writer, list[Edit]]:
        own = {each for ref in certain for each in self.classes[ref].uses_own}
        paths = sorted({ref.partition(":")[0] for ref in [*certain, *own]})
        root = adapter.import_root(self.project, paths)
        package = adapter.package_of(root, paths)
        writer = Writer(
            families, package, self.version, lambda path: adapter.module_name(root, path)
        )
        writer.name_models(certain)
        writer.own_fields = [self.own_fields[ref] for ref in sorted(own)]
        concerned = sorted(self.used | {*paths})
        needed = {path: self._needed(path, certain, own) for path in concerned}
        keeps_marshmallow = any(
            name.rpartition(".")[2] not in SWAPPED or name.count(".") > 1
            for names in needed.values()
            for name in names.values()
        ) or any(self._imports(path) for path in self.sources)
        self.keeps_marshmallow = keeps_marshmallow
        files = adapter.adapter_files(
            root, package, self.version, keeps_marshmallow=keeps_marshmallow
        )
        if foreign := adapter.foreign_file(self.project, files):
            one = self.classes[certain[0]]
            one.doubt(one.node, f"{foreign} exists with other content", "rename that file")
        edits = [Edit(path, text) for path, text in files.items()]
        for path in concerned:
            if path in paths or not keeps_marshmallow:
                bound = self._bound(path)
                kept = set(needed[path]) if keeps_marshmallow else set()
                text = writer.write(
                    *(self.sources[path], certain),
                    swap=not keeps_marshmallow,
                    freed=bound - kept,
                )
                edits.append(Edit(path, text))
        return writer, edits

    def _bound(self, path: str) -> set[str]:
        """Return the names that marshmallow's imports bind in a module."""
        imports = self.project.modules[path].imports
        return {name for name, full in imports.items() if full.partition(".")[0] == "marshmallow"}

    def _needed(self, path: str, certain: list[str], own: set[str]) -> Mapping[str, str]:
        """Return the names of marshmallow that a module uses outside its translated schemas."""
        translated = {id(self.classes[ref].node) for ref in certain}
        translated |= {id(self.own_fields[ref].node) for ref in own}
        visitor = Needed(self.sources[path], translated)
        self.sources[path].tree.visit(visitor)
        return visitor.needed

    def _doubt_bases(self) -> None:
        for ref, declared in self.classes.items():
            for base in sorted(self.project.bases(ref)):
                known = base in self.classes or base in (_SCHEMA, "builtins.object", "abc.ABC")
                if not known and not base.startswith("typing."):
                    what = f"unknown base class: {base or 'not a name'}"
                    declared.doubt(declared.node, what, "translate the class by hand")
            if declared.source.project.modules[declared.path].star_imports:
                what = "the module has a star import, so its names are unknown"
                declared.doubt(declared.node, what, "import the names explicitly")

    def _doubt_uses(self) -> None:
        reads = any(
            library_of(full) in ("apispec", "flask_apispec", "apispec_webframeworks")
            for module in self.project.modules.values()
            for full in module.imports.values()
        )
        names = {one.name for one in self.classes.values()}
        for path, source in self.sources.items():
            if any(name in self.project.files[path] for name in names):
                for use in uses(source, self.classes, reads_docstrings=reads):
                    self.classes[use.ref].reasons.append(use.reason)

    def _doubt_own_fields(self) -> None:
        """Add reasons to schemas with field classes that other code needs as well."""
        for ref, own in self.own_fields.items():
            name = own.node.name.value
            users = [one for one in self.classes.values() if ref in one.uses_own]
            inside = sum(
                count_uses(one.source, each.call, ref)
                for one in users
                for each in one.fields.values()
            )
            every = sum(
                count_uses(source, source.tree, ref)
                for path, source in self.sources.items()
                if name in self.project.files[path]
            )
            for user in users if every != inside else ():
                what = f"{name} is also used outside the fields of schemas"
                user.doubt(user.node, what, "use a separate class there")

    def _doubts(self, group: list[str]) -> list[Reason]:
        return [reason for ref in group for reason in self.classes[ref].reasons]

    def _reported(self, certain: list[str], writer: Writer) -> Iterator[Finding]:
        for ref in certain:
            declared, models = self.classes[ref], writer.models[ref]
            names = ", ".join(dict.fromkeys(filter(None, (models.load, models.dump))))
            line = declared.source.line(declared.node)
            what = f"{declared.name} -> {names}, loaded and dumped by the adapter"
            yield Finding(_NAME, declared.path, line, "changed", what)

    def _dependencies(self) -> Iterator[Finding]:
        """Yield the changes needed in the files that list the dependencies."""
        for path, text in sorted(self.project.files.items()):
            lines = required_in(path, text)
            if "marshmallow" not in lines:
                continue
            line = lines["marshmallow"]
            if "pydantic" not in lines:
                what = "the models need Pydantic 2, which this file does not require"
                yield Finding(_NAME, path, line, "left", what, "add pydantic>=2.10 and lock it")
            if not self.keeps_marshmallow:
                what = "the service no longer uses marshmallow"
                how = "remove it, unless another library needs it"
                yield Finding(_NAME, path, line, "left", what, how)

    def _left(self, groups: list[list[str]]) -> Iterator[Finding]:
        for group in groups:
            reasons = list(dict.fromkeys(self._doubts(group)))
            for reason in reasons:
                yield Finding(_NAME, reason.path, reason.line, "left", reason.what, reason.how)
            blamed = {ref for ref in group if self.classes[ref].reasons}
            for ref in group if reasons else ():
                if ref not in blamed:
                    declared, first = self.classes[ref], min(blamed)
                    cause = first.partition(":")[2]
                    what = f"{declared.name} depends on {cause}, which cannot be translated"
                    line = declared.source.line(declared.node)
                    how = f"see {reasons[0].path}:{reasons[0].line}"
                    yield Finding(_NAME, declared.path, line, "left", what, how)


_OTHERS = (".Schema", ".ModelSchema", ".SQLAlchemySchema", "AutoSchema", ".TableSchema")
_INSTEAD = {
    "marshmallow_dataclass": "turn the dataclass into a Pydantic model",
    "marshmallow_sqlalchemy": "declare the fields in a model with from_attributes=True",
    "flask_marshmallow": "derive from marshmallow.Schema, and declare the fields in it",
    "marshmallow_enum": "use marshmallow.fields.Enum, available since 3.18",
    "webargs": "let FastAPI read the model from the request",
    "apispec": "let FastAPI generate the document from the models",
}


def _class_in(tree: cst.Module, name: str) -> cst.ClassDef | None:
    classes = [
        line for line in tree.body if isinstance(line, cst.ClassDef) and line.name.value == name
    ]
    return classes[0] if len(classes) == 1 else None


def _imported(small: cst.CSTNode) -> Iterator[str]:
    if isinstance(small, cst.ImportFrom) and small.module and not small.relative:
        yield cst.Module([]).code_for_node(small.module)
    elif isinstance(small, cst.Import):
        yield from (each.evaluated_name for each in small.names)


RULE = Rule(
    name=_NAME,
    summary="schemas of marshmallow -> models of Pydantic, and an adapter that loads with them",
    since="1.5.0",
    words=("marshmallow",),
    survey=_survey,
)
