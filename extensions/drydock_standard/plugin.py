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


def drydock_repository(package: Traversable) -> Repository:
    """Return what the checks may read of the service; DRYDOCK_CHECK_NETWORK=1 lets them ask."""
    return Repository(package, network=os.environ.get("DRYDOCK_CHECK_NETWORK") == "1")


def pyproject(drydock_repository: Repository) -> dict[str, Any]:
    """Return pyproject.toml with the waivers that hold; empty where it is not valid.

    It stands in for repo-review's own, which ends with a traceback where that is so, and lets a
    waiver hold for ever.
    """
    return waivers.in_force(drydock_repository.pyproject)
