"""The standard's pyproject.toml with what a service said in its own way."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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
"""What the standard writes before the service's own dependencies."""
PATH = "pyproject.toml"
_SCRIPTS = "[project.scripts]\n"

# Tools that read another file of the standard instead.
_CONFIGURED = {"ruff": "ruff.toml", "mypy": "mypy.ini"}
# Tools whose work the standard's do.
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
# What the standard says of every service, or what is asked.
_SAID = {"name", "version", "description", "requires-python", "dependencies", "dynamic", "readme"}
# Tables that are translated.
_TRANSLATED = ("project", "build-system", "dependency-groups", "tool.poetry", "tool.uv.sources")
# What takes the version of a package from git's tags.
_TAGS = (
    ("setuptools_scm",), ("setuptools-git-versioning",), ("poetry-dynamic-versioning",),
    ("hatch", "version"), ("pdm", "version"),
)  # fmt: skip
_WHEEL = "tool.hatch.build.targets.wheel"


def carry(theirs: str, files: Files) -> Carried:
    """Return the rendered pyproject.toml with the dependencies, settings and metadata of a service.

    `files` are the service's. Raises ValueError when its own pyproject.toml is not valid.
    """
    ours = files.get(PATH, "")
    own, standard = toml.data(ours), toml.data(theirs)
    tool = own.get("tool", {})
    of_poetry = kept_poetry.is_meant(standard)
    demands, todo = read(files, "poetry.lock" if of_poetry else "uv.lock")
    more_tools = list(tools.missing(demands, files))
    demands += more_tools
    text, rules, dropped = _with_dependencies(theirs, standard, demands, files)
    text, said = _with_constants(text, standard, own, files)
    text, gave_way, by_hand = _with_python(text, standard, own, ours)
    made = toml.data(text)["project"]
    said += gave_way
    kept_keys = kept_poetry.KEPT if of_poetry else frozenset()
    fields, tables, more = poetry.tables(tool.get("poetry", {}), ours, kept_keys)
    fields |= dict(_fields(ours, made))
    kept = dict(_headed(ours))
    tables |= {name: _source(table) for name, table in kept.items() if name.startswith("project.")}
    tables.pop("project.optional-dependencies", None)
    if scripts := setup.scripts(files):
        tables["project.scripts"] = scripts + tables.get("project.scripts", "")
    text, clashes = _with_metadata(text, made.get("scripts", {}), fields, tables)
    named_tools = [f"{one.name}, which {one.path} imports" for one in more_tools]
    sources, assigned, named, logins = indexes.carry(files, theirs)
    sources = _sources(demands, tool, assigned) + sources
    if of_poetry:
        sources = kept_poetry.tables(sources, demands, own, standard)
        text = kept_poetry.with_settings(text, standard, own, files)
        text = kept_poetry.capped(text, made["requires-python"], own)
    elif any(Requirement(one.text).url for one in demands):
        sources += "\n[tool.hatch.metadata]\nallow-direct-references = true\n"
    text += sources + _settings(text, ours)
    result = toml.data(text)
    lost = [*dropped, *_lost(ours, own, text, result)]
    left = [
        *todo,
        *more,
        *by_hand,
        *_tagged(result["project"]["version"], own, ours),
        *clashes,
        *logins,
        *_idle(ours, tool, of_poetry=of_poetry),
        *lost,
    ]
    requirements = {path for path in files if is_requirements(path)} - exported(files).keys()
    unsure = {one.path for one in left if one not in dropped}
    if numbers := Counter(one.path for one in demands if one not in more_tools):
        counts = ", ".join(f"{count} of {path}" for path, count in numbers.items())
        said.insert(0, f"dependencies: {counts}")
    return Carried(
        text=text,
        rules=(*said, *named_tools, *named, *rules),
        todo=tuple(left),
        accounted=frozenset(({PATH} if ours else set()) | (requirements - unsure)),
    )


