"""What repo-review asks a plugin for: checks, families, fixtures."""

import os
from importlib.resources.abc import Traversable
from typing import Any

from repo_review.families import Family

from drydock_standard import families, waivers
from drydock_standard.check import Check
from drydock_standard.repository import Repository


def checks() -> dict[str, Check]:
    """Return a new instance of each check, by its code."""
    return {code: check() for code, check in families.classes().items()}


def all_families() -> dict[str, Family]:
    """Return the families in the order of reports."""
    return {
        name: Family(name=module.NAME, order=module.ORDER)
        for name, module in families.modules().items()
    }


def drydock_repository(package: Traversable, pyproject: dict[str, Any]) -> Repository:
    """Return what the checks may read of the service; DRYDOCK_CHECK_NETWORK=1 lets them ask.

    `pyproject` is repo-review's own reading of pyproject.toml, and is changed in place: it keeps
    the waivers that hold, since repo-review lets a waiver hold for ever. A fixture of the same name
    beside it would win or lose by the order in which a file system lists what is installed.
    """
    held = waivers.in_force(pyproject)
    pyproject.clear()
    pyproject.update(held)
    return Repository(package, network=os.environ.get("DRYDOCK_CHECK_NETWORK") == "1")
