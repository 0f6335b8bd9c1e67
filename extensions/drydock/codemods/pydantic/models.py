"""Which classes are models, and which major version of Pydantic the code was written for."""

import re
from functools import cache

import libcst as cst

from drydock.codemods.project import Project
from drydock.codemods.source import Rewriter, Source
from drydock.documents import locks

SETTINGS = ("pydantic.BaseSettings", "pydantic_settings.BaseSettings")
MODELS = ("pydantic.BaseModel", "pydantic.GenericModel", *SETTINGS)

_NEW = re.compile(
    r"\b(field_validator|model_validator|model_config|ConfigDict|RootModel|TypeAdapter"
    r"|computed_field|pydantic_settings|model_dump|model_validate|model_fields)\b"
)
_OLD = re.compile(
    r"\bfrom pydantic import\b[^#\n]*\b(BaseSettings|validator|root_validator|parse_obj_as)\b"
    r"|@root_validator\s*$|@validator\(|\bclass Config\b|\borm_mode\b|\.(parse_obj|from_orm)\("
    r"|\bpydantic\.(generics|error_wrappers|env_settings)\b|__root__\b",
    re.MULTILINE,
)
_MAJOR = re.compile(r"\d+(?=\.)")
_PINNED = re.compile(
    r"""^\s*["']?pydantic(?:\[[\w,\s-]*\])?["']?\s*(?:=\s*["']|=\s*\{[^}\n]*version\s*=\s*["'])?"""
    r"""\s*(?:(==|~=|\^|~|>=(?=\s*[2-9]))\s*v?(\d+)|([^"'#;\n]*?<\s*2(?:\.0)?\b))""",
    re.MULTILINE,
)
_LISTS = re.compile(
    r"(^|/)(requirements[^/]*\.(txt|in)|requirements/[^/]+|pyproject\.toml|Pipfile)$"
)


@cache
def generation(project: Project) -> int:
    """Return the major version of Pydantic that the code was written for; 0 if unknown.

    Lock files and pins decide; if they allow both versions, the names that the code uses do.
    """
    generations = {
        version
        for path, text in project.before.items()
        if path.endswith((".lock", "Pipfile")) or _LISTS.search(path)
        for version in _generations_of(path, text)
    }
    if len(generations) == 1:
        return generations.pop()
    code = [text for path, text in project.files.items() if path.endswith(".py")]
    code = [text for text in code if "pydantic" in text]
    new, old = any(map(_NEW.search, code)), any(map(_OLD.search, code))
    return 0 if new == old else 2 if new else 1


def _generations_of(path: str, text: str) -> set[int]:
    if path.endswith(".lock"):
        versions = [one.version for one in locks.packages(path, text) if one.name == "pydantic"]
        return {min(int(major[0]), 2) for major in map(_MAJOR.match, versions) if major}
    return {2 if one[2] and int(one[2]) >= 2 else 1 for one in _PINNED.finditer(text)}


def has_models(source: Source) -> bool:
    """Return whether a module defines a model."""
    classes = source.project.modules[source.path].classes
    return any(source.project.is_a(f"{source.path}:{name}", *MODELS) for name in classes)


class InModels(Rewriter):
    """A rewriter that tracks the class it is in."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.classes: list[cst.ClassDef] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        """Enter a class."""
        self.classes.append(node)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef | cst.FlattenSentinel[cst.BaseStatement]:
        """Leave a class; call `leave_model` if it is a model."""
        self.classes.pop()
        if self.is_model(original_node):
            return self.leave_model(original_node, updated_node)
        return updated_node

    def leave_model(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef | cst.FlattenSentinel[cst.BaseStatement]:
        """Return the new model; rules override this."""
        return updated_node

    def is_model(self, node: cst.ClassDef, *roots: str) -> bool:
        """Return whether a class is a model, or derived from one of `roots`."""
        return any(self.source.is_a(base.value, *(roots or MODELS)) for base in node.bases)

    @property
    def model(self) -> cst.ClassDef | None:
        """The model whose body is being walked."""
        return self.classes[-1] if self.classes and self.is_model(self.classes[-1]) else None