def _with_dependencies(
    text: str, rendered: Mapping[str, Any], demands: Iterable[Demand], files: Files
) -> tuple[str, list[str], list[Todo]]:
    project, groups = rendered["project"], rendered.get("dependency-groups", {})
    standard = {"": _names(project["dependencies"]), "dev": _names(groups.get("dev", []))}
    rules: list[str] = []
    todo: list[Todo] = []
    held: dict[str, list[str]] = {}
    for asked_for in demands:
        demand, moved = tools.placed(asked_for, standard["dev"], files)
        rules += moved
        # A package that the service itself needs is there for its tools, too.
        known = standard[""] | (standard["dev"] if demand.group else {})
        wanted, asked = demand.text, Requirement(demand.text)
        if demand.name in known:
            ranged = known[demand.name]
            if raised := _raised(ranged, asked):
                text = text.replace(json.dumps(ranged), json.dumps(raised), 1)
                rules.append(f"{raised} combines the standard's {ranged} with {wanted}")
            elif asked.specifier and asked.specifier != Requirement(ranged).specifier:
                rules.append(f"the standard's {ranged} replaces {wanted}")
            if not asked.extras:
                todo += _comments_lost(demand, files)
                continue
            wanted = f"{asked.name}[{','.join(sorted(asked.extras))}]"
        quoted = wanted.replace("\\", "\\\\").replace('"', "'")
        above, behind = _comments(demand, files)
        item = "".join(f"    {line}\n" for line in above)
        held.setdefault(demand.group, []).append(f'{item}    "{quoted}",{behind}\n')
        if not demand.group and demand.name in standard["dev"]:
            ranged = standard["dev"][demand.name]
            text = text.replace(json.dumps(ranged), json.dumps(demand.name), 1)
            rules.append(f"{wanted}, which the code imports, replaces the standard's {ranged}")
    first, marker, rest = text.partition(OWN)
    second, other, end = rest.partition(OWN)
    if not marker:
        raise ValueError("the standard's pyproject.toml has no marker for a service's dependencies")
    main, dev = ("".join(held.pop(group, [])) for group in ("", "dev"))
    text = f"{first}{marker}{main}{second}{other}{dev if other else ''}{end}"
    extras = {name: items for name, items in held.items() if name.startswith("extra:")}
    more = {name: items for name, items in held.items() if name not in extras}
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
    """Yield the comments of a requirement that the standard has, so that it is not added."""
    above, behind = _comments(demand, files)
    # Those on lines of their own in pyproject.toml are found where the whole of it is compared.
    for comment in [*(above if demand.path != PATH else ()), *filter(None, [behind.strip()])]:
        yield _comment_lost(demand.path, demand.line, comment)


def _comment_lost(path: str, line: int, comment: str) -> Todo:
    return Todo(path, line, f"a comment is not carried over: {comment[:60]}", "")


def _names(requirements: Iterable[str]) -> dict[str, str]:
    return {canonicalize_name(Requirement(one).name): one for one in requirements}


def _arrays(held: Mapping[str, list[str]]) -> str:
    named = ((name.partition(":")[2], "".join(items)) for name, items in held.items())
    return "".join(f"{name} = [\n{items}]\n" for name, items in named)


def _comments(demand: Demand, files: Files) -> tuple[list[str], str]:
    """Return the comments above a requirement, and the one behind it.

    Those of an image are about its layers.
    """
    if is_dockerfile(demand.path):
        return [], ""
    lines, line = files[demand.path].splitlines(), demand.line
    above: list[str] = []
    for before in reversed(lines[: max(0, line - 1)]):
        if not before.strip().startswith("#"):
            break
        above.insert(0, without_logins(before.strip()))
    behind = re.search(r"\s(#[^'\"]*)$", lines[line - 1]) if 0 < line <= len(lines) else None
    return above, f"  {without_logins(behind[1].strip())}" if behind else ""


def _with_constants(
    text: str, standard: Mapping[str, Any], own: dict[str, Any], files: Files
) -> tuple[str, list[str]]:
    """Set the version and the README that the service has, and its packages."""
    rules = []
    project, tool = own.get("project", {}), own.get("tool", {}).get("poetry", {})
    version = project.get("version") or tool.get("version") or setup.version(files)
    if isinstance(version, str) and re.match(r"\d", version):
        text = _set(text, "version", version)
    present = [
        path for path in ("README.md", "README.rst", "README.txt", "README") if path in files
    ]
    if present and present[0] == "README":  # its kind must be said
        readme = 'readme = { file = "README", content-type = "text/plain" }'
        text = text.replace('readme = "README.md"', readme, 1)
    elif present and present[0] != "README.md":
        text = _set(text, "readme", present[0])
    elif not present:
        text = re.sub(r'(?m)^readme = "README.md"\n', "", text, count=1)
    text = _with_packages(text, standard, own, files)
    backend = own.get("build-system", {}).get("build-backend")
    built = standard["build-system"]["build-backend"]
    if backend not in (None, built):
        rules.append(f"{built} replaces {backend} as the build backend")
    return text, rules


def _tagged(version: str, own: dict[str, Any], ours: str) -> Iterator[Todo]:
    """Yield that a version which came from git's tags is written down now."""
    for path in _TAGS:
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
    """Set the Python that the service needs, where it needs a newer one than the standard."""
    place: tuple[str, ...] = ("project", "requires-python")
    python = _at(own, place)
    if not python:
        place = ("tool", "poetry", "dependencies", "python")
        python = _at(own, place)
    if not python:
        return text, [], []
    standard = rendered["project"]["requires-python"]
    try:
        wanted = poetry.specifier(str(python))
    except ValueError as error:
        line = line_of(PATH, ours, *place)
        return text, [], [Todo(PATH, line, f"requires-python is {standard}: {error}", "narrow it")]
    if _needs_newer(str(python), standard):
        return _set(text, "requires-python", wanted), [], []
    gave_way = [f"the standard's Python {standard} replaces {python}"]
    return text, gave_way if wanted != standard else [], []


