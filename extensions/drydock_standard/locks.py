"""Compares lock files with pyproject.toml, without the tools that wrote them."""

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

_PROJECT = re.compile(r'^source = \{ (?:editable|virtual|directory) = "(.*)" \}$', re.MULTILINE)
_RANGE = re.compile(r"(~=|==)\s*(\d+(?:\.\d+)*\.\*|(?<=~=)\s*\d+(?:\.\d+)+)(?=\s*(?:,|$))")
_MOST_DEPENDENCIES = 1000  # in one list
_OTHER_SOURCES = ("git", "url", "path", "directory", "editable", "virtual")
# As in poetry.packages.locker.Locker, since Poetry 1.1.
_LEGACY_KEYS = ("dependencies", "source", "extras", "dev-dependencies")
_PROJECT_KEYS = ("requires-python", "dependencies", "optional-dependencies")


class Unknown(Exception):  # noqa: N818 - a result, not an error
    """The lock file cannot be compared; the message is the reason."""


Dependency = tuple[str, SpecifierSet | None, frozenset[str]]
"""Name, versions (None unless the source is an index), and extras."""


def has(lock: str, member: str) -> bool:
    """Return whether uv.lock contains the workspace member at a path relative to it."""
    return any(match[1] == member for match in _PROJECT.finditer(lock))


def stale_uv(lock: str, pyproject: Mapping[str, Any], member: str = ".") -> Iterator[str]:
    """Yield how uv.lock differs from pyproject.toml; raise Unknown if that is uncertain.

    `member` is the directory of pyproject.toml, relative to that of uv.lock: a workspace member.
    """
    project = table(pyproject, "project")
    if {"dependencies", "optional-dependencies", "requires-python"} & {
        *texts(project.get("dynamic"))
    }:
        raise Unknown("the dependencies of the project are dynamic")
    head, *blocks = re.split(r"(?m)^\[\[package\]\]$", lock)
    members = [block for block in blocks if has(block, member)]
    if not members:
        if table(pyproject, "tool", "uv", "workspace"):
            raise Unknown("the project is the root of a workspace")
        yield "does not contain this project"
        return
    package = _toml(f"[[package]]{members[0]}")["package"][0]
    metadata = package.get("metadata")
    if not isinstance(metadata, dict):
        raise Unknown("its format is too old")
    required = str(project.get("requires-python", ""))
    if member == "." and not table(pyproject, "tool", "uv", "workspace") and required:
        locked = str(_toml(head).get("requires-python", ""))
        if _specifiers(locked) != _specifiers(required):
            yield f"requires-python is {locked}, not {required}"
    declared = list(texts(project.get("dependencies")))
    for extra in table(project, "optional-dependencies").values():
        declared += texts(extra)
    yield from _difference(declared, metadata.get("requires-dist"))
    groups = {**table(pyproject, "dependency-groups")}
    if legacy := table(pyproject, "tool", "uv").get("dev-dependencies"):
        groups["dev"] = [*texts(legacy), *groups.get("dev", [])]
    locked_groups = table(metadata, "requires-dev")
    for name in groups:
        normalized = canonicalize_name(name)
        locked_group = locked_groups.get(normalized, locked_groups.get(name))
        yield from _difference(list(_group(groups, name, set())), locked_group)


def stale_poetry(lock: str, pyproject: Mapping[str, Any]) -> Iterator[str]:
    """Yield a finding if poetry.lock was written for a different pyproject.toml."""
    match = re.search(r'(?m)^content-hash = "([0-9a-f]+)"', lock)
    if not match:
        raise Unknown("it has no content-hash")
    if match[1] not in {_content_hash(pyproject, groups=groups) for groups in (True, False)}:
        yield "its content-hash does not match pyproject.toml"


def _content_hash(pyproject: Mapping[str, Any], *, groups: bool) -> str:
    """Return the hash that Poetry records for pyproject.toml (`Locker._get_content_hash`)."""
    project, poetry = table(pyproject, "project"), table(pyproject, "tool", "poetry")
    project_content = {key: project[key] for key in _PROJECT_KEYS if project.get(key) is not None}
    group_content = table(pyproject, "dependency-groups") if groups else {}
    poetry_content = {}
    for key in (*_LEGACY_KEYS, "group"):
        data = poetry.get(key)
        if data is not None or (key in _LEGACY_KEYS and not project_content and not group_content):
            poetry_content[key] = data
    relevant: dict[str, Any] = {}
    if project_content:
        relevant["project"] = project_content
    if group_content:
        relevant["dependency-groups"] = group_content
    relevant = {**relevant, "tool": {"poetry": poetry_content}} if relevant else poetry_content
    text = json.dumps(relevant, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _difference(declared: list[str], locked: object) -> Iterator[str]:
    entries = (
        [entry for entry in locked if isinstance(entry, dict)] if isinstance(locked, list) else []
    )
    if max(len(declared), len(entries)) > _MOST_DEPENDENCIES:
        raise Unknown("there are too many dependencies")
    unmatched = [
        (_locked_dependency(entry), any(key in entry for key in ("index", *_OTHER_SOURCES)))
        for entry in entries
    ]
    matched: list[Dependency] = []
    for text in declared:
        dependency = _declared_dependency(text)
        match = next((pair for pair in unmatched if _same(dependency, pair[0])), None)
        if match is None:
            yield f"does not contain {text}"
        else:
            unmatched.remove(match)
            matched.append(dependency)
    for (name, versions, extras), has_source in unmatched:
        # uv writes one entry per source if a dependency has several, each with a marker.
        # https://docs.astral.sh/uv/concepts/projects/dependencies/#multiple-sources
        repeated = has_source and any(_same(other, (name, versions, extras)) for other in matched)
        if not repeated:
            yield f"contains {name}{versions or ''}, which is no longer a dependency"


def _same(one: Dependency, other: Dependency) -> bool:
    if one[0] != other[0] or one[2] != other[2]:
        return False
    return one[1] is None or other[1] is None or one[1] == other[1]


def _declared_dependency(text: str) -> Dependency:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        raise Unknown("a dependency is not valid") from None
    versions = None if requirement.url else _specifiers(str(requirement.specifier))
    return (
        canonicalize_name(requirement.name),
        versions,
        frozenset(map(canonicalize_name, requirement.extras)),
    )


def _locked_dependency(entry: Mapping[str, Any]) -> Dependency:
    has_other_source = any(key in entry for key in _OTHER_SOURCES)
    versions = None if has_other_source else _specifiers(str(entry.get("specifier", "")))
    extras = frozenset(map(canonicalize_name, texts(entry.get("extras"))))
    return canonicalize_name(str(entry.get("name"))), versions, extras


def _specifiers(text: str) -> SpecifierSet:
    """Return version specifiers as uv writes them: `~=3.12` and `==3.12.*` become ranges."""

    def as_range(match: re.Match[str]) -> str:
        release = [int(number) for number in match[2].rstrip(".*").split(".")]
        last = release[:-1] if match[1] == "~=" else release
        upper = ".".join(map(str, [*last[:-1], last[-1] + 1]))
        return f">={match[2].removesuffix('.*')},<{upper}"

    try:
        return SpecifierSet(_RANGE.sub(as_range, text))
    except InvalidSpecifier:
        raise Unknown("a version is not valid") from None


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
