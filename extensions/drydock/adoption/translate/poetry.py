"""Poetry's own tables, in the form of [project].

https://python-poetry.org/docs/pyproject/ and
https://packaging.python.org/en/latest/specifications/pyproject-toml/
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from poetry.core.constraints.version import Version as PoetryVersion
from poetry.core.constraints.version import parse_constraint
from poetry.core.factory import Factory

from drydock.adoption.translate import Demand, Todo
from drydock.documents.places import line_of

PATH = "pyproject.toml"
_URLS = {"homepage": "Homepage", "repository": "Repository", "documentation": "Documentation"}
# Keys that answers, other tables of [project] or the standard cover.
_ELSEWHERE = {
    "name", "version", "description", "readme", "packages", "dependencies", "dev-dependencies",
    "group", "extras", "package-mode", "requires-poetry", "authors", "source",
}  # fmt: skip


_DEVELOPMENT = {
    "dev", "develop", "development", "test", "tests", "testing", "lint", "linting", "docs", "doc",
    "ci", "check", "format", "formatting", "typing", "qa",
}  # fmt: skip


def is_for_development(name: str) -> bool:
    """Tell whether a group or a file called `name` is for development."""
    return bool(_DEVELOPMENT & set(re.split(r"[^a-z]+", name.lower())))


def group_of(name: str) -> str:
    """Return the group for development dependencies called `name`."""
    return "dev" if is_for_development(name) else f"group:{name}"


def demands(poetry: dict[str, Any], text: str) -> Iterator[Demand | Todo]:
    """Yield the dependencies in Poetry's tables."""
    tables = [("", "dependencies", poetry.get("dependencies", {}))]
    tables.append(("dev", "dev-dependencies", poetry.get("dev-dependencies", {})))
    for name, group in poetry.get("group", {}).items():
        tables.append((group_of(name), f"group.{name}.dependencies", group.get("dependencies", {})))
    extras: dict[str, list[str]] = {}
    for extra, packages in poetry.get("extras", {}).items():
        for package in packages:
            extras.setdefault(canonicalize_name(package), []).append(extra)
    for group, table, entries in tables:
        for name, spec in entries.items():
            line = line_of(PATH, text, "tool", "poetry", *table.split("."), name)
            for constraint in spec if isinstance(spec, list) else [spec]:
                if name != "python":
                    yield from _demand(name, constraint, group, line, extras)


def _demand(
    name: str, spec: Any, group: str, line: int, extras: dict[str, list[str]]
) -> Iterator[Demand | Todo]:
    spec = spec if isinstance(spec, dict) else {"version": str(spec)}
    groups = [group]
    if spec.get("optional"):
        groups = [f"extra:{extra}" for extra in extras.get(canonicalize_name(name), ())]
        if not groups:
            yield Todo(
                PATH, line, f"{name} is optional, but no extra lists it", "add it by hand", "start"
            )
            return
    try:
        requirement = _requirement(name, spec)
    except ValueError as error:
        yield Todo(PATH, line, f"not carried over: {name}: {error}", "add it by hand", "start")
        return
    if str(spec.get("path", spec.get("file", ""))).startswith(".."):
        how = "publish it to an index, or build the image from the parent folder"
        yield Todo(
            PATH, line, f"{name} is outside the folder that the image is built from", how, "start"
        )
    if spec.get("allow-prereleases") and not _names_prerelease(requirement):
        why = f"not carried over: {name} allows prereleases"
        how = 'name one in its constraint (>=2.0a1), or set prerelease = "allow" in [tool.uv]'
        yield Todo(PATH, line, why, how)
    for name_of_group in groups:
        yield Demand(requirement, name_of_group, PATH, line, _source(spec))


def _names_prerelease(requirement: str) -> bool:
    return any(Version(one.version.removesuffix(".*")).is_prerelease
               for one in Requirement(requirement).specifier)  # fmt: skip


def _source(spec: dict[str, Any]) -> str:
    """Return the entry of `[tool.uv.sources]`; empty for a package from PyPI."""
    known = ("git", "url", "path", "rev", "tag", "branch")
    kept: dict[str, Any] = {key: spec[key] for key in known if key in spec}
    if "file" in spec:
        kept["path"] = spec["file"]
    if not {"git", "url", "path"} & kept.keys():
        index = str(spec.get("source", "pypi"))
        return "" if index.lower() == "pypi" else f"{{ index = {json.dumps(index)} }}"
    if spec.get("develop"):
        kept["editable"] = True
    if {"git", "url"} & kept.keys() and "subdirectory" in spec:
        kept["subdirectory"] = spec["subdirectory"]
    return "{ " + ", ".join(f"{key} = {json.dumps(value)}" for key, value in kept.items()) + " }"


# The keys that belong to the requirement. `_source` reads the others.
_CONSTRAINTS = ("version", "python", "platform", "markers")


