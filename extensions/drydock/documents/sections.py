"""Sections, shared by Markdown and reStructuredText: a heading and the text that follows it."""

from collections.abc import Callable
from dataclasses import dataclass

from drydock.documents import siblings
from drydock.documents.kinds import Kind, Text
from drydock.documents.nodes import Body, Part

WHOLE = "the text"
"""The key of the whole text."""
Meaning = Callable[[str], str]
"""A text -> what it means, regardless of layout."""


@dataclass(frozen=True)
class Heading:
    """A heading and its lines."""

    start: int
    """The first line that belongs to it, including anchors and comments right above it."""
    end: int
    """The line after the heading."""
    level: int
    name: str


def document(lines: list[str], headings: list[Heading], meaning: Meaning, kind: Kind) -> Part:
    """Return the text as a part: the text above all headings, then the sections."""
    first = headings[0].start if headings else len(lines)
    sections = _sections(lines, headings, meaning, kind)
    return Part(WHOLE, body=Body((_text(lines[:first], meaning), *sections), kind=kind))


def _sections(
    lines: list[str], headings: list[Heading], meaning: Meaning, kind: Kind
) -> tuple[Part, ...]:
    """Return the sections of the outermost of these headings."""
    parts = []
    while headings:
        opens = headings[0]
        inner = next(
            (n for n, h in enumerate(headings[1:], 1) if h.level <= opens.level), len(headings)
        )
        below, rest = headings[1:inner], headings[inner:]
        close = rest[0].start if rest else len(lines)
        text = _text(lines[opens.end : below[0].start if below else close], meaning)
        body = Body(
            (text, *_sections(lines[:close], below, meaning, kind)),
            "".join(lines[opens.start : opens.end]),
            kind=kind,
        )
        parts.append(Part(opens.name, body=body))
        headings = rest
    return siblings.distinct(parts)


def _text(lines: list[str], meaning: Meaning) -> Part:
    whole = "".join(lines)
    text = whole.strip("\n") and whole.strip("\n") + "\n"
    lead, _, after = whole.partition(text) if text else (whole, "", "")
    return Part("its text", text, meaning(text), lead, after, kind=Text.PROSE)
