"""What an environment.yml of Conda says: the packages of pip are carried over, the rest by hand.

https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from drydock.adoption.facts import Files
from drydock.adoption.translate import Demand, Todo
from drydock.documents.places import line_of

PATHS = ("environment.yml", "environment.yaml")
_INSTALLER = re.compile(r"(\S+::)?(python|pip|setuptools|wheel)\b(?!-)")


def demands(files: Files) -> Iterator[Demand | Todo]:
    """Yield what pip installs, and what is not carried over."""
    for path in PATHS:
        if path in files:
            yield from _of(path, files[path])


def packages(text: str) -> list[Any]:
    """Return what an environment depends on: lines of Conda, and mappings such as that of pip."""
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return []
    found = data.get("dependencies") if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


# `conda env export` writes what is installed, as name=version=build:
# https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html
_EXPORTED = re.compile(r"[\w.-]+=[^=\s]+=[^=\s]+")


def _of(path: str, text: str) -> Iterator[Demand | Todo]:
    how = "add it to pyproject.toml if PyPI has it, else install it in the Dockerfile"
    exported = [str(one) for one in packages(text) if _EXPORTED.fullmatch(str(one))]
    if wanted := [one for one in exported if not _INSTALLER.match(one)]:
        # Most of them are there for another one: nobody asked for them, and nobody reads a line of
        # each.
        names = ", ".join(one.partition("=")[0] for one in wanted)
        why = f"Conda installs {len(wanted)} packages from an exported environment: {names}"
        line = line_of(path, text, "dependencies", value=wanted[0])
        yield Todo(path, line, why, how, "start")
    for one in packages(text):
        if str(one) in exported:
            continue
        if isinstance(one, dict):
            said = one.get("pip") or []
            if not isinstance(said, list):
                why = f"not carried over: {said}, which is not a list of pip's packages"
                yield Todo(path, line_of(path, text, "pip"), why, "add it by hand", "start")
                continue
            for line in said:
                yield from _of_pip(path, text, str(line))
        elif not _INSTALLER.match(str(one)):
            why = f"Conda installs {one}"
            yield Todo(path, line_of(path, text, "dependencies", value=str(one)), why, how, "start")
    yield Todo(path, 0, "pyproject.toml replaces it for packages from PyPI", f"git rm {path}")


def _of_pip(path: str, text: str, said: str) -> Iterator[Demand | Todo]:
    line = line_of(path, text, "pip", value=said)
    if re.match(r"-(r|-requirement)\b", said):
        return  # that list is read for itself
    if said.startswith("-") or "://" in said.partition("@")[0]:
        yield Todo(path, line, f"not carried over: {said}", "add it by hand", "start")
    else:
        yield Demand(said, "", path, line)
