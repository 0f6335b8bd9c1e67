"""The actions that a template's changelog requires of a team that updates.

It has the format of https://keepachangelog.com: a heading for each release, newest first.
"""

import re
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import Any

from packaging.version import Version

from drydock.template import company
from drydock.template.releases import Release, version_of

_HEADING = re.compile(r"(?P<level>#+)\s*\[?(?P<title>[^\]\s]+)\]?")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s+")
_SPAN = re.compile(r"`([a-z_][a-z0-9_]*)(?:: ([^`]+))?`")
_NOTHING = re.compile(r"nothing\b", re.IGNORECASE)
_LOCK = re.compile(r"\brun `uv lock` and commit it", re.IGNORECASE)
_OFF = ("", "no", "none", "false")
_MUST = re.compile(r"\byou must\b", re.IGNORECASE)


def read(template: Path) -> str:
    """Return the release notes of a template, including those of a company's fork."""
    files = [template / name for name in ("CHANGELOG.md", company.CHANGELOG)]
    texts = [file.read_text("utf-8", errors="replace") for file in files if file.is_file()]
    return "\n\n".join(texts)


def of_update(
    changelog: str,
    old: Release,
    new: Release,
    answers: Mapping[str, Any],
    changed: Set[str],
    *,
    locked: bool,
) -> list[str]:
    """Return the duties of the releases after `old` up to `new`.

    Earlier releases count for the answers that `changed`. `answers` and `locked` are as for
    `duties`. Empty when `old` or `new` has no version.
    """
    if old.version is None or new.version is None:
        return []
    earlier = you_must(changelog, Version("0"), old.version)
    items = you_must(changelog, old.version, new.version)
    of_changed = duties(earlier, answers, locked=locked, changed=changed)
    return list(dict.fromkeys([*of_changed, *duties(items, answers, locked=locked)]))


def you_must(changelog: str, after: Version, until: Version) -> list[str]:
    """Return what must be done by hand for the releases after `after`, up to `until`.

    These are items that contain "you must", and items below a heading or an introduction that
    contains it.
    """
    texts: list[str] = []
    applies = required = is_item = False
    introduction = ""  # the line with "you must" that introduces the items below it
    version_level = 0
    item: list[str] = []

    def finish() -> None:
        nonlocal introduction
        text = " ".join(item)
        item.clear()
        if not text:
            return
        if is_item and introduction and texts[-1:] == [introduction]:
            texts.pop()  # its items replace it
        elif not is_item:
            introduction = text if text.endswith(":") and _MUST.search(text) else ""
        if applies and (required or (is_item and introduction) or _MUST.search(text)):
            texts.append(text)

    for line in changelog.splitlines():
        heading = _HEADING.match(line)
        if heading or not line.strip() or _ITEM.match(line):
            finish()
        if heading:
            version = version_of(heading["title"])
            if version is not None or len(heading["level"]) <= version_level:
                version_level = len(heading["level"])
                applies = version is not None and after < version <= until
            required, introduction = bool(_MUST.search(line)), ""
        elif line.strip():
            is_item = bool(_ITEM.match(line)) if not item else is_item
            item.append(_ITEM.sub("", line).strip() if not item else line.strip())
    finish()
    return texts


def duties(
    items: Iterable[str],
    answers: Mapping[str, Any],
    *,
    locked: bool,
    changed: Set[str] | None = None,
) -> list[str]:
    """Return the `items` that apply to a service with these `answers`, each once.

    An item can name the answers that it applies to: `inference: triton`, or just `tracing`.
    Without one it applies to every service. With `changed`, only items about these questions are
    returned. `locked` means that the lock file is written, or that the report says how.
    """
    applicable: list[str] = []
    for item in dict.fromkeys(items):
        conditions = [span for span in _SPAN.findall(item) if span[0] in answers]
        if changed is not None and not changed & {name for name, _ in conditions}:
            continue
        if conditions and not any(
            _matches(str(answers[name]), value) for name, value in conditions
        ):
            continue
        is_lock = bool(_LOCK.search(item))
        if _NOTHING.match(item) or (is_lock and locked):
            continue
        if is_lock and any(_LOCK.search(other) for other in applicable):
            continue
        applicable.append(item)
    return applicable


def _matches(answer: str, wanted: str) -> bool:
    return answer.lower() == wanted.lower() if wanted else answer.lower() not in _OFF
