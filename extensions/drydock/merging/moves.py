"""Applies the move of an entry to another table to the other side, so that its changes move along.

An example is an extra that became a dependency group. The move is applied to base and the other
side first; then the texts are merged as if all of them had it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from drydock.documents.kinds import ANYWHERE
from drydock.documents.nodes import Body, Part
from drydock.merging.nodes import resembles


@dataclass(frozen=True)
class Move:
    """An entry that a side moved from one table to another."""

    key: str
    origin: str
    target: str
    opening: str
    """The header of the target table."""

    def __str__(self) -> str:
        return f"{self.key} from {self.origin} to {self.target}"


def of(base: Part, side: Part, other: Part) -> Iterator[Move]:
    """Yield the entries that `side` moved to a table where base and the other side lack them.

    An entry is recognized by its key and most of its content.
    """
    base_tables, side_tables, other_tables = map(_tables, (base, side, other))
    for origin, table in base_tables.items():
        for key, entry in _entries(table).items():
            is_removed = key not in _entries(side_tables.get(origin))
            if not is_removed or key not in _entries(other_tables.get(origin)):
                continue
            targets = [
                target
                for target, candidate in side_tables.items()
                if key in _entries(candidate)
                and not any(key in _entries(t.get(target)) for t in (base_tables, other_tables))
            ]
            if len(targets) == 1 and resembles(entry, _entries(side_tables[targets[0]])[key]):
                opening = _body(side_tables[targets[0]]).opening
                yield Move(key, origin, targets[0], opening)


def carried(document: Part, move: Move) -> Part:
    """Return a document in which the entry is in the target table."""
    tables = _tables(document)
    origin, target = tables[move.origin], tables.get(move.target)
    entry = _entries(origin)[move.key]
    new_origin = _with(origin, tuple(part for part in _body(origin).parts if part is not entry))
    if target:
        new_target = _with(target, (*_body(target).parts, entry))
    elif _body(new_origin).parts:
        new_target = Part(move.target, lead="\n", body=Body((entry,), move.opening), place=ANYWHERE)
    else:
        new_target = replace(_with(origin, (entry,)), key=move.target)
        new_target = replace(new_target, body=replace(_body(new_target), opening=move.opening))
    parts = list[Part]()
    for part in _body(document).parts:
        if part is origin:
            parts += [new_origin] if _body(new_origin).parts else []
            parts += [] if target else [new_target]
        else:
            parts.append(new_target if part is target else part)
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
