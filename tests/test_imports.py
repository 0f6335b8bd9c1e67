"""Imports between the parts of the engine run one way, without cycles."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import drydock
import pytest

_ENGINE = Path(drydock.__file__).parent
# Each part may import parts of the rows above, and itself.
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
# Modules that are copied into services; the engine does not import them.
_COPIED = ("schema_adapter",)
# Imports that the rows would allow, but that are forbidden.
_FORBIDDEN = (
    ("documents", "git"),
    ("documents", "locking"),
    ("merging.audit", "documents"),
    ("merging.audit", "git"),
    ("codemods", "git"),
    ("codemods", "template"),
)


def _modules() -> dict[str, Path]:
    """Return the path of every module of the engine, by its name below `drydock`."""
    modules = {}
    for path in sorted(_ENGINE.rglob("*.py")):
        if path.parent.name in _COPIED:
            continue
        names = path.relative_to(_ENGINE).with_suffix("").parts
        modules[".".join(names[:-1] if names[-1] == "__init__" else names)] = path
    return modules


def _imported(path: Path, known: set[str]) -> Iterator[str]:
    """Yield the engine modules that a module imports, also inside functions."""
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


@cache
def _imports() -> dict[str, set[str]]:
    """Return what every module imports, by its name."""
    return {name: {*_imported(path, {*_MODULES})} for name, path in _MODULES.items()}


def _is_in(module: str, part: str) -> bool:
    return module == part or module.startswith(f"{part}.")


def test_every_module_belongs_to_a_part() -> None:
    parts = {part for row in _ROWS for part in row}
    assert {name.partition(".")[0] for name in _MODULES if name} == parts


@pytest.mark.parametrize("module", _MODULES)
def test_imports_run_one_way(module: str) -> None:
    rows = {part: number for number, row in enumerate(_ROWS) for part in row}
    own = module.partition(".")[0]
    parts = {imported.partition(".")[0] for imported in _imports()[module]} - {own, ""}
    assert [part for part in parts if rows[part] >= rows[own]] == []


@pytest.mark.parametrize(("part", "other"), _FORBIDDEN)
def test_forbidden_part_is_not_imported(part: str, other: str) -> None:
    modules = {module for module in _MODULES if _is_in(module, part)}
    assert modules
    assert [m for m in modules if any(_is_in(name, other) for name in _imports()[m])] == []


def test_imports_have_no_cycle() -> None:
    left = {name: imported & _MODULES.keys() for name, imported in _imports().items()}
    while free := {name for name, imported in left.items() if not imported & left.keys()}:
        left = {name: imported for name, imported in left.items() if name not in free}
    assert sorted(left) == []
