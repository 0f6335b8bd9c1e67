"""Places the imports of a translated module: sorted and grouped as isort and ruff do."""

import sys
from collections.abc import Callable, Iterable

import libcst as cst

from drydock.codemods.imports import with_imports, without_blank_start

_FUTURE, _PYTHON, _LIBRARY, _OWN = range(4)


def with_adapter(
    tree: cst.Module, wanted: Iterable[str], package: str, is_own: Callable[[str], bool]
) -> cst.Module:
    """Return `tree` with imports of the full names in `wanted`.

    `package` is the name of the adapter; `is_own` returns whether a module is first-party.
    """
    by_module: dict[str, list[str]] = {}
    modules = []
    for full in sorted(wanted):
        module, _, name = full.rpartition(".")
        if full == package or not module:
            modules.append(full)
        else:
            by_module.setdefault(module, []).append(name)
    for module, names in by_module.items():
        if _imports_from(tree, module):
            tree = with_imports(tree, [f"{module}.{name}" for name in names], set())
        else:
            tree = _placed(tree, f"from {module} import {', '.join(_sorted(names))}", is_own)
    for full in modules:
        above, _, name = full.rpartition(".")
        text = f"from {above} import {name}" if above else f"import {name}"
        tree = _placed(tree, text, is_own)
    return without_blank_start(tree)


def _imports_from(tree: cst.Module, module: str) -> bool:
    return any(
        isinstance(small, cst.ImportFrom)
        and not small.relative
        and not isinstance(small.names, cst.ImportStar)
        and _module(small) == module
        for line in tree.body
        if isinstance(line, cst.SimpleStatementLine)
        for small in line.body
    )


def _placed(tree: cst.Module, text: str, is_own: Callable[[str], bool]) -> cst.Module:
    new = cst.parse_statement(text, config=tree.config_for_parsing)
    assert isinstance(new, cst.SimpleStatementLine)
    key = _key(new, is_own)
    first, place, before, after = None, 0, None, None
    for number, line in enumerate(tree.body):
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and line.body else None
        if not isinstance(small, cst.ImportFrom | cst.Import):
            if first is not None:
                break
            continue
        assert isinstance(line, cst.SimpleStatementLine)
        first = number if first is None else first
        if _key(line, is_own) <= key:
            place, before, after = number + 1, line, None
        elif after is None:
            after = line
    body = list(tree.body)
    if first is None:
        place = int(tree.get_docstring() is not None)
    elif before is None:
        place = first
    blank = [cst.EmptyLine(indent=False)]
    if (before is not None and _key(before, is_own)[0] < key[0]) or (first is None and place):
        new = new.with_changes(leading_lines=blank)
    if after is not None and place < len(body) and body[place] is after:
        if before is None:
            new = new.with_changes(leading_lines=after.leading_lines)
        lines = blank if _key(after, is_own)[0] > key[0] else []
        comments = [each for each in after.leading_lines if each.comment and before is not None]
        body[place] = after.with_changes(leading_lines=[*lines, *comments])
    return tree.with_changes(body=[*body[:place], new, *body[place:]])


def _key(line: cst.SimpleStatementLine, is_own: Callable[[str], bool]) -> tuple[int, bool, str]:
    """Return the sort key of an import: its group, its form, its module."""
    small = line.body[0]
    if isinstance(small, cst.Import):
        full = small.names[0].evaluated_name
    else:
        assert isinstance(small, cst.ImportFrom)
        if small.relative:
            return (_OWN, True, "~")
        full = _module(small)
    top = full.partition(".")[0]
    if top == "__future__":
        group = _FUTURE
    elif top in sys.stdlib_module_names:
        group = _PYTHON
    else:
        group = _OWN if is_own(top) or is_own(full) else _LIBRARY
    return (group, isinstance(small, cst.ImportFrom), full)


def _sorted(names: list[str]) -> list[str]:
    """Sort names as ruff and isort do: constants, classes, the rest."""
    return sorted(names, key=lambda n: (0 if n.isupper() else 1 if n[:1].isupper() else 2, n))


def _module(small: cst.ImportFrom) -> str:
    return cst.Module([]).code_for_node(small.module) if small.module else ""
