"""Poetry's own tables for a service that keeps Poetry, next to [project].

https://python-poetry.org/docs/pyproject/ and https://python-poetry.org/docs/repositories/
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from drydock.adoption.facts import Files
from drydock.adoption.translate import Demand, inline, poetry, without_logins
from drydock.adoption.translate.indexes import PUBLIC
from drydock.documents.formats import toml

KEPT = frozenset({"include", "exclude", "build"})
"""Keys of [tool.poetry] that only Poetry reads; they stay as they are."""
_RENAMED = {"default": "primary", "secondary": "supplemental"}
"""Priorities that Poetry has renamed."""


def is_kept(standard: Mapping[str, Any]) -> bool:
    """Tell whether a rendered pyproject.toml, as data, is for Poetry."""
    return "requires-poetry" in _poetry(standard)


def with_settings(
    text: str, standard: Mapping[str, Any], own: Mapping[str, Any], files: Files
) -> str:
    """Return the rendered pyproject.toml with the service's settings in [tool.poetry].

    `standard` is its data before anything was carried over.
    """
    settings = _poetry(own)
    written = "".join(f"{key} = {inline(settings[key])}\n" for key in settings if key in KEPT)
    text = re.sub(r"(?m)^requires-poetry = .*\n", lambda line: line[0] + written, text, count=1)
    known = {_folder(one) for one in _poetry(standard).get("packages", [])}
    more = [package for package in settings.get("packages", []) if _folder(package) not in known]
    lines = "".join(
        f"    {inline(package)},\n" for package in more if _exists(_folder(package), files)
    )
    return re.sub(r"(?m)^packages = \[\n", lambda line: line[0] + lines, text, count=1)


def _folder(package: Mapping[str, Any]) -> str:
    return "/".join(filter(None, (str(package.get("from", "")), str(package.get("include")))))


def _exists(package: str, files: Files) -> bool:
    return package in files or any(path.startswith(f"{package}/") for path in files)


def capped(text: str, standard: str, own: Mapping[str, Any]) -> str:
    """Return the rendered pyproject.toml with the service's upper bound of Python, if it has one.

    Poetry needs versions that work on every Python that the project allows. `standard` is the
    standard's requires-python.
    """
    python = _poetry(own).get("dependencies", {}).get("python")
    requires = own.get("project", {}).get("requires-python") or python
    try:
        allowed = SpecifierSet(poetry.specifier(str(requires)) if requires else "")
    except ValueError:
        return text  # reported where the Python is translated
    least = next(iter(SpecifierSet(standard))).version
    caps = sorted(str(one) for one in allowed if one.operator in {"<", "<=", "!="})
    if not caps or "," in standard or not allowed.contains(f"{least}.99"):
        return text
    return text.replace(f'"{standard}"', json.dumps(",".join([standard, *caps])), 1)


def tables(
    uv: str, demands: Iterable[Demand], own: Mapping[str, Any], standard: Mapping[str, Any]
) -> str:
    """Return uv's tables of sources and indexes in Poetry's form.

    An index that the service already configured for Poetry keeps its priority.
    """
    settings = toml.data(uv).get("tool", {}).get("uv", {})
    present = {one.get("name") for one in _poetry(standard).get("source", [])}
    indexes = {
        name: text for name, text in _indexes(settings.get("index", []), own) if name not in present
    }
    return _from(settings.get("sources", {}), demands) + "".join(indexes.values())


def _from(sources: Mapping[str, Any], demands: Iterable[Demand]) -> str:
    tables: dict[str, dict[str, str]] = {}
    groups = {demand.name: demand.group for demand in demands}
    for name, source in sources.items():
        entry = {_poetry_key(key): value for key, value in source.items()}
        group = groups.get(canonicalize_name(name), "")
        own = "" if not group or group.startswith("extra:") else group.removeprefix("group:")
        table = f"tool.poetry.group.{own}.dependencies" if own else "tool.poetry.dependencies"
        tables.setdefault(table, {})[Requirement(name).name] = inline(entry)
    return "".join(
        f"\n[{table}]\n" + "".join(f"{name} = {entry}\n" for name, entry in entries.items())
        for table, entries in tables.items()
    )


def _poetry_key(key: str) -> str:
    return {"index": "source", "editable": "develop"}.get(key, key)


_Named = tuple[str, str]
"""The name of an index, and its table."""


def _indexes(indexes: Iterable[Mapping[str, Any]], own: Mapping[str, Any]) -> Iterator[_Named]:
    """Yield the name of each index and its table for Poetry."""
    sources = [one for one in _poetry(own).get("source", []) if isinstance(one, dict)]
    known = {without_logins(str(one.get("url"))).rstrip("/"): one for one in sources}
    needs_pypi = False
    for index in indexes:
        if source := known.get(str(index["url"])):
            priority = _priority(source)
        else:
            priority = "explicit" if index.get("explicit") else "primary"
            needs_pypi |= priority == "primary" and not index.get("default")
        yield _source(str(index["name"]), f"url = {json.dumps(index['url'])}\n", priority)
    for source in sources:
        if str(source.get("name")).lower() == "pypi":
            needs_pypi = False
            yield _source("PyPI", "", str(source.get("priority", "")))
        elif PUBLIC.fullmatch(url := str(source.get("url"))) and source.get("name"):
            # PyPI under another name, which the lock file uses.
            needs_pypi = False
            yield _source(str(source["name"]), f"url = {json.dumps(url)}\n", _priority(source))
    if needs_pypi:
        yield _source("PyPI", "", "supplemental")


def _priority(source: Mapping[str, Any]) -> str:
    priority = "default" if source.get("default") else str(source.get("priority", ""))
    return _RENAMED.get(priority, priority)


def _source(name: str, url: str, priority: str) -> _Named:
    level = f"priority = {json.dumps(priority)}\n" if priority else ""
    return name, f"\n[[tool.poetry.source]]\nname = {json.dumps(name)}\n{url}{level}"


def _poetry(data: Mapping[str, Any]) -> dict[str, Any]:
    table = data.get("tool", {}).get("poetry", {})
    return table if isinstance(table, dict) else {}
