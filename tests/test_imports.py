"""Imports run one way: what a part of the engine may know of, and that nothing goes in circles."""

import ast
from collections.abc import Iterator
from pathlib import Path

import drydock
import pytest

_ENGINE = Path(drydock.__file__).parent
# Each part may import those of the rows above its own, and itself.
_ROWS = (
    ("errors",),
    ("git", "locking", "paths", "profiles"),
    ("template", "documents", "pythons"),
    ("project",),
    ("merging", "codemods"),
    ("adoption",),
    ("conformance",),
    ("proving", "fleet"),
    ("report",),
    ("commands",),
    ("cli",),
)
# Modules that are written into services: no part of the engine imports them.
_WRITTEN = ("schema_adapter",)
# What a part may not import although its row would allow it.
_FORBIDDEN = (
    ("documents", "git"),
    ("documents", "locking"),
    ("merging.audit", "documents"),
    ("merging.audit", "git"),
    ("codemods", "git"),
    ("codemods", "template"),
)


def _modules() -> dict[str, Path]:
    """Return every module of the engine by its name below `drydock`."""
    found = {}
    for path in sorted(_ENGINE.rglob("*.py")):
        if path.parent.name in _WRITTEN:
            continue
        names = path.relative_to(_ENGINE).with_suffix("").parts
        found[".".join(names[:-1] if names[-1] == "__init__" else names)] = path
    return found


def _imported(path: Path, known: set[str]) -> Iterator[str]:
    """Yield the modules of the engine that one imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "drydock":
            package = (node.module or "").partition(".")[2]
            for name in node.names:
                inner = f"{package}.{name.name}".removeprefix(".")
                yield inner if inner in known else package
        elif isinstance(node, ast.ImportFrom) and node.level:
            raise AssertionError(f"{path}: a relative import")
        elif isinstance(node, ast.Import):
            for name in node.names:
                if name.name.split(".")[0] == "drydock":
                    yield name.name.partition(".")[2]


_MODULES = _modules()
_IMPORTS = {name: {*_imported(path, {*_MODULES})} for name, path in _MODULES.items()}


def _is_of(module: str, part: str) -> bool:
    return module == part or module.startswith(f"{part}.")


def test_every_module_belongs_to_a_part() -> None:
    parts = {part for row in _ROWS for part in row}
    assert {name.partition(".")[0] for name in _MODULES if name} == parts


@pytest.mark.parametrize("module", _IMPORTS)
def test_imports_run_one_way(module: str) -> None:
    rows = {part: place for place, row in enumerate(_ROWS) for part in row}
    own = module.partition(".")[0]
    parts = {imported.partition(".")[0] for imported in _IMPORTS[module]} - {own, ""}
    assert [part for part in parts if rows[part] >= rows[own]] == []


@pytest.mark.parametrize(("part", "other"), _FORBIDDEN)
def test_a_part_does_without_another(part: str, other: str) -> None:
    inside = {module for module in _IMPORTS if _is_of(module, part)}
    assert inside
    assert [m for m in inside if any(_is_of(one, other) for one in _IMPORTS[m])] == []


def test_imports_go_in_no_circle() -> None:
    left = {name: set(imported) & _IMPORTS.keys() for name, imported in _IMPORTS.items()}
    while free := {name for name, imported in left.items() if not imported & left.keys()}:
        left = {name: imported for name, imported in left.items() if name not in free}
    assert sorted(left) == []
