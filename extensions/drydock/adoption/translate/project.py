"""The standard's pyproject.toml with a service's dependencies, settings and metadata."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from drydock.adoption.facts import Files
from drydock.adoption.facts.image import is_dockerfile
from drydock.adoption.translate import (
    Carried,
    Demand,
    Todo,
    indexes,
    inline,
    kept_poetry,
    poetry,
    setup,
    tools,
    without_logins,
)
from drydock.adoption.translate.dependencies import exported, is_requirements, read
from drydock.documents import nodes
from drydock.documents.formats import toml
from drydock.documents.places import line_of

OWN = "    # The service's own:\n"
"""The comment of the standard before the service's own dependencies."""
PATH = "pyproject.toml"
_SCRIPTS = "[project.scripts]\n"

# Tools that read another file in the standard.
_CONFIGURED = {"ruff": "ruff.toml", "mypy": "mypy.ini"}
# Tools that the standard's tools replace.
_REPLACED = {
    "black": "ruff format replaces it",
    "isort": "ruff replaces it",
    "flake8": "ruff replaces it",
    "pylint": "ruff replaces it",
    "pdm": "{manager} replaces it",
    "setuptools": "{builder} builds the package",
    "setuptools_scm": "{builder} builds the package",
    "flit": "{builder} builds the package",
}
# Fields that the standard sets in every service, or that are answers.
_OF_THE_STANDARD = {
    "name",
    "version",
    "description",
    "requires-python",
    "dependencies",
    "dynamic",
    "readme",
}
# Tables that are translated.
_TRANSLATED = ("project", "build-system", "dependency-groups", "tool.poetry", "tool.uv.sources")
# Tools that take the version of a package from git tags.
_VERSIONED_BY_TAGS = (
    ("setuptools_scm",), ("setuptools-git-versioning",), ("poetry-dynamic-versioning",),
    ("hatch", "version"), ("pdm", "version"),
)  # fmt: skip
_WHEEL = "tool.hatch.build.targets.wheel"


def carry(theirs: str, files: Files) -> Carried:
    """Return the rendered pyproject.toml with the dependencies, settings and metadata of a service.

    `files` are the service's. Raises ValueError if its own pyproject.toml is not valid.
    """
    ours = files.get(PATH, "")
    own, standard = toml.data(ours), toml.data(theirs)
    tool = own.get("tool", {})
    keeps_poetry = kept_poetry.is_kept(standard)
    demands, todo = read(files, "poetry.lock" if keeps_poetry else "uv.lock")
    demands = _renamed(demands, own, standard["project"]["name"])
    missing_tools = list(tools.missing(demands, files))
    demands += missing_tools
    text, rules, dropped = _with_dependencies(theirs, standard, demands, files)
    text, done = _with_constants(text, standard, own, files)
    text, replaced, by_hand = _with_python(text, standard, own, ours)
    project = toml.data(text)["project"]
    done += replaced
    kept_keys = kept_poetry.KEPT if keeps_poetry else frozenset()
    fields, tables, more = poetry.tables(tool.get("poetry", {}), ours, kept_keys)
    fields |= dict(_fields(ours, project))
    kept = dict(_headed(ours))
    tables |= {name: _source(table) for name, table in kept.items() if name.startswith("project.")}
    tables.pop("project.optional-dependencies", None)
    if scripts := setup.scripts(files):
        tables["project.scripts"] = scripts + tables.get("project.scripts", "")
    text, clashes = _with_metadata(text, project.get("scripts", {}), fields, tables)
    added_tools = [f"{tool.name}, which {tool.path} imports" for tool in missing_tools]
    sources, assigned, added_indexes, logins = indexes.carry(files, theirs)
    sources = _sources(demands, tool, assigned) + sources
    if keeps_poetry:
        sources = kept_poetry.tables(sources, demands, own, standard)
        text = kept_poetry.with_settings(text, standard, own, files)
        text = kept_poetry.capped(text, project["requires-python"], own)
    elif any(Requirement(demand.text).url for demand in demands):
        sources += "\n[tool.hatch.metadata]\nallow-direct-references = true\n"
    text += sources + _settings(text, ours)
    result = toml.data(text)
    lost = [*dropped, *_lost(ours, own, text, result)]
    requirements = {path for path in files if is_requirements(path)} - exported(files).keys()
    lost += _comments_of_lists(sorted(requirements), files, text, lost)
    left = [
        *todo,
        *more,
        *by_hand,
        *_tagged(result["project"]["version"], own, ours),
        *clashes,
        *logins,
        *_unused(ours, tool, keeps_poetry=keeps_poetry),
        *lost,
    ]
    # A file of which only comments are lost is not kept for them.
    unsure = {one.path for one in left if one not in lost}
    rules = [*rules, *_joined(own)]
    if numbers := Counter(one.path for one in demands if one not in missing_tools):
        counts = ", ".join(f"{count} of {path}" for path, count in numbers.items())
        done.insert(0, f"dependencies: {counts}")
    return Carried(
        text=text,
        rules=(*done, *added_tools, *added_indexes, *rules),
        todo=tuple(left),
        accounted=frozenset(({PATH} if ours else set()) | (requirements - unsure)),
    )


