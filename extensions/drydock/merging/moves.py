"""Entries that one side moved to another table: what the other side did to them moves along.

Such as an extra that became a dependency group. Base and the other side are given the move first,
and are merged then as if all had it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from drydock.documents.kinds import ANYWHERE
from drydock.documents.nodes import Body, Part
from drydock.merging.nodes import resembles


@dataclass(frozen=True)
class Move:
    """One entry that went from a table to another."""

    key: str
    origin: str
    target: str
    opening: str
    """What opens the table that it went to."""

    def __str__(self) -> str:
        return f"{self.key} from {self.origin} to {self.target}"


def of(base: Part, side: Part, other: Part) -> Iterator[Move]:
    """Yield what `side` moved to a table that neither base nor the other side has it in.

    It is known by its name, and by most of what it holds.
    """
    was, now, elsewhere = (_tables(document) for document in (base, side, other))
    for origin, table in was.items():
        for key, entry in _entries(table).items():
            if key in _entries(now.get(origin)) or key not in _entries(elsewhere.get(origin)):
                continue
            targets = [
                target
                for target, held in now.items()
                if key in _entries(held)
                and not any(key in _entries(one.get(target)) for one in (was, elsewhere))
            ]
            if len(targets) == 1 and resembles(entry, _entries(now[targets[0]])[key]):
                opening = _body(now[targets[0]]).opening
                yield Move(key, origin, targets[0], opening)


def carried(document: Part, move: Move) -> Part:
    """Return a document with an entry where it was moved to."""
    tables = _tables(document)
    origin, target = tables[move.origin], tables.get(move.target)
    entry = _entries(origin)[move.key]
    left = _with(origin, tuple(one for one in _body(origin).parts if one is not entry))
    if target:
        there = _with(target, (*_body(target).parts, entry))
    elif _body(left).parts:
        there = Part(move.target, lead="\n", body=Body((entry,), move.opening), place=ANYWHERE)
    else:
        there = replace(_with(origin, (entry,)), key=move.target)
        there = replace(there, body=replace(_body(there), opening=move.opening))
    parts = list[Part]()
    for part in _body(document).parts:
        if part is origin:
            parts += [left] if _body(left).parts else []
            parts += [] if target else [there]
        else:
            parts.append(there if part is target else part)
    return _with(document, tuple(parts))


def _tables(document: Part) -> dict[str, Part]:
    parts = document.body.parts if document.body else ()
    return {part.key: part for part in parts if part.body and isinstance(part.key, str)}


def _entries(table: Part | None) -> dict[str, Part]:
    parts = table.body.parts if table and table.body else ()
    return {part.key: part for part in parts if isinstance(part.key, str)}


def _body(part: Part) -> Body:
    assert part.body
    return part.body


def _with(part: Part, parts: tuple[Part, ...]) -> Part:
    return replace(part, body=replace(_body(part), parts=parts))