def _requirement(name: str, spec: dict[str, Any]) -> str:
    """Return an entry as a PEP 508 requirement; raise ValueError if there is none."""
    constraints = {key: str(spec[key]) for key in _CONSTRAINTS if spec.get(key)}
    extras = sorted(map(str, spec.get("extras") or ()))
    if "markers" in constraints:
        Marker(constraints["markers"])  # poetry-core raises other errors
    found = Factory.create_dependency(name, {"version": "*", **constraints})
    marker = "" if found.marker.is_any() else str(found.marker).replace('"', "'")
    if found.marker.is_empty():
        raise ValueError("its markers never apply")
    package = f"{name}[{','.join(extras)}]" if extras else name
    return f"{package}{specifier(constraints.get('version', '*'))}{marker and f'; {marker}'}"


def specifier(demand: str) -> str:
    """Return version constraints of Poetry in the form of PEP 440.

    https://python-poetry.org/docs/dependency-specification/#version-constraints

    Raises ValueError if PEP 440 cannot express them: it has no "or".
    """
    demand = demand.strip()
    try:
        return demand.replace(" ", "") if SpecifierSet(demand) else ""
    except InvalidSpecifier:
        constraint = parse_constraint(demand)
    if constraint.is_any():
        return ""
    text = str(constraint)
    if "||" in text or constraint.is_empty():
        raise ValueError(f"PEP 440 cannot express {demand}")
    if text[0].isdigit():
        return f"=={text}"
    # An upper bound from a caret or tilde is shortened, as people write it.
    return re.sub(
        r"(?<=,)(<\d+(?:\.\d+)*?)((?:\.0)+)$",
        lambda limit: limit[0] if limit[0] in demand else limit[1],
        text,
    )


def allows(demand: str, version: str) -> bool:
    """Tell whether a constraint of PEP 440 or Poetry allows a version; an invalid one allows none.

    The tilde is Poetry's: `~3.9` excludes 3.10.
    """
    try:
        return SpecifierSet(demand).contains(version)
    except InvalidSpecifier:
        pass
    try:
        return parse_constraint(demand).allows(PoetryVersion.parse(version))
    except ValueError:
        return False


def tables(
    poetry: dict[str, Any], text: str, kept: frozenset[str] = frozenset()
) -> tuple[dict[str, str], dict[str, str], list[Todo]]:
    """Return fields and tables of `[project]`, and what has no place there.

    The keys in `kept` stay in Poetry's own table.
    """
    fields: dict[str, str] = {}
    if authors := [_person(str(author)) for author in poetry.get("authors", [])]:
        fields["authors"] = _list(authors)
    if maintainers := [_person(str(person)) for person in poetry.get("maintainers", [])]:
        fields["maintainers"] = _list(maintainers)
    if isinstance(poetry.get("license"), str):
        fields["license"] = f"{{ text = {json.dumps(poetry['license'])} }}"
    for key in ("keywords", "classifiers"):
        if poetry.get(key):
            fields[key] = _list([json.dumps(one, ensure_ascii=False) for one in poetry[key]])
    urls = {_URLS[key]: poetry[key] for key in _URLS if key in poetry} | poetry.get("urls", {})
    scripts, todo = {}, []
    for name, target in poetry.get("scripts", {}).items():
        if isinstance(target, str):
            scripts[name] = target
        else:
            line = line_of(PATH, text, "tool", "poetry", "scripts", name)
            todo.append(Todo(PATH, line, f"the script {name} is a file", "call it by its path"))
    new_tables = {"project.urls": urls, "project.scripts": scripts}
    for group, points in poetry.get("plugins", {}).items():
        new_tables[f"project.entry-points.{json.dumps(group)}"] = points
    known = {*_ELSEWHERE, *_URLS, "license", "maintainers", "keywords", "classifiers", "urls"}
    for key, value in poetry.items():
        if key not in known | kept | {"scripts", "plugins"}:
            line = line_of(PATH, text, "tool", "poetry", key)
            why = f"not carried over: {key} = {json.dumps(value, default=str)[:80]}"
            todo.append(Todo(PATH, line, why, "see hatchling's and uv's documentation"))
    texts = {name: _entries(entries) for name, entries in new_tables.items() if entries}
    return fields, texts, todo


def _person(text: str) -> str:
    found = re.fullmatch(r"\s*(.*?)\s*<([^<>\s]+@[^<>\s]+)>\s*", text)
    person = {"name": found[1], "email": found[2]} if found else {"name": text.strip()}
    pairs = ", ".join(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in person.items() if v)
    return f"{{ {pairs} }}"


def _list(items: list[str]) -> str:
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def _entries(entries: dict[str, Any]) -> str:
    quoted = {name: name if re.fullmatch(r"[\w-]+", name) else json.dumps(name) for name in entries}
    return "".join(f"{quoted[name]} = {json.dumps(value)}\n" for name, value in entries.items())
