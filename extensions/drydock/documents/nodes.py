"""The nodes of a document: parts, each with a key that is unique among its siblings."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from drydock.documents.kinds import TABLE, Kind, Place, Text


@dataclass(frozen=True)
class Part:
    """A piece of a document: a leaf with its text, or a body of further parts."""

    key: Hashable
    """Its identity: unique among its siblings, whatever its position."""
    text: str = ""
    """The source of a leaf."""
    meaning: Hashable = None
    """What the source of a leaf means, regardless of layout; None: its words."""
    lead: str = ""
    """The source before it that belongs to it: comments above, empty lines, indentation."""
    after: str = ""
    """The source after it and its separator that belongs to it: a comment, the line end."""
    body: "Body | None" = None
    place: Place = None
    """What its position among its siblings means."""
    kind: Text = Text.PLAIN
    """The kind of text in a leaf."""


@dataclass(frozen=True)
class Body:
    """The parts within a part, between an opening and a closing."""

    parts: tuple[Part, ...]
    opening: str = ""
    closing: str = ""
    separator: str = ""
    """The source between two parts, before the `after` of the first."""
    trailing: bool = False
    """Whether the separator also follows the last part."""
    inline: str = ""
    """The start of the first part's `lead` to omit, because the part is on the opening's line."""
    kind: Kind = TABLE


def source(part: Part) -> str:
    """Return the source of a part, exactly as it was read."""
    return part.lead + inner(part) + part.after


def inner(part: Part) -> str:
    """Return the source of a part without its `lead` and `after`."""
    body = part.body
    if body is None:
        return part.text
    texts = [body.opening]
    for number, child in enumerate(body.parts, 1):
        separator = body.separator if body.trailing or number < len(body.parts) else ""
        is_inline = number == 1 and body.inline
        lead = child.lead.lstrip("\n").removeprefix(body.inline) if is_inline else child.lead
        texts += [lead, inner(child), separator, child.after]
    return "".join([*texts, body.closing])


def numbered(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return the parts with a number added to each repeated key."""
    seen: dict[Hashable, int] = {}
    result = []
    for part in parts:
        count = seen[part.key] = seen.get(part.key, 0) + 1
        result.append(part if count == 1 else replace(part, key=(part.key, count)))
    return tuple(result)


def name_of(part: Part) -> str:
    """Return the name of a part for a report."""
    names = part.key if isinstance(part.key, tuple) else (part.key,)
    known = [name for name in names if isinstance(name, str)]
    return ".".join(known) if len(known) == len(names) else "an item"
