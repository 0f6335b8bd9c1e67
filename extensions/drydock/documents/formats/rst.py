"""reStructuredText, by section (https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html).

A section is a title, underlined or overlined as well, and what follows it. Which character stands
for which level is told by the order in which they come.
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
# No title: what is indented, a list item, a directive or comment, a table.
_TITLE = re.compile(r"(?!\s|\.\. |[-*+•] |\d+[.)] |[|+])(?P<title>.+?)[ \t]*\n")
# A line of a paragraph that is no more than that.
_PLAIN = re.compile(r"(?!\w+[.)]\s)(?:[^\W_]|[`*(\"']\S)")
_TARGET = re.compile(r"\.\. _[^:\n]+:[ \t]*\n")


def handles(path: str) -> bool:
    """Tell whether `path` names a reStructuredText file."""
    return path.endswith(".rst")


def check(text: str) -> None:
    """Do nothing: docutils reports what it does not understand, and goes on."""


def read(text: str, _known: Sequence[Profile] = ()) -> Part:
    """Take `text` apart into sections, and the sections below those."""
    lines = [f"{line}\n" for line in text.split("\n")[:-1]]
    headings = list(_headings(lines))
    if [one.level for one in headings].count(1) == 1:
        # "A lone top-level section title" is the title of the document, whatever it says:
        # https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html#document-structure
        headings[0] = replace(headings[0], name="its title")
    return sections.document(lines, headings, _said, TITLED)


def _headings(lines: list[str]) -> Iterator[Heading]:
    styles: list[str] = []
    end = 0
    for at, line in enumerate(lines):
        under = _LINE.fullmatch(line)
        title = _TITLE.fullmatch(lines[at - 1]) if at - 1 >= end else None
        if not under or not title or _LINE.fullmatch(lines[at - 1]):
            continue
        if len(line.strip()) < min(4, len(title["title"])):
            continue  # docutils takes it for text
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
    """Return where what belongs to a title starts: the targets above it."""
    above, at = start, start
    while at and (not lines[at - 1].strip() or _TARGET.fullmatch(lines[at - 1])):
        at -= 1
        above = at if lines[at].strip() else above
    return above


def _said(text: str) -> str:
    """Return what a text says: where its plain paragraphs break lines means nothing."""
    paragraphs = re.split(r"\n{2,}", text)
    return "\n\n".join(
        " ".join(one.split()) if all(map(_PLAIN.match, one.splitlines())) else one
        for one in paragraphs
    )
