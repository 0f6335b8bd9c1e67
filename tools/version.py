"""The version of the engine: that of the newest release in a changelog.

A fork has a changelog of its own, so that upstream's releases and its own never edit the same file;
its newest release is the version. Hatch runs this when it builds, with only Python.
"""

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
UPSTREAM, COMPANY = "CHANGELOG.md", "CHANGELOG.company.md"
_HEADING = re.compile(r"^## v(\S+) \(", re.MULTILINE)


def newest(changelog: Path) -> str | None:
    """Return the version of the newest release in a changelog; None if there is none."""
    found = _HEADING.search(changelog.read_text(encoding="utf-8")) if changelog.is_file() else None
    return found[1] if found else None


def version() -> str:
    """Return the newest version: the fork's, or upstream's; `0` before the first."""
    return newest(REPOSITORY / COMPANY) or newest(REPOSITORY / UPSTREAM) or "0"
