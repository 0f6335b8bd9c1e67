"""What the changelog of a template asks of the team that updates.

Its form is that of https://keepachangelog.com: a heading for each release, newest first.
"""

import re

from packaging.version import Version

from drydock.template.releases import version_of

_HEADING = re.compile(r"(?P<level>#+)\s*\[?(?P<title>[^\]\s]+)\]?")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s+")
_MUST = re.compile(r"\byou must\b", re.IGNORECASE)


def you_must(changelog: str, after: Version, until: Version) -> list[str]:
    """Return what must be done by hand for the releases after `after`, up to `until`.

    These are the items below a heading or a line before them that says "you must", and those that
    say it themselves.
    """
    found: list[str] = []
    applies = asked = is_item = False
    introduction = ""  # the line that says "you must" of the items below it
    version_level = 0
    item: list[str] = []

    def finish() -> None:
        nonlocal introduction
        text = " ".join(item)
        item.clear()
        if not text:
            return
        if is_item and introduction and found[-1:] == [introduction]:
            found.pop()  # they say it
        elif not is_item:
            introduction = text if text.endswith(":") and _MUST.search(text) else ""
        if applies and (asked or (is_item and introduction) or _MUST.search(text)):
            found.append(text)

    for line in changelog.splitlines():
        heading = _HEADING.match(line)
        if heading or not line.strip() or _ITEM.match(line):
            finish()
        if heading:
            version = version_of(heading["title"])
            if version is not None or len(heading["level"]) <= version_level:
                version_level = len(heading["level"])
                applies = version is not None and after < version <= until
            asked, introduction = bool(_MUST.search(line)), ""
        elif line.strip():
            is_item = bool(_ITEM.match(line)) if not item else is_item
            item.append(_ITEM.sub("", line).strip() if not item else line.strip())
    finish()
    return found
