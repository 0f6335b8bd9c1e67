"""The template's releases up to the version of this package, with their dates.

They are read from the changelogs, upstream's and a fork's, which the package contains.
"""

import datetime
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from packaging.version import InvalidVersion, Version

CHANGELOGS = ("CHANGELOG.md", "CHANGELOG.company.md")
_HEADING = re.compile(r"^## (v\S+) \((\d{4}-\d{2}-\d{2})\)", re.MULTILINE)


@cache
def known() -> Mapping[str, datetime.date]:
    """Return the date of each release by tag; only the fork's releases if it has any."""
    by_file = [_dates(_text(name)) for name in CHANGELOGS]
    return by_file[1] or by_file[0]


def _text(name: str) -> str:
    package = Path(__file__).parent
    # An installed package has them next to the code, the repository at its top.
    places = (package / name, package.parents[1] / name)
    return next((place.read_text(encoding="utf-8") for place in places if place.is_file()), "")


def _dates(text: str) -> dict[str, datetime.date]:
    return {name: datetime.date.fromisoformat(day) for name, day in _HEADING.findall(text)}


def order(name: str) -> Version:
    """Return the sort key of a release; names that are not versions sort first."""
    try:
        return Version(name)
    except InvalidVersion:
        return Version("0.dev0")


def is_newer(name: str) -> bool:
    """Return whether a version is newer than every known release."""
    return all(order(name) > order(release) for release in known())
