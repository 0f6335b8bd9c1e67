"""Merges that are wrong on purpose: each must be caught by the properties of every format."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from drydock.documents import values
from drydock.documents.kinds import SET
from drydock.documents.nodes import Body, Part
from drydock.documents.values import Identities, Value
from drydock.merging import nodes, order, spacing, structural
from drydock.merging.nodes import Merging

_order, _merge_bodies, _leaf = order.merged_order, nodes._merge_bodies, nodes._leaf
_identities = values.identities


def _forgets_what_theirs_adds(base: Any, ours: Any, theirs: Any, *more: Any) -> list[Hashable]:
    return [key for key in _order(base, ours, theirs, *more) if key in base or key in ours]


def _sorts(base: Any, ours: Any, theirs: Any, *more: Any) -> list[Hashable]:
    return sorted(_order(base, ours, theirs, *more), key=str)


def _puts_theirs_last(base: Any, ours: Any, theirs: Any, *more: Any) -> list[Hashable]:
    found = _order(base, ours, theirs, *more)
    return [k for k in found if k in ours] + [k for k in found if k not in ours]


def _takes_ours(base: Part | None, ours: Part, theirs: Part, merging: Merging) -> Part:
    return ours


def _forgets_remarks(base: Any, ours: str, theirs: str, owner: Part) -> str:
    return ours


def _tells_by_place(name: str, items: Sequence[Value], *_: object) -> Identities:
    return Identities(range(len(items)), SET)


def _brings_back_what_ours_removed(
    base: Body | None, ours: Body, theirs: Body, owner: Part, merging: Merging
) -> Body:
    merged = _merge_bodies(base, ours, theirs, owner, merging)
    keys = {part.key for part in merged.parts}
    return replace(
        merged, parts=(*merged.parts, *(part for part in theirs.parts if part.key not in keys))
    )


def told_by_place(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Tell parts by their place among their siblings."""
    return tuple(replace(part, key=f"part {place}") for place, part in enumerate(parts))


def _trusts(*_: object) -> None:
    """Hold a merge to nothing."""


WRONG: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "forgets what theirs adds": (order, "merged_order", _forgets_what_theirs_adds),
    "sorts": (order, "merged_order", _sorts),
    "puts what theirs adds last": (order, "merged_order", _puts_theirs_last),
    "takes ours where a word changed": (nodes, "merge", _takes_ours),
    "forgets theirs' remarks": (spacing, "between", _forgets_remarks),
    "tells items by their place": (values, "identities", _tells_by_place),
    "brings back what ours removed": (nodes, "_merge_bodies", _brings_back_what_ours_removed),
}
OF_PARTS = [name for name in WRONG if name != "tells items by their place"]
"""What is wrong in a row of pieces, too."""


def make_wrong(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a wrong implementation in place, and nothing that would notice."""
    monkeypatch.setattr(*WRONG[name])
    trust(monkeypatch)


def trust(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold merges to nothing."""
    monkeypatch.setattr(structural, "_unaccounted", _trusts)
