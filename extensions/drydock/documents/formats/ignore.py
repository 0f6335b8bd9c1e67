"""Lists of patterns: .gitignore and its kin, .gitattributes, CODEOWNERS.

The last pattern that matches decides (https://git-scm.com/docs/gitignore), so two lines may stand
before each other only where both say the same of what they match.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from drydock.documents import siblings
from drydock.documents.kinds import RULES
from drydock.documents.nodes import Body, Part, numbered
from drydock.profiles import Profile

_IGNORES = re.compile(r"(?:^|/)\.[\w-]*ignore$")
_SAYING = re.compile(r"(?:^|/)(?:\.gitattributes|CODEOWNERS)$")
_MARKER = re.compile(r"^(?:<{7}|>{7}|={7})(?:\s|$)", re.MULTILINE)
# A pattern, in which spaces may be escaped or quoted, and what is said of what it matches.
_LINE = re.compile(r'(?P<pattern>"(?:\\.|[^"\\])*"|(?:\\.|[^\s\\])+)(?P<said>.*)')


def handles(path: str) -> bool:
    """Tell whether `path` names a list of patterns."""
    return bool(_IGNORES.search(path) or _SAYING.search(path))


def check(text: str) -> None:
    """Raise ValueError if conflict markers are left: any other line is a pattern."""
    if _MARKER.search(text):
        raise ValueError("there are conflict markers in it")


def read(text: str, _known: Sequence[Profile] = ()) -> Part:
    """Take `text` apart into its patterns, each with the comments and empty lines above it."""
    check(text)
    lead, parts = "", []
    for line in text.split("\n")[:-1]:
        if not line.strip() or line.startswith("#"):
            lead += f"{line}\n"
        else:
            parts.append(replace(_pattern(line), lead=lead, after="\n"))
            lead = ""
    held = siblings.distinct(parts)
    if len({part.key for part in parts}) < len(parts) and all(
        one.place == "ignored" for one in parts
    ):
        held = numbered(parts)  # where order means nothing, it is all the same which is which
    return Part("the patterns", body=Body(held, closing=lead, kind=RULES))


def _pattern(line: str) -> Part:
    found = _LINE.match(line)
    if line.startswith("!") or found is None:
        return Part(line, line)
    said = tuple(found["said"].split())
    if said:  # attributes, owners: another side may say something else of the same
        return Part(found["pattern"], line, place=said)
    return Part(line.rstrip(), line, place="ignored")
