"""Markdown (https://spec.commonmark.org), by section: a heading and the text that follows it."""

import re
from collections.abc import Iterator, Sequence

from drydock.documents import sections
from drydock.documents.kinds import SECTIONS
from drydock.documents.nodes import Part
from drydock.documents.sections import Heading
from drydock.profiles import Profile

_HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?:[ \t]+(?P<title>.*?))??(?:[ \t]+#+)?[ \t]*\n")
_UNDERLINE = re.compile(r" {0,3}(?:(?P<first>=+)|-+)[ \t]*\n")
# A line of text that an underline turns into a heading: not a list, quote, table, heading or code.
_TITLE = re.compile(r" {0,3}(?![-*+>|#\s]|\d+[.)]\s|```|~~~|<)(?P<title>.+?)[ \t]*\n")
_FENCE = re.compile(r"[ \t>]*(?:(?P<fence>`{3,})(?P<info>[^`]*)|(?P<waves>~{3,}).*)\n")


def handles(path: str) -> bool:
    """Tell whether `path` names a Markdown file."""
    return path.endswith((".md", ".markdown"))


def check(text: str) -> None:
    """Do nothing: any text is Markdown."""


def read(text: str, _file_profiles: Sequence[Profile] = ()) -> Part:
    """Parse `text` into sections and their subsections."""
    lines = [f"{line}\n" for line in text.split("\n")[:-1]]
    return sections.document(lines, list(_headings(lines)), _meaning, SECTIONS)


def _headings(lines: list[str]) -> Iterator[Heading]:
    until, is_text = "", False
    matter = "---\n" in lines[1:] and lines[0] == "---\n"
    start = lines.index("---\n", 1) + 1 if matter else 0
    for at, line in enumerate(lines[start:], start):
        fence, heading, underline = (p.match(line) for p in (_FENCE, _HEADING, _UNDERLINE))
        if until:
            if until == "-->":
                until = "" if until in line else until
            elif line.strip(" \t>\n").startswith(until) and not line.strip(" \t>\n" + until[0]):
                until = ""
        elif fence:
            until = fence["fence"] or fence["waves"]
        elif line.lstrip().startswith("<!--") and "-->" not in line:
            until = "-->"
        elif heading:
            yield _heading(lines, at, at + 1, len(heading["marks"]), heading["title"] or "")
        elif underline and is_text and (title := _TITLE.match(lines[at - 1])):
            # An underlined paragraph of several lines is hardly meant as a heading.
            alone = at - start < 2 or not lines[at - 2].strip() or _HEADING.match(lines[at - 2])
            if alone:
                level = 1 if underline["first"] else 2
                yield _heading(lines, at - 1, at + 1, level, title["title"])
        is_text = bool(_TITLE.match(line)) and not until and not heading
    if until:
        raise ValueError("a code block or comment is not closed")


def _heading(lines: list[str], start: int, end: int, level: int, title: str) -> Heading:
    return Heading(_above(lines, start), end, level, f"{'#' * level} {' '.join(title.split())}")


def _above(lines: list[str], start: int) -> int:
    """Return the first of the anchors and comments right above a heading, or the heading's line."""
    above = start
    while above and lines[above - 1].startswith(("[](", "[//]", "<", "{", "%", "(")):
        above -= 1
    return above


def _meaning(text: str) -> str:
    return re.sub(r"\n{2,}", "\n\n", text)
