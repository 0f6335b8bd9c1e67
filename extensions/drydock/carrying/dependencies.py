"""What a service depends on, from whatever format, as PEP 508 requirements."""

import ast
import configparser
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from drydock.carrying import Todo
from drydock.facts import Files, line_of

_REQUIREMENTS = re.compile(
    r"^(?:requirements/)?[\w.-]*(?:requirements|constraints)?[\w.-]*\.(?:txt|in)$"
)
_DEVELOPMENT = re.compile(r"dev|test|lint|doc|ci|check|format")
_INDEX = re.compile(r"^(--(?:extra-)?index-url|-i|--find-links|-f|--trusted-host)\b")


@dataclass(frozen=True)
class Demand:
    """One requirement of a service."""

    text: str
    """As PEP 508 writes it."""
    group: str
    """Empty for the service itself; `dev`; or the name of an extra, with `extra:` before it."""
    path: str
    line: int

    @property
    def name(self) -> str:
        """The package, as indexes spell it."""
        return canonicalize_name(Requirement(self.text).name)


def read(files: Files) -> tuple[list[Demand], list[Todo]]:
    """Return what the service depends on, each package once a group, and what cannot be told."""
    found: dict[tuple[str, str], Demand] = {}
    todo: list[Todo] = []
    for one in [*_pyproject(files), *_setup(files), *_setup_cfg(files), *_requirement_files(files)]:
        if isinstance(one, Todo):
            todo.append(one)
            continue
        try:
            known = found.setdefault((one.name, one.group), one)
        except InvalidRequirement:
            todo.append(
                Todo(one.path, one.line, f"{one.text!r} is no requirement", "add it by hand")
            )
            continue
        if known.text != one.text and len(one.text) > len(known.text):
            # The same package said twice: what constrains it more.
            found[one.name, one.group] = one
    main = {name for name, group in found if not group}
    demands = [d for (name, group), d in found.items() if group != "dev" or name not in main]
    return demands, todo


_Found = Iterator["Demand | Todo"]


def _pyproject(files: Files) -> _Found:
    path = "pyproject.toml"
    text = files.get(path, "")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    project = data.get("project", {})
    for one in project.get("dependencies", []):
        yield Demand(one, "", path, line_of(text, one))
    for extra, held in project.get("optional-dependencies", {}).items():
        group = "dev" if _DEVELOPMENT.search(extra) else f"extra:{extra}"
        for one in held:
            yield Demand(one, group, path, line_of(text, one))
    for held in data.get("dependency-groups", {}).values():
        for one in held:
            if isinstance(one, str):
                yield Demand(one, "dev", path, line_of(text, one))
    yield from _poetry(data.get("tool", {}).get("poetry", {}), path, text)


def _poetry(poetry: dict[str, Any], path: str, text: str) -> _Found:
    tables = [("", poetry.get("dependencies", {})), ("dev", poetry.get("dev-dependencies", {}))]
    for name, group in poetry.get("group", {}).items():
        del name
        tables.append(("dev", group.get("dependencies", {})))
    for group, table in tables:
        for name, wanted in table.items():
            if name == "python":
                continue
            line = line_of(text, name)
            spec = wanted if isinstance(wanted, dict) else {"version": wanted}
            if not isinstance(wanted, dict | str) or "path" in spec or "url" in spec:
                how = "give it a version on an index, or a [tool.uv.sources] entry"
                yield Todo(path, line, f"{name} comes from a place of its own", how)
                continue
            yield Demand(_from_poetry(name, spec), group, path, line)


def _from_poetry(name: str, spec: dict[str, Any]) -> str:
    extras = f"[{','.join(spec['extras'])}]" if spec.get("extras") else ""
    if "git" in spec:
        at = spec.get("rev") or spec.get("tag") or spec.get("branch")
        return f"{name}{extras} @ git+{spec['git']}{f'@{at}' if at else ''}"
    version = ",".join(_specifier(part) for part in str(spec.get("version", "*")).split(","))
    marker = f"; {spec['markers']}" if spec.get("markers") else ""
    return f"{name}{extras}{version.strip(',')}{marker}"


