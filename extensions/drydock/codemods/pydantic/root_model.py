"""`__root__: X` in a model -> `RootModel[X]`.

Source: https://docs.pydantic.dev/latest/migration/#changes-to-pydanticbasemodel. A RootModel takes
its value as positional argument, keeps it in `.root`, and allows neither other fields nor `extra`.
"""

import libcst as cst

from drydock.codemods.pydantic.models import InModels
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source, dotted

_HOW = "derive the class from RootModel[...]"


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_RootModels(source))


class _RootModels(InModels):
    def leave_model(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        line = next((one for one in original_node.body.body if _is_root(one)), None)
        if line is None or not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        if problem := self._problem(original_node):
            self.source.left(
                original_node, f"__root__ of {original_node.name.value}: {problem}", _HOW
            )
            return updated_node
        assert isinstance(line, cst.SimpleStatementLine)
        field = line.body[0]
        assert isinstance(field, cst.AnnAssign)
        self.source.changed(line, f"__root__ of {original_node.name.value} -> RootModel")
        base = original_node.bases[0]
        self.source.drop_import(base.value)
        index = cst.SubscriptElement(cst.Index(field.annotation.annotation))
        model = cst.Subscript(self.source.reference("pydantic.RootModel", like=base.value), [index])
        body = []
        for old, new in zip(original_node.body.body, updated_node.body.body, strict=True):
            if old is not line:
                body.append(new)
            elif field.value is not None:
                root = field.with_changes(target=cst.Name("root"))
                body.append(line.with_changes(body=[root]))
        if not body:
            body.append(cst.SimpleStatementLine([cst.Pass()]))
        return updated_node.with_changes(
            bases=[updated_node.bases[0].with_changes(value=model)],
            body=updated_node.body.with_changes(body=body),
        )

    def _problem(self, node: cst.ClassDef) -> str:
        if [self.source.resolve(one.value) for one in node.bases] != ["pydantic.BaseModel"]:
            return "the class has other bases than BaseModel"
        if any(
            isinstance(one, cst.ClassDef | cst.FunctionDef) and _prevents_change(one)
            for one in node.body.body
        ):
            return "the class has a configuration, validators, or methods that read __root__"
        # Any module may pass or read it by name.
        users = [
            path
            for path, text in self.source.project.files.items()
            if path.endswith(".py") and ("__root__=" in text or ".__root__" in text)
        ]
        return f"{users[0]} reads or passes __root__" if users else ""


def _prevents_change(node: cst.ClassDef | cst.FunctionDef) -> bool:
    return (
        isinstance(node, cst.ClassDef)
        or "__root__" in cst.Module([]).code_for_node(node)
        or bool(node.decorators)
    )


def _is_root(line: cst.CSTNode) -> bool:
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    return isinstance(small, cst.AnnAssign) and dotted(small.target) == "__root__"


RULE = Rule(
    name="pydantic-root-model",
    summary="`__root__: X` -> `RootModel[X]`",
    since="1.5.0",
    words=("__root__",),
    rewrite=_rewrite,
)
