"""Runs the checks on a directory in this process, as repo-review does; returns typed results."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any, Literal, cast

from repo_review.processor import CollectionReturn, process
from repo_review.processor import Result as Processed

from drydock_standard import plugin, waivers
from drydock_standard.check import Check, Level
from drydock_standard.repository import Repository

Status = Literal["passed", "failed", "skipped", "waived"]


@dataclass(frozen=True)
class Result:
    """The result of one check."""

    code: str
    level: Level
    family: str
    name: str
    """The rule, in one line."""
    status: Status
    message: str
    """Markdown: findings and fix, why the check was skipped, or the reason of its waiver."""
    url: str
    """The address of the check's description; empty if unknown."""


def run(
    root: Traversable,
    *,
    network: bool = False,
    without: Collection[str] = (),
    tracked: Mapping[str, str] | None = None,
) -> list[Result]:
    """Run all checks except `without` on the service in `root`, without running its code.

    Other repo-review plugins, and the service's `select` setting, are ignored: results depend on
    this package and on waivers only. `network` lets checks query servers. `tracked` is what git
    lists in `root`, each path with its mode, if that is already known.
    """
    repository = Repository(root, network=network, tracked=tracked)
    checks = {code: check for code, check in plugin.checks().items() if code not in without}
    pyproject = waivers.in_force(repository.pyproject)
    pyproject["tool"]["repo-review"]["select"] = []
    fixtures = {
        "root": root,
        "package": root,
        "list_all": False,
        "drydock_repository": repository,
        "pyproject": pyproject,
    }
    collected = CollectionReturn(fixtures, cast("dict[str, Any]", checks), plugin.all_families())
    results = {result.name: result for result in process(root, collected=collected).results}
    return [_result(check, results.get(code)) for code, check in checks.items()]


def _result(check: Check, processed: Processed | None) -> Result:
    status: Status
    if processed is None:  # repo-review omits checks waived without a reason
        status, message = "waived", ""
    elif processed.result is None:
        waived = bool(processed.skip_reason)
        status, message = (
            ("waived", processed.skip_reason) if waived else ("skipped", check.skipped)
        )
    else:
        status, message = ("passed", "") if processed.result else ("failed", processed.err_msg)
    return Result(
        code=check.code,
        level=check.level(),
        family=check.family,
        name=check.summary(),
        status=status,
        message=message,
        url=check.address,
    )
