"""Runs the checks on a folder in this process, as repo-review does, and returns typed results."""

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
    """What one check found."""

    code: str
    level: Level
    family: str
    name: str
    """What holds, in one line."""
    status: Status
    message: str
    """Markdown: what is wrong and how to fix it, why it was skipped, or the waiver's reason."""
    url: str
    """Where the check is described; empty where that is not known."""


def run(
    root: Traversable,
    *,
    network: bool = False,
    without: Collection[str] = (),
    tracked: Mapping[str, str] | None = None,
) -> list[Result]:
    """Run every check but those `without` on the service in `root`; nothing of it is run.

    Other plugins of repo-review take no part, nor does what the service selects there, so results
    depend on this package and on waivers alone. `network` lets checks ask servers;
    `tracked` is what git lists in `root`, each path with its mode, where that is known already.
    """
    repository = Repository(root, network=network, tracked=tracked)
    own = {code: check for code, check in plugin.checks().items() if code not in without}
    pyproject = waivers.in_force(repository.pyproject)
    pyproject["tool"]["repo-review"]["select"] = []
    fixtures = {
        "root": root,
        "package": root,
        "list_all": False,
        "drydock_repository": repository,
        "pyproject": pyproject,
    }
    collected = CollectionReturn(fixtures, cast("dict[str, Any]", own), plugin.all_families())
    found = {one.name: one for one in process(root, collected=collected).results}
    return [_result(check, found.get(code)) for code, check in own.items()]


def _result(check: Check, found: Processed | None) -> Result:
    status: Status
    if found is None:  # repo-review leaves out what is waived without a reason
        status, message = "waived", ""
    elif found.result is None:
        waived = bool(found.skip_reason)
        status, message = ("waived", found.skip_reason) if waived else ("skipped", check.skipped)
    else:
        status, message = ("passed", "") if found.result else ("failed", found.err_msg)
    return Result(
        code=check.code,
        level=check.level(),
        family=check.family,
        name=check.summary(),
        status=status,
        message=message,
        url=check.address,
    )
