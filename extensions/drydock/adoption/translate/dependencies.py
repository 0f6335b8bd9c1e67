"""A service's dependencies, from any format, as PEP 508 requirements."""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePath
from posixpath import normpath
from urllib.parse import unquote

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from drydock.adoption.account import pip
from drydock.adoption.account.steps import Step, steps_of
from drydock.adoption.facts import Files
from drydock.adoption.facts.image import main_dockerfile
from drydock.adoption.translate import (
    Demand,
    Todo,
    combined,
    conda,
    exports,
    pipfile,
    poetry,
    setup,
    without_logins,
)
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
_MISSING = "it is not in the service: add its packages to dependencies in pyproject.toml"
_MANIFESTS = ("/setup.py", "/setup.cfg", "/pyproject.toml")
_SETTINGS = "https://docs.astral.sh/uv/reference/settings/"
_CONSTRAINTS = "add its lines to constraint-dependencies of [tool.uv] in pyproject.toml"
_LIMITING = re.compile(r"\b(?:PIP|UV)_(?:CONSTRAINT|OVERRIDE)[= ]\s*[\"']?([^\s\"']+)")
_INCLUDE = re.compile(r"\s*-(?:r\s*|-requirement[ =]\s*)(?!equirement)(\S+)")
_INDEX = re.compile(
    r"--((extra-)?index-url|pypi-url|find-links|trusted-host|no-index)\b|-[if]\b|-[if]\s*\w+://"
)
"""Lines that `indexes` carries over."""


def read(files: Files, lock: str = "uv.lock") -> tuple[list[Demand], list[Todo]]:
    """Return the service's dependencies, each once per group, and what cannot be carried over.

    `lock` is the service's new lock file.
    """
    found: list[Demand] = []
    todo: list[Todo] = []
    for entry in [
        *_pyproject(files),
        *setup.demands(files),
        *pipfile.demands(files),
        *conda.demands(files),
        *_requirement_files(files, lock),
        *_installed(files),
    ]:
        if isinstance(entry, Todo):
            todo.append(entry)
            continue
        try:
            Requirement(entry.text)
        except InvalidRequirement:
            why = f"{without_logins(entry.text)!r} is not a valid requirement"
            todo.append(Todo(entry.path, entry.line, why, "add it by hand", "start"))
            continue
        text, source = without_logins(entry.text), without_logins(entry.source)
        if (text, source) != (entry.text, entry.source):
            why = f"the login in the address of {entry.name} is not carried over"
            how = "use a git credential helper, or netrc for uv; revoke the old login"
            todo.append(Todo(entry.path, entry.line, why, how))
        found.append(replace(entry, text=text, source=source))
    demands, contradictions = combined.one_each(found)
    return demands, todo + contradictions


_Found = Iterator["Demand | Todo"]


def _pyproject(files: Files) -> _Found:
    path = "pyproject.toml"
    text = files.get(path, "")
    try:
        data = toml.data(text)
    except ValueError:
        return

    def demand(requirement: str, group: str, *names: str) -> Demand:
        line = line_of(path, text, *names, value=requirement)
        return Demand(requirement, group, path, line)

    project = data.get("project", {})
    for requirement in project.get("dependencies", []):
        yield demand(requirement, "", "project", "dependencies")
    for extra, entries in project.get("optional-dependencies", {}).items():
        group = "dev" if is_for_development(extra) else f"extra:{extra}"
        for requirement in entries:
            yield demand(requirement, group, "optional-dependencies", extra)
    for name, entries in data.get("dependency-groups", {}).items():
        for entry in entries:
            if isinstance(entry, str):
                yield demand(entry, poetry.group_of(name), "dependency-groups", name)
    tool = data.get("tool", {})
    yield from poetry.demands(tool.get("poetry", {}), text)
    for name, entries in tool.get("pdm", {}).get("dev-dependencies", {}).items():
        for requirement in entries:
            group = poetry.group_of(name)
            yield demand(requirement, group, "tool", "pdm", "dev-dependencies", name)
    for requirement in tool.get("uv", {}).get("dev-dependencies", []):
        yield demand(requirement, "dev", "tool", "uv", "dev-dependencies")


def _requirement_files(files: Files, lock: str) -> _Found:
    own = _with_included(filter(is_requirements, files), files)
    included = {name for path in own for name in _included(path, files)}
    locks = exported(files)
    for path in sorted(files):
        if path in locks:
            tool = lock.removesuffix(".lock")
            how = f"git rm it, or regenerate it with: {tool} export --output-file {path}"
            why = f"a lock file exported from {locks[path]}; {lock} replaces it"
            yield Todo(path, 0, why, how)
        elif is_requirements(path) and path not in included:
            yield from _lines(path, files, _group(path), {*locks})


