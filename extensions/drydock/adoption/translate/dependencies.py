"""What a service depends on, from whatever format, as PEP 508 requirements."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePath
from posixpath import normpath
from urllib.parse import unquote

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from drydock.adoption.facts import Files
from drydock.adoption.translate import Demand, Todo, conda, pipfile, poetry, setup, without_logins
from drydock.adoption.translate.poetry import is_for_development
from drydock.documents.formats import requirements, toml
from drydock.documents.places import line_of

_REQUIREMENTS = re.compile(
    r"^(?:requirements/)?[\w.-]*(?:requirements|constraints)?[\w.-]*\.(?:txt|in)$"
)
LOCAL_PACKAGE = (
    "publish it to an index, or add it to dependencies and its path to [tool.uv.sources] in "
    "pyproject.toml"
)
"""What to do with a package that comes from a file."""
_INDEX = re.compile(
    r"--((extra-)?index-url|pypi-url|find-links|trusted-host|no-index)\b|-[if]\b|-[if]\s*\w+://"
)
"""What `indexes` carries over."""


def read(files: Files, lock: str = "uv.lock") -> tuple[list[Demand], list[Todo]]:
    """Return what the service depends on, each package once a group, and what cannot be told.

    `lock` is the lock file that it has from now on.
    """
    found: dict[tuple[str, str, str], Demand] = {}
    todo: list[Todo] = []
    for one in [
        *_pyproject(files),
        *setup.demands(files),
        *pipfile.demands(files),
        *conda.demands(files),
        *_requirement_files(files, lock),
    ]:
        if isinstance(one, Todo):
            todo.append(one)
            continue
        try:
            marker = str(Requirement(one.text).marker or "")
        except InvalidRequirement:
            how, said = "add it by hand", without_logins(one.text)
            todo.append(
                Todo(one.path, one.line, f"{said!r} is not a valid requirement", how, "start")
            )
            continue
        if without_logins(said := f"{one.text} {one.source}") != said:
            why = f"the login in the address of {one.name} is not carried over"
            how = "use a git credential helper, or netrc for uv; revoke the old login"
            todo.append(Todo(one.path, one.line, why, how))
            text, source = without_logins(one.text), without_logins(one.source)
            one = replace(one, text=text, source=source)  # noqa: PLW2901 - the same, fit to be kept
        known = found.setdefault((one.name, one.group, marker), one)
        if known.text != one.text and len(one.text) > len(known.text):
            # The same package said twice: what constrains it more.
            found[one.name, one.group, marker] = one
    main = {name for name, group, _ in found if not group}
    demands = [d for d in found.values() if d.group != "dev" or d.name not in main]
    return demands, todo


_Found = Iterator["Demand | Todo"]


def _pyproject(files: Files) -> _Found:
    path = "pyproject.toml"
    text = files.get(path, "")
    try:
        data = toml.data(text)
    except ValueError:
        return

    def line(*names: str, said: str) -> int:
        return line_of(path, text, *names, value=said)

    project = data.get("project", {})
    for one in project.get("dependencies", []):
        yield Demand(one, "", path, line("project", "dependencies", said=one))
    for extra, held in project.get("optional-dependencies", {}).items():
        group = "dev" if is_for_development(extra) else f"extra:{extra}"
        for one in held:
            yield Demand(one, group, path, line("optional-dependencies", extra, said=one))
    for name, held in data.get("dependency-groups", {}).items():
        for one in held:
            if isinstance(one, str):
                at = line("dependency-groups", name, said=one)
                yield Demand(one, poetry.group_of(name), path, at)
    tool = data.get("tool", {})
    yield from poetry.demands(tool.get("poetry", {}), text)
    for name, held in tool.get("pdm", {}).get("dev-dependencies", {}).items():
        for one in held:
            at = line("tool", "pdm", "dev-dependencies", name, said=one)
            yield Demand(one, poetry.group_of(name), path, at)
    for one in tool.get("uv", {}).get("dev-dependencies", []):
        yield Demand(one, "dev", path, line("tool", "uv", "dev-dependencies", said=one))


def _requirement_files(files: Files, lock: str) -> _Found:
    included = {name for path in files for name in _included(path, files)}
    locks = exported(files)
    for path in sorted(files):
        if path in locks:
            tool = lock.removesuffix(".lock")
            how = f"git rm it, or regenerate it with: {tool} export --output-file {path}"
            why = f"a lock file exported from {locks[path]}; {lock} replaces it"
            yield Todo(path, 0, why, how)
        elif is_requirements(path) and path not in included:
            yield from _lines(path, files, _group(path), set())


def _group(path: str) -> str:
    return "dev" if is_for_development(PurePath(path).stem) else ""


def exported(files: Files) -> dict[str, str]:
    """Return the requirement files that a tool wrote, with what it wrote them from.

    Their pins are those of everything that is installed, so nothing in them is demanded.
    """
    said = [*_pyproject(files), *pipfile.demands(files)]
    mine = [one.text for one in said if isinstance(one, Demand) and not one.group]
    # What is no requirement is told where they are read.
    declared = {canonicalize_name(name[0]) for name in map(_NAME.match, mine) if name}
    found = {}
    for path in filter(is_requirements, files):
        source = f"{path.removesuffix('.txt')}.in"
        pins = _pins(files[path])
        if path.endswith(".txt") and source in files:
            found[path] = source
        elif declared and pins - declared and all(map(_PIN.match, files[path].splitlines())):
            found[path] = "pyproject.toml" if "Pipfile" not in files else "Pipfile"
    return found


_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
# With a version, as older tools took it, it is not certain where the name ends.
_EGG = re.compile(r"(?!.*-\d)[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?(\[[\w.,-]+\])?")
_ARCHIVE = re.compile(r"\.(whl|tar\.gz|tar\.bz2|tgz|zip)$")
_PIN = re.compile(r"\s*($|#|-|[\w.-]+(\[[^\]]*\])?\s*==)")


def _pins(text: str) -> frozenset[str]:
    names = re.findall(r"(?m)^([\w.-]+)(?:\[[^\]]*\])?\s*==", text)
    return frozenset(canonicalize_name(name) for name in names)


def is_requirements(path: str) -> bool:
    """Tell whether `path` names a file of requirements for pip, of the service itself."""
    name = path.rpartition("/")[2]
    return "requirements" in path and path.count("/") <= 1 and bool(_REQUIREMENTS.match(name))


def lists(files: Files) -> set[str]:
    """Return the files of requirements for pip, also those that others include."""
    named = set(filter(is_requirements, files))
    return named | ({other for path in named for other in _included(path, files)} & files.keys())


def is_archive(line: str) -> bool:
    """Tell whether a requirement is a wheel or a source archive in a folder."""
    return bool(_ARCHIVE.search(line)) and "://" not in line and " @ " not in line


def archived(line: str) -> str:
    """Return the package that a local wheel or source archive is of; empty if that is unclear."""
    found = re.match(r"([A-Za-z0-9][\w.]*?(?:-[A-Za-z_][\w.]*)*)-\d", line.rpartition("/")[2])
    return canonicalize_name(found[1]) if found and is_archive(line) else ""


def _named_address(line: str) -> str:
    """Return a requirement by address as PEP 508 writes it; empty if it does not name its package.

    pip takes the name from `#egg=`
    (https://pip.pypa.io/en/stable/topics/vcs-support/#url-fragments) or from that of a wheel.
    """
    address = re.sub(r"^(-e\s*|--editable[= ]\s*)", "", line)
    if not re.fullmatch(r"(\w+\+)?(https?|ssh|git|file)://\S+", address):
        return ""
    url, _, fragment = address.partition("#")
    options = dict(one.partition("=")[::2] for one in fragment.split("&"))
    name = options.pop("egg", "")
    if not name and url.endswith(".whl"):
        with suppress(InvalidWheelFilename):
            name = parse_wheel_filename(unquote(url.rpartition("/")[2]))[0]
    if not _EGG.fullmatch(name):
        return ""
    rest = "&".join(f"{key}={value}" for key, value in options.items() if key)
    return f"{name} @ {url}{'#' if rest else ''}{rest}"


def _included(path: str, files: Files) -> Iterator[str]:
    if is_requirements(path):
        folder = path.rpartition("/")[0]
        for line in files[path].splitlines():
            if found := re.match(r"\s*-(?:r|-requirement)[ =]\s*(\S+)", line):
                yield normpath(f"{folder}/{found[1]}" if folder else found[1])


def _lines(path: str, files: Files, group: str, seen: set[str]) -> _Found:
    if path in seen or path not in files:
        return
    seen.add(path)
    for number, line in requirements.lines(files[path]):
        if re.match(r"-(r|-requirement)\b", line):
            for other in _included(path, {path: line}):
                # A list for development takes in what the service runs with; it stays that.
                yield from _lines(other, files, group and _group(other), seen)
        elif re.fullmatch(r"(-e\s*|--editable[= ]\s*)?\./?", line):
            continue  # the service itself, which uv installs
        elif re.fullmatch(r"(-e\s*|--editable[= ]\s*)?\./?\[.*\]", line):
            why = f"not carried over: the extras of {line}"
            how = "add what the service needs of them to dependencies in pyproject.toml"
            yield Todo(path, number, why, how, "start")
        elif named := _named_address(line):
            yield Demand(named, group, path, number)
        elif name := archived(line):
            yield Todo(path, number, f"{name} is installed from {line}", LOCAL_PACKAGE, "start")
        elif re.match(r"(-e|--editable|\.|/|\w+://|git\+)", line) or is_archive(line):
            why = f"{without_logins(line)} names no package"
            how = "add it to dependencies in pyproject.toml as NAME @ ADDRESS, or from an index"
            yield Todo(path, number, why, how, "start")
        elif line.startswith("-") and not _INDEX.match(line):
            how = "look for a uv setting: https://docs.astral.sh/uv/reference/settings/"
            yield Todo(path, number, f"not carried over: {line}", how)
        elif line and not line.startswith("-"):
            yield Demand(re.sub(r"\s+", " ", line), group, path, number)