def _keys(own: Mapping[str, Any], path: Iterable[str]) -> list[str]:
    """Return the keys of a table; none if there is none, or if it is something else."""
    table = _at(own, path)
    return [*table] if isinstance(table, dict) else []


def _joined(own: Mapping[str, Any]) -> Iterator[str]:
    """Yield which extras and groups for development are part of the dev group now."""
    extras = _keys(own, ("project", "optional-dependencies"))
    if names := ", ".join(sorted(filter(poetry.is_for_development, extras))):
        yield f"no longer an extra, but in the dev group: {names}"
    tables = [
        ("dependency-groups",),
        ("tool", "poetry", "group"),
        ("tool", "pdm", "dev-dependencies"),
    ]
    groups = {name for table in tables for name in _keys(own, table)} - {"dev"}
    if names := ", ".join(sorted(filter(poetry.is_for_development, groups))):
        yield f"no longer a group of its own, but in the dev group: {names}"


def _renamed(demands: Iterable[Demand], own: Mapping[str, Any], name: str) -> list[Demand]:
    """Return the demands; those of the service's own extras with its new name."""
    former = own.get("project", {}).get("name") or _at(own, ("tool", "poetry", "name")) or name
    return [
        replace(demand, text=re.sub(r"^[\w.-]+", name, demand.text))
        if demand.group and demand.name == canonicalize_name(str(former))
        else demand
        for demand in demands
    ]


def _with_dependencies(
    text: str, rendered: Mapping[str, Any], demands: Iterable[Demand], files: Files
) -> tuple[str, list[str], list[Todo]]:
    project, groups = rendered["project"], rendered.get("dependency-groups", {})
    standard = {"": _names(project["dependencies"]), "dev": _names(groups.get("dev", []))}
    rules: list[str] = []
    todo: list[Todo] = []
    items: dict[str, list[str]] = {}
    for original in demands:
        demand, moved = tools.placed(original, standard["dev"], files)
        rules += moved
        # The dev group need not repeat what the service itself requires.
        known = standard[""] | (standard["dev"] if demand.group else {})
        written, requirement = demand.text, Requirement(demand.text)
        if demand.name in known:
            ranged = known[demand.name]
            if raised := _raised(ranged, requirement):
                text = text.replace(json.dumps(ranged), json.dumps(raised), 1)
                rules.append(f"{raised} combines the standard's {ranged} with {written}")
            elif requirement.specifier and requirement.specifier != Requirement(ranged).specifier:
                rules.append(f"the standard's {ranged} replaces {written}")
            if not requirement.extras:
                todo += _comments_lost(demand, files)
                continue
            written = f"{requirement.name}[{','.join(sorted(requirement.extras))}]"
        quoted = written.replace("\\", "\\\\").replace('"', "'")
        above, behind = _comments(demand, files)
        item = "".join(f"    {line}\n" for line in above)
        items.setdefault(demand.group, []).append(f'{item}    "{quoted}",{behind}\n')
        if not demand.group and demand.name in standard["dev"]:
            ranged = standard["dev"][demand.name]
            text = text.replace(json.dumps(ranged), json.dumps(demand.name), 1)
            rules.append(f"{written}, which the code imports, replaces the standard's {ranged}")
    first, marker, rest = text.partition(OWN)
    second, other, end = rest.partition(OWN)
    if not marker:
        raise ValueError("the standard's pyproject.toml has no marker for a service's dependencies")
    main, dev = ("".join(items.pop(group, [])) for group in ("", "dev"))
    text = f"{first}{marker}{main}{second}{other}{dev if other else ''}{end}"
    extras = {name: lines for name, lines in items.items() if name.startswith("extra:")}
    more = {name: lines for name, lines in items.items() if name not in extras}
    if extras:
        table = f"[project.optional-dependencies]\n{_arrays(extras)}\n"
        text = text.replace(_SCRIPTS, f"{table}{_SCRIPTS}", 1)
    if more:
        table = "[dependency-groups]\n"
        text = text.replace(table, f"{table}{_arrays(more)}", 1)
    return text, rules, todo