def _installed(files: Files) -> _Found:
    """Yield the packages that the service's image installs by name, or from other lists."""
    image = _Image.of(files)
    ignored = {*pip.INSTALLERS, *_own_names(files)}
    seen = _with_included(filter(is_requirements, files), files)
    limits = frozenset(seen)
    for step, install in image.installs():
        for one in install.requirements:
            if pip.name_of(one) not in ignored:
                yield Demand(one, "", image.path, step.line)
        for address in install.addresses:
            if named := _named_address(address):
                yield Demand(named, "", image.path, step.line)
            else:
                yield _unnamed(image.path, step.line, address)
        yield from _not_carried(image, step.line, install, limits)
        for other in image.lists_of(install):
            yield from _lines(other, files, _group(other), seen)
    for step in image.steps:
        for name in _LIMITING.findall(step.rest) if step.word in {"ENV", "ARG"} else ():
            yield Todo(
                image.path, step.line, f"not carried over: the limits of {name}", _CONSTRAINTS
            )


@dataclass(frozen=True)
class _Image:
    """The image of a service, and the files that it is built with."""

    path: str
    """Its Dockerfile; empty if there is none."""
    files: Files
    """Those of the service."""
    steps: Sequence[Step]

    @classmethod
    def of(cls, files: Files) -> "_Image":
        """Return the image that most likely is deployed."""
        path = main_dockerfile(files)
        return cls(path, files, tuple(steps_of(files[path])) if path else ())

    def installs(self) -> Iterator[tuple[Step, pip.Install]]:
        """Yield the installs by pip that the image contains, each with its instruction."""
        return pip.installs(step for step in self.steps if step.is_used)

    def lists_of(self, install: pip.Install) -> set[str]:
        """Return the requirements files of the service that an install takes."""
        found = {self.in_service(name) for name in install.values(pip.LISTS)}
        return {path for path in found if path and not path.endswith((".toml", ".py", ".cfg"))}

    def in_service(self, name: str) -> str:
        """Return the file of the service that has this name in its image; empty: there is none."""
        base = PurePath(name).name
        if "://" in name:
            return ""
        paths = []
        for sources, target in self._copies:
            is_renamed = len(sources) == 1 and PurePath(target).name == base
            paths += [one for one in sources if is_renamed or PurePath(one).name == base]
        for path in (*paths, name):
            # The image may be built from a folder above the service.
            if known := [one for one in self.files if f"/{normpath(path)}".endswith(f"/{one}")]:
                return max(known, key=len)
        named = () if self.makes(name) else self.files
        return min((one for one in named if PurePath(one).name == base), key=len, default="")

    @cached_property
    def _copies(self) -> list[tuple[list[str], str]]:
        """What each `COPY` and `ADD` copies, and where to."""
        words = [
            re.sub(r"[\[\]\",]", " ", step.rest).split() or [""]
            for step in self.steps
            if step.word in {"COPY", "ADD"}
        ]
        return [(sources, target) for *sources, target in words]

    def makes(self, name: str) -> bool:
        """Tell whether the image writes a list itself, or whether a variable names it."""
        base = re.escape(PurePath(name).name)
        others = re.sub(rf"(-r|--requirements?)[ =]*\S*{base}", "", self.files[self.path])
        return "$" in name or bool(re.search(base, others))


def _not_carried(
    image: _Image, line: int, install: pip.Install, limits: Set[str]
) -> Iterator[Todo]:
    """Yield the lists, constraints and folders of an install that are not carried over.

    `limits` are the files whose lines are carried over anyway.
    """
    for name in install.values(pip.LISTS):
        if not image.in_service(name) and not image.makes(name):
            yield Todo(image.path, line, f"not carried over: -r {name}", _MISSING, "start")
    for name in install.values(pip.CONSTRAINTS):
        if image.in_service(name) not in limits:
            yield Todo(image.path, line, f"not carried over: the limits of {name}", _CONSTRAINTS)
    manifests = (PurePath(one) for one in image.files if one.endswith(_MANIFESTS) and "/" in one)
    folders = {folder for one in manifests for folder in (str(one.parent), one.parent.name)}
    for name in install.values({"", "-e", "--editable"}):
        folder = normpath(re.sub(r"\[.*\]$", "", name))
        if "/" in name and {folder, PurePath(folder).name} & folders:
            why = f"{name} is installed from a folder"
            yield Todo(image.path, line, why, LOCAL_PACKAGE, "start")


def _own_names(files: Files) -> Iterator[str]:
    """Yield the name of the service's own package, which its image may install by name."""
    if name := setup.metadata(files, "name"):
        yield canonicalize_name(name)
    with suppress(ValueError):
        data = toml.data(files.get("pyproject.toml", ""))
        for table in (data.get("project", {}), data.get("tool", {}).get("poetry", {})):
            if name := table.get("name"):
                yield canonicalize_name(str(name))


def _group(path: str) -> str:
    return "dev" if is_for_development(PurePath(path).stem) else ""


def exported(files: Files) -> dict[str, str]:
    """Return the requirements files that a tool exported, with their source.

    They pin everything that is installed, so they require nothing of their own.
    """
    declared: dict[str, set[str]] = {}
    for one in (*_pyproject(files), *pipfile.demands(files)):
        if isinstance(one, Demand):
            with suppress(InvalidRequirement):  # `read` reports it
                declared.setdefault(one.group, set()).add(one.name)
    own = set(filter(is_requirements, files))
    sources = {path: exports.source(path, files, own, declared) for path in sorted(own)}
    return {path: source for path, source in sources.items() if source}


