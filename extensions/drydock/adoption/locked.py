"""The versions that a service ran with so far, as its lock file has them."""

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

    Empty where there is none, or where it is uv's own, which uv goes on with by itself. What comes
    from no index, or has several versions there, is left out.
    """
    if "uv.lock" in files:
        return "", {}
    for path in (*("poetry.lock", "pdm.lock", "Pipfile.lock"), *sorted(exported(files))):
        if path in files:
            return path, _unambiguous(path, files[path])
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


def _unambiguous(path: str, text: str) -> dict[str, str]:
    """Return the packages from an index that a lock file pins to a single version."""
    versions: dict[str, set[str]] = {}
    for package in locks.packages(path, text):
        if package.from_index:
            versions.setdefault(package.name, set()).add(package.version)
    return {name: each.pop() for name, each in versions.items() if len(each) == 1}