def _with_packages(
    text: str, standard: Mapping[str, Any], own: dict[str, Any], files: Files
) -> str:
    """Add the packages that a service has besides the one that the standard knows."""
    tool = own.get("tool", {})
    wheel = _at(tool, ("hatch", "build", "targets", "wheel", "packages"))
    named = [str(one) for one in wheel or ()]
    for one in tool.get("poetry", {}).get("packages", []):
        named.append("/".join(filter(None, (one.get("from"), one.get("include")))))
    known = _at(standard, (*_WHEEL.split("."), "packages")) or []
    more = [one for one in named if one not in known and f"{one}/__init__.py" in files]
    if not more or not known:
        return text
    items = ", ".join(json.dumps(one) for one in [*known, *more])
    return re.sub(r"(?m)^packages = .*$", f"packages = [{items}]", text, count=1)


def _set(text: str, field: str, value: str) -> str:
    written = f"{field} = {json.dumps(value)}"
    return re.sub(rf"(?m)^{field} = .*$", lambda _: written, text, count=1)


def _needs_newer(python: str, standard: str) -> bool:
    """Tell whether a service refuses the oldest Python that the standard runs on."""
    oldest = next(iter(SpecifierSet(standard))).version
    newer = range(int(oldest.split(".")[1]) + 1, 30)
    return not poetry.allows(python, f"{oldest}.99") and any(
        poetry.allows(python, f"3.{minor}.0") for minor in newer
    )


def _fields(ours: str, present: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the fields of `[project]` that are not the standard's, as they stand."""
    said = ({*present} | _SAID) - {"authors"}
    for header, table in _headed(ours):
        for field in table.body.parts if header == "project" and table.body else ():
            if str(field.key) not in said:
                yield str(field.key), _after_sign(field)


def _with_metadata(
    text: str, known: Mapping[str, Any], fields: Mapping[str, str], tables: Mapping[str, str]
) -> tuple[str, list[Todo]]:
    """Add fields and tables of `[project]`; return also what has no place.

    `known` are the scripts that it has.
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
    """Return the value of a field as it stands, with a comment behind it but none above."""
    return (nodes.inner(field) + field.after).partition("=")[2].strip()


def _source(table: nodes.Part) -> str:
    """Return what stands below the header of a table."""
    return (nodes.inner(table) + table.after).partition("\n")[2]


def _sources(demands: Iterable[Demand], tool: dict[str, Any], assigned: Mapping[str, str]) -> str:
    """Return the tables that say where single packages come from.

    `assigned` has the index of those that are taken from one of their own.
    """
    own = tool.get("uv", {}).get("sources", {})
    entries = {name: inline(value) for name, value in own.items()}
    entries |= {Requirement(one.text).name: one.source for one in demands if one.source}
    for one in demands:
        if one.name in assigned and not Requirement(one.text).url:
            name = Requirement(one.text).name
            if one.name not in [str(canonicalize_name(known)) for known in entries]:
                entries[name] = inline({"index": assigned[one.name]})
    text = "".join(f"{name} = {value}\n" for name, value in entries.items())
    return f"\n[tool.uv.sources]\n{text}" if text else ""


def _settings(text: str, ours: str) -> str:
    """Return the tables of the service's own tools, as they stand."""
    present = {header for header, _ in _headed(text)} | {_WHEEL}
    kept = []
    for header, table in _headed(ours):
        translated = any(f"{header}.".startswith(f"{one}.") for one in _TRANSLATED)
        if not translated and header not in present:
            kept.append(f"\n{nodes.source(table).strip()}\n")
    return "".join(kept)


def _idle(ours: str, tool: Iterable[str], *, of_poetry: bool) -> Iterator[Todo]:
    """Yield which of the service's settings nobody reads any more."""
    manager, builder = ("Poetry", "poetry-core") if of_poetry else ("uv", "hatchling")
    for name in tool:
        line = line_of(PATH, ours, "tool", name)
        if file := _CONFIGURED.get(name):
            how = f"move what you still need to {file}, which is read instead"
            yield Todo(PATH, line, f"[tool.{name}] is no longer used", how)
        elif done := _REPLACED.get(name):
            why = done.format(manager=manager, builder=builder)
            yield Todo(PATH, line, f"[tool.{name}] is no longer used: {why}", "remove it")


def _lost(ours: str, own: dict[str, Any], text: str, result: Mapping[str, Any]) -> Iterator[Todo]:
    """Yield what stands in none of the places that are carried over."""
    own = {**own, "tool": {k: v for k, v in own.get("tool", {}).items() if k != "poetry"}}
    for where in [*(("tool", *path) for path in _paths(own["tool"])), *_tops(own)]:
        if where[-1] != "" and _at(result, where) is None:
            why = f"not carried over: {'.'.join(where)}"
            yield Todo(PATH, line_of(PATH, ours, *where), why, "add it where it still matters")
    for number, line in enumerate(ours.splitlines(), 1):
        if (remark := line.strip()).startswith("#") and remark not in text:
            yield _comment_lost(PATH, number, without_logins(remark))


def _tops(own: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    said = {"dependencies", "optional-dependencies", "dynamic", "scripts", "readme"}
    yield from (("project", key) for key in own.get("project", {}) if key not in said)
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
