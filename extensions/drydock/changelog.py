"""What the changelog of a template asks of the team that updates.

Its form is that of https://keepachangelog.com: a heading for each release, newest first.
"""

import re

from packaging.version import Version

from drydock.releases import version_of

_HEADING = re.compile(r"(?P<level>#+)\s*\[?(?P<title>[^\]\s]+)\]?")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s+")
_MUST = re.compile(r"\byou must\b", re.IGNORECASE)


def you_must(changelog: str, after: Version, until: Version) -> list[str]:
    """Return what must be done by hand for the releases after `after`, up to `until`.

    These are the items below a heading that says "you must", and the items that say it themselves.
    """
    found: list[str] = []
    applies = asked = False
    version_level = 0
    item: list[str] = []

    def finish() -> None:
        text = " ".join(item)
        if text and applies and (asked or _MUST.search(text)):
            found.append(text)
        item.clear()

    for line in changelog.splitlines():
        heading = _HEADING.match(line)
        if heading or not line.strip() or _ITEM.match(line):
            finish()
        if heading:
            version = version_of(heading["title"])
            if version is not None or len(heading["level"]) <= version_level:
                version_level = len(heading["level"])
                applies = version is not None and after < version <= until
            asked = bool(_MUST.search(line))
        elif line.strip():
            item.append(_ITEM.sub("", line).strip() if not item else line.strip())
    finish()
    return found
