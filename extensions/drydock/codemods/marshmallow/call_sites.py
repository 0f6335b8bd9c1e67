"""`UserSchema().load(data)` -> `UserIn.model_validate(data)`, if a schema only loads or dumps.

This is unsafe: a model accepts and rejects the same values, but it returns an instance instead of a
dictionary, does not run the hooks of the schema, and raises Pydantic's ValidationError. It is the
last step of a migration from marshmallow, for teams that want FastAPI to read and write the models.
"""

import libcst as cst

from drydock.codemods.project import Project
from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source, dotted

_WHY = (
    "it returns a model, not a dictionary; hooks of the schema do not run; "
    "it raises Pydantic's ValidationError"
)


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_CallSites(source))


class _CallSites(Rewriter):
    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        func = original_node.func
        if not (
            isinstance(func, cst.Attribute)
            and func.attr.value in ("load", "loads")
            and isinstance(func.value, cst.Call)
            and not func.value.args
            and len(original_node.args) == 1
            and original_node.args[0].keyword is None
        ):
            return updated_node
        model = self._model(func.value.func)
        if not model:
            return updated_node
        method = "model_validate" if func.attr.value == "load" else "model_validate_json"
        old, new_name = dotted(func.value.func), model.rpartition(":")[2]
        what = f"{old}().{func.attr.value}() -> {new_name}.{method}()"
        if not self.source.unsafe(original_node, what, _WHY):
            return updated_node
        self.source.drop_import(func.value.func)
        new = cst.Attribute(self._reference(model, func.value.func), cst.Name(method))
        return updated_node.with_changes(func=new)

    def _reference(self, model: str, schema: cst.BaseExpression) -> cst.BaseExpression:
        """Return the expression for a model, which is imported like its schema."""
        path, _, name = model.partition(":")
        if isinstance(schema, cst.Attribute):
            return schema.with_changes(attr=cst.Name(name))
        if path == self.source.path:
            return cst.Name(name)
        schema_module = next(
            full.rpartition(".")[0]
            for full in self.source.project.modules[self.source.path].imports.values()
            if self.source.project.find_module(full.rpartition(".")[0], self.source.path) == path
        )
        return self.source.reference(f"{schema_module}.{name}")

    def _model(self, schema: cst.BaseExpression) -> str:
        """Return the model with which an adapter schema loads; empty for any other class."""
        path, _, name = self.source.resolve(schema).partition(":")
        if not name or path not in self.source.project.modules:
            return ""
        model = _load_model(self.source.project, path, name)
        imports = self.source.project.modules[self.source.path].imports.values()
        by_module = isinstance(schema, cst.Attribute)
        reachable = (
            by_module
            or path == self.source.path
            or any(
                self.source.project.find_module(full.rpartition(".")[0], self.source.path) == path
                for full in imports
            )
        )
        return f"{path}:{model}" if model and reachable else ""


def _load_model(project: Project, path: str, name: str) -> str:
    for line in cst.parse_module(project.files[path]).body:
        if isinstance(line, cst.ClassDef) and line.name.value == name:
            for statement in line.body.body:
                for small in (
                    statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
                ):
                    if (
                        isinstance(small, cst.Assign)
                        and dotted(small.targets[0].target) == "load_model"
                    ):
                        return dotted(small.value)
    return ""


RULE = Rule(
    name="marshmallow-call-sites",
    summary="`UserSchema().load(data)` of the adapter -> `UserIn.model_validate(data)`",
    since="1.5.0",
    words=(".load(", ".loads("),
    rewrite=_rewrite,
    on_request=True,
)
