"""reStructuredText, by section (https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html).

A section is a title, underlined and possibly overlined, and the text that follows it. The order in
which the underline characters first appear gives their levels.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from drydock.documents import sections
from drydock.documents.kinds import TITLED
from drydock.documents.nodes import Part
from drydock.documents.sections import Heading
from drydock.profiles import Profile

_LINE = re.compile(r"(?P<mark>[!-/:-@\[-`{-~])(?P=mark)*[ \t]*\n")
# Not a title: indented text, a list item, a directive or comment, a table.
_TITLE = re.compile(r"(?!\s|\.\. |[-*+•] |\d+[.)] |[|+])(?P<title>.+?)[ \t]*\n")
# A line of a plain paragraph.
_PLAIN = re.compile(r"(?!\w+[.)]\s)(?:[^\W_]|[`*(\"']\S)")
_TARGET = re.compile(r"\.\. _[^:\n]+:[ \t]*\n")


def handles(path: str) -> bool:
    """Tell whether `path` names a reStructuredText file."""
    return path.endswith(".rst")


def check(text: str) -> None:
    """Do nothing: docutils reports problems and continues."""


def read(text: str, _file_profiles: Sequence[Profile] = ()) -> Part:
    """Parse `text` into sections and their subsections."""
    lines = [f"{line}\n" for line in text.split("\n")[:-1]]
    headings = list(_headings(lines))
    if [heading.level for heading in headings].count(1) == 1:
        # "A lone top-level section title" is the title of the document, whatever its text:
        # https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html#document-structure
        headings[0] = replace(headings[0], name="its title")
    return sections.document(lines, headings, _meaning, TITLED)


def _headings(lines: list[str]) -> Iterator[Heading]:
    styles: list[str] = []
    end = 0
    for at, line in enumerate(lines):
        under = _LINE.fullmatch(line)
        title = _TITLE.fullmatch(lines[at - 1]) if at - 1 >= end else None
        if not under or not title or _LINE.fullmatch(lines[at - 1]):
            continue
        if len(line.strip()) < min(4, len(title["title"])):
            continue  # docutils treats it as text
        start, style = at - 1, under["mark"]
        if start - 1 >= end and lines[start - 1].strip() == line.strip():
            start, style = start - 1, style * 2
        elif start > end and lines[start - 1].strip():
            continue  # a paragraph of several lines, or a table
        if style not in styles:
            styles.append(style)
        end = at + 1
        name = f"{' '.join(title['title'].split())} {style[0] * 3}"
        yield Heading(_above(lines, start), end, styles.index(style) + 1, name)


def _above(lines: list[str], start: int) -> int:
    """Return the first of the targets right above a title, or the title's line."""
    above, at = start, start
    while at and (not lines[at - 1].strip() or _TARGET.fullmatch(lines[at - 1])):
        at -= 1
        above = at if lines[at].strip() else above
    return above


def _meaning(text: str) -> str:
    """Return the meaning of a text: line breaks within plain paragraphs are ignored."""
    paragraphs = re.split(r"\n{2,}", text)
    return "\n\n".join(
        " ".join(one.split()) if all(map(_PLAIN.match, one.splitlines())) else one
        for one in paragraphs
    )
