"""Lock files, held to what pyproject.toml asks for, without the tools that wrote them."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from drydock_standard.repository import table, texts

_OWN = re.compile(r'^source = \{ (?:editable|virtual|directory) = "(.*)" \}$', re.MULTILINE)
_RANGE = re.compile(r"(~=|==)\s*(\d+(?:\.\d+)*\.\*|(?<=~=)\s*\d+(?:\.\d+)+)(?=\s*(?:,|$))")
_MOST = 1000  # dependencies in one list
_ELSEWHERE = ("git", "url", "path", "directory", "editable", "virtual")
# Of poetry.packages.locker.Locker, since Poetry 1.1.
_LEGACY_KEYS = ("dependencies", "source", "extras", "dev-dependencies")
_PROJECT_KEYS = ("requires-python", "dependencies", "optional-dependencies")


class Unknown(Exception):  # noqa: N818 - it says what is the matter
    """Whether a lock file is fresh cannot be told; the message says why."""


Wanted = tuple[str, SpecifierSet | None, frozenset[str]]
"""Name, versions (None where they come from somewhere else than an index), and extras."""


def has(lock: str, member: str) -> bool:
    """Tell whether uv.lock has a member of its workspace, by the folder from there."""
    return any(found[1] == member for found in _OWN.finditer(lock))


def stale_uv(lock: str, pyproject: Mapping[str, Any], member: str = ".") -> Iterator[str]:
    """Yield what uv.lock does not have as pyproject.toml has it; raise Unknown where it may.

    `member` is the folder of pyproject.toml from that of uv.lock: one of a workspace.
    """
    project = table(pyproject, "project")
    if {"dependencies", "optional-dependencies", "requires-python"} & {
        *texts(project.get("dynamic"))
    }:
        raise Unknown("the dependencies of the project are dynamic")
    head, *blocks = re.split(r"(?m)^\[\[package\]\]$", lock)
    own = [block for block in blocks if has(block, member)]
    if not own:
        if table(pyproject, "tool", "uv", "workspace"):
            raise Unknown("the project is the root of a workspace")
        yield "it does not have this project"
        return
    package = _toml(f"[[package]]{own[0]}")["package"][0]
    metadata = package.get("metadata")
    if not isinstance(metadata, dict):
        raise Unknown("it is of an old format")
    requires = str(project.get("requires-python", ""))
    if member == "." and not table(pyproject, "tool", "uv", "workspace") and requires:
        locked = str(_toml(head).get("requires-python", ""))
        if _specifiers(locked) != _specifiers(requires):
            yield f"requires-python is {locked}, not {requires}"
    wanted = list(texts(project.get("dependencies")))
    for more in table(project, "optional-dependencies").values():
        wanted += texts(more)
    yield from _difference(wanted, metadata.get("requires-dist"))
    groups = {**table(pyproject, "dependency-groups")}
    if old := table(pyproject, "tool", "uv").get("dev-dependencies"):
        groups["dev"] = [*texts(old), *groups.get("dev", [])]
    locked_groups = table(metadata, "requires-dev")
    for name in groups:
        normal = canonicalize_name(name)
        locked_group = locked_groups.get(normal, locked_groups.get(name))
        yield from _difference(list(_group(groups, name, set())), locked_group)


def stale_poetry(lock: str, pyproject: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong where poetry.lock was made from another pyproject.toml."""
    found = re.search(r'(?m)^content-hash = "([0-9a-f]+)"', lock)
    if not found:
        raise Unknown("it has no content-hash")
    if found[1] not in {_content_hash(pyproject, groups=groups) for groups in (True, False)}:
        yield "its content-hash is that of another pyproject.toml"


def _content_hash(pyproject: Mapping[str, Any], *, groups: bool) -> str:
    """Return what Poetry records of pyproject.toml (`Locker._get_content_hash`)."""
    project, poetry = table(pyproject, "project"), table(pyproject, "tool", "poetry")
    of_project = {key: project[key] for key in _PROJECT_KEYS if project.get(key) is not None}
    of_groups = table(pyproject, "dependency-groups") if groups else {}
    of_poetry = {}
    for key in (*_LEGACY_KEYS, "group"):
        data = poetry.get(key)
        if data is not None or (key in _LEGACY_KEYS and not of_project and not of_groups):
            of_poetry[key] = data
    relevant: dict[str, Any] = {}
    if of_project:
        relevant["project"] = of_project
    if of_groups:
        relevant["dependency-groups"] = of_groups
    relevant = {**relevant, "tool": {"poetry": of_poetry}} if relevant else of_poetry
    text = json.dumps(relevant, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _difference(wanted: list[str], locked: object) -> Iterator[str]:
    there = [one for one in locked if isinstance(one, dict)] if isinstance(locked, list) else []
    if max(len(wanted), len(there)) > _MOST:
        raise Unknown("there are too many dependencies")
    have = [
        (_locked(one), "index" in one or any(key in one for key in _ELSEWHERE)) for one in there
    ]
    found: list[Wanted] = []
    for text in wanted:
        one = _wanted(text)
        match = next((other for other in have if _same(one, other[0])), None)
        if match is None:
            yield f"it does not have {text}"
        else:
            have.remove(match)
            found.append(one)
    for (name, versions, extras), has_source in have:
        # Of what has several sources, by the marker of each, uv writes one entry for each.
        # https://docs.astral.sh/uv/concepts/projects/dependencies/#multiple-sources
        again = has_source and any(_same(one, (name, versions, extras)) for one in found)
        if not again:
            yield f"it has {name}{versions or ''}, which is no longer asked for"


def _same(one: Wanted, other: Wanted) -> bool:
    if one[0] != other[0] or one[2] != other[2]:
        return False
    return one[1] is None or other[1] is None or one[1] == other[1]


def _wanted(text: str) -> Wanted:
    try:
        one = Requirement(text)
    except InvalidRequirement:
        raise Unknown("a dependency cannot be read") from None
    versions = None if one.url else _specifiers(str(one.specifier))
    return canonicalize_name(one.name), versions, frozenset(map(canonicalize_name, one.extras))


def _locked(entry: Mapping[str, Any]) -> Wanted:
    elsewhere = any(key in entry for key in _ELSEWHERE)
    versions = None if elsewhere else _specifiers(str(entry.get("specifier", "")))
    extras = frozenset(map(canonicalize_name, texts(entry.get("extras"))))
    return canonicalize_name(str(entry.get("name"))), versions, extras


def _specifiers(text: str) -> SpecifierSet:
    """Return versions as uv writes them: `~=3.12` and `==3.12.*` as the range that they are."""

    def as_range(found: re.Match[str]) -> str:
        release = [int(number) for number in found[2].rstrip(".*").split(".")]
        ends = release[:-1] if found[1] == "~=" else release
        upper = ".".join(map(str, [*ends[:-1], ends[-1] + 1]))
        return f">={found[2].removesuffix('.*')},<{upper}"

    try:
        return SpecifierSet(_RANGE.sub(as_range, text))
    except InvalidSpecifier:
        raise Unknown("a version cannot be read") from None


def _group(groups: Mapping[str, Any], name: str, seen: set[str]) -> Iterator[str]:
    entries = groups.get(name, []) if name not in seen else []
    seen.add(name)
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, dict) and isinstance(entry.get("include-group"), str):
            yield from _group(groups, entry["include-group"], seen)


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise Unknown("it is not valid") from None
