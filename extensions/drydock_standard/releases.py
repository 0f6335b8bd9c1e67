"""The releases of the template that this package knows: those before it, with their days.

They stand in the changelogs, upstream's and a fork's, which the package brings along.
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
    """Return the day of each release by its tag; a fork's own only, where it has any."""
    by_file = [_in(_text(name)) for name in CHANGELOGS]
    return by_file[1] or by_file[0]


def _text(name: str) -> str:
    here = Path(__file__).parent
    # In an installed package beside the code, in the repository at its top.
    places = (here / name, here.parents[1] / name)
    return next((one.read_text(encoding="utf-8") for one in places if one.is_file()), "")


def _in(text: str) -> dict[str, datetime.date]:
    return {name: datetime.date.fromisoformat(day) for name, day in _HEADING.findall(text)}


def order(name: str) -> Version:
    """Return what releases are sorted by; that of a name which is no version comes first."""
    try:
        return Version(name)
    except InvalidVersion:
        return Version("0.dev0")


def is_newer(name: str) -> bool:
    """Tell whether a version comes after every release that is known."""
    return all(order(name) > order(one) for one in known())