def _raised(standard: str, own: Requirement) -> str:
    """Return a requirement of the standard from the service's lowest version on, if it is higher.

    Empty where it is not, or where the standard does not allow it.
    """
    ranged = Requirement(standard).specifier
    lowest = max(
        (Version(one.version) for one in own.specifier if one.operator == ">="), default=None
    )
    before = next((one for one in ranged if one.operator == ">="), None)
    if lowest is None or before is None or lowest <= Version(before.version):
        return ""
    if not ranged.contains(lowest, prereleases=True):
        return ""
    return standard.replace(str(before), f">={lowest}", 1)


def _comments_lost(demand: Demand, files: Files) -> Iterator[Todo]:
    """Yield the comments of a requirement that is not added because the standard has it."""
    above, behind = _comments(demand, files)
    # `_lost` finds the comments on separate lines of pyproject.toml.
    for comment in [*(above if demand.path != PATH else ()), *filter(None, [behind.strip()])]:
        yield _comment_lost(demand.path, demand.line, comment)


def _comments_of_lists(
    paths: Iterable[str], files: Files, text: str, reported: Iterable[Todo]
) -> Iterator[Todo]:
    """Yield the comments of requirements files that are neither in `text` nor reported."""
    known = {(one.path, one.why) for one in reported}
    for path in paths:
        for number, line in enumerate(files[path].splitlines(), 1):
            comment = re.search(r"(?:^|\s)(#.*\w.*)$", line)
            if comment and (shown := without_logins(comment[1].strip())) not in text:
                todo = _comment_lost(path, number, shown)
                if (path, todo.why) not in known:
                    yield todo


def _comment_lost(path: str, line: int, comment: str) -> Todo:
    return Todo(path, line, f"a comment is not carried over: {comment[:60]}", "")


def _names(requirements: Iterable[str]) -> dict[str, str]:
    return {canonicalize_name(Requirement(one).name): one for one in requirements}


def _arrays(groups: Mapping[str, list[str]]) -> str:
    arrays = ((name.partition(":")[2], "".join(lines)) for name, lines in groups.items())
    return "".join(f"{name} = [\n{items}]\n" for name, items in arrays)


def _comments(demand: Demand, files: Files) -> tuple[list[str], str]:
    """Return the comments above a requirement, and the one behind it.

    Comments in a Dockerfile are about its layers.
    """
    if is_dockerfile(demand.path):
        return [], ""
    lines, line = files[demand.path].splitlines(), demand.line
    above: list[str] = []
    for before in reversed(lines[: max(0, line - 1)]):
        if not before.strip().startswith("#"):
            break
        above.insert(0, without_logins(before.strip()))
    form = r"\s(#.*)$" if demand.path.endswith((".txt", ".in")) else r"\s(#[^'\"]*)$"
    behind = re.search(form, lines[line - 1]) if 0 < line <= len(lines) else None
    return above, f"  {without_logins(behind[1].strip())}" if behind else ""


def _with_constants(
    text: str, standard: Mapping[str, Any], own: dict[str, Any], files: Files
) -> tuple[str, list[str]]:
    """Set the service's version, README and packages."""
    rules = []
    project, tool = own.get("project", {}), own.get("tool", {}).get("poetry", {})
    version = project.get("version") or tool.get("version") or setup.metadata(files, "version")
    if isinstance(version, str) and re.match(r"\d", version):
        text = _set(text, "version", version)
    present = [
        path for path in ("README.md", "README.rst", "README.txt", "README") if path in files
    ]
    if present and present[0] == "README":  # without an ending, its type must be given
        readme = 'readme = { file = "README", content-type = "text/plain" }'
        text = text.replace('readme = "README.md"', readme, 1)
    elif present and present[0] != "README.md":
        text = _set(text, "readme", present[0])
    elif not present:
        text = re.sub(r'(?m)^readme = "README.md"\n', "", text, count=1)
    text = _with_packages(text, standard, own, files)
    backend = own.get("build-system", {}).get("build-backend")
    standard_backend = standard["build-system"]["build-backend"]
    if backend not in (None, standard_backend):
        rules.append(f"{standard_backend} replaces {backend} as the build backend")
    return text, rules


