"""Judges what no reader reads, by its lines: templates, make files, shell, units of systemd.

What a line sets or names is its identity, at its indentation and below its parents. One that each
side has once is there once, unless branches of the text exclude each other: then a side has it
more often already. A named template that is used is there.
"""

import re
from collections import Counter

_IDENTITY = re.compile(
    r"-\s+(?:name|id|key):\s*(?P<item>[^\s#].*)"
    r"|(?:export\s+)?(?P<variable>[A-Za-z_][\w.-]*)\s*(?:[:?]?=)(?!=)"
    r"|(?P<block>(?:variable|resource|output|module|provider|stage|define)\b[\s(]*[\"'][^{)]*[\"'])"
    r"|(?P<key>[A-Za-z_/][\w./-]*)\s*:(?:\s|$)"
)
# A key that a unit of systemd may have several times (systemd.unit(5), systemd.exec(5)).
_SEVERAL = re.compile(r"(Exec\w+|Environment\w*|After|Before|Wants|Requires|Documentation|Alias)$")
_SECTION = re.compile(r"\[[^\]]+\]\s*$")
_COMMENT = ("#", ";", "//", "/*", "{{/*")
_DEFINED = re.compile(r"\{\{-?\s*(?:define|block)\s+\"(?P<id>[^\"]+)\"")
_USED = re.compile(r"\b(?:include|template)\s+\"(?P<id>[^\"]+)\"")


def broken(ours: str, theirs: str, merged: str) -> str | None:
    """Return what each side has once and the merge twice, or what it lacks; None: nothing known."""
    mine, new, now = (_identities(text) for text in (ours, theirs, merged))
    for (parents, name), often in now.items():
        if often > max(1, mine[parents, name], new[parents, name]):
            return f"{name} would be there {often} times, each side has it once"
    lacking = [_names(_USED, one) - _names(_DEFINED, one) for one in (ours, theirs, merged)]
    for name in sorted(lacking[2] - lacking[0] - lacking[1]):
        removed, user = "your version", "the release"
        if name in _names(_DEFINED, ours):
            removed, user = user, removed
        return f"{removed} removes {name}, {user} still uses it"
    return None


def _names(pattern: re.Pattern[str], text: str) -> set[str]:
    return {found["id"] for found in pattern.finditer(text)}


def _identities(text: str) -> Counter[tuple[tuple[str, ...], str]]:
    found: Counter[tuple[tuple[str, ...], str]] = Counter()
    above: list[tuple[int, str]] = []
    section = ""
    for line in text.expandtabs().split("\n"):
        said = line.strip()
        if not said or said.startswith(_COMMENT):
            continue
        if _SECTION.match(line):
            above, section = [], said
            continue
        indent = len(line) - len(line.lstrip())
        while above and above[-1][0] >= indent:
            above.pop()
        if identity := _IDENTITY.match(said):
            name = next(one for one in identity.groups() if one).strip()
            if not _SEVERAL.match(name):
                found[(section, *(parent for _, parent in above)), name] += 1
        above.append((indent, said))
    return found
