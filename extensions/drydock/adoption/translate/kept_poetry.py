"""What a service that stays Poetry's says in Poetry's own tables, beside [project].

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
"""Keys of [tool.poetry] that mean nothing to anybody else, and stay as they are."""
_GONE = {"default": "primary", "secondary": "supplemental"}
"""Priorities that Poetry has no longer, and what they have become."""


def is_meant(standard: Mapping[str, Any]) -> bool:
    """Tell whether a rendered pyproject.toml, as data, is one for Poetry."""
    return "requires-poetry" in _poetry(standard)


def with_settings(
    text: str, standard: Mapping[str, Any], own: Mapping[str, Any], files: Files
) -> str:
    """Return the rendered pyproject.toml with what the service has in [tool.poetry].

    `standard` is what it said as it was rendered.
    """
    settings = _poetry(own)
    written = "".join(f"{key} = {inline(settings[key])}\n" for key in settings if key in KEPT)
    text = re.sub(r"(?m)^requires-poetry = .*\n", lambda line: line[0] + written, text, count=1)
    known = {_folder(one) for one in _poetry(standard).get("packages", [])}
    more = [one for one in settings.get("packages", []) if _folder(one) not in known]
    lines = "".join(f"    {inline(one)},\n" for one in more if _is_there(_folder(one), files))
    return re.sub(r"(?m)^packages = \[\n", lambda line: line[0] + lines, text, count=1)


def _folder(package: Mapping[str, Any]) -> str:
    return "/".join(filter(None, (str(package.get("from", "")), str(package.get("include")))))


def _is_there(package: str, files: Files) -> bool:
    return package in files or any(path.startswith(f"{package}/") for path in files)


def capped(text: str, standard: str, own: Mapping[str, Any]) -> str:
    """Return the rendered pyproject.toml with the service's upper bound of Python, if it has one.

    Poetry looks for versions that work on every Python that a project allows; that is `standard`.
    """
    python = _poetry(own).get("dependencies", {}).get("python")
    said = own.get("project", {}).get("requires-python") or python
    try:
        wanted = SpecifierSet(poetry.specifier(str(said)) if said else "")
    except ValueError:
        return text  # told where Python is translated
    least = next(iter(SpecifierSet(standard))).version
    caps = sorted(str(one) for one in wanted if one.operator in {"<", "<=", "!="})
    if not caps or "," in standard or not wanted.contains(f"{least}.99"):
        return text
    return text.replace(f'"{standard}"', json.dumps(",".join([standard, *caps])), 1)


def tables(
    uv: str, demands: Iterable[Demand], own: Mapping[str, Any], standard: Mapping[str, Any]
) -> str:
    """Return what uv's tables of sources and indexes say, as Poetry says it.

    An index that the service named to Poetry keeps its priority.
    """
    settings = toml.data(uv).get("tool", {}).get("uv", {})
    present = {one.get("name") for one in _poetry(standard).get("source", [])}
    indexes = {
        name: text for name, text in _indexes(settings.get("index", []), own) if name not in present
    }
    return _from(settings.get("sources", {}), demands) + "".join(indexes.values())


def _from(sources: Mapping[str, Any], demands: Iterable[Demand]) -> str:
    held: dict[str, dict[str, str]] = {}
    groups = {one.name: one.group for one in demands}
    for name, said in sources.items():
        entry = {_word(key): value for key, value in said.items()}
        group = groups.get(canonicalize_name(name), "")
        named = "" if not group or group.startswith("extra:") else group.removeprefix("group:")
        table = f"tool.poetry.group.{named}.dependencies" if named else "tool.poetry.dependencies"
        held.setdefault(table, {})[Requirement(name).name] = inline(entry)
    return "".join(
        f"\n[{table}]\n" + "".join(f"{name} = {entry}\n" for name, entry in entries.items())
        for table, entries in held.items()
    )


def _word(key: str) -> str:
    return {"index": "source", "editable": "develop"}.get(key, key)


_Named = tuple[str, str]
"""The name of an index, and the table that names it."""


def _indexes(indexes: Iterable[Mapping[str, Any]], own: Mapping[str, Any]) -> Iterator[_Named]:
    """Yield the name of each index and the table that names it to Poetry."""
    sources = [one for one in _poetry(own).get("source", []) if isinstance(one, dict)]
    known = {without_logins(str(one.get("url"))).rstrip("/"): one for one in sources}
    beside = False
    for one in indexes:
        if said := known.get(str(one["url"])):
            priority = _priority(said)
        else:
            priority = "explicit" if one.get("explicit") else "primary"
            beside |= priority == "primary" and not one.get("default")
        yield _source(str(one["name"]), f"url = {json.dumps(one['url'])}\n", priority)
    for one in sources:
        if str(one.get("name")).lower() == "pypi":
            beside = False
            yield _source("PyPI", "", str(one.get("priority", "")))
        elif PUBLIC.fullmatch(url := str(one.get("url"))) and one.get("name"):
            # By a name of its own, which the lock file knows it by.
            beside = False
            yield _source(str(one["name"]), f"url = {json.dumps(url)}\n", _priority(one))
    if beside:
        yield _source("PyPI", "", "supplemental")


def _priority(source: Mapping[str, Any]) -> str:
    said = "default" if source.get("default") else str(source.get("priority", ""))
    return _GONE.get(said, said)


def _source(name: str, url: str, priority: str) -> _Named:
    level = f"priority = {json.dumps(priority)}\n" if priority else ""
    return name, f"\n[[tool.poetry.source]]\nname = {json.dumps(name)}\n{url}{level}"


def _poetry(data: Mapping[str, Any]) -> dict[str, Any]:
    found = data.get("tool", {}).get("poetry", {})
    return found if isinstance(found, dict) else {}
