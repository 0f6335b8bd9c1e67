"""Repositories made of a few files, and what one check says of them."""

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
"""What tells a service of the template."""


class Today(datetime.date):
    """Stands in for `datetime.date`, so that what a day decides is the same on every day."""

    @classmethod
    def today(cls) -> "Today":
        return cls(TODAY.year, TODAY.month, TODAY.day)


@dataclass(frozen=True)
class Said:
    """What a check said: exactly one of the three is so, as for repo-review."""

    passed: bool
    failed: str
    """Its findings and how to fix them; empty if there are none."""
    skipped: str
    """Why it was skipped; empty if it was not."""


def said(code: str, folder: Path, files: dict[str, Content], *, network: bool = False) -> Said:
    """Write `files` into `folder`, without git, and run one check there."""
    write(folder, files)
    check = classes()[code]()
    message = check.check(Repository(folder, network=network))
    return Said(message == PASSED, message or "", check.skipped)
