"""Waivers themselves."""

from collections.abc import Iterator

from drydock_standard.check import Check, code
from drydock_standard.repository import Repository
from drydock_standard.waivers import all_in

NAME = "Waivers"
ORDER = 0


class Waivers(Check):
    """Every waiver has a reason, and none has expired.

    A waiver that nobody can explain, or that holds for ever, changes the standard in silence. An
    expired one no longer holds: its check runs again. This check cannot be waived.

    Fix: in `[tool.repo-review.ignore]` of pyproject.toml give each check a reason, a must also
    its last day (`DM402 = "until 2027-01-31: …"`), and remove what has expired.

    Since v1.5.0.
    """

    code = "DM000"

    def find(self, repository: Repository) -> Iterator[str]:
        for waiver in all_in(repository.pyproject):
            if waiver.wrong:
                yield f"{code(waiver.name)} {waiver.wrong}"
