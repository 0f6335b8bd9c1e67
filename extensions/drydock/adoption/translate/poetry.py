"""Poetry's own tables, said as [project] says it.

https://python-poetry.org/docs/pyproject/ and
https://packaging.python.org/en/latest/specifications/pyproject-toml/
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from drydock.adoption.translate import Demand, Todo

PATH = "pyproject.toml"
_URLS = {"homepage": "Homepage", "repository": "Repository", "documentation": "Documentation"}
# Said by what is asked, by other tables of [project], or by the standard.
_ELSEWHERE = {
    "name", "version", "description", "readme", "packages", "dependencies", "dev-dependencies",
    "group", "extras", "package-mode", "requires-poetry", "authors", "source",
}  # fmt: skip


_DEVELOPMENT = {
    "dev", "develop", "development", "test", "tests", "testing", "lint", "linting", "docs", "doc",
    "ci", "check", "format", "formatting", "typing", "qa",
}  # fmt: skip


def is_for_development(name: str) -> bool:
    """Tell whether what is called `name`, a group or a file, is for those who work on a service."""
    return bool(_DEVELOPMENT & set(re.split(r"[^a-z]+", name.lower())))


def group_of(name: str) -> str:
    """Return the group that development dependencies called `name` belong to."""
    return "dev" if is_for_development(name) else f"group:{name}"


def demands(poetry: dict[str, Any], text: str) -> Iterator[Demand | Todo]:
    """Yield what the tables of Poetry depend on."""
    tables = [("", "dependencies", poetry.get("dependencies", {}))]
    tables.append(("dev", "dev-dependencies", poetry.get("dev-dependencies", {})))
    for name, group in poetry.get("group", {}).items():
        tables.append((group_of(name), f"group.{name}.dependencies", group.get("dependencies", {})))
    extras = {
        package: extra for extra, held in poetry.get("extras", {}).items() for package in held
    }
    for group, table, wanted in tables:
        for name, spec in wanted.items():
            line = _line(text, f"tool.poetry.{table}", name)
            for one in spec if isinstance(spec, list) else [spec]:
                if name != "python":
                    yield from _demand(name, one, group, line, extras)


def _line(text: str, table: str, name: str) -> int:
    """Return where a table says `name`, from 1; 0 if it does so in another way."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("["):
            inside = line.strip("[] ") == table
        elif inside and re.match(rf"[\"']?{re.escape(name)}[\"']?\s*[=.]", line):
            return number
    return 0


def _demand(
    name: str, spec: Any, group: str, line: int, extras: dict[str, str]
) -> Iterator[Demand | Todo]:
    spec = spec if isinstance(spec, dict) else {"version": str(spec)}
    if spec.get("optional"):
        if name not in extras:
            yield Todo(PATH, line, f"{name} is optional, and no extra has it", "add it by hand")
            return
        group = f"extra:{extras[name]}"
    source = _source(spec)
    if str(spec.get("path", "")).startswith(".."):
        how = "release it to an index, or build the image from the folder above"
        yield Todo(PATH, line, f"{name} lies outside the folder that its image is built from", how)
    yield Demand(_requirement(name, spec), group, PATH, line, source)


def _source(spec: dict[str, Any]) -> str:
    """Return the entry of `[tool.uv.sources]` for what does not come from any index."""
    known = ("git", "url", "path", "rev", "tag", "branch")
    kept: dict[str, Any] = {key: spec[key] for key in known if key in spec}
    if not {"git", "url", "path"} & kept.keys():
        index = str(spec.get("source", "pypi"))
        return "" if index.lower() == "pypi" else f"{{ index = {json.dumps(index)} }}"
    if spec.get("develop"):
        kept["editable"] = True
    if "git" in spec and "subdirectory" in spec:
        kept["subdirectory"] = spec["subdirectory"]
    return "{ " + ", ".join(f"{key} = {json.dumps(value)}" for key, value in kept.items()) + " }"


def _requirement(name: str, spec: dict[str, Any]) -> str:
    extras = f"[{','.join(spec['extras'])}]" if spec.get("extras") else ""
    markers = []
    if given := spec.get("markers"):
        markers.append(f"({given})" if " or " in given else given)
    for part in filter(None, specifier(str(spec.get("python", "*"))).split(",")):
        operator, version = re.match(r"(\D+)(.*)", part).groups()  # type: ignore[union-attr]
        markers.append(f"python_version {operator} '{version}'")
    marker = f"; {' and '.join(markers)}" if markers else ""
    return f"{name}{extras}{specifier(str(spec.get('version', '*')))}{marker}"


def specifier(demand: str) -> str:
    """Return version constraints of Poetry as PEP 440 writes them.

    https://python-poetry.org/docs/dependency-specification/#version-constraints
    """
    parts = re.split(r"\s*,\s*|(?<=[\w*])\s+(?=[<>=!~^])", demand)
    return ",".join(filter(None, map(_constraint, parts)))


def _constraint(demand: str) -> str:
    demand = demand.strip()
    if demand in {"", "*"}:
        return ""
    numbers = [int(n) for n in re.findall(r"\d+", re.split(r"-|[a-z]", demand)[0])]
    if demand[0] == "^" and numbers:
        place = next((at for at, n in enumerate(numbers) if n), len(numbers) - 1)
        upper = [*numbers[:place], numbers[place] + 1]
        return f">={demand[1:].strip()},<{'.'.join(map(str, upper))}"
    if demand[0] == "~" and demand[:2] != "~=" and numbers:
        upper = [numbers[0] + 1] if len(numbers) == 1 else [numbers[0], numbers[1] + 1]
        return f">={demand[1:].strip()},<{'.'.join(map(str, upper))}"
    return f"=={demand}" if demand[0].isdigit() else demand.replace(" ", "")


def tables(poetry: dict[str, Any], text: str) -> tuple[dict[str, str], dict[str, str], list[Todo]]:
    """Return fields of `[project]`, its tables, and what has no place in either."""
    fields: dict[str, str] = {}
    if authors := [_person(str(one)) for one in poetry.get("authors", [])]:
        fields["authors"] = _list(authors)
    if people := [_person(str(one)) for one in poetry.get("maintainers", [])]:
        fields["maintainers"] = _list(people)
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
            line = _line(text, "tool.poetry.scripts", name)
            todo.append(Todo(PATH, line, f"the script {name} is a file", "call it by its path"))
    made = {"project.urls": urls, "project.scripts": scripts}
    for group, points in poetry.get("plugins", {}).items():
        made[f"project.entry-points.{json.dumps(group)}"] = points
    known = {*_ELSEWHERE, *_URLS, "license", "maintainers", "keywords", "classifiers", "urls"}
    for key, value in poetry.items():
        if key not in known | {"scripts", "plugins"}:
            line = _line(text, "tool.poetry", key) or _header(text, f"tool.poetry.{key}")
            why = f"not carried over: {key} = {json.dumps(value, default=str)[:80]}"
            todo.append(Todo(PATH, line, why, "see hatchling's and uv's documentation"))
    texts = {name: _entries(entries) for name, entries in made.items() if entries}
    return fields, texts, todo


def _header(text: str, table: str) -> int:
    headers = (line.strip("[] ") for line in text.splitlines())
    return next((number for number, line in enumerate(headers, 1) if line == table), 0)


def _person(text: str) -> str:
    found = re.fullmatch(r"\s*(.*?)\s*<([^<>\s]+@[^<>\s]+)>\s*", text)
    told = {"name": found[1], "email": found[2]} if found else {"name": text.strip()}
    held = ", ".join(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in told.items() if v)
    return f"{{ {held} }}"


def _list(items: list[str]) -> str:
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def _entries(entries: dict[str, Any]) -> str:
    quoted = {name: name if re.fullmatch(r"[\w-]+", name) else json.dumps(name) for name in entries}
    return "".join(f"{quoted[name]} = {json.dumps(value)}\n" for name, value in entries.items())
