"""Lists of patterns: .gitignore and similar files, .gitattributes, CODEOWNERS.

The last pattern that matches decides (https://git-scm.com/docs/gitignore), so two lines can trade
places only if they have the same effect on what they match.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from drydock.documents import markers, siblings
from drydock.documents.kinds import RULES
from drydock.documents.nodes import Body, Part, numbered
from drydock.profiles import Profile

_IGNORES = re.compile(r"(?:^|/)\.[\w-]*ignore$")
_ATTRIBUTES = re.compile(r"(?:^|/)(?:\.gitattributes|CODEOWNERS)$")
# A pattern, in which spaces can be escaped or quoted, and the attributes of what it matches.
_LINE = re.compile(r'(?P<pattern>"(?:\\.|[^"\\])*"|(?:\\.|[^\s\\])+)(?P<attributes>.*)')


def handles(path: str) -> bool:
    """Tell whether `path` names a list of patterns."""
    return bool(_IGNORES.search(path) or _ATTRIBUTES.search(path))


def check(text: str) -> None:
    """Raise ValueError if `text` has conflict markers: any other line is a pattern."""
    markers.refuse(text)


def read(text: str, _file_profiles: Sequence[Profile] = ()) -> Part:
    """Parse `text` into patterns, each with the comments and empty lines above it."""
    check(text)
    lead, parts = "", []
    for line in text.split("\n")[:-1]:
        if not line.strip() or line.startswith("#"):
            lead += f"{line}\n"
        else:
            parts.append(replace(_pattern(line), lead=lead, after="\n"))
            lead = ""
    patterns = siblings.distinct(parts)
    if len({part.key for part in parts}) < len(parts) and all(
        part.place == "ignored" for part in parts
    ):
        patterns = numbered(parts)  # unordered: equal patterns are interchangeable
    return Part("the patterns", body=Body(patterns, closing=lead, kind=RULES))


def _pattern(line: str) -> Part:
    match = _LINE.match(line)
    if line.startswith("!") or match is None:
        return Part(line, line)
    attributes = tuple(match["attributes"].split())
    if attributes:  # the sides can give one pattern different attributes or owners
        return Part(match["pattern"], line, place=attributes)
    return Part(line.rstrip(), line, place="ignored")
