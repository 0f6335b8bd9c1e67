"""Conda's environment.yml: the packages of pip are carried over, the rest is left by hand.

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
    """Yield the packages that pip installs, and what is not carried over."""
    for path in PATHS:
        if path in files:
            yield from _of(path, files[path])


def packages(text: str) -> list[Any]:
    """Return the dependencies of an environment: texts for Conda, and a mapping for pip."""
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
    exported = [str(package) for package in packages(text) if _EXPORTED.fullmatch(str(package))]
    if installed := [package for package in exported if not _INSTALLER.match(package)]:
        # Most of them are dependencies of others, so a single line lists them all.
        names = ", ".join(package.partition("=")[0] for package in installed)
        why = f"Conda installs {len(installed)} packages from an exported environment: {names}"
        line = line_of(path, text, "dependencies", value=installed[0])
        yield Todo(path, line, why, how, "start")
    for package in packages(text):
        if str(package) in exported:
            continue
        if isinstance(package, dict):
            requirements = package.get("pip") or []
            if not isinstance(requirements, list):
                why = f"not carried over: {requirements}, which is not a list of pip's packages"
                yield Todo(path, line_of(path, text, "pip"), why, "add it by hand", "start")
                continue
            for requirement in requirements:
                yield from _of_pip(path, text, str(requirement))
        elif not _INSTALLER.match(str(package)):
            line = line_of(path, text, "dependencies", value=str(package))
            yield Todo(path, line, f"Conda installs {package}", how, "start")
    yield Todo(path, 0, "pyproject.toml replaces it for packages from PyPI", f"git rm {path}")


def _of_pip(path: str, text: str, requirement: str) -> Iterator[Demand | Todo]:
    line = line_of(path, text, "pip", value=requirement)
    if re.match(r"-(r|-requirement)\b", requirement):
        return  # that file is read separately
    if requirement.startswith("-") or "://" in requirement.partition("@")[0]:
        yield Todo(path, line, f"not carried over: {requirement}", "add it by hand", "start")
    else:
        yield Demand(requirement, "", path, line)
