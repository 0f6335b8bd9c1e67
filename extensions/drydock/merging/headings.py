"""Keeps the comments that head a section of a list in place when items below them change.

A comment belongs to the item below it, unless a side has it above a different item: then it is a
heading. Headings are removed while the items are merged, and restored above the items of their
section.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from drydock.documents.kinds import ANYWHERE
from drydock.documents.nodes import Body, Part, name_of
from drydock.merging.certainty import NotCertain

_COMMENT = re.compile(r"(?:[ \t]*\n)*[ \t]*(?P<comment>#[^\n]*)\n")
_Sections = Mapping[Hashable, int]
"""The number of headings above each item, by its key."""


@dataclass(frozen=True)
class Headings:
    """The removed headings of a list, and the section of each item."""

    texts: Sequence[str]
    """The headings in order, as written in ours."""
    sections: Sequence[_Sections]
    """In base, ours, and theirs."""

    def restore(self, body: Body) -> Body:
        """Return the merged list with its headings, and with each item in its section.

        Raises NotCertain if a side moved an item to another section, and the other removed it or
        moved it elsewhere.
        """
        base, ours, theirs = self.sections
        for key, section in base.items():
            moved = [side.get(key) for side in (ours, theirs) if side.get(key) != section]
            if len(set(moved)) > 1:
                raise NotCertain(
                    f"both versions moved or removed {name_of(Part(key))} in a section of a list"
                )
        section_of = {part.key: self._section(part.key) for part in body.parts}
        parts, closing = sorted(body.parts, key=lambda part: section_of[part.key]), body.closing
        for number in reversed(range(1, len(self.texts) + 1)):
            first = next((at for at, p in enumerate(parts) if section_of[p.key] >= number), None)
            text = self.texts[number - 1]
            if first is None:
                closing = _with_heading(text, closing, body)
            else:
                lead = _with_heading(text, parts[first].lead, body)
                parts[first] = replace(parts[first], lead=lead)
        return replace(body, parts=tuple(parts), closing=closing)

    def _section(self, key: Hashable) -> int:
        base, ours, theirs = (sections.get(key) for sections in self.sections)
        section = theirs if ours in (None, base) and theirs is not None else ours
        return section or 0


def set_aside(
    base: Body, ours: Body, theirs: Body
) -> tuple[tuple[Body, Body, Body], Headings] | None:
    """Return three lists without their headings, and the headings; None if there are none.

    Only for unordered lists that have the headings in the same order on all sides.
    """
    bodies = (base, ours, theirs)
    if any(part.place is not ANYWHERE for body in bodies for part in body.parts):
        return None
    below = [dict(_unique(body)) for body in bodies]
    common = [comment for comment in below[1] if comment in below[0] and comment in below[2]]
    headings = [comment for comment in common if len({side[comment] for side in below}) > 1]
    if not headings or any(
        [comment for comment in side if comment in headings] != headings for side in below
    ):
        return None
    cut = [_cut(body, headings) for body in bodies]
    base_list, our_list, their_list = (body for body, _, _ in cut)
    _, texts, _ = cut[1]
    return (base_list, our_list, their_list), Headings(texts, [sections for *_, sections in cut])


def _unique(body: Body) -> Iterator[tuple[str, Hashable]]:
    """Yield the unique comments of a list in order, each with the key of the item below it."""
    leads = [(part.key, part.lead) for part in body.parts] + [(None, body.closing)]
    comments = [
        (match["comment"], key)
        for key, lead in leads
        for match in _COMMENT.finditer(_own(lead, body)[1])
    ]
    counts = Counter(comment for comment, _ in comments)
    return ((comment, key) for comment, key in comments if counts[comment] == 1)


def _cut(body: Body, headings: Sequence[str]) -> tuple[Body, list[str], _Sections]:
    """Return a list without its headings, their texts, and the section of each item."""
    texts: list[str] = []
    sections = {}
    parts = []

    def without(lead: str) -> str:
        line_end, own = _own(lead, body)
        for match in _COMMENT.finditer(own):
            if match["comment"] in headings:
                texts.append(match[0])
        return line_end + _COMMENT.sub(
            lambda match: "" if match["comment"] in headings else match[0], own
        )

    for part in body.parts:
        parts.append(replace(part, lead=without(part.lead)))
        sections[part.key] = len(texts)
    closing = without(body.closing)
    return replace(body, parts=tuple(parts), closing=closing), texts, sections


def _own(lead: str, body: Body) -> tuple[str, str]:
    """Split a lead into the end of the previous line, if any, and the rest."""
    if not body.separator:
        return "", lead
    before, line_end, own = lead.partition("\n")
    return (before + line_end, own) if line_end else ("", lead)


def _with_heading(heading: str, lead: str, body: Body) -> str:
    line_end, own = _own(lead, body)
    return line_end + heading + own
