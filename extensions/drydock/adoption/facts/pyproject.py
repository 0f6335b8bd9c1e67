"""pyproject.toml: PEP 621, and the tables of Poetry and PDM."""

import re
from collections.abc import Iterator
from typing import Any

from drydock.adoption.facts import SAYS, Fact, Files
from drydock.documents.formats import toml
from drydock.documents.places import line_of

_POETRY = ("tool", "poetry")
_PYTHON = (*_POETRY, "dependencies", "python")


def find(files: Files) -> Iterator[Fact]:
    """Yield the facts in pyproject.toml."""
    path = "pyproject.toml"
    text = files.get(path)
    if text is None:
        return
    try:
        data = toml.data(text)
    except ValueError:
        return
    project, poetry = _table(data, "project"), _table(data, "tool", "poetry")
    backend = str(_table(data, "build-system").get("build-backend", ""))
    kind = "poetry" if poetry else "pdm" if "pdm" in _table(data, "tool") else ""
    kind = kind or ("uv" if "uv.lock" in files else "pyproject" if project or backend else "")
    if kind:
        tables = [("project",), ("tool", kind), ("build-system",)]
        lines = (line_of(path, text, *names) for names in tables)
        yield Fact("packaging", kind, path, next(filter(None, lines), 0), SAYS)
    metadata = {**poetry, **project}

    def line(key: str) -> int:
        return line_of(path, text, *(("project", key) if key in project else (*_POETRY, key)))

    for about in ("name", "description"):
        if isinstance(value := metadata.get(about), str) and value.strip():
            answer = "service_name" if about == "name" else about
            yield Fact(answer, value.strip(), path, line(about), SAYS)
    if authors := metadata.get("authors"):
        yield Fact("owner", _author(authors), path, line("authors"), SAYS)
    python = project.get("requires-python") or _table(poetry, "dependencies").get("python")
    if isinstance(python, str):
        names = ("project", "requires-python") if project.get("requires-python") else _PYTHON
        yield Fact("requires_python", python, path, line_of(path, text, *names), SAYS)
    yield from _packages(data, text)


def _table(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        data = data.get(key, {})
        if not isinstance(data, dict):
            return {}
    return data


def _list(table: dict[str, Any], key: str) -> list[Any]:
    value = table.get(key)
    return value if isinstance(value, list) else []


def _author(authors: Any) -> str:
    first = authors[0] if isinstance(authors, list) and authors else authors
    name = first.get("name") or first.get("email", "") if isinstance(first, dict) else str(first)
    return re.sub(r"\s*<.*?>", "", str(name)).strip()


def _packages(data: dict[str, Any], text: str) -> Iterator[Fact]:
    for package in _list(_table(data, "tool", "poetry"), "packages"):
        if isinstance(package, dict) and "include" in package:
            root = f"{package['from']}/" if package.get("from") else ""
            line = line_of("pyproject.toml", text, *_POETRY, "packages")
            yield Fact("package_path", f"{root}{package['include']}", "pyproject.toml", line, SAYS)
    wheel = _table(data, "tool", "hatch", "build", "targets", "wheel")
    for folder in _list(wheel, "packages"):
        line = line_of("pyproject.toml", text, "wheel", "packages")
        yield Fact("package_path", str(folder), "pyproject.toml", line, SAYS)
