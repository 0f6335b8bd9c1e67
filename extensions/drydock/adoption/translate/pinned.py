"""Replaces the Python that .python-version selects, where the standard's packages need another."""

import re
from collections.abc import Iterable, Iterator

from drydock.adoption.facts import Files
from drydock.adoption.facts.pinned import versions
from drydock.adoption.translate import Carried, Todo
from drydock.adoption.translate.poetry import allows
from drydock.documents.formats import toml

PATH = ".python-version"


def carry(project: str, files: Files) -> tuple[Carried | None, list[Todo]]:
    """Return .python-version with a Python that `project` allows, and what is to be done.

    `project` is the text of the service's new pyproject.toml. uv locks nothing if .python-version
    contradicts requires-python. Files of other tools are left by hand.
    """
    required = str(toml.data(project)["project"].get("requires-python", ""))
    oldest = (re.findall(r"3\.\d+", required) or [""])[0]
    rules: list[str] = []
    todo: list[Todo] = []
    lines = files.get(PATH, "").splitlines(keepends=True)
    for path, line, version in versions(files) if oldest else ():
        number = (re.findall(r"[23]\.\d+(?:\.\d+)?", version) or [""])[0]
        if any(allows(required, one) for one in (number, f"{number}.99")):
            continue
        if path == PATH:
            lines[line - 1] = lines[line - 1].replace(version, oldest, 1)
            rules.append(f"{oldest} replaces {version}: the service needs {required}")
        else:
            why = f"it names Python {version}, but the service needs {required}"
            todo.append(Todo(path, line, why, f"change it to {oldest}", "operators"))
    return Carried("".join(_without_repeats(lines)), tuple(rules)) if rules else None, todo


def _without_repeats(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines, each version only once."""
    seen: set[str] = set()
    for line in lines:
        version = line.partition("#")[0].strip()
        if version not in seen:
            yield line
        seen |= {version} - {""}