def _specifier(demand: str) -> str:
    """Return a version constraint of Poetry as PEP 440 writes it.

    https://python-poetry.org/docs/dependency-specification/#version-constraints
    """
    demand = demand.strip()
    if demand in {"", "*"}:
        return ""
    numbers = [int(n) for n in re.findall(r"\d+", demand.split("-")[0])]
    if demand[0] == "^" and numbers:
        place = next((at for at, n in enumerate(numbers) if n), len(numbers) - 1)
        upper = [*numbers[:place], numbers[place] + 1]
        return f">={demand[1:]},<{'.'.join(map(str, upper))}"
    if demand[0] == "~" and demand[:2] != "~=" and numbers:
        upper = [numbers[0] + 1] if len(numbers) == 1 else [numbers[0], numbers[1] + 1]
        return f">={demand[1:].strip()},<{'.'.join(map(str, upper))}"
    return f"=={demand}" if demand[0].isdigit() else demand.replace(" ", "")


def _setup(files: Files) -> _Found:
    path = "setup.py"
    try:
        tree = ast.parse(files.get(path, ""))
    except SyntaxError:
        return
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for given in call.keywords:
            if given.arg in {"install_requires", "tests_require", "extras_require"}:
                yield from _literal(given, path)


def _literal(given: ast.keyword, path: str) -> _Found:
    try:
        value = ast.literal_eval(given.value)
    except ValueError:
        how = "add what it comes to to [project] dependencies"
        yield Todo(path, given.value.lineno, f"{given.arg} is computed", how)
        return
    groups = value if isinstance(value, dict) else {"": value}
    for extra, held in groups.items():
        group = "dev" if given.arg == "tests_require" or _DEVELOPMENT.search(extra) else ""
        group = f"extra:{extra}" if extra and not group else group
        for one in [held] if isinstance(held, str) else held:
            yield Demand(str(one), group, path, given.value.lineno)


def _setup_cfg(files: Files) -> _Found:
    path = "setup.cfg"
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(files.get(path, ""))
    except configparser.Error:
        return
    held = [("", parser.get("options", "install_requires", fallback=""))]
    if parser.has_section("options.extras_require"):
        for extra, value in parser.items("options.extras_require"):
            held.append(("dev" if _DEVELOPMENT.search(extra) else f"extra:{extra}", value))
    for group, value in held:
        for line in filter(None, map(str.strip, value.splitlines())):
            yield Demand(line, group, path, line_of(files[path], line))


def _requirement_files(files: Files) -> _Found:
    included = {name for path in files for name in _included(path, files)}
    for path in sorted(files):
        name = path.rpartition("/")[2]
        if is_requirements(path) and path not in included:
            group = "dev" if _DEVELOPMENT.search(name.replace("requirements", "")) else ""
            yield from _lines(path, files, group, set())


def is_requirements(path: str) -> bool:
    """Tell whether `path` names a file of requirements for pip, of the service itself."""
    name = path.rpartition("/")[2]
    return "requirements" in path and path.count("/") <= 1 and bool(_REQUIREMENTS.match(name))


def _included(path: str, files: Files) -> Iterator[str]:
    if is_requirements(path):
        folder = path.rpartition("/")[0]
        for line in files[path].splitlines():
            if found := re.match(r"\s*-(?:r|-requirement)[ =]\s*(\S+)", line):
                yield f"{folder}/{found[1]}" if folder else found[1].removeprefix("./")


def _lines(path: str, files: Files, group: str, seen: set[str]) -> _Found:
    if path in seen or path not in files:
        return
    seen.add(path)
    for number, raw in enumerate(files[path].replace("\\\n", " ").splitlines(), 1):
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        line = re.sub(r"\s--hash[= ]\S+", "", line).strip()
        if re.match(r"-(r|-requirement)\b", line):
            for other in _included(path, {path: line}):
                yield from _lines(other, files, group, seen)
        elif _INDEX.match(line):
            how = "the standard takes packages from the company's index: see company.yml"
            yield Todo(path, number, f"an index of its own: {line}", how)
        elif re.match(r"(-e|--editable|\.|/|\w+://|git\+)", line):
            yield Todo(
                path, number, f"{line} has no version", "name a release of it, or its source"
            )
        elif line and not line.startswith("-"):
            yield Demand(re.sub(r"\s+", " ", line), group, path, number)
