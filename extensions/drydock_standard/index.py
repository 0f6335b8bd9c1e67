"""What a package index says of packages, by its JSON interface (PEP 691, PEP 700, PEP 792)."""

import datetime
import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from drydock_standard.repository import Repository, table, texts

PUBLIC = "https://pypi.org/simple"
_ACCEPT = "application/vnd.pypi.simple.v1+json"
_PATIENCE = 10  # seconds
_LARGEST = 1 << 26  # bytes of an answer
_MOST = 200  # packages
_AT_ONCE = 8


@dataclass(frozen=True)
class Package:
    """What an index says of one package."""

    newest: datetime.datetime | None
    """When its last file was uploaded; None where the index does not tell."""
    status: str
    """`active`, `archived`, `quarantined`, `deprecated`; empty where the index does not tell."""
    reason: str
    yanked: bool
    """Whether every file of it is yanked."""


def direct(repository: Repository) -> list[str]:
    """Return the packages that the project itself asks for, normalised and sorted."""
    project = table(repository.pyproject, "project")
    asked = texts(project.get("dependencies"))
    if not asked:
        asked = [name for name in repository.tool("poetry", "dependencies") if name != "python"]
    if not asked:
        asked = [
            line.partition("#")[0].partition(";")[0].strip()
            for line in repository.lines("requirements.txt")
        ]
    names: set[str] = set()
    for text in asked:
        try:
            one = Requirement(text)
        except InvalidRequirement:
            continue
        if not one.url:
            names.add(canonicalize_name(one.name))
    return sorted(names)[:_MOST]


def ask(names: Iterable[str]) -> Mapping[str, Package | str]:
    """Return what the index says of each package, or in a text why it does not."""
    names = list(names)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(names, pool.map(_ask, names), strict=True))


def _address() -> str:
    """Return the index that uv or pip is told to use, else the public one."""
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        if (address := os.environ.get(name, "")).startswith(("http://", "https://")):
            return address.rstrip("/")
    return PUBLIC


def _ask(name: str) -> Package | str:
    request = urllib.request.Request(f"{_address()}/{name}/", headers={"Accept": _ACCEPT})
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as response:
            values = json.loads(response.read(_LARGEST))
        return _package(values)
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code}"
    except (OSError, ValueError) as error:
        return type(error).__name__


def _package(values: Any) -> Package:
    files = values.get("files") if isinstance(values, dict) else None
    files = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    days = [
        datetime.datetime.fromisoformat(one["upload-time"])
        for one in files
        if one.get("upload-time")
    ]
    status = table(values, "project-status")
    return Package(
        newest=max(days, default=None),
        status=re.sub(r"\W", "", str(status.get("status", ""))),
        reason=str(status.get("reason", "")),
        yanked=bool(files) and all(one.get("yanked") for one in files),
    )