# With a version, as older tools took it, it is not certain where the name ends.
_EGG = re.compile(r"(?!.*-\d)[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?(\[[\w.,-]+\])?")


def is_requirements(path: str) -> bool:
    """Tell whether `path` is a requirements file of the service itself."""
    name = path.rpartition("/")[2]
    return "requirements" in path and path.count("/") <= 1 and bool(_REQUIREMENTS.match(name))


def lists(files: Files) -> set[str]:
    """Return all requirements files, also those that others include or the image installs."""
    own = set(filter(is_requirements, files))
    image = _Image.of(files)
    for _, install in image.installs():
        own |= image.lists_of(install)
    return _with_included(own, files)


def _with_included(paths: Iterable[str], files: Files) -> set[str]:
    found = new = set(paths)
    while new:
        new = {other for path in new for other in _included(path, files) if other in files} - found
        found = found | new
    return found


def is_archive(line: str) -> bool:
    """Tell whether a requirement is a wheel or a source archive in a folder."""
    return bool(pip.ARCHIVE.search(line)) and "://" not in line and " @ " not in line


def archived(line: str) -> str:
    """Return the package that a local wheel or source archive is of; empty if that is unclear."""
    found = re.match(r"([A-Za-z0-9][\w.]*?(?:-[A-Za-z_][\w.]*)*)-\d", line.rpartition("/")[2])
    return canonicalize_name(found[1]) if found and is_archive(line) else ""


def _local(line: str) -> str:
    """Return the package of a requirement whose address is a file or folder; else empty."""
    found = re.match(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*@\s*(?:file:|\.{0,2}/)", line)
    return canonicalize_name(found[1]) if found else ""


def _unnamed(path: str, line: int, address: str) -> Todo:
    why = f"{without_logins(address)} names no package"
    how = "add it to dependencies in pyproject.toml as NAME @ ADDRESS, or from an index"
    return Todo(path, line, why, how, "start")


def _named_address(line: str) -> str:
    """Return a requirement by address as PEP 508 writes it; empty if it does not name its package.

    pip takes the name from `#egg=`
    (https://pip.pypa.io/en/stable/topics/vcs-support/#url-fragments) or from that of a wheel.
    """
    address, _, marker = re.sub(r"^(-e\s*|--editable[= ]\s*)", "", line).partition(" ;")
    address = address.strip()
    if not re.fullmatch(r"(\w+\+)?(https?|ssh|git)://\S+", address):
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
    return f"{name} @ {url}{'#' if rest else ''}{rest}{marker and f' ;{marker}'}"


def _included(path: str, files: Files) -> Iterator[str]:
    """Yield the files that a requirements file includes, whether they exist or not."""
    folder = path.rpartition("/")[0]
    for line in files.get(path, "").splitlines():
        if found := _INCLUDE.match(line):
            name = found[1].strip("\"'")
            yield name if "://" in name else normpath(f"{folder}/{name}" if folder else name)


def _lines(path: str, files: Files, group: str, seen: set[str]) -> _Found:
    if path in seen or path not in files:
        return
    seen.add(path)
    for number, line in requirements.lines(files[path]):
        if _INCLUDE.match(line):
            yield from _inclusion(path, (number, line), files, group, seen)
        elif re.fullmatch(r"(-e\s*|--editable[= ]\s*)?\./?", line):
            continue  # the service itself
        elif re.fullmatch(r"(-e\s*|--editable[= ]\s*)?\./?\[.*\]", line):
            why = f"not carried over: the extras of {line}"
            how = "add what the service needs of them to dependencies in pyproject.toml"
            yield Todo(path, number, why, how, "start")
        elif re.match(r"python\s*([<>=!~;]|$)", line, re.IGNORECASE):
            why = f"{line} is no package but the Python that the service needs"
            how = "set requires-python in pyproject.toml, if it needs a newer one than the standard"
            yield Todo(path, number, why, how)
        elif named := _named_address(line):
            yield Demand(named, group, path, number)
        elif name := archived(line) or _local(line):
            yield Todo(path, number, f"{name} is installed from {line}", LOCAL_PACKAGE, "start")
        elif re.match(r"(-e|--editable|\.|/|\w+://|git\+)", line) or is_archive(line):
            yield _unnamed(path, number, line)
        elif line.startswith("-") and not _INDEX.match(line):
            is_limit = re.match(r"-(c|-constraint)", line)
            how = _CONSTRAINTS if is_limit else f"look for a uv setting: {_SETTINGS}"
            yield Todo(path, number, f"not carried over: {line}", how)
        elif line and not line.startswith("-"):
            yield Demand(re.sub(r"\s+", " ", line), group, path, number)


def _inclusion(
    path: str, line: tuple[int, str], files: Files, group: str, seen: set[str]
) -> _Found:
    for other in _included(path, {path: line[1]}):
        if other not in files:
            yield Todo(path, line[0], f"not carried over: {line[1]}", _MISSING, "start")
        # A service's own list keeps its group when one for development includes it.
        yield from _lines(other, files, group and _group(other), seen)
