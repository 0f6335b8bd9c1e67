"""Queries a package index through its JSON API (PEP 691, PEP 700, PEP 792)."""

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
_TIMEOUT = 10  # seconds
_LARGEST = 1 << 26  # bytes of a response
_MOST_PACKAGES = 200
_WORKERS = 8


@dataclass(frozen=True)
class Package:
    """The state of one package on an index."""

    newest: datetime.datetime | None
    """When its last file was uploaded; None if the index does not provide that."""
    status: str
    """`active`, `archived`, `quarantined`, `deprecated`; empty if not provided."""
    reason: str
    yanked: bool
    """Whether all its files are yanked."""


def direct(repository: Repository) -> list[str]:
    """Return the normalized, sorted names of the project's direct dependencies."""
    project = table(repository.pyproject, "project")
    declared = texts(project.get("dependencies"))
    if not declared:
        declared = [name for name in repository.tool("poetry", "dependencies") if name != "python"]
    if not declared:
        declared = [
            line.partition("#")[0].partition(";")[0].strip()
            for line in repository.lines("requirements.txt")
        ]
    names: set[str] = set()
    for text in declared:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if not requirement.url:
            names.add(canonicalize_name(requirement.name))
    return sorted(names)[:_MOST_PACKAGES]


def query(names: Iterable[str]) -> Mapping[str, Package | str]:
    """Return the state of each package on the index; a text, the reason, if it cannot be read."""
    names = list(names)
    with ThreadPoolExecutor(_WORKERS) as pool:
        return dict(zip(names, pool.map(_query, names), strict=True))


def _address() -> str:
    """Return the index that uv or pip is configured to use, else the public one."""
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        if (address := os.environ.get(name, "")).startswith(("http://", "https://")):
            return address.rstrip("/")
    return PUBLIC


def _query(name: str) -> Package | str:
    request = urllib.request.Request(f"{_address()}/{name}/", headers={"Accept": _ACCEPT})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:
            values = json.loads(response.read(_LARGEST))
        return _package(values)
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code}"
    except (OSError, ValueError) as error:
        return type(error).__name__


def _package(values: Any) -> Package:
    files = values.get("files") if isinstance(values, dict) else None
    files = [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []
    uploads = [
        datetime.datetime.fromisoformat(file["upload-time"])
        for file in files
        if file.get("upload-time")
    ]
    status = table(values, "project-status")
    return Package(
        newest=max(uploads, default=None),
        status=re.sub(r"\W", "", str(status.get("status", ""))),
        reason=str(status.get("reason", "")),
        yanked=bool(files) and all(file.get("yanked") for file in files),
    )
