"""The rules that come with each release of the template."""

import re
from collections.abc import Set
from functools import cache
from pathlib import Path

from packaging.version import InvalidVersion, Version

from drydock.codemods import all_rules
from drydock.errors import BadInput


def newer_than(release: str) -> list[str]:
    """Return the rules from releases newer than `release`, without those on request.

    Raises BadInput when `release` is not a version.
    """
    try:
        version = Version(release)
    except InvalidVersion as error:
        raise BadInput(f"{release} is not a release") from error
    return [
        rule.name for rule in all_rules() if Version(rule.since) > version and not rule.on_request
    ]


def offered(before: str, after: str) -> list[str]:
    """Return the rules that an update from release `before` to release `after` brings.

    A commit has no place among the releases: there are none then.
    """
    try:
        first, last = Version(before), Version(after)
    except InvalidVersion:
        return []
    if not any(first < Version(release) <= last for release in releases()):
        return []  # and LibCST, which the rules need, is not imported
    since = {rule.name: rule.since for rule in all_rules()}
    return [name for name in newer_than(before) if Version(since[name]) <= last]


@cache
def releases() -> Set[str]:
    """Return the releases that introduced a rule, without importing the rules."""
    files = Path(__file__).parent.glob("*/**/*.py")
    texts = (file.read_text(encoding="utf-8") for file in files)
    return {since for text in texts for since in re.findall(r'^    since="(.+?)",', text, re.M)}
