"""The packages of a Pipfile, by group (https://pipenv.pypa.io/en/latest/pipfile.html)."""

import json
from collections.abc import Iterator
from typing import Any

from packaging.markers import InvalidMarker, Marker

from drydock.adoption.facts import Files
from drydock.adoption.translate import Demand, Todo
from drydock.adoption.translate.poetry import group_of
from drydock.documents.formats import toml
from drydock.documents.places import line_of

PATH = "Pipfile"
_MARKERS = ("sys_platform", "platform_machine", "platform_system", "os_name", "python_version",
            "python_full_version", "implementation_name")  # fmt: skip
_KNOWN = {"version", "extras", "markers", "git", "ref", "path", "file", "editable", "index",
          "subdirectory", *_MARKERS}  # fmt: skip
_TABLES = {"source", "packages", "dev-packages", "requires", "scripts", "pipenv"}


def demands(files: Files) -> Iterator[Demand | Todo]:
    """Yield the service's dependencies, and what is not carried over."""
    text = files.get(PATH, "")
    try:
        data = toml.data(text)
    except ValueError as error:
        yield Todo(PATH, 0, f"it is not valid: {error}", "correct or remove it")
        return
    for table, packages in data.items():
        if table in _TABLES - {"packages", "dev-packages"} or not isinstance(packages, dict):
            continue
        group = {"packages": "", "dev-packages": "dev"}.get(table, group_of(table))
        for package, entry in packages.items():
            yield from _demand(package, entry, group, line_of(PATH, text, table, package))
    for name, value in data.get("pipenv", {}).items():
        why = f"not carried over: {name} = {value} of pipenv"
        how = "look for a uv setting: https://docs.astral.sh/uv/reference/settings/"
        yield Todo(PATH, line_of(PATH, text, "pipenv", name), why, how)
    for name, command in data.get("scripts", {}).items():
        why = f"not carried over: the script {name}: {command}"
        yield Todo(
            PATH, line_of(PATH, text, "scripts", name), why, "run it in a session of noxfile.py"
        )
    if PATH in files:
        lock = " Pipfile.lock" if "Pipfile.lock" in files else ""
        yield Todo(PATH, 0, "pyproject.toml replaces it", f"git rm Pipfile{lock}")


def _demand(name: str, entry: Any, group: str, line: int) -> Iterator[Demand | Todo]:
    spec = entry if isinstance(entry, dict) else {"version": str(entry)}
    unknown = sorted(spec.keys() - _KNOWN)
    if unknown:
        yield Todo(
            PATH, line, f"not carried over: {', '.join(unknown)} of {name}", "add it by hand"
        )
    if "path" in spec or "file" in spec:
        where = spec.get("path", spec.get("file"))
        if str(where).strip("./") == "":
            return  # the service itself
        how = "add it to [tool.uv.sources] in pyproject.toml"
        yield Todo(PATH, line, f"{name} comes from {where}", how, "start")
        return
    version = str(spec.get("version", "*"))
    version = "" if version == "*" else version
    version = f"=={version}" if version[:1].isdigit() else version
    extras = f"[{','.join(spec['extras'])}]" if spec.get("extras") else ""
    conditions = [str(spec["markers"])] if spec.get("markers") else []
    conditions += [f"{key} {spec[key]}" for key in _MARKERS if spec.get(key)]
    try:
        marker = " and ".join(f"({one})" for one in conditions)
        marker = f"; {Marker(marker)}" if marker else ""
    except InvalidMarker:
        yield Todo(
            PATH, line, f"not carried over: the markers of {name}", "add them by hand", "start"
        )
        marker = ""
    kept = {
        "git": spec.get("git"),
        "rev": spec.get("ref"),
        "subdirectory": spec.get("subdirectory"),
    }
    fields = ", ".join(f"{key} = {json.dumps(value)}" for key, value in kept.items() if value)
    source = f"{{ {fields} }}" if spec.get("git") else ""
    if not source and str(spec.get("index", "pypi")).lower() != "pypi":
        source = f"{{ index = {json.dumps(spec['index'])} }}"
    yield Demand(f"{name}{extras}{version}{marker}".replace('"', "'"), group, PATH, line, source)
