"""The entry points of repo-review: checks, families and fixtures."""

import os
from importlib.resources.abc import Traversable
from typing import Any

from repo_review.families import Family

from drydock_standard import families, waivers
from drydock_standard.check import Check
from drydock_standard.repository import Repository


def checks() -> dict[str, Check]:
    """Return a new instance of each check by its code."""
    return {code: check() for code, check in families.classes().items()}


def all_families() -> dict[str, Family]:
    """Return the families in report order."""
    return {
        name: Family(name=module.NAME, order=module.ORDER)
        for name, module in families.modules().items()
    }


def drydock_repository(package: Traversable, pyproject: dict[str, Any]) -> Repository:
    """Return the repository for the checks; DRYDOCK_CHECK_NETWORK=1 allows network access.

    `pyproject` is repo-review's own copy of pyproject.toml. It is changed in place to drop expired
    waivers, because repo-review knows no expiry. Another fixture of the same name would not work:
    which of the two wins depends on the order in which the file system lists installed packages.
    """
    content = waivers.in_force(pyproject)
    pyproject.clear()
    pyproject.update(content)
    return Repository(package, network=os.environ.get("DRYDOCK_CHECK_NETWORK") == "1")
