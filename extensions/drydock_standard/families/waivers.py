"""The check of the waivers."""

from collections.abc import Iterator

from drydock_standard.check import Check, code
from drydock_standard.repository import Repository
from drydock_standard.waivers import all_in

NAME = "Waivers"
ORDER = 0


class Waivers(Check):
    """Every waiver has a reason and has not expired.

    A waiver without a reason cannot be reviewed, and one without an end quietly lowers the
    standard. An expired waiver no longer applies: its check runs again. This check cannot be
    waived.

    Fix: in `[tool.repo-review.ignore]` of pyproject.toml, give every waiver a reason, and the
    waiver of a must an end date (`DM402 = "until 2027-01-31: …"`). Remove expired waivers.

    Since v1.5.0.
    """

    code = "DM000"

    def find(self, repository: Repository) -> Iterator[str]:
        for waiver in all_in(repository.pyproject):
            if waiver.problem:
                yield f"{code(waiver.name)} {waiver.problem}"
