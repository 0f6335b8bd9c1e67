"""setup.py and setup.cfg: a package's dependencies and metadata; neither is run."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

from drydock.adoption import python
from drydock.adoption.facts import Files
from drydock.adoption.translate import Demand, Todo
from drydock.adoption.translate.poetry import group_of, is_for_development
from drydock.documents.formats import ini
from drydock.documents.places import line_of

_REQUIRED = {"install_requires", "tests_require", "extras_require"}
_USED = {
    *_REQUIRED, "name", "version", "description", "author", "python_requires", "packages",
    "package_dir", "entry_points", "long_description", "long_description_content_type",
    "include_package_data", "zip_safe",
}  # fmt: skip


def demands(files: Files) -> Iterator[Demand | Todo]:
    """Yield the package's dependencies, and what is not carried over."""
    for argument in _arguments(files):
        name = argument.arg or ""
        if name in _REQUIRED:
            yield from _literal(name, argument.value)
        elif name not in _USED:
            how = "set it in pyproject.toml"
            yield Todo("setup.py", argument.value.lineno, f"not carried over: {name}", how)
    if "setup.py" in files:
        yield Todo("setup.py", 0, "pyproject.toml replaces it", "git rm setup.py")
    yield from _from_ini(files.get("setup.cfg", ""))


def _arguments(files: Files) -> Iterator[ast.keyword]:
    try:
        tree = python.parse(files.get("setup.py", ""))
    except (SyntaxError, ValueError):
        return
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if getattr(call.func, "attr", getattr(call.func, "id", "")) == "setup":
            yield from call.keywords


def _value(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError):
        return None


def _literal(name: str, node: ast.expr) -> Iterator[Demand | Todo]:
    value = _value(node)
    if value is None:
        how = "add the resulting packages to dependencies of [project]"
        yield Todo("setup.py", node.lineno, f"{name} is computed", how, "start")
        return
    lines = {item.value: item.lineno for item in ast.walk(node) if isinstance(item, ast.Constant)}
    for extra, entries in (value if isinstance(value, dict) else {"": value}).items():
        group = _group(str(extra)) if name != "tests_require" else "dev"
        for entry in entries if isinstance(entries, list | tuple | set) else [entries]:
            if isinstance(entry, str):
                yield Demand(entry, group, "setup.py", lines.get(entry, node.lineno))
            else:
                why = f"not carried over: {entry!r} in {name} is not a requirement"
                yield Todo(
                    "setup.py", node.lineno, why, "add the package that it stands for", "start"
                )


def _group(extra: str) -> str:
    if not extra or is_for_development(extra):
        return group_of(extra) if extra else ""
    return f"extra:{extra}"


def _from_ini(text: str) -> Iterator[Demand]:
    sections = ini.data(text)
    required = sections.get("options", {}).get("install_requires", "")
    lists = [("", ("options", "install_requires"), required)]
    section = "options.extras_require"
    for extra, value in sections.get(section, {}).items():
        lists.append((_group(extra), (section, extra), value))
    for group, names, value in lists:
        for line in filter(None, map(str.strip, value.splitlines())):
            if not line.startswith("#"):
                yield Demand(
                    line, group, "setup.cfg", line_of("setup.cfg", text, *names, value=line)
                )


def metadata(files: Files, field: str) -> str | None:
    """Return a field such as `version`, if it is a literal."""
    for argument in _arguments(files):
        if argument.arg == field and isinstance(value := _value(argument.value), str):
            return value
    return ini.data(files.get("setup.cfg", "")).get("metadata", {}).get(field)


def scripts(files: Files) -> str:
    """Return the console scripts as entries of `[project.scripts]`."""
    lines: list[str] = []
    for argument in _arguments(files):
        points = _value(argument.value) if argument.arg == "entry_points" else None
        if isinstance(points, dict):
            entries = points.get("console_scripts", [])
            entries = entries.splitlines() if isinstance(entries, str) else entries
            lines += map(str, entries) if isinstance(entries, list | tuple | set) else ()
    entry_points = ini.data(files.get("setup.cfg", "")).get("options.entry_points", {})
    lines += entry_points.get("console_scripts", "").splitlines()
    found = (re.match(r"\s*([\w.-]+)\s*=\s*([\w.:]+)", line) for line in lines)
    return "".join(f"{one[1]} = {json.dumps(one[2])}\n" for one in found if one)