def _tagged(version: str, own: dict[str, Any], ours: str) -> Iterator[Todo]:
    """Yield that the version, which came from git tags, is now in pyproject.toml."""
    for path in _VERSIONED_BY_TAGS:
        setting = _at(own, ("tool", *path))
        source = setting.get("source") if isinstance(setting, dict) else None
        if setting is None or (path[-1] == "version" and source not in {"vcs", "scm"}):
            continue
        why = f"the version came from git tags, by {path[0]}; pyproject.toml now has {version}"
        how = "set it to the last release, and raise it with each release; tags must match it"
        yield Todo(PATH, line_of(PATH, ours, "tool", *path), why, how, "operators")


def _with_python(
    text: str, rendered: Mapping[str, Any], own: dict[str, Any], ours: str
) -> tuple[str, list[str], list[Todo]]:
    """Set the Python that the service needs, if it is newer than the standard's."""
    key: tuple[str, ...] = ("project", "requires-python")
    python = _at(own, key)
    if not python:
        key = ("tool", "poetry", "dependencies", "python")
        python = _at(own, key)
    if not python:
        return text, [], []
    standard = rendered["project"]["requires-python"]
    try:
        required = poetry.specifier(str(python))
    except ValueError as error:
        line = line_of(PATH, ours, *key)
        return text, [], [Todo(PATH, line, f"requires-python is {standard}: {error}", "narrow it")]
    if _needs_newer(str(python), standard):
        return _set(text, "requires-python", required), [], []
    replaced = [f"the standard's Python {standard} replaces {python}"]
    return text, replaced if required != standard else [], []


def _with_packages(
    text: str, standard: Mapping[str, Any], own: dict[str, Any], files: Files
) -> str:
    """Add the service's other packages to the wheel."""
    tool = own.get("tool", {})
    wheel = _at(tool, ("hatch", "build", "targets", "wheel", "packages"))
    own_packages = [str(package) for package in wheel or ()]
    for package in tool.get("poetry", {}).get("packages", []):
        parts = (package.get("from"), package.get("include"))
        own_packages.append("/".join(filter(None, parts)))
    known = _at(standard, (*_WHEEL.split("."), "packages")) or []
    more = [one for one in own_packages if one not in known and f"{one}/__init__.py" in files]
    if not more or not known:
        return text
    items = ", ".join(json.dumps(one) for one in [*known, *more])
    return re.sub(r"(?m)^packages = .*$", f"packages = [{items}]", text, count=1)


def _set(text: str, field: str, value: str) -> str:
    written = f"{field} = {json.dumps(value)}"
    return re.sub(rf"(?m)^{field} = .*$", lambda _: written, text, count=1)


def _needs_newer(python: str, standard: str) -> bool:
    """Tell whether a service excludes the oldest Python of the standard, but not newer ones."""
    oldest = next(iter(SpecifierSet(standard))).version
    newer = range(int(oldest.split(".")[1]) + 1, 30)
    return not poetry.allows(python, f"{oldest}.99") and any(
        poetry.allows(python, f"3.{minor}.0") for minor in newer
    )


