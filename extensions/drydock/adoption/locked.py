"""The versions that a service ran with so far, as its lock file has them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from drydock.adoption import pins
from drydock.adoption.facts import Files
from drydock.adoption.translate.dependencies import exported, lines_of
from drydock.documents.formats import toml


def versions(files: Files) -> tuple[str, dict[str, str]]:
    """Return the lock file of a service, and the version of each package in it.

    Empty where there is none, or where it is uv's own, which uv goes on with by itself. What comes
    from no index, or has several versions there, is left out.
    """
    if "uv.lock" in files:
        return "", {}
    for path, read in (("poetry.lock", _toml), ("pdm.lock", _toml), ("Pipfile.lock", _pipfile)):
        if path in files:
            return path, dict(_alone(read(files[path])))
    for path in sorted(exported(files)):
        return path, dict(_alone(_requirements(files[path])))
    return "", {}


def to_keep(versions: Mapping[str, str], text: str) -> dict[str, str]:
    """Return the versions that a service is to keep with this pyproject.toml.

    Not those of packages that the standard requires newer: it is tested with the newest of these,
    and code is carried over to them.
    """
    try:
        own, data = set(pins.own_of(text)), toml.data(text)
    except (ValueError, KeyError):
        return dict(versions)  # it cannot be locked, which is told where it is tried
    shared = (data["project"]["dependencies"], data.get("dependency-groups", {}).get("dev", []))
    standard = [
        Requirement(one)
        for held in shared
        for one in held
        if isinstance(one, str) and one not in own and not pins.is_direct(one)
    ]
    newer = {
        name
        for wanted in standard
        if (name := canonicalize_name(wanted.name)) in versions
        and not wanted.specifier.contains(versions[name], prereleases=True)
    }
    return {name: version for name, version in versions.items() if name not in newer}


def _alone(found: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    several: dict[str, set[str]] = {}
    for name, version in found:
        several.setdefault(canonicalize_name(name), set()).add(version)
    yield from ((name, held.pop()) for name, held in several.items() if len(held) == 1)


def _toml(text: str) -> Iterator[tuple[str, str]]:
    try:
        packages = toml.data(text).get("package", [])
    except ValueError:
        return
    for one in packages if isinstance(packages, list) else []:
        if not isinstance(one, dict):
            continue
        source = one.get("source", {})
        of_index = isinstance(source, dict) and source.get("type", "legacy") == "legacy"
        if of_index and not {"path", "git", "url", "ref"} & one.keys():
            yield str(one.get("name")), str(one.get("version"))


def _pipfile(text: str) -> Iterator[tuple[str, str]]:
    try:
        data: Any = json.loads(text)
    except ValueError:
        return
    for group in ("default", "develop"):
        held = data.get(group, {}) if isinstance(data, dict) else {}
        for name, said in held.items() if isinstance(held, Mapping) else ():
            version = str(said.get("version", "")) if isinstance(said, Mapping) else ""
            if version.startswith("=="):
                yield name, version.removeprefix("==")


def _requirements(text: str) -> Iterator[tuple[str, str]]:
    for _, line in lines_of(text):
        try:
            wanted = Requirement(line)
        except InvalidRequirement:
            continue
        if (said := str(wanted.specifier)).startswith("==") and "," not in said:
            yield wanted.name, said.removeprefix("==")
