"""The standard's pyproject.toml with what a service said in its own way."""

import re
import tomllib
from collections.abc import Iterable, Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from drydock.carrying import Carried, Todo
from drydock.carrying.dependencies import Demand, is_requirements, read
from drydock.facts import Files, line_of
from drydock.merging import parts
from drydock.merging.formats import toml

OWN = "    # The service's own:\n"
"""What the standard writes before the service's own dependencies."""

# Tables that only say how it was packaged so far, which the standard says in its own way.
_PACKAGING = {"poetry", "pdm", "setuptools", "setuptools_scm", "flit", "hatch", "uv"}
# Tools that the standard configures in files of their own, which win over pyproject.toml.
_CONFIGURED = {"ruff": "ruff.toml", "mypy": "mypy.ini", "pytest": "pytest.toml"}
# Tools whose work the standard's do.
_REPLACED = {"black": "ruff format", "isort": "ruff", "flake8": "ruff", "pylint": "ruff"}
# What the standard says of every service, or what is asked.
_SAID = {"name", "description", "authors", "requires-python", "dependencies", "dynamic", "readme"}


def carry(theirs: str, files: Files) -> Carried:
    """Return the rendered pyproject.toml with the dependencies, settings and metadata of a service.

    `files` are the service's. Raises ValueError when its own pyproject.toml is not valid.
    """
    ours = files.get("pyproject.toml", "")
    own = tomllib.loads(ours)
    demands, todo = read(files)
    text, rules = _with_dependencies(theirs, demands)
    text = _with_version(text, files)
    text = _with_metadata(text, ours)
    extra, more = _tables(ours, own)
    taken = {"pyproject.toml"} if ours else set()
    taken |= {path for path in files if is_requirements(path)}
    unsure = {one.path for one in [*todo, *more]}
    return Carried(
        text=text + extra,
        rules=tuple(rules),
        todo=(*todo, *more),
        accounted=frozenset(taken - unsure),
    )


def _with_dependencies(text: str, demands: Iterable[Demand]) -> tuple[str, list[str]]:
    data = tomllib.loads(text)
    project, groups = data["project"], data.get("dependency-groups", {})
    standard = {"": _names(project["dependencies"]), "dev": _names(groups.get("dev", []))}
    rules, main, dev = [], list[str](), list[str]()
    extras: dict[str, list[str]] = {}
    for demand in demands:
        # A package that the service itself needs is there for its tools, too.
        known = standard[""] | (standard["dev"] if demand.group else {})
        if demand.name in known:
            if Requirement(demand.text).specifier:
                rules.append(f"{demand.text} gave way to the standard's {known[demand.name]}")
        elif demand.group == "dev":
            dev.append(demand.text)
        elif demand.group:
            extras.setdefault(demand.group.removeprefix("extra:"), []).append(demand.text)
        else:
            main.append(demand.text)
    first, marker, rest = text.partition(OWN)
    second, other, end = rest.partition(OWN)
    if not marker:
        raise ValueError("the standard's pyproject.toml has no place for a service's dependencies")
    text = f"{first}{marker}{_items(main)}{second}{other}{_items(dev) if other else ''}{end}"
    if extras:
        told = "".join(f"{name} = [\n{_items(held)}]\n" for name, held in extras.items())
        table = f"[project.optional-dependencies]\n{told}\n"
        text = text.replace("[project.scripts]\n", f"{table}[project.scripts]\n", 1)
    return text, rules


def _names(requirements: Iterable[str]) -> dict[str, str]:
    return {canonicalize_name(Requirement(one).name): one for one in requirements}


def _items(requirements: list[str]) -> str:
    quoted = (one.replace("\\", "\\\\").replace('"', "'") for one in requirements)
    return "".join(f'    "{one}",\n' for one in sorted(quoted, key=str.lower))


def _with_version(text: str, files: Files) -> str:
    version = r'^version\s*=\s*["\']([^"\']+)["\']'
    for path in ("pyproject.toml", "setup.cfg", "setup.py"):
        pattern = (
            version if path == "pyproject.toml" else r'\bversion\s*=\s*["\']?([\w.+!-]+)["\']?'
        )
        found = re.search(pattern, files.get(path, ""), re.MULTILINE)
        if found and re.match(r"\d", found[1]):
            return re.sub(version, f'version = "{found[1]}"', text, count=1, flags=re.MULTILINE)
    return text


def _with_metadata(text: str, ours: str) -> str:
    """Add the fields of `[project]` that the standard does not write, as they stand."""
    kept, scripts = [], []
    for header, table in _headed(ours):
        fields = table.body.parts if table.body else ()
        if header == "project":
            present = tomllib.loads(text)["project"].keys() | _SAID
            kept = [parts.source(field) for field in fields if str(field.key) not in present]
        elif header == "project.scripts":
            scripts = [parts.source(f) for f in fields if parts.source(f).strip() not in text]
        elif header.startswith("project.") and header != "project.optional-dependencies":
            text = text.replace(
                "\n[project.scripts]", f"\n{parts.source(table).strip()}\n\n[project.scripts]", 1
            )
    text = text.replace("[project.scripts]\n", f"[project.scripts]\n{''.join(scripts)}", 1)
    return text.replace("\ndependencies = [\n", f"\n{''.join(kept)}dependencies = [\n", 1)


def _headed(text: str) -> Iterator[tuple[str, parts.Part]]:
    """Yield the tables of a document with their dotted names."""
    document = toml.read(text) if text else None
    for table in document.body.parts if document and document.body else ():
        opening = table.body.opening if table.body else ""
        if found := re.match(r"\[+\s*(.+?)\s*\]+", opening):
            yield found[1], table


def _tables(ours: str, own: dict[str, object]) -> tuple[str, list[Todo]]:
    """Return the settings of the service's own tools, and which of them need a person."""
    todo, kept = [], []
    for tool in own.get("tool", {}):  # type: ignore[attr-defined]  # checked by tomllib
        line = line_of(ours, f"[tool.{tool}")
        if file := _CONFIGURED.get(tool):
            how = f"move what still matters to {file}, which tools read instead"
            todo.append(Todo("pyproject.toml", line, f"[tool.{tool}] counts no more", how))
        elif other := _REPLACED.get(tool):
            how = f"{other} does its work; settings that still matter belong into ruff.toml"
            todo.append(Todo("pyproject.toml", line, f"[tool.{tool}] is not used any more", how))
    skipped = {*_PACKAGING, *_CONFIGURED, *_REPLACED}
    for header, table in _headed(ours):
        if header.startswith("tool.") and header.split(".")[1] not in skipped:
            kept.append(parts.source(table).strip("\n"))
    return "".join(f"\n{table}\n" for table in kept), todo
