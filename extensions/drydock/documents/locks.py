"""The packages in lock files: those of uv, Poetry, PDM, Pipenv, and requirements with pins."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from drydock.documents.formats import requirements, toml

_NO_INDEX = {"path", "git", "url", "ref", "directory", "editable", "virtual"}


@dataclass(frozen=True)
class Package:
    """A package that a lock file pins."""

    name: str
    """Its canonical name."""
    version: str
    from_index: bool
    """Whether it comes from a package index, not from git, a URL or a directory."""


@lru_cache(maxsize=64)
def packages(path: str, text: str) -> tuple[Package, ...]:
    """Return the packages that a lock file pins, in its order; none if it cannot be parsed."""
    name = path.rpartition("/")[2]
    read = _pipfile if name == "Pipfile.lock" else _toml if name.endswith(".lock") else _pins
    return tuple(read(text))


def _toml(text: str) -> Iterator[Package]:
    try:
        entries = toml.data(text).get("package", [])
    except ValueError:
        return
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        name, version, source = entry.get("name"), entry.get("version"), entry.get("source", {})
        if isinstance(name, str) and isinstance(version, str):
            is_own = _NO_INDEX & entry.keys() or not isinstance(source, dict) or _is_own(source)
            yield Package(canonicalize_name(name), version, from_index=not is_own)


def _is_own(source: Mapping[str, object]) -> bool:
    """Return whether a source is no index; Poetry calls the type of an index "legacy"."""
    if "type" in source:
        return source["type"] != "legacy"
    return bool(_NO_INDEX & source.keys())


def _pipfile(text: str) -> Iterator[Package]:
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    for group in ("default", "develop"):
        entries = data.get(group, {}) if isinstance(data, dict) else {}
        for name, entry in entries.items() if isinstance(entries, Mapping) else ():
            version = str(entry.get("version", "")) if isinstance(entry, Mapping) else ""
            if version.startswith("=="):
                yield Package(canonicalize_name(name), version.removeprefix("=="), from_index=True)


def _pins(text: str) -> Iterator[Package]:
    for _, line in requirements.lines(text):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if pin := re.fullmatch(r"==([^=,]+)", str(requirement.specifier)):
            yield Package(canonicalize_name(requirement.name), pin[1], from_index=True)