def _fields(ours: str, present: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the fields of `[project]` that the standard does not set, as written."""
    known = ({*present} | _OF_THE_STANDARD) - {"authors"}
    for header, table in _headed(ours):
        for field in table.body.parts if header == "project" and table.body else ():
            if str(field.key) not in known:
                yield str(field.key), _after_sign(field)


def _with_metadata(
    text: str, known: Mapping[str, Any], fields: Mapping[str, str], tables: Mapping[str, str]
) -> tuple[str, list[Todo]]:
    """Add fields and tables of `[project]`; also return what could not be added.

    `known` are the standard's scripts.
    """
    todo = []
    for field, value in fields.items():
        line = f"{field} = {value}"
        if re.search(rf"(?m)^{field} = ", text.partition("dependencies = [")[0]):
            text = re.sub(rf"(?m)^{field} = .*$", line.replace("\\", r"\\"), text, count=1)
        else:
            text = text.replace("\ndependencies = [\n", f"\n{line}\ndependencies = [\n", 1)
    for name, entries in tables.items():
        if name != "project.scripts":
            text = text.replace(_SCRIPTS, f"[{name}]\n{entries.rstrip()}\n\n{_SCRIPTS}", 1)
            continue
        own = toml.data(entries)
        for script in own.keys() & known.keys():
            why = f"the script {script} is now the standard's; it was {own.pop(script)}"
            todo.append(
                Todo(PATH, 0, why, "add the old one under another name, if you still need it")
            )
        lines = "".join(f"{json.dumps(script)} = {json.dumps(own[script])}\n" for script in own)
        plain = re.sub(r'(?m)^"([\w-]+)" = ', r"\1 = ", lines)
        text = text.replace(_SCRIPTS, f"{_SCRIPTS}{plain}", 1)
    return text, todo


def _headed(text: str) -> Iterator[tuple[str, nodes.Part]]:
    """Yield the tables of a document with their dotted names."""
    document = toml.read(text) if text else None
    for table in document.body.parts if document and document.body else ():
        opening = table.body.opening if table.body else ""
        if found := re.match(r"\[+\s*(.+?)\s*\]+", opening):
            yield found[1], table


def _after_sign(field: nodes.Part) -> str:
    """Return the value of a field as written, with a comment behind it but none above."""
    return (nodes.inner(field) + field.after).partition("=")[2].strip()


def _source(table: nodes.Part) -> str:
    """Return a table without its header."""
    return (nodes.inner(table) + table.after).partition("\n")[2]


def _sources(demands: Iterable[Demand], tool: dict[str, Any], assigned: Mapping[str, str]) -> str:
    """Return the table of the packages that have a source or an index of their own.

    `assigned` has the index of each package that is taken from a separate one.
    """
    own = tool.get("uv", {}).get("sources", {})
    entries = {name: inline(value) for name, value in own.items()}
    entries |= {Requirement(demand.text).name: demand.source for demand in demands if demand.source}
    for demand in demands:
        if demand.name in assigned and not Requirement(demand.text).url:
            name = Requirement(demand.text).name
            if demand.name not in [str(canonicalize_name(known)) for known in entries]:
                entries[name] = inline({"index": assigned[demand.name]})
    text = "".join(f"{name} = {value}\n" for name, value in entries.items())
    return f"\n[tool.uv.sources]\n{text}" if text else ""


def _settings(text: str, ours: str) -> str:
    """Return the tables of the service's own tools, as written."""
    present = {header for header, _ in _headed(text)} | {_WHEEL}
    kept = []
    for header, table in _headed(ours):
        translated = any(f"{header}.".startswith(f"{one}.") for one in _TRANSLATED)
        if not translated and header not in present:
            kept.append(f"\n{nodes.source(table).strip()}\n")
    return "".join(kept)


def _unused(ours: str, tool: Iterable[str], *, keeps_poetry: bool) -> Iterator[Todo]:
    """Yield the service's tables that no tool reads now."""
    manager, builder = ("Poetry", "poetry-core") if keeps_poetry else ("uv", "hatchling")
    for name in tool:
        line = line_of(PATH, ours, "tool", name)
        if file := _CONFIGURED.get(name):
            how = f"move what you still need to {file}, which is read instead"
            yield Todo(PATH, line, f"[tool.{name}] is no longer used", how)
        elif replaced := _REPLACED.get(name):
            why = replaced.format(manager=manager, builder=builder)
            yield Todo(PATH, line, f"[tool.{name}] is no longer used ({why})", "remove it")


def _lost(ours: str, own: dict[str, Any], text: str, result: Mapping[str, Any]) -> Iterator[Todo]:
    """Yield the settings and comments that are missing in the result."""
    own = {**own, "tool": {k: v for k, v in own.get("tool", {}).items() if k != "poetry"}}
    for where in [*(("tool", *path) for path in _paths(own["tool"])), *_tops(own)]:
        if where[-1] != "" and _at(result, where) is None:
            why = f"not carried over: {'.'.join(where)}"
            yield Todo(PATH, line_of(PATH, ours, *where), why, "add it where it still matters")
    for number, line in enumerate(ours.splitlines(), 1):
        if (comment := line.strip()).startswith("#") and comment not in text:
            yield _comment_lost(PATH, number, without_logins(comment))


def _tops(own: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    elsewhere = {"dependencies", "optional-dependencies", "dynamic", "scripts", "readme"}
    yield from (("project", key) for key in own.get("project", {}) if key not in elsewhere)
    yield from ((key,) for key in own if key not in {"project", "tool", "dependency-groups"})


def _paths(data: Any) -> Iterator[tuple[str, ...]]:
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield from ((key, *rest) for rest in _paths(value))
        else:
            yield (key,)


def _at(data: Any, path: Iterable[str]) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data
