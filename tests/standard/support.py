"""Small repositories, and the result of one check on them."""

import datetime
from dataclasses import dataclass
from pathlib import Path

from drydock_standard.families import classes
from drydock_standard.repository import Repository

from tests.support import Content, write

PASSED = ""
TODAY = datetime.date(2026, 11, 28)
ANSWERS = (
    "_commit: v1.4.0\n_src_path: https://git.example.com/platform/drydock.git\n"
    "app: iris.main:app\npackage_path: src/iris\nservice_port: 8000\n"
)
CHASSIS: dict[str, Content] = {".copier-answers.yml": ANSWERS, "src/iris/chassis/settings.py": ""}
"""Files that mark a service of the template."""


class Today(datetime.date):
    """A `datetime.date` whose today is fixed."""

    @classmethod
    def today(cls) -> "Today":
        return cls(TODAY.year, TODAY.month, TODAY.day)


@dataclass(frozen=True)
class CheckResult:
    """The result of a check; exactly one of the three fields is set."""

    passed: bool
    failed: str
    """The findings and the fix; empty if there are none."""
    skipped: str
    """The reason; empty if the check was not skipped."""


def run_check(
    code: str, folder: Path, files: dict[str, Content], *, network: bool = False
) -> CheckResult:
    """Write `files` into `folder`, without git, and run one check there."""
    write(folder, files)
    check = classes()[code]()
    message = check.check(Repository(folder, network=network))
    return CheckResult(message == PASSED, message or "", check.skipped)
