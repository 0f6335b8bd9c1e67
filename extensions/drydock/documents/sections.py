"""What Markdown and reStructuredText have in common: sections, each a heading and what follows."""

from collections.abc import Callable
from dataclasses import dataclass

from drydock.documents import siblings
from drydock.documents.kinds import Kind, Text
from drydock.documents.nodes import Body, Part

WHOLE = "the text"
"""The key of the whole."""
Said = Callable[[str], str]
"""What a text says, whatever its layout."""


@dataclass(frozen=True)
class Heading:
    """A heading and where it stands, by its lines."""

    start: int
    """The first line that belongs to it: what is right above it included."""
    end: int
    """The line after it."""
    level: int
    name: str


def document(lines: list[str], headings: list[Heading], said: Said, kind: Kind) -> Part:
    """Return the text as what stands above all headings, and the sections that they open."""
    first = headings[0].start if headings else len(lines)
    sections = _sections(lines, headings, said, kind)
    return Part(WHOLE, body=Body((_text(lines[:first], said), *sections), kind=kind))


def _sections(
    lines: list[str], headings: list[Heading], said: Said, kind: Kind
) -> tuple[Part, ...]:
    """Return the sections that the outermost of these headings open."""
    parts = []
    while headings:
        opens = headings[0]
        inner = next(
            (n for n, h in enumerate(headings[1:], 1) if h.level <= opens.level), len(headings)
        )
        below, rest = headings[1:inner], headings[inner:]
        close = rest[0].start if rest else len(lines)
        text = _text(lines[opens.end : below[0].start if below else close], said)
        body = Body(
            (text, *_sections(lines[:close], below, said, kind)),
            "".join(lines[opens.start : opens.end]),
            kind=kind,
        )
        parts.append(Part(opens.name, body=body))
        headings = rest
    return siblings.distinct(parts)


def _text(lines: list[str], said: Said) -> Part:
    whole = "".join(lines)
    text = whole.strip("\n") and whole.strip("\n") + "\n"
    lead, _, after = whole.partition(text) if text else (whole, "", "")
    return Part("its text", text, said(text), lead, after, kind=Text.PROSE)
