"""The versions in a service's old lock file, with which it currently runs."""

from collections.abc import Mapping

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from drydock.adoption import pins
from drydock.adoption.facts import Files
from drydock.adoption.translate.dependencies import exported
from drydock.documents import locks
from drydock.documents.formats import toml


def versions(files: Files) -> tuple[str, dict[str, str]]:
    """Return the lock file of a service, and the version of each package in it.

    Empty if there is none, or if it is uv.lock, which uv keeps to anyway. Packages that come from
    no index, or that have several versions, are left out.
    """
    if "uv.lock" in files:
        return "", {}
    for path in (*("poetry.lock", "pdm.lock", "Pipfile.lock"), *sorted(exported(files))):
        if path in files:
            return path, _unambiguous(path, files[path])
    return "", {}


def before(files: Files) -> tuple[str, dict[str, str]]:
    """Return the lock file of a service, and the version of each package in it, of any tool."""
    if "uv.lock" in files:
        return "uv.lock", _unambiguous("uv.lock", files["uv.lock"])
    return versions(files)


def to_keep(versions: Mapping[str, str], text: str) -> dict[str, str]:
    """Return the versions that a service keeps with this pyproject.toml.

    Packages of which the standard requires a newer version are left out: the standard is tested
    with their newest versions, and code is migrated to them.
    """
    try:
        own, data = set(pins.own_of(text)), toml.data(text)
    except (ValueError, KeyError):
        return dict(versions)  # locking fails, and reports why
    lists = (data["project"]["dependencies"], data.get("dependency-groups", {}).get("dev", []))
    standard = [
        Requirement(entry)
        for entries in lists
        for entry in entries
        if isinstance(entry, str) and entry not in own and not pins.is_direct(entry)
    ]
    newer = {
        name
        for requirement in standard
        if (name := canonicalize_name(requirement.name)) in versions
        and not requirement.specifier.contains(versions[name], prereleases=True)
    }
    return {name: version for name, version in versions.items() if name not in newer}


def _unambiguous(path: str, text: str) -> dict[str, str]:
    """Return the packages from an index that a lock file pins to a single version."""
    versions: dict[str, set[str]] = {}
    for package in locks.packages(path, text):
        if package.from_index:
            versions.setdefault(package.name, set()).add(package.version)
    return {name: each.pop() for name, each in versions.items() if len(each) == 1}
