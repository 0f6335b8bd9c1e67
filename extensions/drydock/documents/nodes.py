"""What documents are made of: nodes that know who they are among their siblings."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from drydock.documents.kinds import TABLE, Kind, Place, Text


@dataclass(frozen=True)
class Part:
    """A piece of a document: a leaf with its text, or a body of further parts."""

    key: Hashable
    """What tells it from its siblings, wherever it stands; unique among them."""
    text: str = ""
    """Its source, if it is a leaf."""
    says: Hashable = None
    """What that source means whatever its layout; None: the words of it."""
    lead: str = ""
    """The source before it that belongs to it: comments above, empty lines, indentation."""
    after: str = ""
    """The source behind it, and its separator, that belongs to it: a comment, the line end."""
    body: "Body | None" = None
    place: Place = None
    """What its place among its siblings means."""
    kind: Text = Text.PLAIN
    """What its text is, if it is a leaf."""


@dataclass(frozen=True)
class Body:
    """What a part holds: parts between an opening and a closing."""

    parts: tuple[Part, ...]
    opening: str = ""
    closing: str = ""
    separator: str = ""
    """What stands between two parts, before what comes `after` the first."""
    ends: bool = False
    """Whether it follows the last part, too."""
    inline: str = ""
    """What the first part lacks of its `lead`, because it stands on the opening's line."""
    kind: Kind = TABLE


def source(part: Part) -> str:
    """Return the text of a part, as it was read."""
    return part.lead + inner(part) + part.after


def inner(part: Part) -> str:
    """Return its text without what is around it."""
    body = part.body
    if body is None:
        return part.text
    texts = [body.opening]
    for place, held in enumerate(body.parts, 1):
        separator = body.separator if body.ends or place < len(body.parts) else ""
        is_inline = place == 1 and body.inline
        lead = held.lead.lstrip("\n").removeprefix(body.inline) if is_inline else held.lead
        texts += [lead, inner(held), separator, held.after]
    return "".join([*texts, body.closing])


def numbered(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return parts with each key that recurs made unique by how often it was there before."""
    seen: dict[Hashable, int] = {}
    result = []
    for part in parts:
        count = seen[part.key] = seen.get(part.key, 0) + 1
        result.append(part if count == 1 else replace(part, key=(part.key, count)))
    return tuple(result)


def name_of(part: Part) -> str:
    """Return what a part is called in a report."""
    names = part.key if isinstance(part.key, tuple) else (part.key,)
    known = [name for name in names if isinstance(name, str)]
    return ".".join(known) if len(known) == len(names) else "an item"
