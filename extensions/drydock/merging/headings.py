"""Comments that head a section of a list, and stay where an item below them comes or goes.

A comment belongs to the item below it, unless it is above another one on some side: then it is a
heading. It is set aside while the items are merged, and what is below it on the sides is so in the
merge.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from drydock.documents.kinds import ANYWHERE
from drydock.documents.nodes import Body, Part, name_of
from drydock.merging.certainty import NotCertain

_COMMENT = re.compile(r"(?:[ \t]*\n)*[ \t]*(?P<said>#[^\n]*)\n")
_Sections = Mapping[Hashable, int]
"""How many headings are above each item, by its key."""


@dataclass(frozen=True)
class Headings:
    """What was set aside: the headings of a list, and which items are below which."""

    texts: Sequence[str]
    """As ours wrote them, in their order."""
    sections: Sequence[_Sections]
    """In base, ours, and theirs."""

    def restore(self, body: Body) -> Body:
        """Return the merged list with its headings, and with each item in its section.

        Raises NotCertain where a side moved an item to another section, and the other one removed
        it, or moved it elsewhere.
        """
        base, ours, theirs = self.sections
        for key, section in base.items():
            moved = [side.get(key) for side in (ours, theirs) if side.get(key) != section]
            if len(set(moved)) > 1:
                raise NotCertain(
                    f"both sides moved or removed {name_of(Part(key))}, below a heading"
                )
        placed = {part.key: self._section(part.key) for part in body.parts}
        parts, closing = sorted(body.parts, key=lambda part: placed[part.key]), body.closing
        for number in reversed(range(1, len(self.texts) + 1)):
            first = next((at for at, p in enumerate(parts) if placed[p.key] >= number), None)
            text = self.texts[number - 1]
            if first is None:
                closing = _put(text, closing, body)
            else:
                parts[first] = replace(parts[first], lead=_put(text, parts[first].lead, body))
        return replace(body, parts=tuple(parts), closing=closing)

    def _section(self, key: Hashable) -> int:
        base, ours, theirs = (sections.get(key) for sections in self.sections)
        found = theirs if ours in (None, base) and theirs is not None else ours
        return found or 0


def set_aside(
    base: Body, ours: Body, theirs: Body
) -> tuple[tuple[Body, Body, Body], Headings] | None:
    """Return three lists without their headings, and these; None where there is none.

    Only where an item may stand anywhere, and where all sides have the headings in one order.
    """
    bodies = (base, ours, theirs)
    if any(part.place is not ANYWHERE for body in bodies for part in body.parts):
        return None
    below = [dict(_unique(body)) for body in bodies]
    common = [said for said in below[1] if said in below[0] and said in below[2]]
    found = [said for said in common if len({side[said] for side in below}) > 1]
    if not found or any([said for said in side if said in found] != found for side in below):
        return None
    was, mine, new = (_cut(body, found) for body in bodies)
    return (was[0], mine[0], new[0]), Headings(mine[1], (was[2], mine[2], new[2]))


def _unique(body: Body) -> Iterator[tuple[str, Hashable]]:
    """Yield the comments that a list has once, with the key of what is below, in their order."""
    above = [(part.key, part.lead) for part in body.parts] + [(None, body.closing)]
    said = [(m["said"], key) for key, lead in above for m in _COMMENT.finditer(_own(lead, body)[1])]
    often = Counter(comment for comment, _ in said)
    return ((comment, key) for comment, key in said if often[comment] == 1)


def _cut(body: Body, found: Sequence[str]) -> tuple[Body, list[str], _Sections]:
    texts: list[str] = []
    sections = {}
    parts = []

    def without(lead: str) -> str:
        line_end, own = _own(lead, body)
        for match in _COMMENT.finditer(own):
            if match["said"] in found:
                texts.append(match[0])
        kept = _COMMENT.sub(lambda m: "" if m["said"] in found else m[0], own)
        return line_end + kept

    for part in body.parts:
        parts.append(replace(part, lead=without(part.lead)))
        sections[part.key] = len(texts)
    closing = without(body.closing)
    return replace(body, parts=tuple(parts), closing=closing), texts, sections


def _own(lead: str, body: Body) -> tuple[str, str]:
    """Return the end of the line before an item, if its lead has that, and what is above it."""
    if not body.separator:
        return "", lead
    before, line_end, own = lead.partition("\n")
    return (before + line_end, own) if line_end else ("", lead)


def _put(heading: str, lead: str, body: Body) -> str:
    line_end, own = _own(lead, body)
    return line_end + heading + own
